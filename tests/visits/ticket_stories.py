"""Tickets with a past, told through the services."""

from datetime import datetime, timedelta
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from crm.models import Department
from tests.factories import NOON, SHANGHAI, DepartmentFactory
from tests.kept import told_once
from visits.models import Category, Ticket
from visits.services import tickets

Status = Ticket.Status
TEXT = "招不到挡车工。三条线停了一条,已经两周。"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TODAY = datetime(2026, 3, 19, 9, 0, tzinfo=SHANGHAI)


def act(name, ticket):
    """The address of an act's page."""
    return reverse(f"visits:ticket-{name}", args=[ticket.pk])


def fire_brigade(cast) -> Department:
    return DepartmentFactory(code="fire", name="消防大队", region=cast.county)


@told_once
def raised(cast, by="olga", **more) -> Ticket:
    company = more.pop("company", cast.company)
    return tickets.raise_ticket(
        actor=getattr(cast, by), company=company, text=TEXT, now=NOON, **more
    )


@told_once
def dispatched(cast, assistants=(), **more) -> Ticket:
    category = Category.objects.get(key="labour")
    return tickets.dispatch_ticket(
        raised(cast, **more),
        actor=cast.dora,
        lead=cast.bureau,
        assistants=assistants,
        category=category,
        now=NOON,
    )


@told_once
def accepted(cast, **more) -> Ticket:
    ticket = dispatched(cast, **more)
    return tickets.accept_ticket(ticket, actor=cast.hana, now=NOON + HOUR)


@told_once
def working(cast, **more) -> Ticket:
    ticket = accepted(cast, **more)
    return tickets.start_work(ticket, actor=cast.hana, now=NOON + HOUR)


@told_once
def answered(cast, **more) -> Ticket:
    return tickets.answer_ticket(
        working(cast, **more),
        actor=cast.hana,
        text="已组织专场招聘,到岗 12 人。",
        proposed="solved",
        now=NOON + 2 * HOUR,
    )


@told_once
def closed(cast, **more) -> Ticket:
    return tickets.confirm_ticket(
        answered(cast, **more), actor=cast.otto, outcome="solved", now=NOON + 3 * HOUR
    )


@told_once
def refused(cast, **more) -> Ticket:
    return tickets.refuse_ticket(
        raised(cast, **more),
        actor=cast.dora,
        refusal="power",
        note="请向省厅反映。",
        now=NOON,
    )


@told_once
def contacted(cast, **more) -> Ticket:
    return tickets.record_contact(
        working(cast, **more),
        actor=cast.hana,
        person="张三",
        called_at=NOON + HOUR,
        now=NOON + HOUR,
    )


@told_once
def replied(cast, **more) -> Ticket:
    """Only the clock of the solution is left: Friday 27 March."""
    ticket = contacted(cast, **more)
    tickets.comment_ticket(
        ticket, actor=cast.hana, text="正在核实。", is_internal=False, now=NOON + HOUR
    )
    return Ticket.objects.get(pk=ticket.pk)


@told_once
def returned(cast, **more) -> Ticket:
    return tickets.return_ticket(
        dispatched(cast, **more),
        actor=cast.hana,
        reason="属水利局职责。",
        suggested=cast.other_bureau,
        now=NOON + HOUR,
    )


@told_once
def paused(cast, days=3, **more) -> Ticket:
    return tickets.pause_ticket(
        contacted(cast, **more),
        actor=cast.hana,
        kind="company",
        reason="请补充缺工岗位表。",
        until_on=(NOON + days * DAY).date(),
        now=NOON + 2 * HOUR,
    )


@told_once
def pause_asked(cast, **more) -> Ticket:
    return tickets.pause_ticket(
        working(cast, **more),
        actor=cast.hana,
        kind="special",
        reason="专家评审。",
        until_on=(NOON + 20 * DAY).date(),
        now=NOON + 2 * HOUR,
    )


@told_once
def extension_asked(cast, **more) -> Ticket:
    return tickets.ask_extension(
        working(cast, **more),
        actor=cast.hana,
        days=20,
        reason="要跨市协调。",
        now=NOON + 2 * HOUR,
    )


@told_once
def parked(cast, days=10, **more) -> Ticket:
    return tickets.park_ticket(
        working(cast, **more),
        actor=cast.uma,
        reason="职校 9 月才有毕业生。",
        next_on=(NOON + days * DAY).date(),
        now=NOON + 2 * HOUR,
    )


@told_once
def merged(cast, into=None, **more) -> Ticket:
    return tickets.merge_tickets(
        dispatched(cast, **more),
        into=into or working(cast),
        actor=cast.dora,
        now=NOON + 2 * HOUR,
    )


TELL = {
    Status.SUBMITTED: lambda cast, **more: raised(cast, by="otto", **more),
    Status.QUEUED: raised,
    Status.DISPATCHED: dispatched,
    Status.ACCEPTED: accepted,
    Status.WORKING: working,
    Status.CONFIRMING: answered,
    Status.RETURNED: returned,
    Status.PAUSED: paused,
    Status.PARKED: parked,
    Status.MERGED: merged,
    Status.CLOSED: closed,
    Status.REFUSED: refused,
}


def in_state(cast, status, **more) -> Ticket:
    return TELL[Status(status)](cast, **more)


def picture(name="现场.png"):
    data = BytesIO()
    Image.new("RGB", (8, 8), "white").save(data, "PNG")
    return SimpleUploadedFile(name, data.getvalue(), "image/png")
