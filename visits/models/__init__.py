"""Visits, what was heard on them, and the tickets that came of it."""

from .adoptions import Adoption
from .answers import Answer
from .categories import Category
from .complaint_parts import (
    ComplaintAnswer,
    ComplaintLate,
    ComplaintNote,
    ComplaintNumber,
    ComplaintPersonal,
    ComplaintTry,
    StatementRequest,
)
from .complaints import Complaint
from .decisions import Decision
from .directives import Directive, DirectiveAnswer
from .dispatches import BatchRow, DispatchBatch, FirstDispatch
from .drafts import TicketDraft
from .findings import Finding
from .meeting_series import MeetingSeries
from .meeting_tasks import MeetingTask
from .meetings import AgendaItem, Meeting
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
    "Adoption",
    "AgendaItem",
    "Answer",
    "BatchRow",
    "Category",
    "Companion",
    "Complaint",
    "ComplaintAnswer",
    "ComplaintLate",
    "ComplaintNote",
    "ComplaintNumber",
    "ComplaintPersonal",
    "ComplaintTry",
    "Decision",
    "Directive",
    "DirectiveAnswer",
    "DispatchBatch",
    "Extension",
    "Finding",
    "FirstDispatch",
    "IntakeConflict",
    "KindCount",
    "Meeting",
    "MeetingSeries",
    "MeetingTask",
    "Met",
    "PieceCount",
    "SketchPiece",
    "StatementRequest",
    "Suggestion",
    "Ticket",
    "TicketDraft",
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
