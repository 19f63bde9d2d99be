"""Everything about ratings: given, corrected, looked at again, objected to."""

from .announcing import tell_nameless
from .correcting import (
    check_state,
    end_unheard,
    hand_correction,
    people_of,
    record_call_back,
    send_correction,
)
from .giving import RatedAlreadyError, Said, rate
from .links import (
    find_link,
    first_of,
    is_answered,
    link_after,
    linkable_by,
    look_by_link,
    make_link,
    make_second_link,
    rate_by_link,
)
from .objecting import disown, last_day, object_to, open_objection, rule_on_objection
from .rules import set_rule
from .second import look_again
from .things import (
    NotEndedError,
    Record,
    company_of,
    every_of,
    first_day,
    rating_of,
    record_of,
    thing_of,
    title_of,
)

__all__ = [
    "NotEndedError",
    "RatedAlreadyError",
    "Record",
    "Said",
    "check_state",
    "company_of",
    "disown",
    "end_unheard",
    "every_of",
    "find_link",
    "first_day",
    "first_of",
    "hand_correction",
    "is_answered",
    "last_day",
    "link_after",
    "linkable_by",
    "look_again",
    "look_by_link",
    "make_link",
    "make_second_link",
    "object_to",
    "open_objection",
    "people_of",
    "rate",
    "rate_by_link",
    "rating_of",
    "record_call_back",
    "record_of",
    "rule_on_objection",
    "send_correction",
    "set_rule",
    "tell_nameless",
    "thing_of",
    "title_of",
]
