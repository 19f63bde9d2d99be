"""Cases of a kind: found, opened, improved, measured, closed or taken up again."""

from .improving import (
    conclude_case,
    give_up_improvement,
    items_in_use,
    measure_case,
    plan_improvement,
    put_in_effect,
    reopen_case,
)
from .joining import join_alike
from .opening import (
    add_ticket,
    drop_case,
    edit_case,
    open_case,
    region_of,
    remove_ticket,
)
from .proposing import dismiss_proposal, propose_cases

__all__ = [
    "add_ticket",
    "conclude_case",
    "dismiss_proposal",
    "drop_case",
    "edit_case",
    "give_up_improvement",
    "items_in_use",
    "join_alike",
    "measure_case",
    "open_case",
    "plan_improvement",
    "propose_cases",
    "put_in_effect",
    "region_of",
    "remove_ticket",
    "reopen_case",
]
