"""Ask for the papers of supervision orders."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from crm.models import Document, User, subject_of
from visits.models import OrderMonth, SupervisionOrder

from . import order_month
from .order_papers import ORDER
from .services import key_of, queue_next


def request_order_paper(
    order: SupervisionOrder, *, actor: User, now: datetime
) -> Document:
    """Queue the next version of an order; of no company, as it is an inner matter."""
    key = str(order.version)
    return queue_next(order, ORDER, company=None, key=key, actor=actor, now=now)


@transaction.atomic
def request_order_month(
    month: OrderMonth, *, actor: User, now: datetime | None = None
) -> Document:
    """Queue the month's list; the same again, or one on its way, is that one."""
    now = now or timezone.now()
    # The month's row is the lock: two askers cannot both make the next version.
    month = OrderMonth.objects.select_for_update(of=("self",)).get(pk=month.pk)
    rows = repr(
        order_month.rows_of(month.region, month.first_on, timezone.localdate(now))
    )
    subject_type, subject_id = subject_of(month)
    every = Document.objects.filter(
        kind=order_month.MONTH, subject_type=subject_type, subject_id=subject_id
    )
    newest = every.exclude(state=Document.State.FAILED).order_by("-version").first()
    if newest and (
        newest.content_key == key_of([rows]) or newest.state != Document.State.READY
    ):
        return newest
    return queue_next(
        month, order_month.MONTH, company=None, key=rows, actor=actor, now=now
    )
