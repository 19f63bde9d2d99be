"""What lists can be narrowed by, for pages and API alike."""

from .ratings import RatingFilter
from .tickets import TicketFilter
from .visits import VisitFilter

__all__ = ["RatingFilter", "TicketFilter", "VisitFilter"]
