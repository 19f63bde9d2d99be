"""The addressee's side: sign for the order, answer it with evidence."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.lib.errors import DomainError
from crm.models import User
from crm.services import deadlines
from crm.services.attaching import Sent, attach
from visits.models import OrderAnswer, SupervisionOrder

from .acts import OrderAct, check, claim, save, tell

Status = SupervisionOrder.Status


@transaction.atomic
def sign_order(
    order: SupervisionOrder,
    *,
    actor: User,
    version: int | None = None,
    now: datetime | None = None,
) -> SupervisionOrder:
    """The department has it. The clock ran before and does not begin anew."""
    now = now or timezone.now()
    order = claim(order, actor, OrderAct.SIGN)
    if order.signed_at and order.status == Status.SIGNED:
        return order
    check(order, OrderAct.SIGN, version)
    before = order.status
    order.move_to(Status.SIGNED)
    order.signed_by, order.signed_at = actor, now
    save(order, "status", "signed_by", "signed_at")
    tell(order, "order.signed", actor, now, status=[before, order.status])
    return order


@transaction.atomic
def answer_order(
    order: SupervisionOrder,
    *,
    actor: User,
    text: str,
    client_key: uuid.UUID | None = None,
    files: Sequence[Sent] = (),
    version: int | None = None,
    now: datetime | None = None,
) -> SupervisionOrder:
    """What was done, with evidence; the clock stands until it is judged."""
    now = now or timezone.now()
    order = claim(order, actor, OrderAct.ANSWER)
    if client_key and is_known(actor, client_key):
        return order
    check(order, OrderAct.ANSWER, version)
    if not text.strip():
        raise DomainError(_("Write the answer."), code="text_missing", field="text")
    due_on = order.answer_by.due_on
    assert due_on is not None, "an order's clock is never paused"
    before = order.status
    order.move_to(Status.ANSWERED)
    fields = ["status"]
    if order.signed_at is None:
        order.signed_by, order.signed_at = actor, now
        fields += ["signed_by", "signed_at"]
    answer = OrderAnswer.objects.create(
        order=order,
        text=text.strip(),
        due_on=due_on,
        given_by=actor,
        given_at=now,
        client_key=client_key or uuid.uuid4(),
    )
    # Of no company: it is an inner matter, and so are its papers.
    attach(answer, files, company=None, actor=actor, is_internal=True, now=now)
    deadlines.meet(order.answer_by, now=now)
    save(order, *fields)
    tell(
        order,
        "order.answered",
        actor,
        now,
        status=[before, order.status],
        file_count=len(files),
    )
    return order


def is_known(actor: User, client_key: uuid.UUID) -> bool:
    return OrderAnswer.objects.filter(given_by=actor, client_key=client_key).exists()
