"""Orders with a past, told through the services."""

from datetime import timedelta

from crm.models import Deadline
from tests.factories import NOON
from visits.models import SupervisionOrder
from visits.services import orders

Status = SupervisionOrder.Status
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def issued(cast, subject=None, by="axel", **more) -> SupervisionOrder:
    told = {
        "colour": "yellow",
        "addressee": cast.bureau,
        "requirement": "五日内书面答复。",
        "days": 5,
        "now": NOON,
    }
    if subject is None:
        told |= {"matter": "窗口排队过长", "basis": "3月16日明察暗访。"}
    return orders.issue_order(
        actor=getattr(cast, by), subject=subject, **{**told, **more}
    )


def signed(cast, *args, **more) -> SupervisionOrder:
    order = issued(cast, *args, **more)
    return orders.sign_order(order, actor=cast.hana, now=NOON + HOUR)


def answered(cast, *args, **more) -> SupervisionOrder:
    order = signed(cast, *args, **more)
    return answer(cast, order)


def answer(cast, order, now=NOON + 2 * HOUR, **more) -> SupervisionOrder:
    told = {"text": "已增开两个窗口。", "now": now}
    return orders.answer_order(order, actor=cast.hana, **{**told, **more})


def closed(cast, *args, **more) -> SupervisionOrder:
    order = answered(cast, *args, **more)
    return orders.close_order(order, actor=cast.axel, now=NOON + 3 * HOUR)


def withdrawn(cast, *args, **more) -> SupervisionOrder:
    order = issued(cast, *args, **more)
    return orders.withdraw_order(order, actor=cast.axel, reason="发错单位", now=NOON)


TELL = {
    Status.ISSUED: issued,
    Status.SIGNED: signed,
    Status.ANSWERED: answered,
    Status.CLOSED: closed,
    Status.WITHDRAWN: withdrawn,
}


def in_state(cast, status, *args, **more) -> SupervisionOrder:
    return TELL[Status(status)](cast, *args, **more)


def make_late(deadline: Deadline, due_on) -> None:
    """As if its last day had been this one."""
    Deadline.objects.filter(pk=deadline.pk).update(due_on=due_on)
