"""What visits and tickets show on a project's timeline, each as far as it is seen."""

from collections.abc import Callable, Collection
from functools import lru_cache
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.lib.labels import label_of
from crm.lib.prepared import KEPT, Prepared, place
from crm.lib.templates.urls import address
from crm.models import Access, User
from crm.models.people import anybody_with
from projects import marks
from projects.models import Project
from projects.picture import Mark, MarkLine
from visits.models import Ticket, Visit

MOST = 1000


def hang() -> None:
    """Called once, when the apps are loaded."""
    marks.hang_on_timeline(marks.Source("visits", 10, visits_of))
    marks.hang_on_timeline(marks.Source("tickets", 20, tickets_of))
    marks.tell_what_was_raised(raised_of)


def visits_of(project: Project, user: User) -> MarkLine:
    rows = by_project(visit_rows, user.access).rows([project.pk, user.pk])
    modes = {value: str(label) for value, label in Visit.Mode.choices}
    planned = {mode: _("%(mode)s (planned)") % {"mode": modes[mode]} for mode in modes}
    found = [
        Mark(
            on=day,
            word=(planned if status == Visit.Status.PLANNED else modes)[mode],
            url=address("visits:detail", pk),
        )
        for pk, day, mode, status in rows
    ]
    return MarkLine(_("Visits"), "circle", tuple(reversed(found)))


def visit_rows(user: User) -> QuerySet[Visit, tuple[Any, ...]]:
    visits = Visit.objects.visible_to(user).filter(project=place())
    held = visits.exclude(status=Visit.Status.CANCELLED).order_by("-day", "-pk")
    return held.values_list("pk", "day", "mode", "status")[:MOST]


# Any: of whatever model, as values.
@lru_cache(maxsize=KEPT)
def by_project(build: Callable[[User], QuerySet[Any, Any]], access: Access) -> Prepared:
    return Prepared(lambda: build(anybody_with(access)))


def raised_of(blockers: Collection[int], user: User) -> dict[int, list[marks.Raised]]:
    """The tickets that were made of these blockers."""
    rows = (
        Ticket.objects.visible_to(user)
        .filter(blocker__in=blockers)
        .order_by("pk")
        .values_list("blocker", "pk", "number", "status")
    )
    found: dict[int, list[marks.Raised]] = {}
    for blocker, pk, number, status in rows:
        state, url = (
            label_of(Ticket.Status, status),
            address("visits:ticket", pk),
        )
        found.setdefault(blocker, []).append(marks.Raised(number, state, url))
    return found


def tickets_of(project: Project, user: User) -> MarkLine:
    rows = by_project(ticket_rows, user.access).rows([project.pk, user.pk])
    found = [
        Mark(timezone.localdate(at), title, address("visits:ticket", pk))
        for pk, at, title in rows
    ]
    return MarkLine(_("Tickets"), "diamond", tuple(reversed(found)))


def ticket_rows(user: User) -> QuerySet[Ticket, tuple[Any, ...]]:
    tickets = Ticket.objects.visible_to(user).filter(project=place())
    latest = tickets.order_by("-raised_at", "-pk")
    return latest.values_list("pk", "raised_at", "title")[:MOST]
