"""A joint session as a whole: called, changed, called off, closed with its minutes."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from crm import events
from crm.lib import trees
from crm.lib.errors import DomainError, StaleVersion
from crm.models import Department, Role, User
from projects.models import JointSession, Milestone, Project, SessionLine
from projects.models.sessions import callable_by
from projects.models.states import OPEN
from projects.services import upkeep
from projects.services.projects import note_site_visit
from projects.signals import session_changed

Status = JointSession.Status
# A session is called for a day within a year.
FURTHEST: Final = timedelta(days=366)
MOST_DEPARTMENTS: Final = 30
CHAIRS: Final = (Role.LEADER, Role.UNIT_HEAD, Role.OFFICER, Role.DISPATCHER)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is settled when it is called."""

    topic: str
    day: date
    place: str
    chair: User
    at: time | None = None


@transaction.atomic
def call_session(
    project: Project,
    *,
    actor: User,
    plan: Plan,
    departments: Collection[Department],
    now: datetime | None = None,
) -> JointSession:
    """Call departments to the site; each gets a line with its open items."""
    now = now or timezone.now()
    allowed = Project.objects.filter(pk__in=callable_by(actor))
    project = Project.objects.lock(allowed, project.pk)
    check(plan, now)
    if not departments or len(departments) > MOST_DEPARTMENTS:
        sentence = _(
            "Choose the departments that come: at least one, at most %(most)s."
        )
        values = {"most": MOST_DEPARTMENTS}
        raise DomainError(sentence % values, code="departments", field="departments")
    session = JointSession(
        project=project, called_by=actor, called_at=now, **values_of(plan)
    )
    save_once(session)
    SessionLine.objects.bulk_create(
        first_line(session, department)
        for department in sorted(departments, key=lambda one: one.pk)
    )
    upkeep.note_called(project)
    tell(session, "joint_session.called", actor, now, day=session.day)
    return session


def values_of(plan: Plan) -> dict[str, Any]:  # Any: of each field's own type
    texts = {"topic": plan.topic.strip(), "place": plan.place.strip()}
    return {**plan.__dict__, **texts}


def check(plan: Plan, now: datetime) -> None:
    today = timezone.localdate(now)
    if not today - FURTHEST <= plan.day <= today + FURTHEST:
        sentence = _("Choose a day within a year from today.")
        raise DomainError(sentence, code="bad_day", field="day")
    for name in ("topic", "place"):
        if not getattr(plan, name).strip():
            sentence = _("Say what is to be settled, and where.")
            raise DomainError(sentence, code=f"{name}_missing", field=name)


def save_once(session: JointSession, *fields: str) -> None:
    """A second press, or the same session called by somebody else, is told so."""
    try:
        with transaction.atomic():
            session.save(force_insert=not fields, update_fields=fields or None)
    except IntegrityError:
        sentence = _("A session on this is called for that day already.")
        raise DomainError(sentence, code="called_already", field="topic") from None


def first_line(session: JointSession, department: Department) -> SessionLine:
    """About the department's open items; without any, about the topic itself."""
    items = list(
        Milestone.objects.living().filter(
            project=session.project_id, department=department, state__in=OPEN
        )
    )
    matter = pgettext("between names", ", ").join(one.name for one in items)
    longest = SessionLine._meta.get_field("matter").max_length or 0
    return SessionLine(
        session=session,
        department=department,
        matter=matter if 0 < len(matter) <= longest else session.topic,
        milestone=items[0] if len(items) == 1 else None,
    )


def departments_near(project: Project) -> Any:  # a queryset of two managers
    """Who is involved in the project already, then those of its region and above."""
    above = trees.path_and_above(project.region_path)
    parts = project.parts.open().filter(department=OuterRef("pk"))
    units = Department.objects.active().annotate(is_involved=Exists(parts))
    near = units.filter(Q(region__path__in=above) | Q(is_involved=True))
    return near.order_by("-is_involved", "path", "pk")


def departments_asked(project: Project) -> set[int]:
    """Keys of those that have something of it on their desk: who should come."""
    items = Milestone.objects.living().filter(project=project).with_department()
    return set(items.values_list("department", flat=True))


