"""Whom events of projects concern: what the table in telling.py names."""

from collections.abc import Iterable
from typing import Any

from crm import recipients
from crm.models import Comment, Department, Event, Role
from crm.recipients import Keys
from projects.models import (
    Blocker,
    JointSession,
    Milestone,
    Project,
    ProjectLiaison,
    SessionLine,
)
from projects.models.states import TURN, State, Turn

HANDED_IN = frozenset({State.RECEIVED, State.CORRECTED})


def project_of(record: Any) -> Project:  # Any: a project or what hangs from one
    project: Project = record if isinstance(record, Project) else record.project
    return project


def officer_of_project(event: Event, record: Any) -> Keys:
    """A; without one B. While A is away, B is told instead, as everywhere."""
    pair = ProjectLiaison.objects.open().filter(project=project_of(record))
    return pair.order_by("role").values_list("officer", flat=True)[:1]


def leader_in_charge(event: Event, record: Any) -> Keys:
    """包挂领导."""
    leader = project_of(record).leader_id
    return [leader] if leader else []


def leaders(event: Event, project: Project) -> Keys:
    """Who decides: in charge of it, else the leaders of its region."""
    if project.leader_id:
        return [project.leader_id]
    return recipients.in_region(event, Role.LEADER, path=project.region_path)


def asker_of_listing(event: Event, project: Project) -> Keys:
    listings = project.listings.order_by("-pk")
    return listings.values_list("asked_by", flat=True)[:1]


# --- Approval items ---------------------------------------------------------------


def handlers(event: Event, departments: Iterable[int | None]) -> Keys:
    keys = [pk for pk in departments if pk is not None]
    paths = Department.objects.filter(pk__in=keys).values_list("path", flat=True)
    return recipients.in_departments(event, Role.HANDLER, paths=paths)


def department(event: Event, milestone: Milestone) -> Keys:
    return handlers(event, [milestone.department_id])


def department_if_handed_in(event: Event, milestone: Milestone) -> Keys:
    """When papers or corrections have come; its own moves it knows."""
    is_new = event.changes["state"][1] in HANDED_IN
    return department(event, milestone) if is_new else []


def company_if_its_turn(event: Event, milestone: Milestone) -> Keys:
    if TURN.get(event.changes["state"][1]) != Turn.COMPANY:
        return []
    return recipients.owners_of_company(event, milestone)


def officer_if_companys_turn(event: Event, milestone: Milestone) -> Keys:
    if TURN.get(event.changes["state"][1]) != Turn.COMPANY:
        return []
    return officer_of_project(event, milestone)


# --- Blockers ---------------------------------------------------------------------


def remover(event: Event, blocker: Blocker) -> Keys:
    return handlers(event, [blocker.remover_id])


def new_remover(event: Event, blocker: Blocker) -> Keys:
    return remover(event, blocker) if "remover" in event.changes else []


def reporter(event: Event, blocker: Blocker) -> Keys:
    return [blocker.reported_by_id]


# --- Joint sessions ---------------------------------------------------------------


def chair(event: Event, session: JointSession) -> Keys:
    return [session.chair_id]


def departments_asked(event: Event, session: JointSession) -> Keys:
    asked = SessionLine.objects.filter(session=session)
    return handlers(event, asked.values_list("department", flat=True))


def department_of_line(event: Event, session: JointSession) -> Keys:
    line = SessionLine.objects.filter(pk=event.subject_id)
    return handlers(event, line.values_list("department", flat=True))


# --- What a notice opens, where that is not the event's own record ----------------


def session_of(event: Event, line: SessionLine) -> JointSession:
    return line.session


def of_project(event: Event, record: Any) -> Project:
    return project_of(record)


def commented_project(event: Event, comment: Comment) -> Project | None:
    return Project.objects.filter(pk=comment.subject_id).first()


def commented_item(event: Event, comment: Comment) -> Milestone | None:
    items = Milestone.objects.select_related("project")
    return items.filter(pk=comment.subject_id).first()
