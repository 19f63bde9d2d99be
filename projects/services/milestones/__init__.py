"""Approval items: what people do with them, and which ones a project has."""

from .acts import RULES, Act, act_to, has_right, impossible, possible, possible_for
from .materials import set_material
from .moving import SPECIAL_KINDS, Said, Source, decide_at_once, move, refuse_gone
from .planning import (
    add_item,
    remove_item,
    set_needs,
    start_approvals,
)

__all__ = [
    "RULES",
    "SPECIAL_KINDS",
    "Act",
    "Said",
    "Source",
    "act_to",
    "add_item",
    "decide_at_once",
    "has_right",
    "impossible",
    "move",
    "possible",
    "possible_for",
    "refuse_gone",
    "remove_item",
    "set_material",
    "set_needs",
    "start_approvals",
]
