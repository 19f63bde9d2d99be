"""What follows from every change of a project, kept in one place."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.utils import timezone

from crm import events
from crm.models import Department, Involvement
from crm.services import deadlines
from projects.models import (
    JointSession,
    Milestone,
    Project,
    ProjectPart,
    SessionLine,
)
from projects.models.states import APPROVED, ENDED
from projects.signals import session_changed

from . import forecasting

Kind = ProjectPart.Kind


def set_parts(
    project: Project, *, supporting: Collection[Department] | None = None
) -> dict[str, Any]:  # Any: as events.record() takes it
    """Write which departments are involved; the change of those that support.

    Without `supporting` these stay as they are.
    """
    old = _open_keys(project, Kind.SUPPORT)
    new = old if supporting is None else {unit.pk for unit in supporting}
    new = new - {project.lead_department_id}
    items = Milestone.objects.living().filter(project=project)
    _set(project, Kind.LEAD, {project.lead_department_id})
    _set(project, Kind.SUPPORT, new)
    _set(project, Kind.ITEM, set(items.values_list("department", flat=True)))
    involve(project)
    return {} if old == new else {"supporting": [sorted(old), sorted(new)]}


def note_called(project: Project) -> None:
    """Departments with a line in a joint session see the project, from then on."""
    standing = JointSession.objects.standing().filter(project=project)
    lines = SessionLine.objects.filter(session__in=standing.values("pk"))
    _set(project, Kind.SESSION, set(lines.values_list("department", flat=True)))
    involve(project)


def _open_keys(project: Project, kind: str) -> set[int]:
    parts = ProjectPart.objects.open().filter(project=project, kind=kind)
    return set(parts.values_list("department", flat=True))


def _set(project: Project, kind: str, departments: set[int]) -> None:
    gone = ProjectPart.objects.open().filter(project=project, kind=kind)
    gone.exclude(department__in=departments).update(is_open=False)
    ProjectPart.objects.bulk_create(
        [
            ProjectPart(project=project, department_id=pk, kind=kind, is_open=True)
            for pk in sorted(departments)
        ],
        update_conflicts=True,
        unique_fields=["project", "department", "kind"],
        update_fields=["is_open"],
    )


def involve(project: Project) -> None:
    """Let the departments of the project see its company, and no other ones."""
    mine = Involvement.objects.filter(
        kind=Involvement.Kind.MILESTONE, reference=project.pk
    )
    parts = ProjectPart.objects.open().filter(project=project)
    units = set(parts.values_list("department", flat=True))
    mine.exclude(department__in=units, company=project.company_id).update(is_open=False)
    if project.company_id is None:
        return
    Involvement.objects.bulk_create(
        [
            Involvement(
                company_id=project.company_id,
                department_id=pk,
                kind=Involvement.Kind.MILESTONE,
                reference=project.pk,
                is_open=True,
            )
            for pk in sorted(units)
        ],
        update_conflicts=True,
        unique_fields=["kind", "reference", "department"],
        update_fields=["is_open", "company"],
    )


def release(project: Project) -> None:
    """Archived: its departments read it still, but see its company no longer."""
    Involvement.objects.filter(
        kind=Involvement.Kind.MILESTONE, reference=project.pk, is_open=True
    ).update(is_open=False)


def settle(project: Project, *, now: datetime) -> None:
    """What follows from any change of its items."""
    keep_promises(project, now=now)
    note_end(project, now=now)
    forecasting.refresh(project, today=timezone.localdate(now))


def note_end(project: Project, *, now: datetime) -> None:
    """Whether the approvals are through, and when."""
    items = Milestone.objects.living().filter(project=project)
    ends = list(items.values_list("state", "ended_on"))
    is_through = bool(ends) and all(state in APPROVED for state, _day in ends)
    last = max((day for _state, day in ends if day), default=None)
    project.finished_on = last if is_through else None
    project.updated_at = now
    project.save(update_fields=["finished_on", "updated_at"])


def keep_promises(project: Project, *, now: datetime) -> None:
    """What a department accepted on site is done once the item itself is decided."""
    accepted = SessionLine.objects.owing().filter(
        session__project=project,
        outcome=SessionLine.Outcome.ACCEPTED,
        milestone__state__in=ENDED,
    )
    keys = accepted.values("session")
    held = JointSession.objects.filter(pk__in=keys).select_for_update(of=("self",))
    sessions = {one.pk: one for one in held.order_by("pk")}
    for line in accepted.select_related("due") if sessions else ():
        line.answered_at = now
        line.save(update_fields=["answered_at"])
        deadlines.meet(line.due, now=now)
        events.record(
            None,
            "joint_session.kept",
            line,
            company=project.company_id,
            is_public=True,
            now=now,
            milestone=line.milestone_id,
        )
        session_changed.send(
            sender=JointSession,
            session=sessions[line.session_id],
            actor=None,
            now=now,
        )
