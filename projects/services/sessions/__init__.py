"""Joint sessions on site: called, spoken in line by line, closed with minutes."""

from .calling import (
    Plan,
    call_session,
    cancel_session,
    chairs_for,
    close_session,
    departments_asked,
    departments_near,
    edit_session,
)
from .speaking import (
    LONGEST,
    Spoken,
    add_line,
    answer_line,
    edit_line,
    record_line,
    remove_line,
)

__all__ = [
    "LONGEST",
    "Plan",
    "Spoken",
    "add_line",
    "answer_line",
    "call_session",
    "cancel_session",
    "chairs_for",
    "close_session",
    "departments_asked",
    "departments_near",
    "edit_line",
    "edit_session",
    "record_line",
    "remove_line",
]
