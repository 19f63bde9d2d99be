"""责任追究 and 容错: a decision is recorded, an exemption asked for and reviewed."""

from .exempting import ask_exemption, review_exemption
from .recording import (
    deciders_for,
    may_record,
    record_decision,
    step_words,
    steps_of,
    withdraw_record,
)

__all__ = [
    "ask_exemption",
    "deciders_for",
    "may_record",
    "record_decision",
    "review_exemption",
    "step_words",
    "steps_of",
    "withdraw_record",
]
