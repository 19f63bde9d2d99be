"""Visits, what was heard on them, and the tickets that came of it."""

from .categories import Category
from .findings import Finding
from .tickets import Answer, Ticket, TicketPart
from .visits import Companion, IntakeConflict, Met, Visit, VisitPhoto, VisitVersion

__all__ = [
    "Answer",
    "Category",
    "Companion",
    "Finding",
    "IntakeConflict",
    "Met",
    "Ticket",
    "TicketPart",
    "Visit",
    "VisitPhoto",
    "VisitVersion",
]
