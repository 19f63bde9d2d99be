"""One approval item as its page shows it."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import groupby
from typing import Any

from django.utils import timezone

from crm.models import Attachment, Deadline, Lamp, User
from crm.services import calendar, deadlines
from projects.clocks import Clocks, clocks_of
from projects.models import Milestone, MilestoneMaterial, MilestoneMove, State
from projects.models.states import APPROVED
from projects.services.milestones import Act, possible_for

from . import milestone_panels
from .project_page import ItemLine, files_of

# These end the item without its approval: never what the page proposes.
AGAINST = frozenset(
    {
        Act.NOT_ACCEPT,
        Act.REFUSE,
        Act.REJECT,
        Act.WITHDRAW_EARLY,
        Act.WITHDRAW,
        Act.REVOKE,
    }
)


@dataclass(frozen=True)
class Attempt:
    """One try and what happened in it, the newest first."""

    number: int
    moves: list[tuple[MilestoneMove, list[Attachment]]]


@dataclass
class Page:
    milestone: Milestone
    today: date
    panels: list[milestone_panels.Shown]

    @cached_property
    def line(self) -> ItemLine:
        rows = self.milestone.needs.select_related("needed")
        needs = [row.needed for row in rows if row.needed.removed_at is None]
        near = deadlines.yellow_from(self.today)
        return ItemLine(self.milestone, needs, self.today, near)

    @cached_property
    def needed_by(self) -> list[Milestone]:
        rows = self.milestone.needed_by.select_related("milestone")
        return [row.milestone for row in rows if row.milestone.removed_at is None]

    @cached_property
    def acts(self) -> list[Act]:
        return possible_for(self.milestone)

    @property
    def next_act(self) -> Act | None:
        return next((act for act in self.acts if act not in AGAINST), None)

    @property
    def other_acts(self) -> list[Act]:
        return [act for act in self.acts if act != self.next_act]

    @property
    def may_decide_at_once(self) -> bool:
        one = self.milestone
        return (
            one.kind == Milestone.Kind.INSTANT
            and Act.HAND_IN in self.acts
            and bool(getattr(one, "may_decide", False))
        )

    @cached_property
    def moves(self) -> list[MilestoneMove]:
        rows = MilestoneMove.objects.filter(milestone=self.milestone)
        return list(rows.select_related("actor").order_by("-pk"))

    @cached_property
    def attempts(self) -> list[Attempt]:
        files = files_of(MilestoneMove, [one.pk for one in self.moves])
        return [
            Attempt(number, [(one, files.get(one.pk, [])) for one in moves])
            for number, moves in groupby(self.moves, key=lambda one: one.attempt)
        ]

    @cached_property
    def clocks(self) -> Clocks | None:
        """The three clocks of this attempt, to its end or to today."""
        one = self.milestone
        if one.attempt_from is None:
            return None
        first = State.PREPARING if one.attempt > 1 else State.NOT_STARTED
        moves = [
            (move.on, move.after)
            for move in reversed(self.moves)
            if move.attempt == one.attempt
        ]
        return clocks_of([(one.attempt_from, first), *moves], today=self.today)

    @cached_property
    def materials(self) -> list[MilestoneMaterial]:
        return list(self.milestone.materials.select_related("sample"))

    @property
    def clock(self) -> Deadline | None:
        return self.line.clock

    @cached_property
    def days(self) -> list[dict[str, Any]]:  # Any: as the template reads it
        """Every day on the way to the deadline, in words."""
        if self.clock is None:
            return []
        return calendar.days_told(deadlines.explain(self.clock))

    @property
    def lamp(self) -> Lamp:
        return self.line.lamp

    @property
    def has_expiry(self) -> bool:
        return self.milestone.state in APPROVED and bool(self.milestone.expires_on)


def page_of(milestone: Milestone, user: User) -> Page:
    """The milestone must come from for_page() and with_rights(user)."""
    today = timezone.localdate()
    return Page(milestone, today, milestone_panels.of(milestone, user, today))
