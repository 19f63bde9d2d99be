"""Tickets, approval items, promises and blockers as what orders are about."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from django.db import models
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crm.models import Deadline, Department
from crm.services import deadlines
from projects.models import Blocker, Milestone, Project, SessionLine
from projects.models.milestones import ADMIT, DECIDE
from projects.models.sessions import PROMISE
from visits.models import SupervisionOrder, Ticket
from visits.models.ticket_codes import SOLVE
from visits.services.tickets.parking import NEXT_REPLY
from visits.services.tickets.parts import lead_part

from .subjects import Facts, Overdue, Subject, register


def hang() -> None:
    """Called once, when the apps are loaded."""
    register(TICKET, MILESTONE, PROMISE_OF_SESSION, BLOCKER, ORDER)


def paper_day(day: date) -> str:
    """A day in words that are stored, and stand on paper."""
    return formats.date_format(day, "DATE_FORMAT")


def standing(deadline: Deadline | None, today: date) -> Iterator[str]:
    """How late it is, or how long it has: the sentence that the order rests on."""
    if deadline is None or deadline.due_on is None or deadline.met_at is not None:
        return
    left = deadlines.days_left(deadline, today) or 0
    if deadline.due_on < today:
        late = ngettext(
            "On %(day)s it was %(n)s working day late.",
            "On %(day)s it was %(n)s working days late.",
            -left,
        )
        yield late % {"day": paper_day(today), "n": -left}
    else:
        in_time = ngettext(
            "On %(day)s %(n)s working day was left.",
            "On %(day)s %(n)s working days were left.",
            left,
        )
        yield in_time % {"day": paper_day(today), "n": left}


# --- Tickets -------------------------------------------------------------------


def facts_of_ticket(ticket: Ticket, today: date) -> Facts:
    part = lead_part(ticket)
    lead = part.department if part else None
    return Facts(
        matter=ticket.title,
        place_path=ticket.company.region_path,
        company=ticket.company_id,
        project=ticket.project_id,
        department=lead,
        person=ticket.handler,
        basis=tuple(told_of_ticket(ticket, lead, today)),
        url=ticket.get_absolute_url(),
    )


def told_of_ticket(
    ticket: Ticket, lead: Department | None, today: date
) -> Iterator[str]:
    values = {
        "number": ticket.number,
        "company": ticket.company.name,
        "title": ticket.title,
    }
    yield _("Ticket %(number)s of %(company)s: %(title)s.") % values
    due = ticket.solve_by
    if lead and due and due.due_on and ticket.dispatched_at:
        values = {
            "lead": lead.name,
            "day": paper_day(timezone.localdate(ticket.dispatched_at)),
            "due": paper_day(due.due_on),
        }
        yield _("Dispatched to %(lead)s on %(day)s, to be solved by %(due)s.") % values
    yield from standing(due, today)
    yield from told_of_returns(ticket)
    yield _("It is “%(state)s” now.") % {"state": ticket.get_status_display()}


def told_of_returns(ticket: Ticket) -> Iterator[str]:
    """How often it went to and fro, where it did."""
    if n := ticket.return_count:
        told = ngettext("Returned %(n)s time.", "Returned %(n)s times.", n)
        yield told % {"n": n}
    if n := ticket.redo_count:
        again = ngettext(
            "The company said %(n)s time that it was not solved.",
            "The company said %(n)s times that it was not solved.",
            n,
        )
        yield again % {"n": n}


def late_tickets() -> "models.QuerySet[Any, Any]":
    """Of a parked one the next reply is watched, not the solution."""
    return Ticket.objects.exclude(status=Ticket.Status.PARKED).order_by()


def parked_tickets() -> "models.QuerySet[Any, Any]":
    return Ticket.objects.filter(status=Ticket.Status.PARKED).order_by()


def clock_of_ticket(rows: Callable[[], Any], deadline: str, kind: str) -> Overdue:
    return Overdue(
        rows=rows,
        deadline=deadline,
        kind=kind,
        place="company__region_path",
        company="company",
        # Whose promise it is: the lead department's.
        department=f"{deadline}__department",
        person="handler",
        matter="title",
        turn="redo_count",
    )


TICKET = Subject(
    Ticket,
    gettext_lazy("ticket"),
    lambda user: Ticket.objects.internal_to(user).for_page(),
    facts_of_ticket,
    (
        clock_of_ticket(late_tickets, "solve_by", SOLVE),
        clock_of_ticket(parked_tickets, "next_reply_by", NEXT_REPLY),
    ),
)


# --- Projects ------------------------------------------------------------------


def told_of_project(project: Project) -> str:
    values = {"project": project.name, "label": project.label}
    return _("Project %(project)s (%(label)s).") % values


def facts_of_milestone(item: Milestone, today: date) -> Facts:
    project = item.project
    return Facts(
        matter=f"{project.name} · {item.name}"[:200],
        place_path=project.region_path,
        company=project.company_id,
        project=project.pk,
        department=item.department,
        person=item.handler,
        basis=tuple(told_of_milestone(item, today)),
        url=item.get_absolute_url(),
    )


def told_of_milestone(item: Milestone, today: date) -> Iterator[str]:
    yield told_of_project(item.project)
    values = {"item": item.name, "unit": item.department.name}
    yield _("Approval item “%(item)s”, decided on by %(unit)s.") % values
    running = item.decide_by or item.admit_by
    if running and running.due_on and running.met_at is None:
        values = {"due": paper_day(running.due_on)}
        yield _("To be decided by %(due)s.") % values
    yield from standing(running, today)
    yield _("It is “%(state)s” now.") % {"state": item.get_state_display()}


def late_milestones() -> "models.QuerySet[Any, Any]":
    return Milestone.objects.living().filter(project__archived_at=None).order_by()


def clock_of_milestone(deadline: str, kind: str) -> Overdue:
    return Overdue(
        rows=late_milestones,
        deadline=deadline,
        kind=kind,
        place="project__region_path",
        company="project__company",
        department="department",
        person="handler",
        matter="name",
    )


MILESTONE = Subject(
    Milestone,
    gettext_lazy("approval item"),
    lambda user: (
        Milestone.objects.filter(
            project__in=Project.objects.internal_to(user).values("pk")
        )
        .living()
        .for_page()
    ),
    facts_of_milestone,
    (clock_of_milestone("decide_by", DECIDE), clock_of_milestone("admit_by", ADMIT)),
)


def facts_of_promise(line: SessionLine, today: date) -> Facts:
    project = line.session.project
    return Facts(
        matter=line.matter,
        place_path=project.region_path,
        company=project.company_id,
        project=project.pk,
        department=line.department,
        basis=tuple(told_of_promise(line, today)),
        url=line.session.get_absolute_url(),
    )


def told_of_promise(line: SessionLine, today: date) -> Iterator[str]:
    yield told_of_project(line.session.project)
    values = {
        "day": paper_day(line.session.day),
        "topic": line.session.topic,
        "unit": line.department.name,
        "matter": line.matter,
    }
    sentence = _(
        "In the joint session “%(topic)s” on %(day)s %(unit)s took on: %(matter)s."
    )
    yield sentence % values
    if line.due and line.due.due_on:
        yield _("To be answered by %(due)s.") % {"due": paper_day(line.due.due_on)}
    yield from standing(line.due, today)


def late_promises() -> "models.QuerySet[Any, Any]":
    living = SessionLine.objects.owing().filter(session__project__archived_at=None)
    return living.order_by().annotate(
        nobody=models.Value(None, models.BigIntegerField())
    )


PROMISE_OF_SESSION = Subject(
    SessionLine,
    gettext_lazy("promise of a joint session"),
    lambda user: SessionLine.objects.filter(
        session__project__in=Project.objects.internal_to(user).values("pk")
    ).for_page(),
    facts_of_promise,
    (
        Overdue(
            rows=late_promises,
            deadline="due",
            kind=PROMISE,
            place="session__project__region_path",
            company="session__project__company",
            department="department",
            person="nobody",
            matter="matter",
        ),
    ),
)


def facts_of_blocker(blocker: Blocker, today: date) -> Facts:
    project = blocker.project
    return Facts(
        matter=blocker.text[:200],
        place_path=project.region_path,
        company=project.company_id,
        project=project.pk,
        department=blocker.remover,
        basis=tuple(told_of_blocker(blocker, today)),
        url=f"{project.get_absolute_url()}#blocker-{blocker.pk}",
    )


def told_of_blocker(blocker: Blocker, today: date) -> Iterator[str]:
    yield told_of_project(blocker.project)
    days = blocker.days(today)
    values = {"text": blocker.text, "day": paper_day(blocker.since), "n": str(days)}
    sentence = ngettext(
        "In the way since %(day)s, %(n)s day: %(text)s.",
        "In the way since %(day)s, %(n)s days: %(text)s.",
        days,
    )
    yield sentence % values
    if blocker.remover and blocker.relief_by:
        values = {"unit": blocker.remover.name, "day": paper_day(blocker.relief_by)}
        yield _("%(unit)s was to remove it by %(day)s.") % values


# Its planned day is no running deadline: orders about it are issued by hand.
BLOCKER = Subject(
    Blocker,
    gettext_lazy("blocker"),
    lambda user: Blocker.objects.visible_to(user).select_related(
        "project", "remover__region"
    ),
    facts_of_blocker,
)


# --- Orders, as what somebody is responsible for -------------------------------


def facts_of_order(order: SupervisionOrder, today: date) -> Facts:
    return Facts(
        matter=f"{order.number} {order.matter}"[:200],
        place_path=order.place_path,
        company=order.company_id,
        department=order.department,
        person=order.person,
        basis=tuple(told_of_order(order, today)),
        url=order.get_absolute_url(),
    )


def told_of_order(order: SupervisionOrder, today: date) -> Iterator[str]:
    values = {
        "title": order.colour_title,
        "number": order.number,
        "matter": order.matter,
        "unit": order.department.name,
    }
    yield _("%(title)s %(number)s to %(unit)s: %(matter)s.") % values
    if order.answer_by.due_on:
        due = paper_day(order.answer_by.due_on)
        yield _("To be answered by %(due)s.") % {"due": due}
    yield from standing(order.answer_by, today)


ORDER = Subject(
    SupervisionOrder,
    gettext_lazy("supervision order"),
    lambda user: SupervisionOrder.objects.visible_to(user).for_page(),
    facts_of_order,
    is_orderable=False,
)
