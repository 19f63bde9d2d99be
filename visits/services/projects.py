"""The project that a visit or a ticket is about: one of its company's."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Q
from django.utils.translation import gettext as _

from crm.lib.errors import DomainError
from crm.models import User
from projects.models import Blocker, Project
from projects.models.life import BlockerQuerySet
from projects.models.projects import ProjectQuerySet
from projects.services.projects import note_site_visit
from visits.models import Ticket, Visit, VisitRequest

MOST: Final = 20
# On the phone nobody has been on site.
ON_SITE: Final = frozenset(Visit.Mode) - {Visit.Mode.REMOTE}


class WrongProject(DomainError):
    code = "wrong_project"


@dataclass(frozen=True)
class ProjectOffer:
    pk: int
    name: str


def projects_of(
    user: User, companies: Collection[int], *, kept: int | None = None
) -> ProjectQuerySet:
    """Theirs that this person sees: those not archived, and the one `kept`."""
    living = Q(archived_at=None) | Q(pk=kept or 0)
    return Project.objects.visible_to(user).filter(living, company__in=companies)


def blockers_of(user: User, company: int) -> BlockerQuerySet:
    """Open ones of the company's projects that this person works on."""
    blockers = Blocker.objects.changeable_by(user)
    return blockers.filter(project__company=company)


def offers_at(
    user: User, company: int, *, kept: int | None = None
) -> list[ProjectOffer]:
    rows = projects_of(user, [company], kept=kept).order_by("-pk")
    return [ProjectOffer(*row) for row in rows.values_list("pk", "name")[:MOST]]


def project_at(user: User, company: int, pk: int | None) -> Project | None:
    """None where it is no longer theirs: a phone may have been off for days."""
    if pk is None:
        return None
    return projects_of(user, [company]).filter(pk=pk).first()


def visible_project(user: User, pk: int | None) -> Project | None:
    """Nobody learns of a project by what hangs on it."""
    if pk is None:
        return None
    return Project.objects.visible_to(user).filter(pk=pk).first()


def check_project(user: User, company: int, project: Project | None) -> None:
    """Whoever chooses here and now is told when it cannot be."""
    if project and not projects_of(user, [company]).filter(pk=project.pk).exists():
        sentence = _("This project is not one of the company's. Choose another.")
        raise WrongProject(sentence, field="project")


def about(
    record: Visit | VisitRequest | Ticket,
) -> dict[str, Any]:  # Any: as events.record() takes it
    """What its event says of the project, if there is one."""
    return {"project": record.project_id} if record.project_id else {}


def note_on_site(visit: Visit) -> None:
    """A visit that was held at the project counts as a visit on site."""
    if visit.project_id and visit.mode in ON_SITE:
        note_site_visit(visit.project_id, day=visit.day)
