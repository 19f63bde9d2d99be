"""What lists can be narrowed by, for pages and API alike."""

from .orders import OrderFilter
from .ratings import RatingFilter
from .tickets import TicketFilter
from .visits import VisitFilter

__all__ = ["OrderFilter", "RatingFilter", "TicketFilter", "VisitFilter"]
