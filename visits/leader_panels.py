"""What leaders said and took on, as the pages of a ticket and a project show it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q

from crm.models import Lamp, User
from crm.services import deadlines
from projects.models import Project
from visits.models import Adoption, AgendaItem, Directive, Meeting, Ticket
from visits.models.led import led_tickets

SHOWN = 10


@dataclass(frozen=True)
class Line:
    """One directive: that it is there, and its words for whom they are meant."""

    row: Directive
    reads_words: bool
    today: date
    near: date

    @property
    def lamp(self) -> Lamp:
        due = self.row.due
        return due.lamp(self.today, self.near) if due else Lamp.GREY

    @property
    def days_left(self) -> int | None:
        due = self.row.due
        return deadlines.days_left(due, self.today) if due else None


def of_ticket(ticket: Ticket, user: User, today: date) -> dict[str, Any] | None:
    """Who sees to it himself; to officials also directives and meetings."""
    internal = bool(ticket.may_read_internal)  # type: ignore[attr-defined] # annotated
    may_lead = internal and led_tickets(user).filter(pk=ticket.pk).exists()
    has = kinds_of(Ticket, "ticket", ticket.pk)
    may_act = may_lead and ticket.is_open
    return shown(Q(ticket=ticket), user, today, has if internal else has[:1], may_act)


def of_project(project: Project, user: User, today: date) -> dict[str, Any] | None:
    """The same for a project, whose page its company does not open."""
    may_lead = bool(project.may_decide)  # type: ignore[attr-defined] # annotated
    is_open = project.archived_at is None and project.stage != Project.Stage.CAPACITY
    has = kinds_of(Project, "project", project.pk)
    return shown(Q(project=project), user, today, has, may_lead and is_open)


def kinds_of(model: Any, name: str, pk: int) -> tuple[bool, ...]:
    """In one query whether there are adoptions, directives, meetings; mostly not."""
    kinds = (Adoption, Directive, AgendaItem)
    there = [Exists(one.objects.filter(**{name: OuterRef("pk")})) for one in kinds]
    found: tuple[bool, ...] = model.objects.filter(pk=pk).values_list(*there).get()
    return found


def shown(
    about: Q, user: User, today: date, has: tuple[bool, ...], may_act: bool
) -> dict[str, Any] | None:
    has_adoptions, has_directives, has_items = (*has, False, False)[:3]
    adoptions = adoptions_of(about) if has_adoptions else []
    directives = lines_of(about, user, today) if has_directives else []
    items = meetings_of(about, user) if has_items else []
    if not (adoptions or directives or items or may_act):
        return None
    return {
        "adoptions": adoptions,
        "own": next((one for one in adoptions if one.leader_id == user.pk), None),
        "directives": directives,
        "items": items,
        "may_act": may_act,
    }


def adoptions_of(about: Q) -> list[Adoption]:
    held = Adoption.objects.held().filter(about).select_related("leader__department")
    return list(held.order_by("pk"))


def lines_of(about: Q, user: User, today: date) -> list[Line]:
    near = deadlines.yellow_from(today)
    readable = Directive.objects.visible_to(user).filter(pk=OuterRef("pk"))
    rows = Directive.objects.filter(about).annotate(reads_words=Exists(readable))
    return [
        Line(one, one.reads_words, today, near)  # type: ignore[attr-defined] # annotated
        for one in rows.for_page()[:SHOWN]
    ]


def meetings_of(about: Q, user: User) -> list[AgendaItem]:
    visible = Meeting.objects.visible_to(user).standing()
    items = AgendaItem.objects.filter(about, meeting__in=visible.values("pk"))
    return list(
        items.select_related("meeting").order_by("-meeting__day", "-pk")[:SHOWN]
    )
