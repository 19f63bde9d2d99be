"""Visits, what was heard on them, and the tickets that came of it."""

from .answers import Answer
from .categories import Category
from .dispatches import BatchRow, DispatchBatch, FirstDispatch
from .findings import Finding
from .numbers import TicketNumber
from .parts import TicketPart
from .requests import VisitRequest
from .sideways import Extension, TicketPause, TicketReturn
from .suggestions import (
    KindCount,
    PieceCount,
    SketchPiece,
    Suggestion,
    TicketSketch,
)
from .tickets import Ticket
from .visits import Companion, IntakeConflict, Met, Visit, VisitPhoto, VisitVersion

__all__ = [
    "Answer",
    "BatchRow",
    "Category",
    "Companion",
    "DispatchBatch",
    "Extension",
    "Finding",
    "FirstDispatch",
    "IntakeConflict",
    "KindCount",
    "Met",
    "PieceCount",
    "SketchPiece",
    "Suggestion",
    "Ticket",
    "TicketNumber",
    "TicketPart",
    "TicketPause",
    "TicketReturn",
    "TicketSketch",
    "Visit",
    "VisitPhoto",
    "VisitRequest",
    "VisitVersion",
]
