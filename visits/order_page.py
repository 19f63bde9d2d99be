"""One supervision order as its page shows it, and its lines on a ticket's page."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.audit_words import ACTIONS
from crm.models import (
    Attachment,
    Document,
    Event,
    Lamp,
    Role,
    StoredFile,
    User,
    subject_of,
)
from crm.services import deadlines
from projects.models import Project
from visits.models import (
    AccountabilityRecord,
    OrderAnswer,
    OrderRaise,
    SupervisionOrder,
    Ticket,
)
from visits.models.orders import OrderQuerySet
from visits.services import orders as services
from visits.services.orders import OrderAct, possible_for, subjects
from visits.services.tickets.parts import lead_part

STEPS = 40
# So many stand on the page of what they are about.
SHOWN = 20
# What the order waits for, from whom: the one filled button.
AWAITED = (OrderAct.SIGN, OrderAct.ANSWER, OrderAct.CLOSE)


@dataclass(frozen=True)
class Told:
    """One step of its history."""

    at: datetime
    who: str
    what: str


@dataclass(frozen=True)
class AnswerView:
    """One answer with its evidence and what was said to it."""

    row: OrderAnswer
    files: list[Attachment] = field(default_factory=list)

    @property
    def was_late(self) -> bool:
        return timezone.localdate(self.row.given_at) > self.row.due_on


@dataclass(frozen=True)
class Page:
    order: SupervisionOrder
    today: date
    near: date
    acts: list[OrderAct]
    answers: list[AnswerView]
    raises: list[OrderRaise]
    papers: list[Document]
    steps: list[Told]
    # Where its subject is, for who reads that too.
    subject_url: str
    subject_label: str
    # Restricted: only for who may read them.
    records: list[AccountabilityRecord]
    may_record: bool

    @property
    def next_act(self) -> OrderAct | None:
        return next((act for act in self.acts if act in AWAITED), None)

    @property
    def other_acts(self) -> list[OrderAct]:
        return [act for act in self.acts if act != self.next_act]

    @property
    def lamp(self) -> Lamp:
        return self.order.answer_by.lamp(self.today, self.near)

    @property
    def lamp_word(self) -> str:
        """Of a clock that stands how the order stands, not whether it was late."""
        return "" if self.is_running else str(self.order.get_status_display())

    @property
    def days_left(self) -> int | None:
        return deadlines.days_left(self.order.answer_by, self.today)

    @property
    def is_running(self) -> bool:
        return self.order.answer_by.met_at is None


def page_of(order: SupervisionOrder, user: User, now: datetime | None = None) -> Page:
    """The order comes from for_page() and with_rights(user)."""
    today = timezone.localdate(now)
    subject_type, subject_id = subject_of(order)
    seen = AccountabilityRecord.objects.visible_to(user)
    records = seen.filter(subject_type=subject_type, subject_id=subject_id)
    url, label = subject_for(order, user, today)
    return Page(
        order=order,
        today=today,
        near=deadlines.yellow_from(today),
        acts=possible_for(order),
        answers=answers_of(order),
        raises=list(order.raises.select_related("raised_by")),
        papers=papers_of(order),
        steps=steps_of(order),
        subject_url=url,
        subject_label=label,
        records=list(records.select_related("department")),
        may_record=is_watched(user, order.place_path),
    )


def is_watched(user: User, place: str) -> bool:
    ranges = user.access.region_ranges(Role.SUPERVISOR)
    return any(place in one for one in ranges)


def subject_for(order: SupervisionOrder, user: User, today: date) -> tuple[str, str]:
    """Where what it is about is to be read, and what kind of record that is."""
    kind = subjects.of_type(order.subject_type)
    if kind is None or order.subject_id is None:
        return "", ""
    record = subjects.found(user, order.subject_type, order.subject_id)
    url = kind.facts(record, today).url if record else ""
    return url, str(kind.label)


def answers_of(order: SupervisionOrder) -> list[AnswerView]:
    """The newest first."""
    rows = list(order.answers.select_related("given_by", "judged_by").order_by("-pk"))
    files = files_of([row.pk for row in rows])
    return [AnswerView(row, files.get(row.pk, [])) for row in rows]


def files_of(answers: list[int]) -> dict[int, list[Attachment]]:
    kind = OrderAnswer._meta.label_lower
    found: dict[int, list[Attachment]] = {}
    attached = Attachment.objects.filter(subject_type=kind, subject_id__in=answers)
    for one in attached.select_related("file").order_by("pk"):
        found.setdefault(one.subject_id, []).append(one)
    return found


def evidence_of(order: SupervisionOrder) -> Any:  # a queryset of stored files
    kind, answers = OrderAnswer._meta.label_lower, order.answers.values("pk")
    attached = Attachment.objects.filter(subject_type=kind, subject_id__in=answers)
    return StoredFile.objects.filter(pk__in=attached.values("file"))


def papers_of(order: SupervisionOrder) -> list[Document]:
    """The newest version first."""
    subject_type, subject_id = subject_of(order)
    papers = Document.objects.filter(subject_type=subject_type, subject_id=subject_id)
    return list(papers.order_by("-version"))


def steps_of(order: SupervisionOrder) -> list[Told]:
    events = Event.objects.for_subject(order).select_related("actor")
    return [
        Told(
            one.at,
            one.actor.name if one.actor else str(_("The system")),
            str(ACTIONS.get(one.action, one.action)),
        )
        for one in events.order_by("-pk")[:STEPS]
    ]


# --- On the ticket's page ------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """That there is an order: for who reads it whole, the way to it."""

    order: SupervisionOrder
    is_readable: bool
    lamp: Lamp
    days_left: int | None


def on_ticket(ticket: Ticket, user: User, today: date) -> dict[str, Any] | None:
    """For visits.ticket_panels: the orders about this ticket, and the way to one.

    The company reads what was made public; officers that there is one.
    """
    reads_internal = bool(getattr(ticket, "may_read_internal", False))
    subject_type, subject_id = subject_of(ticket)
    orders = SupervisionOrder.objects.about(subject_type, subject_id)
    if not reads_internal:
        orders = orders.filter(is_public=True)
    lines = lines_of(orders, user, today)
    may_order = reads_internal and ticket.is_open and may_order_on(ticket, user)
    may_record = reads_internal and is_watched(user, ticket.company.region_path)
    if not lines and not may_order and not may_record:
        return None
    return {
        "lines": lines,
        "may_order": may_order,
        "may_record": may_record,
        "subject": subject_type,
    }


def on_project(project: Project, user: User, today: date) -> dict[str, Any] | None:
    """For projects.project_panels, whose readers are officials: what is ordered."""
    lines = lines_of(SupervisionOrder.objects.filter(project=project), user, today)
    return {"lines": lines} if lines else None


def lines_of(orders: OrderQuerySet, user: User, today: date) -> list[Line]:
    """The newest first; whether this person reads each whole."""
    readable = SupervisionOrder.objects.visible_to(user).filter(pk=OuterRef("pk"))
    near = deadlines.yellow_from(today)
    rows = orders.annotate(readable=Exists(readable)).order_by("-pk")
    return [
        Line(
            one,
            one.readable,  # type: ignore[attr-defined] # annotated
            one.answer_by.lamp(today, near),
            deadlines.days_left(one.answer_by, today),
        )
        for one in rows.select_related("department", "answer_by")[:SHOWN]
    ]


def may_order_on(ticket: Ticket, user: User) -> bool:
    """Supervisors and leaders of its place, leaders of the department that leads it."""
    if not services.may_issue(user):
        return False
    access = user.access
    wide = access.region_ranges(Role.SUPERVISOR, Role.LEADER)
    if any(ticket.company.region_path in one for one in wide):
        return True
    lead = lead_part(ticket)
    charged = access.department_ranges(Role.LEADER)
    return lead is not None and any(lead.department.path in one for one in charged)
