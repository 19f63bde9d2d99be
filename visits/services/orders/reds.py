"""Two yellow orders in a row on the same matter propose a red one."""

from datetime import datetime

from django.db.models import Q

from crm import events
from crm.models import subject_of
from visits.models import OrderProposal, SupervisionOrder

Colour = SupervisionOrder.Colour


def propose_red(order: SupervisionOrder, *, now: datetime) -> None:
    """Called when an order is or becomes yellow, in the transaction of that.

    In a row: the department's order before it on the same record was yellow too; of
    orders about no record, its order before it about none.
    """
    if order.colour != Colour.YELLOW:
        return
    before = earlier(order)
    if before is None or before.colour != Colour.YELLOW:
        return
    subject_type, subject_id = subject_of(order)
    made = OrderProposal(
        rule=OrderProposal.Rule.TWO_YELLOWS,
        subject_type=subject_type,
        subject_id=subject_id,
        cycle=str(before.pk),
        due_on=order.answer_by.due_on,
        colour=Colour.RED,
        place_path=order.place_path,
        company_id=order.company_id,
        department=order.department,
        person=order.person,
        matter=order.matter,
        proposed_at=now,
    )
    made.save(force_insert=True)
    events.record(None, "order.proposed", made, now=now, rule=made.rule)


def earlier(order: SupervisionOrder) -> SupervisionOrder | None:
    """The one before it to this department on the same."""
    same = SupervisionOrder.objects.filter(
        department=order.department,
        subject_type=order.subject_type,
        region=order.region_id,
    )
    if order.subject_id is not None:
        same = same.filter(subject_id=order.subject_id)
    stood = ~Q(status=SupervisionOrder.Status.WITHDRAWN)
    return same.filter(stood, pk__lt=order.pk).order_by("-pk").first()
