"""Forms, one module per noun."""

from .visits import (
    AmendReasonForm,
    CancelForm,
    PlanForm,
    findings_of,
    linked,
    named,
    words_of,
)

__all__ = [
    "AmendReasonForm",
    "CancelForm",
    "PlanForm",
    "findings_of",
    "linked",
    "named",
    "words_of",
]
