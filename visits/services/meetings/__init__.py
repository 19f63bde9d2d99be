"""Coordination meetings: called, filled, held, and their tasks followed up."""

from .agenda import add_item, fill_agenda, fill_all, note_item, put_on_next, remove_item
from .calling import (
    call_meeting,
    cancel_meeting,
    close_meeting,
    correct_minutes,
    follow_up,
)
from .deciding import (
    LONGEST,
    answer_task,
    edit_task,
    give_task,
    remove_task,
    return_task,
    verify_task,
)
from .planning import Plan, edit_meeting
from .reach import holders, home_region, invited
from .series import Rule, begin_series, edit_series, end_series, plan_next

__all__ = [
    "LONGEST",
    "Plan",
    "Rule",
    "add_item",
    "answer_task",
    "begin_series",
    "call_meeting",
    "cancel_meeting",
    "close_meeting",
    "correct_minutes",
    "edit_meeting",
    "edit_series",
    "edit_task",
    "end_series",
    "fill_agenda",
    "fill_all",
    "follow_up",
    "give_task",
    "holders",
    "home_region",
    "invited",
    "note_item",
    "plan_next",
    "put_on_next",
    "remove_item",
    "remove_task",
    "return_task",
    "verify_task",
]
