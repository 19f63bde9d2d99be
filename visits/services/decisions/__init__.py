"""The leader's desk: a decision is taken, taken back, or carried out."""

from .carrying import (
    carry_out,
    decide_by_meeting,
    decide_in_words,
)
from .taking import TRAVEL, UNDO, take_decision, undo_decision

__all__ = [
    "TRAVEL",
    "UNDO",
    "carry_out",
    "decide_by_meeting",
    "decide_in_words",
    "take_decision",
    "undo_decision",
]
