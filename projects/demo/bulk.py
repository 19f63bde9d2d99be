"""The hands that write rows: what the services would have left, by the thousand."""

from collections.abc import Collection, Mapping
from dataclasses import fields
from datetime import date, datetime
from typing import Any

from crm import events
from crm.demo.county import County
from crm.demo.rows import EVENTS, row_of
from crm.models import Deadline, DeadlinePause, Department, Involvement, User
from projects.models import (
    ApprovalTemplate,
    Blocker,
    KeyListing,
    LifeStep,
    Milestone,
    MilestoneMaterial,
    MilestoneMove,
    MilestoneNeed,
    ProgressNote,
    Project,
    ProjectLiaison,
    ProjectPart,
    TemplateItem,
)
from projects.models.states import APPROVED
from projects.services.milestones import copying, planning
from projects.services.projects import FACTS, STAGES, Facts, told

from .bulk_life import LifeRows, Sheaf
from .bulk_moves import ItemRows, MoveRows

LEAD, SUPPORT, ITEM, _SESSION = ProjectPart.Kind
# In an order in which each row finds what it points to.
TABLES = (
    *(Project, LifeStep, ProjectPart, ProjectLiaison, Involvement),
    *(Deadline, DeadlinePause, Milestone, MilestoneNeed, MilestoneMaterial),
    *(MilestoneMove, Blocker, KeyListing, ProgressNote),
)


class RowHands(LifeRows):
    """Knows the rows of every act; a test compares them with those of the services."""

    def __init__(self, county: County) -> None:
        super().__init__(county.rows)
        self.rows.follow(*TABLES, *EVENTS, keeping=True)
        self.moves = MoveRows(self.rows)
        self.items: dict[int, list[TemplateItem]] = {}
        self.units: dict[tuple[int, int], dict[int, Department]] = {}

    def enter(
        self,
        facts: Facts,
        supporting: Collection[Department],
        steps: Mapping[str, date | None],
        now: datetime,
    ) -> Sheaf:
        project = Project(created_at=now, updated_at=now)
        for one in fields(facts):
            setattr(project, one.name, getattr(facts, one.name))
        project.region_path = project.region.path
        self.rows.add(project)
        made = Sheaf(
            project, {stage: step_of(project, stage, steps) for stage in STAGES}
        )
        made.steps[Project.Stage.ATTRACT].reached_on = now.date()
        self.rows.add(*made.steps.values())
        self.bring_in(made, LEAD, {project.lead_department_id})
        units = {unit.pk for unit in supporting} - {project.lead_department_id}
        self.bring_in(made, SUPPORT, units)
        known = told(events.snapshot(project, *FACTS))
        self.tell(None, "project.created", made, now, **known)
        return made

    def bring_in(self, made: Sheaf, kind: str, units: set[int]) -> None:
        """As parts of the project; they see its company once."""
        project = made.project
        for pk in sorted(units):
            part = {"project_id": project.pk, "department_id": pk}
            self.rows.add(row_of(ProjectPart, **part, kind=kind))
        for pk in sorted(units - made.units) if project.company_id else ():
            self.rows.add(
                row_of(
                    Involvement,
                    company_id=project.company_id,
                    department_id=pk,
                    kind=Involvement.Kind.MILESTONE.value,
                    reference=project.pk,
                )
            )
        made.units |= units

    def assign(self, made: Sheaf, role: str, officer: User, now: datetime) -> None:
        self.rows.add(
            row_of(
                ProjectLiaison,
                project_id=made.project.pk,
                role=role,
                officer_id=officer.pk,
                started_on=now.date(),
            )
        )
        self.tell(
            None,
            "project.officer_assigned",
            made,
            now,
            role=role,
            officer=[None, officer.pk],
            reason="",
        )

    def reach(self, made: Sheaf, stage: str, on: date) -> None:
        made.project.stage, made.steps[stage].reached_on = stage, on

    def begin(
        self, made: Sheaf, template: ApprovalTemplate, started_on: date, now: datetime
    ) -> None:
        project = made.project
        project.template, project.started_on = template, started_on
        if template.pk not in self.items:
            self.items[template.pk] = copying.items_of(template)
        items = self.items[template.pk]
        rows = copying.copies(project, items, self.units_for(project, items))
        for row in rows:
            row.pk = self.rows.next_key(Milestone)
        needs, materials = copying.hung(items, rows)
        keys: dict[int, list[str]] = {}
        for need in needs:
            keys.setdefault(need.milestone_id, []).append(need.needed.key)
        planning.set_plan(rows, keys, started_on)
        made.items = {row.key: ItemRows(row) for row in rows}
        for need in needs:
            made.items[need.milestone.key].needs.append(need.needed)
        for material in materials:
            made.items[material.milestone.key].materials.append(material)
        self.rows.add(*rows, *needs, *materials)
        self.bring_in(made, ITEM, {row.department_id for row in rows})
        self.changed(made, now)
        self.tell(
            None,
            "project.approvals_begun",
            made,
            now,
            template=template.pk,
            started_on=started_on,
        )

    def units_for(
        self, project: Project, items: list[TemplateItem]
    ) -> dict[int, Department]:
        """The same for every project of a region."""
        key = (project.region_id, items[0].template_id)
        if key not in self.units:
            self.units[key] = copying.departments_for(items, project.region)
        return self.units[key]

    def item(self, made: Sheaf, key: str) -> Milestone:
        return made.items[key].row

    def move(self, made: Sheaf, key: str, *said: Any) -> None:
        self.moves.move(made.items[key], *said)

    def close(self, made: Sheaf, now: datetime) -> None:
        rows = [one.row for one in made.items.values()]
        ends = [row.ended_on for row in rows if row.ended_on]
        is_through = bool(rows) and all(row.state in APPROVED for row in rows)
        made.project.finished_on = max(ends) if is_through else None
        made.project.updated_at = now
        # Nothing of it changes any more.
        self.rows.flush_if_full()


def step_of(
    project: Project, stage: str, planned: Mapping[str, date | None]
) -> LifeStep:
    on = planned.get(stage)
    return row_of(LifeStep, project_id=project.pk, stage=str(stage), planned_on=on)
