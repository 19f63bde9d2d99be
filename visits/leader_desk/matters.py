"""What a card is about: a ticket, an approval item, a project, a directive."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any

from django.db import models
from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from crm.lib.labels import label_of
from crm.lib.workdays import Unit
from crm.models import (
    Company,
    CompanyLiaison,
    Lamp,
    lamp_of,
)
from crm.models.companies import tag_words
from crm.services import calendar
from projects.models import Milestone, Project, ProjectLiaison
from visits import escalation_kinds
from visits.models import (
    Answer,
    Directive,
    Escalation,
    MeetingTask,
    SupervisionOrder,
    Ticket,
    TicketPart,
)

Key = tuple[str, int]
TICKET, MILESTONE = "visits.ticket", "projects.milestone"
PROJECT, DIRECTIVE = "projects.project", "visits.directive"
TASK, ORDER = "visits.meetingtask", "visits.supervisionorder"


@dataclass(frozen=True)
class Matter:
    """One record as a card tells of it."""

    key: Key
    title: str
    url: str
    state: str = ""
    number: str = ""
    # What a directive is about: its own words seldom say so.
    about: str = ""
    about_url: str = ""
    # Whom it hurts.
    company: int | None = None
    company_name: str = ""
    tags: tuple[str, ...] = ()
    officer: str = ""
    project: int | None = None
    project_name: str = ""
    urgency: str = ""
    # Who has it.
    department: int | None = None
    department_name: str = ""
    handler: str = ""
    # How long.
    due_on: date | None = None
    days: int = 0
    is_running: bool = False
    # What was tried.
    tried: dict[str, int] = field(default_factory=dict)
    # A second order to the same department is refused.
    has_open_order: bool = False
    version: int = 1

    @property
    def subject_type(self) -> str:
        return self.key[0]

    @property
    def pk(self) -> int:
        return self.key[1]

    @property
    def is_ticket(self) -> bool:
        return self.subject_type == TICKET

    def left(self, today: date) -> int | None:
        """Working days to the last one; negative when it is late."""
        if self.due_on is None or not self.is_running:
            return None
        return calendar.count_between(today, self.due_on, Unit.WORKING)

    def late(self, today: date) -> int:
        """By how many working days it is late."""
        return max(-(self.left(today) or 0), 0)

    def is_late(self, today: date) -> bool:
        return self.is_running and self.due_on is not None and self.due_on < today

    def lamp(self, today: date, near: date) -> Lamp:
        return lamp_of(self.due_on, not self.is_running, today, near)


def matters_of(keys: Collection[Key]) -> dict[Key, Matter]:
    """All in one query per kind, however many there are."""
    found: dict[Key, Matter] = {}
    for subject_type in sorted({kind for kind, _pk in keys}):
        wanted = [pk for kind, pk in keys if kind == subject_type]
        read = READERS.get(subject_type) or partial(others, subject_type)
        found |= {one.key: one for one in read(wanted)}
    return found


def others(subject_type: str, keys: Collection[int]) -> Iterable[Matter]:
    """What else can be raised to a leader: as its kind names it."""
    kind = escalation_kinds.of_type(subject_type)
    for pk, named in (kind.named(keys) if kind else {}).items():
        key = (subject_type, pk)
        yield Matter(key=key, title=named.title, url=named.url, number=named.number)


def count_of(rows: QuerySet[Any, Any], by: str) -> Any:  # Any: an expression
    """How many rows point here, as a subquery."""
    counted = rows.order_by().values(by).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0)


def count_about(model: type[models.Model], label: str) -> Any:  # Any: an expression
    """How many rows name this record as events do."""
    rows = model._default_manager.filter(subject_type=label, subject_id=OuterRef("pk"))
    return count_of(rows, "subject_id")


def open_order(label: str) -> Exists:
    orders = SupervisionOrder.objects.open()
    return Exists(orders.filter(subject_type=label, subject_id=OuterRef("pk")))


def tags_in(words: str | None) -> tuple[str, ...]:
    """Names of "key=name", one per line."""
    lines = (words or "").splitlines()
    return tuple(line.partition("=")[2] for line in lines)


def tags_of_company() -> Subquery:
    rows = Company.objects.filter(pk=OuterRef("company"))
    return Subquery(rows.annotate(words=tag_words()).values("words")[:1])


def officer_of_company() -> Subquery:
    return CompanyLiaison.name_of(CompanyLiaison.Role.A, "company")


def tickets(keys: Iterable[int]) -> Iterable[Matter]:
    leads = TicketPart.objects.open().filter(ticket=OuterRef("pk"), is_lead=True)
    answers = Answer.objects.filter(ticket=OuterRef("pk"), is_public=True)
    directives = Directive.objects.filter(ticket=OuterRef("pk"))
    rows = Ticket.objects.filter(pk__in=keys).annotate(
        lead=Subquery(leads.values("department")[:1]),
        lead_name=Subquery(leads.values("department__name")[:1]),
        tag_words=tags_of_company(),
        officer=officer_of_company(),
        answer_count=count_of(answers, "ticket"),
        directive_count=count_of(directives, "ticket"),
        escalation_count=count_about(Escalation, TICKET),
        order_count=count_about(SupervisionOrder, TICKET),
        has_open_order=open_order(TICKET),
    )
    for one in rows.select_related("company", "project", "handler", "solve_by"):
        yield of_ticket(one)


def of_ticket(one: Any) -> Matter:  # Any: annotated as above
    clock = one.solve_by
    return Matter(
        key=(TICKET, one.pk),
        title=one.title,
        url=one.get_absolute_url(),
        state=label_of(Ticket.Status, one.status),
        number=one.number,
        company=one.company_id,
        company_name=one.company.name,
        tags=tags_in(one.tag_words),
        officer=one.officer or "",
        project=one.project_id,
        project_name=one.project.name if one.project else "",
        urgency=""
        if one.urgency == Ticket.Urgency.ORDINARY
        else label_of(Ticket.Urgency, one.urgency),
        department=one.lead,
        department_name=one.lead_name or "",
        handler=one.handler.name if one.handler else "",
        due_on=clock.due_on if clock else None,
        days=clock.days if clock else 0,
        is_running=bool(clock and clock.met_at is None and clock.due_on),
        tried={
            "answers": one.answer_count,
            "returns": one.return_count,
            "redos": one.redo_count,
            "directives": one.directive_count,
            "orders": one.order_count,
            "escalations": one.escalation_count,
        },
        has_open_order=one.has_open_order,
        version=one.version,
    )


def officer_of_project(path: str) -> Subquery:
    open_a = ProjectLiaison.objects.open().filter(project=OuterRef(path), role="A")
    return Subquery(open_a.values("officer__name")[:1])


def milestones(keys: Iterable[int]) -> Iterable[Matter]:
    directives = Directive.objects.filter(milestone=OuterRef("pk"))
    rows = Milestone.objects.filter(pk__in=keys).annotate(
        officer=officer_of_project("project"),
        directive_count=count_of(directives, "milestone"),
        escalation_count=count_about(Escalation, MILESTONE),
        order_count=count_about(SupervisionOrder, MILESTONE),
        has_open_order=open_order(MILESTONE),
    )
    related = ("project__company", "department", "handler", "decide_by", "admit_by")
    for one in rows.select_related(*related):
        yield of_milestone(one)


def of_milestone(one: Any) -> Matter:  # Any: annotated as above
    clock, project = one.decide_by or one.admit_by, one.project
    return Matter(
        key=(MILESTONE, one.pk),
        title=one.name,
        url=one.get_absolute_url(),
        state=str(one.get_state_display()),
        company=project.company_id,
        company_name=project.company.name if project.company else "",
        officer=one.officer or "",
        project=project.pk,
        project_name=project.name,
        department=one.department_id,
        department_name=one.department.name,
        handler=one.handler.name if one.handler else "",
        due_on=clock.due_on if clock else None,
        days=clock.days if clock else 0,
        is_running=bool(clock and clock.met_at is None and clock.due_on),
        tried={
            "corrections": one.corrections,
            "directives": one.directive_count,
            "orders": one.order_count,
            "escalations": one.escalation_count,
        },
        has_open_order=one.has_open_order,
        version=one.version,
    )


def projects(keys: Iterable[int]) -> Iterable[Matter]:
    directives = Directive.objects.filter(project=OuterRef("pk"))
    rows = Project.objects.filter(pk__in=keys).annotate(
        officer=officer_of_project("pk"),
        directive_count=count_of(directives, "project"),
    )
    for one in rows.select_related("company", "lead_department"):
        yield of_project(one)


def of_project(one: Any) -> Matter:  # Any: annotated as above
    return Matter(
        key=(PROJECT, one.pk),
        title=one.name,
        url=one.get_absolute_url(),
        state=str(one.get_stage_display()),
        company=one.company_id,
        company_name=one.company.name if one.company else "",
        officer=one.officer or "",
        project=one.pk,
        department=one.lead_department_id,
        department_name=one.lead_department.name,
        tried={"directives": one.directive_count},
        version=one.version,
    )


def directives(keys: Iterable[int]) -> Iterable[Matter]:
    rows = Directive.objects.filter(pk__in=keys).for_page()
    return map(of_directive, rows.annotate(has_open_order=open_order(DIRECTIVE)))


def of_directive(one: Directive) -> Matter:
    clock, about = one.due, one.ticket or one.milestone
    return Matter(
        key=(DIRECTIVE, one.pk),
        title=one.text,
        url=one.get_absolute_url(),
        state=str(one.get_status_display()),
        about=about_of(about),
        about_url=about.get_absolute_url() if about else "",
        company=one.company_id,
        company_name=one.company.name if one.company else "",
        project=one.project_id,
        project_name=one.project.name if one.project else "",
        department=one.department_id,
        department_name=one.department.name,
        handler=one.person.name if one.person else "",
        due_on=clock.due_on if clock else None,
        days=clock.days if clock else 0,
        is_running=bool(clock and one.is_open),
        tried={"again": one.again_count},
        has_open_order=bool(getattr(one, "has_open_order", False)),
        version=one.version,
    )


def about_of(record: Ticket | Milestone | None) -> str:
    return record.title if isinstance(record, Ticket) else str(record or "")


def orders(keys: Iterable[int]) -> Iterable[Matter]:
    return map(of_order, SupervisionOrder.objects.filter(pk__in=keys).for_page())


def of_order(one: SupervisionOrder) -> Matter:
    clock = one.answer_by
    return Matter(
        key=(ORDER, one.pk),
        title=f"{one.colour_title} {one.number} {one.matter}",
        url=one.get_absolute_url(),
        state=str(one.get_status_display()),
        company=one.company_id,
        company_name=one.company.name if one.company else "",
        department=one.department_id,
        department_name=one.department.name,
        handler=one.person.name if one.person else "",
        due_on=clock.due_on,
        days=clock.days,
        is_running=one.is_owing,
        tried={"sent_back": one.returned_count},
        version=one.version,
    )


def tasks(keys: Iterable[int]) -> Iterable[Matter]:
    found = MeetingTask.objects.filter(pk__in=keys).for_page()
    rows: Any = found.annotate(has_open_order=open_order(TASK))  # Any: annotated
    for one in rows:
        yield Matter(
            has_open_order=one.has_open_order,
            key=(TASK, one.pk),
            title=one.text,
            url=f"{one.meeting.get_absolute_url()}#task-{one.pk}",
            state=str(one.get_status_display()),
            project_name=one.meeting.topic,
            department=one.department_id,
            department_name=one.department.name,
            due_on=one.due.due_on,
            days=one.due.days,
            is_running=one.is_open,
            version=one.version,
        )


READERS = {
    TICKET: tickets,
    MILESTONE: milestones,
    PROJECT: projects,
    DIRECTIVE: directives,
    TASK: tasks,
    ORDER: orders,
}
