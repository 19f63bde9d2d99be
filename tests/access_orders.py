"""Supervision orders in the access table: their rows, and one of each record."""

from unittest.mock import patch

from crm.models import Attachment
from tests.access_world import INTERNAL, MARK, stored, subject
from tests.factories import NOON, GrantFactory, UserFactory
from visits.models import Exemption, OrderAnswer, OrderProposal, Ticket
from visits.services import accountability, orders

ALL = "olga bela oleg tom hana uma dora dirk maria axel otto omar sven selma alma"
# An inner matter of their scope and of the unit.
READERS = "hana uma dora maria axel"
LISTERS = "tom hana uma dora dirk maria axel"
ISSUERS = "maria axel"
SUPERVISOR = "axel"
UNIT = "hana uma"
# 责任追究: not even leaders, dispatchers or colleagues.
RESTRICTED = "uma axel"
HEAD = "uma"
NO = None

# As test_access.ROWS: kind of record, in whose scope, who may GET, who may POST.
ROWS = {
    "visits:orders": (None, ALL, LISTERS, NO),
    "visits:order-new": (None, ALL, ISSUERS, ISSUERS),
    "visits:order": ("order", READERS, READERS, NO),
    "visits:order-why": ("order", READERS, READERS, NO),
    "visits:order-file": ("order-file", READERS, READERS, NO),
    "visits:order-sign": ("order", READERS, NO, UNIT),
    "visits:order-answer": ("order", READERS, UNIT, UNIT),
    "visits:order-close": ("order", READERS, SUPERVISOR, SUPERVISOR),
    "visits:order-send-back": ("order", READERS, SUPERVISOR, SUPERVISOR),
    "visits:order-raise": ("order", READERS, SUPERVISOR, SUPERVISOR),
    "visits:order-withdraw": ("order", READERS, SUPERVISOR, SUPERVISOR),
    "visits:order-publish": ("order", READERS, NO, SUPERVISOR),
    "visits:order-proposal-issue": ("proposal", ISSUERS, NO, ISSUERS),
    "visits:order-proposal-dismiss": ("proposal", ISSUERS, ISSUERS, ISSUERS),
    "visits:accountability-list": (None, ALL, RESTRICTED, NO),
    "visits:accountability-new": (None, ALL, SUPERVISOR, SUPERVISOR),
    "visits:accountability": ("accountability", RESTRICTED, RESTRICTED, NO),
    "visits:accountability-ask": ("accountability", RESTRICTED, HEAD, HEAD),
    "visits:accountability-review": (
        "accountability",
        RESTRICTED,
        SUPERVISOR,
        SUPERVISOR,
    ),
    "visits:accountability-withdraw": (
        "accountability",
        RESTRICTED,
        SUPERVISOR,
        SUPERVISOR,
    ),
    "visits:accountability-file": ("accountability-file", RESTRICTED, RESTRICTED, NO),
    "reports:order-month": (None, ALL, ISSUERS, NO),
    "reports:order-month-export": (None, ALL, ISSUERS, NO),
    "reports:make-order-month": (None, ALL, NO, ISSUERS),
}


def make_orders(records, unit, handler, supervisor):
    """An order with an answer sent back, a proposal, a record with a request."""
    ticket = Ticket.objects.get(pk=records.ids["ticket"]["pk"])
    with patch("reports.order_listener.request_order_paper"):
        order = orders.issue_order(
            actor=supervisor, subject=ticket, colour="blue", addressee=unit,
            requirement=INTERNAL, days=5, now=NOON,
        )  # fmt: skip
    answer = OrderAnswer.objects.create(
        order=order, text=INTERNAL, due_on=NOON, given_by=handler, given_at=NOON,
        verdict="returned", note="x", judged_by=supervisor, judged_at=NOON,
    )  # fmt: skip
    proposal = OrderProposal.objects.create(
        rule="overdue", **subject(ticket), cycle="1/7", deadline=ticket.solve_by,
        days=7, due_on=NOON, colour="yellow", place_path=ticket.company.region_path,
        company=ticket.company, department=unit, matter=MARK, proposed_at=NOON,
    )  # fmt: skip
    record, refused = make_record(order, unit, handler, supervisor)
    records.ids |= {
        "order": {"pk": order.pk},
        "order-file": {"pk": order.pk, "uuid": paper_of(answer, handler)},
        "proposal": {"pk": proposal.pk},
        "accountability": {"pk": record.pk},
        "accountability-file": {"pk": record.pk, "uuid": paper_of(refused, handler)},
    }


def make_record(order, unit, handler, supervisor):
    record = accountability.record_decision(
        order, actor=supervisor, department=unit, kind="talk", decided_on=NOON.date(),
        decided_by=supervisor, basis=INTERNAL, now=NOON,
    )  # fmt: skip
    refused = Exemption.objects.create(
        record=record, reason=INTERNAL, asked_by=handler, asked_at=NOON,
        result="refused", opinion="x", reviewed_by=supervisor, reviewed_at=NOON,
    )  # fmt: skip
    return record, refused


def paper_of(record, user):
    file = stored(None, user, "attachment")
    Attachment.objects.create(**subject(record), file=file, is_internal=True)
    return file.uuid


def make_everywhere(cast, own, foreign, far, faraway):
    """In both counties; the foreign one has a supervisor of its own."""
    watch = UserFactory(login="watch", department=far)
    GrantFactory(user=watch, role="supervisor", region=cast.elsewhere)
    make_orders(own, cast.bureau, cast.hana, cast.axel)
    make_orders(foreign, far, faraway, watch)
