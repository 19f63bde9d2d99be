"""提级: the sweep, the hand, the answer, the rules, and who is at a level."""

from .firing import Fired
from .levels import people_of
from .raising import check_alive, may_raise, raise_by_hand
from .rules import add_rule, edit_rule
from .settling import settle_escalation
from .sweeping import raise_due, sweep

__all__ = [
    "Fired",
    "add_rule",
    "check_alive",
    "edit_rule",
    "may_raise",
    "people_of",
    "raise_by_hand",
    "raise_due",
    "settle_escalation",
    "sweep",
]
