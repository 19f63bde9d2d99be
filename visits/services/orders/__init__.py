"""Supervision orders: issued, signed for, answered, judged; proposed by themselves."""

from .acts import OrderAct, has_right, impossible, possible_for
from .answering import answer_order, sign_order
from .issuing import (
    LONGEST,
    addressees_for,
    issue_order,
    may_issue,
    may_issue_about,
    people_of,
)
from .judging import (
    close_order,
    publish_order,
    raise_order,
    send_back_order,
    withdraw_order,
)
from .months import month_of, note_export
from .proposing import (
    Swept,
    dismiss_proposal,
    draft_of,
    issue_proposed,
    propose_overdue,
    usual_requirement,
)

__all__ = [
    "LONGEST",
    "OrderAct",
    "Swept",
    "addressees_for",
    "answer_order",
    "close_order",
    "dismiss_proposal",
    "draft_of",
    "has_right",
    "impossible",
    "issue_order",
    "issue_proposed",
    "may_issue",
    "may_issue_about",
    "month_of",
    "note_export",
    "people_of",
    "possible_for",
    "propose_overdue",
    "publish_order",
    "raise_order",
    "send_back_order",
    "sign_order",
    "usual_requirement",
    "withdraw_order",
]
