"""Which project a demo visit is about: the company's, while its approvals run."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime

from django.utils import timezone

from projects.models import Project
from projects.models.projects import ProjectQuerySet
from visits.services.projects import ON_SITE

from .story import VisitStory

# Key, when it was entered, from when to when its approvals ran.
Running = tuple[int, datetime, date | None, date | None]


def running(projects: ProjectQuerySet) -> Iterable[Running]:
    begun = projects.exclude(started_on=None).order_by("pk")
    return begun.values_list("pk", "created_at", "started_on", "finished_on")


def by_company() -> dict[int, list[Running]]:
    """All at once, where thousands of visits ask."""
    found: dict[int, list[Running]] = defaultdict(list)
    keys = dict(Project.objects.exclude(company=None).values_list("pk", "company"))
    for row in running(Project.objects.exclude(company=None)):
        found[keys[row[0]] or 0].append(row)
    return found


def chosen(rows: Iterable[Running], visit: VisitStory, now: datetime) -> int | None:
    """Whoever goes there while it runs goes to see it; on the phone it is not named."""
    if visit.mode not in ON_SITE:
        return None
    day = timezone.localdate(visit.starts_at)
    for pk, entered, first, last in rows:
        has_begun = entered <= now and first is not None and first <= day
        if has_begun and (last is None or day <= last):
            return pk
    return None
