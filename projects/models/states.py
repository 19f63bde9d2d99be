"""The 15 national states of an approval item and two of ours, and what they mean."""

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class State(models.IntegerChoices):
    """办理状态: codes 1 to 15 are national, the negative ones come before them."""

    NOT_STARTED = -2, pgettext_lazy("approval", "not started")
    PREPARING = -1, pgettext_lazy("approval", "preparing materials")
    RECEIVED = 1, pgettext_lazy("approval", "received")
    WITHDRAWN_EARLY = 2, pgettext_lazy("approval", "withdrawn before acceptance")
    ACCEPTED = 3, pgettext_lazy("approval", "accepted")
    NOT_ACCEPTED = 4, pgettext_lazy("approval", "not accepted")
    REFUSED = 5, pgettext_lazy("approval", "acceptance refused")
    CORRECTION = 6, pgettext_lazy("approval", "correction requested")
    CORRECTED = 7, pgettext_lazy("approval", "correction received")
    REVIEWING = 8, pgettext_lazy("approval", "department reviewing")
    SPECIAL = 9, pgettext_lazy("approval", "special procedure")
    SPECIAL_ENDED = 10, pgettext_lazy("approval", "special procedure ended")
    APPROVED = 11, pgettext_lazy("approval", "approved")
    APPROVED_DEFERRED = 12, pgettext_lazy("approval", "approved, materials to follow")
    REJECTED = 13, pgettext_lazy("approval", "not approved")
    WITHDRAWN = 14, pgettext_lazy("approval", "withdrawn")
    REVOKED = 15, pgettext_lazy("approval", "revoked")


class Group(models.TextChoices):
    """How screens put the states together."""

    NOT_STARTED = "not_started", pgettext_lazy("approval", "not started")
    PREPARING = "preparing", pgettext_lazy("approval", "preparing materials")
    REVIEWING = "reviewing", pgettext_lazy("approval", "in review")
    CORRECTION = "correction", pgettext_lazy("approval", "to be corrected")
    SPECIAL = "special", pgettext_lazy("approval group", "special procedure")
    APPROVED = "approved", pgettext_lazy("approval", "done")
    ENDED = "ended", pgettext_lazy("approval", "not passed or withdrawn")


class Turn(models.TextChoices):
    """现在轮到谁."""

    COMPANY = "company", pgettext_lazy("turn", "the company")
    DEPARTMENT = "department", pgettext_lazy("turn", "the department")
    THIRD = "third", pgettext_lazy("turn", "a third party")
    NOBODY = "", pgettext_lazy("turn", "nobody")


class Stage(models.IntegerChoices):
    """阶段, as the national system numbers them."""

    LAND = 1, _("project and land use")
    PLANNING = 2, _("construction planning")
    BUILDING = 3, _("construction permit")
    COMPLETION = 4, _("completion and acceptance")
    PARALLEL = 5, _("in parallel")


S = State
# What each state may become: ours, after the national codes. Back to preparing is a
# new attempt with clocks of its own. A state without an entry is final.
NEXT: Final[dict[int, frozenset[int]]] = {
    S.NOT_STARTED: frozenset({S.PREPARING}),
    S.PREPARING: frozenset({S.RECEIVED}),
    S.RECEIVED: frozenset(
        {S.WITHDRAWN_EARLY, S.ACCEPTED, S.NOT_ACCEPTED, S.REFUSED, S.CORRECTION}
    ),
    S.ACCEPTED: frozenset(
        {
            S.CORRECTION,
            S.REVIEWING,
            S.SPECIAL,
            S.APPROVED,
            S.APPROVED_DEFERRED,
            S.REJECTED,
            S.WITHDRAWN,
        }
    ),
    S.REVIEWING: frozenset(
        {
            S.CORRECTION,
            S.SPECIAL,
            S.APPROVED,
            S.APPROVED_DEFERRED,
            S.REJECTED,
            S.WITHDRAWN,
        }
    ),
    S.CORRECTION: frozenset({S.NOT_ACCEPTED, S.CORRECTED, S.WITHDRAWN}),
    S.CORRECTED: frozenset(
        {
            S.ACCEPTED,
            S.CORRECTION,
            S.REVIEWING,
            S.SPECIAL,
            S.APPROVED,
            S.APPROVED_DEFERRED,
            S.REJECTED,
            S.WITHDRAWN,
        }
    ),
    S.SPECIAL: frozenset({S.SPECIAL_ENDED, S.WITHDRAWN}),
    S.SPECIAL_ENDED: frozenset(
        {
            S.CORRECTION,
            S.REVIEWING,
            S.SPECIAL,
            S.APPROVED,
            S.APPROVED_DEFERRED,
            S.REJECTED,
            S.WITHDRAWN,
        }
    ),
    S.APPROVED: frozenset({S.REVOKED}),
    S.APPROVED_DEFERRED: frozenset({S.REVOKED}),
    S.WITHDRAWN_EARLY: frozenset({S.PREPARING}),
    S.NOT_ACCEPTED: frozenset({S.PREPARING}),
    S.REFUSED: frozenset({S.PREPARING}),
    S.REJECTED: frozenset({S.PREPARING}),
    S.WITHDRAWN: frozenset({S.PREPARING}),
    S.REVOKED: frozenset({S.PREPARING}),
}

APPROVED: Final = frozenset({S.APPROVED, S.APPROVED_DEFERRED})
FAILED: Final = frozenset(
    {
        S.WITHDRAWN_EARLY,
        S.NOT_ACCEPTED,
        S.REFUSED,
        S.REJECTED,
        S.WITHDRAWN,
        S.REVOKED,
    }
)
ENDED: Final = APPROVED | FAILED
# The authority has it and is not waiting for anybody.
WITH_DEPARTMENT: Final = frozenset(
    {S.RECEIVED, S.ACCEPTED, S.CORRECTED, S.REVIEWING, S.SPECIAL_ENDED}
)
# Whoever reaches one of these has been accepted, if not before then now.
MEANS_ACCEPTED: Final = frozenset(
    {S.ACCEPTED, S.REVIEWING, S.SPECIAL, S.SPECIAL_ENDED, S.REJECTED, *APPROVED}
)
# Whole days that stand still against the authority.
PAUSING: Final = frozenset({S.CORRECTION, S.SPECIAL})
UNBEGUN: Final = frozenset({S.NOT_STARTED, S.PREPARING})
# Nobody has decided on it yet.
OPEN: Final = frozenset(S) - ENDED

GROUP: Final[dict[int, Group]] = {
    S.NOT_STARTED: Group.NOT_STARTED,
    S.PREPARING: Group.PREPARING,
    S.CORRECTION: Group.CORRECTION,
    S.SPECIAL: Group.SPECIAL,
    **dict.fromkeys(WITH_DEPARTMENT, Group.REVIEWING),
    **dict.fromkeys(APPROVED, Group.APPROVED),
    **dict.fromkeys(FAILED, Group.ENDED),
}
TURN: Final[dict[int, Turn]] = {
    S.NOT_STARTED: Turn.COMPANY,
    S.PREPARING: Turn.COMPANY,
    S.CORRECTION: Turn.COMPANY,
    S.SPECIAL: Turn.THIRD,
    **dict.fromkeys(WITH_DEPARTMENT, Turn.DEPARTMENT),
    **dict.fromkeys(APPROVED, Turn.NOBODY),
    # Whoever wants to go on begins a new attempt.
    **dict.fromkeys(FAILED, Turn.COMPANY),
}
