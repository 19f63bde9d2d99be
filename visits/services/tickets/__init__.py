"""Every change of a ticket, one module per side that acts."""

from .acts import Act, has_right, impossible, possible
from .assigning import add_assistant, reassign_ticket
from .closing import Proof, confirm_ticket, reject_answer, reopen_ticket
from .dispatching import (
    admit_ticket,
    dispatch_targets,
    dispatch_ticket,
    refuse_ticket,
)
from .extending import ask_extension, decide_extension, most_days
from .leading import lead_targets, out_of_reach
from .merging import merge_tickets, unmerge_ticket
from .offering import possible_for, refusal, too_late_to_grant
from .parking import park_ticket, promise_next_reply, unpark_ticket
from .parts import lead_part
from .pausing import (
    decide_pause,
    pause_ticket,
    resume_due,
    resume_ticket,
    supply_ticket,
)
from .raising import is_owner, may_raise, raise_from_finding, raise_ticket
from .returning import return_ticket, rule_on_return
from .splitting import Piece, split_ticket
from .talking import comment_ticket
from .working import (
    accept_ticket,
    answer_part,
    answer_ticket,
    colleagues,
    hand_ticket,
    own_parts,
    record_contact,
    start_work,
)

__all__ = [
    "Act",
    "Piece",
    "Proof",
    "accept_ticket",
    "add_assistant",
    "admit_ticket",
    "answer_part",
    "answer_ticket",
    "ask_extension",
    "colleagues",
    "comment_ticket",
    "confirm_ticket",
    "decide_extension",
    "decide_pause",
    "dispatch_targets",
    "dispatch_ticket",
    "hand_ticket",
    "has_right",
    "impossible",
    "is_owner",
    "lead_part",
    "lead_targets",
    "may_raise",
    "merge_tickets",
    "most_days",
    "out_of_reach",
    "own_parts",
    "park_ticket",
    "pause_ticket",
    "possible",
    "possible_for",
    "promise_next_reply",
    "raise_from_finding",
    "raise_ticket",
    "reassign_ticket",
    "record_contact",
    "refusal",
    "refuse_ticket",
    "reject_answer",
    "reopen_ticket",
    "resume_due",
    "resume_ticket",
    "return_ticket",
    "rule_on_return",
    "split_ticket",
    "start_work",
    "supply_ticket",
    "too_late_to_grant",
    "unmerge_ticket",
    "unpark_ticket",
]