def chairs_for(project: Project, now: datetime) -> Any:  # a queryset of two managers
    """Officials of the region or above, and the leader in charge."""
    near = Q(department__region__path__in=trees.path_and_above(project.region_path))
    near |= trees.in_ranges(
        [trees.PathRange(project.region_path)], "department__region__path"
    )
    today = timezone.localdate(now)
    people = User.objects.active().with_role(*CHAIRS, today=today).filter(near)
    chosen = User.objects.filter(
        Q(pk__in=people.values("pk")) | Q(pk=project.leader_id or 0)
    )
    return chosen.select_related("department").order_by("name", "pk")


@transaction.atomic
def edit_session(
    session: JointSession,
    *,
    actor: User,
    plan: Plan,
    version: int | None = None,
    now: datetime | None = None,
) -> JointSession:
    """Another day, place or chair, as long as nobody has spoken."""
    now = now or timezone.now()
    session = claim(session, actor, version)
    check_planned(session)
    check(plan, now)
    before = events.snapshot(session, "day", "at", "chair")
    if plan.day != session.day and session.lines.exclude(outcome="").exists():
        sentence = _("What was said is counted from this day; it stays.")
        raise DomainError(sentence, code="spoken_already", field="day")
    for name, value in values_of(plan).items():
        setattr(session, name, value)
    session.version += 1
    save_once(session, *values_of(plan), "version")
    tell(
        session,
        "joint_session.edited",
        actor,
        now,
        **events.changed(before, session),
    )
    return session


@transaction.atomic
def cancel_session(
    session: JointSession,
    *,
    actor: User,
    reason: str,
    version: int | None = None,
    now: datetime | None = None,
) -> JointSession:
    """It does not take place; departments and company read why."""
    now = now or timezone.now()
    session = claim(session, actor, version)
    session.move_to(Status.CANCELLED)
    if not reason.strip():
        raise DomainError(_("Give the reason."), code="reason_missing", field="reason")
    if session.lines.exclude(outcome="").exists():
        sentence = _("Departments have spoken already; close the session instead.")
        raise DomainError(sentence, code="spoken_already")
    session.reason = reason.strip()
    session.version += 1
    session.save(update_fields=["status", "reason", "version"])
    upkeep.note_called(session.project)
    tell(session, "joint_session.cancelled", actor, now)
    return session


@transaction.atomic
def close_session(
    session: JointSession,
    *,
    actor: User,
    attendees: str = "",
    summary: str = "",
    version: int | None = None,
    now: datetime | None = None,
) -> JointSession:
    """Every department has spoken: the minutes are made, and the site was visited."""
    now = now or timezone.now()
    session = claim(session, actor, version)
    session.move_to(Status.HELD)
    if not session.is_begun(timezone.localdate(now)):
        sentence = _("The day of the session has not come yet.")
        raise DomainError(sentence, code="too_early")
    silent = session.lines.filter(outcome="").select_related("department")
    if names := [one.department.name for one in silent]:
        values = {"names": pgettext("between names", ", ").join(names)}
        sentence = _("Not written down yet: %(names)s. Then close the session.")
        raise DomainError(sentence % values, code="line_missing")
    session.held_at = now
    session.attendees, session.summary = attendees.strip(), summary.strip()
    session.version += 1
    session.save(update_fields=["status", "held_at", "attendees", "summary", "version"])
    note_site_visit(session.project_id, day=session.day)
    tell(session, "joint_session.held", actor, now)
    return session


def claim(session: JointSession, actor: User, version: int | None) -> JointSession:
    every = JointSession.objects.select_related("project__company")
    session = JointSession.objects.lock(every.changeable_by(actor), session.pk)
    if version is not None and version != session.version:
        raise StaleVersion(
            _("Somebody else changed this session meanwhile. Look at it again."),
            current=session,
        )
    return session


def check_planned(session: JointSession) -> None:
    if not session.is_planned:
        sentence = _("The session is “%(state)s”; it cannot be changed any more.")
        values = {"state": session.get_status_display()}
        raise DomainError(sentence % values, code="session_over")


def tell(
    session: JointSession, action: str, actor: User, now: datetime, **changes: Any
) -> None:
    events.record(
        actor,
        action,
        session,
        company=session.project.company_id,
        is_public=True,
        now=now,
        **changes,
    )
    session_changed.send(sender=JointSession, session=session, actor=actor, now=now)
