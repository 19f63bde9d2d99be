"""Visits, what was heard on them, and the tickets that came of it."""

from .accountability import AccountabilityRecord, Exemption
from .adoptions import Adoption
from .answers import Answer
from .callbacks import Callback, CallTry
from .cases import Case, CaseProposal, CaseTicket, Improvement
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
from .confirm_links import ConfirmLink, LinkWord
from .corrections import Correction, Objection
from .decisions import Decision
from .directives import Directive, DirectiveAnswer
from .dispatches import BatchRow, DispatchBatch, FirstDispatch
from .drafts import TicketDraft
from .escalation_rules import EscalationRule
from .escalations import Escalation
from .findings import Finding
from .meeting_series import MeetingSeries
from .meeting_tasks import MeetingTask
from .meetings import AgendaItem, Meeting
from .numbers import TicketNumber
from .order_proposals import OrderMonth, OrderNumber, OrderProposal
from .orders import OrderAnswer, OrderRaise, SupervisionOrder
from .parts import TicketPart
from .rating_links import PublicTry, RatingLink
from .rating_rules import RatingRule
from .ratings import Rating, RatingLevel, RatingTag
from .requests import VisitRequest
from .samples import Sample, SampledCall
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
from .words import Word

__all__ = [
    "AccountabilityRecord",
    "Adoption",
    "AgendaItem",
    "Answer",
    "BatchRow",
    "CallTry",
    "Callback",
    "Case",
    "CaseProposal",
    "CaseTicket",
    "Category",
    "Companion",
    "Complaint",
    "ComplaintAnswer",
    "ComplaintLate",
    "ComplaintNote",
    "ComplaintNumber",
    "ComplaintPersonal",
    "ComplaintTry",
    "ConfirmLink",
    "Correction",
    "Decision",
    "Directive",
    "DirectiveAnswer",
    "DispatchBatch",
    "Escalation",
    "EscalationRule",
    "Exemption",
    "Extension",
    "Finding",
    "FirstDispatch",
    "Improvement",
    "IntakeConflict",
    "KindCount",
    "LinkWord",
    "Meeting",
    "MeetingSeries",
    "MeetingTask",
    "Met",
    "Objection",
    "OrderAnswer",
    "OrderMonth",
    "OrderNumber",
    "OrderProposal",
    "OrderRaise",
    "PieceCount",
    "PublicTry",
    "Rating",
    "RatingLevel",
    "RatingLink",
    "RatingRule",
    "RatingTag",
    "Sample",
    "SampledCall",
    "SketchPiece",
    "StatementRequest",
    "Suggestion",
    "SupervisionOrder",
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
    "Word",
]
