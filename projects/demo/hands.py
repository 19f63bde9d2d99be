"""The hands that go through the services: everything obeys the rules."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

from crm.models import Department, User
from projects.models import ApprovalTemplate, Milestone, Project, State
from projects.services import life, milestones, officers, projects, upkeep
from projects.services.milestones import Said, act_to, moving
from projects.services.projects import Facts


class Hands(Protocol):
    """Who writes what the acts decide: the services, or rows in bulk.

    Any: each keeps a project, its blockers and its listings in its own way.
    """

    def enter(
        self,
        facts: Facts,
        supporting: Collection[Department],
        steps: Mapping[str, date | None],
        now: datetime,
    ) -> Any: ...

    def assign(self, made: Any, role: str, officer: User, now: datetime) -> None: ...

    def reach(self, made: Any, stage: str, on: date) -> None:
        """The life's next step, as the dispatcher says it."""

    def begin(
        self, made: Any, template: ApprovalTemplate, started_on: date, now: datetime
    ) -> None: ...

    def item(self, made: Any, key: str) -> Milestone: ...

    def move(
        self,
        made: Any,
        key: str,
        after: State,
        actor: User,
        said: Said,
        source: str,
        now: datetime,
    ) -> None: ...

    def close(self, made: Any, now: datetime) -> None:
        """The last act that is told of it: whether its approvals are through."""

    def block(
        self, made: Any, actor: User, values: Mapping[str, Any], now: datetime
    ) -> Any: ...

    def clear(self, blocker: Any, actor: User, note: str, now: datetime) -> None: ...

    def note(
        self, made: Any, actor: User, percent: int, text: str, now: datetime
    ) -> None: ...

    def ask_listing(
        self, made: Any, actor: User, reason: str, now: datetime
    ) -> Any: ...

    def list(self, made: Any, listing: Any, actor: User, now: datetime) -> None: ...

    def open_green(
        self, made: Any, actor: User, reason: str, until: date, now: datetime
    ) -> None: ...

    def see(self, made: Any, day: date) -> None: ...


@dataclass
class Served:
    """A project and its items, as the services left them."""

    project: Project
    items: dict[str, Milestone] = field(default_factory=dict)


class ServiceHands:
    """As dispatchers, officers, handlers and leaders would, one act at a time."""

    def enter(
        self,
        facts: Facts,
        supporting: Collection[Department],
        steps: Mapping[str, date | None],
        now: datetime,
    ) -> Served:
        made = projects.create_project(
            facts, actor=None, supporting=supporting, steps=steps, now=now
        )
        return Served(made)

    def assign(self, made: Served, role: str, officer: User, now: datetime) -> None:
        officers.assign_officer(
            made.project, actor=None, role=role, officer=officer, now=now
        )

    def reach(self, made: Served, stage: str, on: date) -> None:
        made.project.stage = stage
        made.project.save(update_fields=["stage"])
        made.project.steps.filter(stage=stage).update(reached_on=on)

    def begin(
        self, made: Served, template: ApprovalTemplate, started_on: date, now: datetime
    ) -> None:
        made.project = milestones.start_approvals(
            made.project, actor=None, template=template, started_on=started_on, now=now
        )
        rows = Milestone.objects.filter(project=made.project)
        made.items = {one.key: one for one in rows.select_related("department")}
        for item in made.items.values():
            item.project = made.project

    def item(self, made: Served, key: str) -> Milestone:
        return made.items[key]

    def move(
        self,
        made: Served,
        key: str,
        after: State,
        actor: User,
        said: Said,
        source: str,
        now: datetime,
    ) -> None:
        item = made.items[key]
        act = act_to(item, after)
        assert act is not None, f"{item} {item.state} → {after}"
        moving.step(item, act, actor=actor, said=said, source=source, now=now)

    def close(self, made: Served, now: datetime) -> None:
        upkeep.note_end(made.project, now=now)

    def block(
        self, made: Served, actor: User, values: Mapping[str, Any], now: datetime
    ) -> Any:
        return life.report_blocker(made.project, actor=actor, values=values, now=now)

    def clear(self, blocker: Any, actor: User, note: str, now: datetime) -> None:
        life.clear_blocker(blocker, actor=actor, note=note, now=now)

    def note(
        self, made: Served, actor: User, percent: int, text: str, now: datetime
    ) -> None:
        life.note_progress(
            made.project,
            actor=actor,
            on=now.date(),
            percent=percent,
            text=text,
            now=now,
        )

    def ask_listing(self, made: Served, actor: User, reason: str, now: datetime) -> Any:
        return life.ask_listing(
            made.project, actor=actor, kind="entry", reason=reason, now=now
        )

    def list(self, made: Served, listing: Any, actor: User, now: datetime) -> None:
        life.decide_listing(listing, actor=actor, is_approved=True, now=now)

    def open_green(
        self, made: Served, actor: User, reason: str, until: date, now: datetime
    ) -> None:
        life.open_green_channel(
            made.project, actor=actor, reason=reason, until=until, now=now
        )
        # What is accepted from now on has fewer days.
        made.project.refresh_from_db(fields=["green_until"])

    def see(self, made: Served, day: date) -> None:
        projects.note_site_visit(made.project.pk, day=day)
