"""Every change of a ticket, one module per side that acts."""

from .acts import Act, has_right, impossible, possible, possible_for
from .closing import Proof, confirm_ticket, reject_answer
from .dispatching import (
    admit_ticket,
    dispatch_targets,
    dispatch_ticket,
    refuse_ticket,
)
from .raising import is_owner, may_raise, raise_from_finding, raise_ticket
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
    "Proof",
    "accept_ticket",
    "admit_ticket",
    "answer_part",
    "answer_ticket",
    "colleagues",
    "comment_ticket",
    "confirm_ticket",
    "dispatch_targets",
    "dispatch_ticket",
    "hand_ticket",
    "has_right",
    "impossible",
    "is_owner",
    "may_raise",
    "own_parts",
    "possible",
    "possible_for",
    "raise_from_finding",
    "raise_ticket",
    "record_contact",
    "refuse_ticket",
    "reject_answer",
    "start_work",
]
