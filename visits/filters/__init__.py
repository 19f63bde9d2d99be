"""What lists can be narrowed by, for pages and API alike."""

from .tickets import TicketFilter
from .visits import VisitFilter

__all__ = ["TicketFilter", "VisitFilter"]
