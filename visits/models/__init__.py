"""Visits, what was heard on them, and the tickets that came of it."""

from .answers import Answer
from .categories import Category
from .findings import Finding
from .numbers import TicketNumber
from .parts import TicketPart
from .requests import VisitRequest
from .sideways import Extension, TicketPause, TicketReturn
from .tickets import Ticket
from .visits import Companion, IntakeConflict, Met, Visit, VisitPhoto, VisitVersion

__all__ = [
    "Answer",
    "Category",
    "Companion",
    "Extension",
    "Finding",
    "IntakeConflict",
    "Met",
    "Ticket",
    "TicketNumber",
    "TicketPart",
    "TicketPause",
    "TicketReturn",
    "Visit",
    "VisitPhoto",
    "VisitRequest",
    "VisitVersion",
]
