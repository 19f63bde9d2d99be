"""批示 and 包挂: given and answered, taken on and handed back."""

from .adopting import adopt, hand_back
from .answering import accept_answer, answer_directive, ask_again
from .giving import (
    LONGEST,
    USUAL_DAYS,
    About,
    addressees,
    give_directive,
    people_of,
    withdraw_directive,
)

__all__ = [
    "LONGEST",
    "USUAL_DAYS",
    "About",
    "accept_answer",
    "addressees",
    "adopt",
    "answer_directive",
    "ask_again",
    "give_directive",
    "hand_back",
    "people_of",
    "withdraw_directive",
]
