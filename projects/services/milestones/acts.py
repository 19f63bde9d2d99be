"""What people do with an approval item: from which states, to which, and who."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from crm.lib.errors import StaleVersion, WrongStatus
from crm.models import User
from projects.models import Milestone, State
from projects.models.milestones import MilestoneQuerySet
from projects.models.states import FAILED, NEXT


class Act(TextChoices):
    """In the words of the buttons."""

    PREPARE = "prepare", pgettext_lazy("milestone act", "Begin preparing")
    HAND_IN = "hand-in", pgettext_lazy("milestone act", "Record as received")
    WITHDRAW_EARLY = "withdraw-early", pgettext_lazy("milestone act", "Take back")
    ACCEPT = "accept", pgettext_lazy("milestone act", "Accept")
    NOT_ACCEPT = "not-accept", pgettext_lazy("milestone act", "Do not accept")
    REFUSE = "refuse", pgettext_lazy("milestone act", "Refuse acceptance")
    CORRECT = "correct", pgettext_lazy("milestone act", "Ask for correction")
    CORRECTED = "corrected", pgettext_lazy("milestone act", "Correction is here")
    REVIEW = "review", pgettext_lazy("milestone act", "Begin review")
    SPECIAL = "special", pgettext_lazy("milestone act", "Special procedure")
    SPECIAL_END = "special-end", pgettext_lazy("milestone act", "End the procedure")
    APPROVE = "approve", pgettext_lazy("milestone act", "Approve")
    APPROVE_DEFERRED = (
        "approve-deferred",
        pgettext_lazy("milestone act", "Approve, materials to follow"),
    )
    REJECT = "reject", pgettext_lazy("milestone act", "Do not approve")
    WITHDRAW = "withdraw", pgettext_lazy("milestone act", "Withdraw")
    REVOKE = "revoke", pgettext_lazy("milestone act", "Revoke")
    RETRY = "retry", pgettext_lazy("milestone act", "Try again")


Narrow = Callable[[MilestoneQuerySet, User], MilestoneQuerySet]
DECIDER: Final[Narrow] = MilestoneQuerySet.decidable_by
# The company's side, which department and officer both may write down.
EITHER: Final[Narrow] = MilestoneQuerySet.changeable_by


@dataclass(frozen=True)
class Rule:
    """Where an act leads, who may do it, and what it must say.

    `needs_notice`: words that the company reads.
    """

    after: State
    who: Narrow = DECIDER
    needs_notice: bool = False

    def froms(self) -> frozenset[int]:
        return frozenset(state for state, nexts in NEXT.items() if self.after in nexts)


RULES: Final[dict[Act, Rule]] = {
    Act.PREPARE: Rule(State.PREPARING, EITHER),
    Act.HAND_IN: Rule(State.RECEIVED, EITHER),
    Act.WITHDRAW_EARLY: Rule(State.WITHDRAWN_EARLY, EITHER, needs_notice=True),
    Act.ACCEPT: Rule(State.ACCEPTED),
    Act.NOT_ACCEPT: Rule(State.NOT_ACCEPTED, needs_notice=True),
    Act.REFUSE: Rule(State.REFUSED, needs_notice=True),
    Act.CORRECT: Rule(State.CORRECTION, needs_notice=True),
    Act.CORRECTED: Rule(State.CORRECTED, EITHER),
    Act.REVIEW: Rule(State.REVIEWING),
    Act.SPECIAL: Rule(State.SPECIAL, needs_notice=True),
    Act.SPECIAL_END: Rule(State.SPECIAL_ENDED),
    Act.APPROVE: Rule(State.APPROVED),
    Act.APPROVE_DEFERRED: Rule(State.APPROVED_DEFERRED),
    Act.REJECT: Rule(State.REJECTED, needs_notice=True),
    Act.WITHDRAW: Rule(State.WITHDRAWN, EITHER, needs_notice=True),
    Act.REVOKE: Rule(State.REVOKED, needs_notice=True),
    Act.RETRY: Rule(State.PREPARING, EITHER),
}
# The two ways to "preparing materials": the first time, and again.
FROM: Final[dict[Act, frozenset[int]]] = {
    act: rule.froms() for act, rule in RULES.items()
} | {
    Act.PREPARE: frozenset({State.NOT_STARTED}),
    Act.RETRY: FAILED,
}
# The first possible one is the one filled button of the page.
NEXT_FIRST: Final = (
    Act.HAND_IN,
    Act.PREPARE,
    Act.CORRECTED,
    Act.ACCEPT,
    Act.APPROVE,
    Act.SPECIAL_END,
    Act.RETRY,
    Act.CORRECT,
    Act.SPECIAL,
    Act.REVIEW,
    Act.APPROVE_DEFERRED,
    Act.NOT_ACCEPT,
    Act.REFUSE,
    Act.REJECT,
    Act.WITHDRAW_EARLY,
    Act.WITHDRAW,
    Act.REVOKE,
)


def possible(milestone: Milestone) -> list[Act]:
    """What can be done in this state, by whoever may."""
    return [act for act in NEXT_FIRST if milestone.state in FROM[act]]


def has_right(milestone: Milestone, act: Act) -> bool:
    """Whether the person of with_rights(person) may do this in some state."""
    decides = bool(getattr(milestone, "may_decide", False))
    prepares = bool(getattr(milestone, "may_prepare", False))
    return decides or (prepares and RULES[act].who is EITHER)


def possible_for(milestone: Milestone) -> list[Act]:
    """What this person can do now; needs a milestone from with_rights(person)."""
    return [act for act in possible(milestone) if has_right(milestone, act)]


def act_to(milestone: Milestone, after: int) -> Act | None:
    """The act that leads from here to this state, None when the rules know none."""
    return next((act for act in possible(milestone) if RULES[act].after == after), None)


def check(milestone: Milestone, act: Act, version: int | None) -> None:
    """Refuse what the state does not allow, and what was decided on an old page."""
    if version is not None and version != milestone.version:
        raise StaleVersion(
            _(
                "Somebody else moved “%(item)s” meanwhile; it is now “%(state)s”. Look "
                "at it again before you act; what you typed is kept."
            )
            % {"item": milestone.name, "state": milestone.get_state_display()},
            current=milestone,
        )
    if milestone.state not in FROM[act]:
        raise impossible(milestone, act)


def impossible(milestone: Milestone, act: Act) -> WrongStatus:
    """Say what state it is in and what would be possible."""
    values = {
        "item": milestone.name,
        "state": milestone.get_state_display(),
        "act": act.label,
    }
    if acts := possible_for(milestone) or possible(milestone):
        between = pgettext("between names", ", ")
        values["acts"] = between.join(str(one.label) for one in acts)
        return WrongStatus(
            _(
                "“%(item)s” is “%(state)s”, so “%(act)s” is not possible. Possible "
                "now: %(acts)s."
            )
            % values
        )
    return WrongStatus(
        _("“%(item)s” is “%(state)s”, so “%(act)s” is not possible.") % values
    )
