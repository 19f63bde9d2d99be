"""One-to-one for projects: who serves one, since when, and why it changed."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import events
from crm.lib.errors import DomainError
from crm.models import User
from crm.services import liaisons
from projects.models import Project, ProjectLiaison

from .projects import claim_managed

Role = ProjectLiaison.Role


@transaction.atomic
def assign_officer(
    project: Project,
    *,
    actor: User | None,
    role: str,
    officer: User,
    reason: str = "",
    started_on: date | None = None,
    now: datetime | None = None,
) -> ProjectLiaison:
    """Make the officer this project's A or B; the one before steps down."""
    now = now or timezone.now()
    today = timezone.localdate(now)
    project = claim_managed(project, actor)
    day = started_on or today
    open_ones = open_of(project)
    role = Role(role)
    before, other = open_ones.get(role), open_ones.get(liaisons.OTHER[role])
    if before and before.officer_id == officer.pk:
        return before
    liaisons.check_officer(officer, today)
    if other and other.officer_id == officer.pk:
        raise DomainError(
            _(
                "%(name)s is role %(role)s of this project already; A and B are two "
                "people."
            )
            % {"name": officer.name, "role": other.role},
            code="b_is_a",
            field="officer",
        )
    if before:
        liaisons.require_reason(reason)
    if other:
        liaisons.check_not_both_away(officer, other.officer, today)
    liaisons.check_start(day, before, today)
    if before:
        liaisons.close(before, day, reason)
    made = ProjectLiaison.objects.create(
        project=project,
        role=role,
        officer=officer,
        reason=reason.strip(),
        started_on=day,
        assigned_by=actor,
    )
    change = [before.officer_id if before else None, officer.pk]
    record(made, actor, "project.officer_assigned", change, reason, now)
    return made


@transaction.atomic
def end_officer(
    project: Project,
    *,
    actor: User | None,
    role: str,
    reason: str,
    now: datetime | None = None,
) -> ProjectLiaison:
    """Let an officer go without a successor."""
    now = now or timezone.now()
    liaisons.require_reason(reason)
    project = claim_managed(project, actor)
    liaison = open_of(project).get(Role(role))
    if liaison is None:
        sentence = _("This project has no officer in role %(role)s.")
        raise DomainError(sentence % {"role": role}, code="no_officer")
    liaisons.close(liaison, timezone.localdate(now), reason)
    change = [liaison.officer_id, None]
    record(liaison, actor, "project.officer_ended", change, reason, now)
    return liaison


def open_of(project: Project) -> dict[str, ProjectLiaison]:
    rows = ProjectLiaison.objects.open().filter(project=project)
    return {one.role: one for one in rows.select_related("officer")}


def record(
    liaison: ProjectLiaison,
    actor: User | None,
    action: str,
    officer: list[int | None],
    reason: str,
    now: datetime,
) -> None:
    events.record(
        actor,
        action,
        liaison.project,
        is_public=True,
        now=now,
        role=liaison.role,
        officer=officer,
        reason=reason.strip(),
    )
