"""AB 岗 of handlers: pairs, whose work is whose today, and what is handed over."""

from .duty import Duty, acting_for, duty_of, on_duty
from .notes import (
    check_work_is_held,
    hand_over,
    report_back,
    take_over,
    write_note,
)
from .pairs import (
    able_for,
    end_all_of,
    end_stand_in,
    handlers_headed_by,
    set_stand_in,
)
from .roster import Roster, heads_over

__all__ = [
    "Duty",
    "Roster",
    "able_for",
    "acting_for",
    "check_work_is_held",
    "duty_of",
    "end_all_of",
    "end_stand_in",
    "hand_over",
    "handlers_headed_by",
    "heads_over",
    "on_duty",
    "report_back",
    "set_stand_in",
    "take_over",
    "write_note",
]
