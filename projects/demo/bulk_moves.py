"""Approval items as rows: their moves, clocks and days."""

from dataclasses import dataclass, field
from datetime import date, datetime

from django.conf import settings

from crm import events
from crm.demo.rows import Rows, row_of
from crm.lib.workdays import Unit as DayUnit
from crm.models import Deadline, DeadlinePause, Unit, User
from crm.services import calendar, deadlines
from crm.services.deadlines import Wanted
from projects.clocks import Move
from projects.models import Milestone, MilestoneMaterial, MilestoneMove, State
from projects.models.milestones import ADMIT, DECIDE
from projects.models.states import APPROVED, ENDED, MEANS_ACCEPTED, PAUSING
from projects.services.milestones import Said, days, moving

Material = MilestoneMaterial.State
Pause = DeadlinePause.Kind


@dataclass
class ItemRows:
    """An item with what hangs from it and may still change."""

    row: Milestone
    needs: list[Milestone] = field(default_factory=list)
    materials: list[MilestoneMaterial] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    pauses: list[DeadlinePause] = field(default_factory=list)


class MoveRows:
    """What projects.services.milestones.moving writes of a move."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows

    def move(
        self,
        item: ItemRows,
        after: State,
        actor: User,
        said: Said,
        source: str,
        now: datetime,
    ) -> None:
        row, on = item.row, said.on or now.date()
        before, facts = State(row.state), dict(said.facts)
        row.move_to(after)
        row.state = after.value
        item.moves.append((on, after))
        self.run_clocks(item, before, on, actor, said.notice, now)
        if after == State.CORRECTION:
            row.corrections += 1
            facts["number"] = row.corrections
        if after == State.RECEIVED:
            for material in item.materials:
                material.state = Material.GIVEN
        if after in APPROVED:
            end(item, on, said)
        row.state_since = on
        row.version += 1
        self.remember(item, before, on, actor, said, facts, source, now)

    def remember(
        self,
        item: ItemRows,
        before: State,
        on: date,
        actor: User,
        said: Said,
        facts: dict[str, object],
        source: str,
        now: datetime,
    ) -> None:
        row = item.row
        self.rows.add(
            row_of(
                MilestoneMove,
                milestone_id=row.pk,
                attempt=row.attempt,
                before=before.value,
                after=row.state,
                on=on,
                at=now,
                actor_id=actor.pk,
                source=source,
                notice=said.notice,
                facts=events.plain(facts),
            )
        )
        changes = {"state": [before, row.state], "on": on, "source": source}
        self.rows.record(
            actor,
            "milestone.moved",
            row,
            now,
            changes,
            is_public=True,
            company=row.project.company_id,
        )

    def run_clocks(
        self,
        item: ItemRows,
        before: State,
        on: date,
        actor: User,
        notice: str,
        now: datetime,
    ) -> None:
        row, after = item.row, item.row.state
        if after == State.RECEIVED:
            row.admit_by = self.started(row, ADMIT, settings.CRM_ADMIT_DAYS, on)
        elif before == State.RECEIVED and row.admit_by:
            row.admit_by.met_at = moving.moment(on, now)
        if after in MEANS_ACCEPTED and row.accepted_on is None:
            row.accepted_on = on
            row.decide_by = self.started(row, DECIDE, row.days_on(on), on, row.unit)
        clock = row.decide_by
        if clock is None:
            return
        if before in PAUSING and after not in PAUSING:
            item.pauses[-1].last_on = on
            land(clock, item)
        if after in PAUSING:
            self.pause(clock, item, on, actor, notice)
        if after in ENDED:
            clock.met_at = moving.moment(on, now)

    def started(
        self, row: Milestone, kind: str, days: int, on: date, unit: str = Unit.WORKING
    ) -> Deadline:
        wanted = Wanted(kind, days, on, unit, row.department)
        clock = deadlines.planned(wanted)
        self.rows.add(clock)
        return clock

    def pause(
        self, clock: Deadline, item: ItemRows, on: date, actor: User, notice: str
    ) -> None:
        is_special = item.row.state == State.SPECIAL
        pause = row_of(
            DeadlinePause,
            deadline_id=clock.pk,
            kind=(Pause.SPECIAL if is_special else Pause.COMPANY).value,
            first_on=on,
            reason=notice[:200],
            paused_by_id=actor.pk,
        )
        self.rows.add(pause)
        item.pauses.append(pause)
        land(clock, item)


def land(clock: Deadline, item: ItemRows) -> None:
    """Where it ends with the days that stood still."""
    pauses = [deadlines.pause_of(one) for one in item.pauses]
    ends = calendar.add(
        clock.started_on, clock.days, DayUnit(clock.unit), pauses=pauses
    )
    clock.due_on, clock.is_provisional = ends.due, ends.provisional


def end(item: ItemRows, on: date, said: Said) -> None:
    row = item.row
    row.ended_on, row.certificate = on, said.certificate
    row.expires_on = moving.expiry(row, on)
    turn = moving.turn_on(row, [one.ended_on for one in item.needs], on)
    pauses = [deadlines.pause_of(one) for one in item.pauses]
    days.count(row, turn, item.moves, pauses)
