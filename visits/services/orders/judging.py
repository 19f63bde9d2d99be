"""The issuer's side: accept the answer or send it back, raise, withdraw, publish."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.lib.errors import DomainError
from crm.models import User
from crm.services import deadlines
from crm.services.deadlines import Wanted
from visits.models import OrderAnswer, OrderRaise, SupervisionOrder
from visits.models.orders import ORDER

from .acts import OrderAct, check, claim, save, tell
from .issuing import check_days
from .reds import propose_red

Status = SupervisionOrder.Status
Verdict = OrderAnswer.Verdict


@transaction.atomic
def close_order(
    order: SupervisionOrder,
    *,
    actor: User,
    note: str = "",
    version: int | None = None,
    now: datetime | None = None,
) -> SupervisionOrder:
    """The answer is accepted: with it the order ends, and its paper is made anew."""
    now = now or timezone.now()
    order = claim(order, actor, OrderAct.CLOSE)
    if order.status == Status.CLOSED and order.ended_by_id == actor.pk:
        return order
    check(order, OrderAct.CLOSE, version)
    judge(order, actor, Verdict.ACCEPTED, note, now)
    end(order, Status.CLOSED, actor, note, now)
    tell(order, "order.closed", actor, now, status=[Status.ANSWERED, order.status])
    return order


@transaction.atomic
def send_back_order(
    order: SupervisionOrder,
    *,
    actor: User,
    reason: str,
    days: int | None = None,
    version: int | None = None,
    now: datetime | None = None,
) -> SupervisionOrder:
    """The answer will not do. The old clock goes on, unless a new one is given."""
    now = now or timezone.now()
    order = claim(order, actor, OrderAct.SEND_BACK)
    check(order, OrderAct.SEND_BACK, version)
    need_reason(reason)
    judge(order, actor, Verdict.RETURNED, reason, now)
    order.move_to(Status.SIGNED)
    order.returned_count += 1
    fields = ["status", "returned_count"]
    if days is None:
        deadlines.unmeet(order.answer_by)
    else:
        check_days(days)
        begin_anew(order, days, now)
        fields.append("answer_by")
    save(order, *fields)
    tell(
        order,
        "order.sent_back",
        actor,
        now,
        status=[Status.ANSWERED, order.status],
        returned_count=[order.returned_count - 1, order.returned_count],
        due_on=order.answer_by.due_on,
    )
    return order


def begin_anew(order: SupervisionOrder, days: int, now: datetime) -> None:
    """Another deadline from today on; the first stays met as it was."""
    wanted = Wanted(ORDER, days, timezone.localdate(now), department=order.department)
    order.answer_by = deadlines.start_many([wanted])[0]
    if order.person:
        deadlines.hand([order.answer_by], order.person)


@transaction.atomic
def raise_order(
    order: SupervisionOrder,
    *,
    actor: User,
    colour: str,
    reason: str,
    version: int | None = None,
    now: datetime | None = None,
) -> SupervisionOrder:
    """Blue → yellow → red, never down; each makes a new version of the paper."""
    now = now or timezone.now()
    order = claim(order, actor, OrderAct.RAISE)
    if is_raised_already(order, actor, colour):
        return order
    check(order, OrderAct.RAISE, version)
    if colour not in order.raisable_to():
        sentence = _("The colour of an order is only raised: blue, yellow, red.")
        raise DomainError(sentence, code="colour_not_raised", field="colour")
    need_reason(reason)
    before, order.colour = order.colour, colour
    OrderRaise.objects.create(
        order=order,
        before=before,
        after=colour,
        reason=reason.strip(),
        raised_by=actor,
        raised_at=now,
    )
    save(order, "colour")
    tell(order, "order.raised", actor, now, colour=[before, order.colour])
    propose_red(order, now=now)
    return order


def is_raised_already(order: SupervisionOrder, actor: User, colour: str) -> bool:
    """A button pressed twice."""
    last = order.raises.last()
    return order.colour == colour and last is not None and last.raised_by_id == actor.pk


@transaction.atomic
def withdraw_order(
    order: SupervisionOrder,
    *,
    actor: User,
    reason: str,
    version: int | None = None,
    now: datetime | None = None,
) -> SupervisionOrder:
    """It should not have been issued, or is not needed any more; the number stays."""
    now = now or timezone.now()
    order = claim(order, actor, OrderAct.WITHDRAW)
    check(order, OrderAct.WITHDRAW, version)
    need_reason(reason)
    before = order.status
    end(order, Status.WITHDRAWN, actor, reason, now)
    deadlines.meet(order.answer_by, now=now)
    tell(order, "order.withdrawn", actor, now, status=[before, order.status])
    return order


@transaction.atomic
def publish_order(
    order: SupervisionOrder,
    *,
    actor: User,
    version: int | None = None,
    now: datetime | None = None,
) -> SupervisionOrder:
    """Tell the company that there is one; what was told is not untold."""
    now = now or timezone.now()
    order = claim(order, actor, OrderAct.PUBLISH)
    if order.is_public:
        return order
    check(order, OrderAct.PUBLISH, version)
    if order.company_id is None:
        sentence = _("This order concerns no company.")
        raise DomainError(sentence, code="no_company")
    order.is_public = True
    save(order, "is_public")
    tell(order, "order.published", actor, now, is_public=True)
    return order


def judge(
    order: SupervisionOrder, actor: User, verdict: str, note: str, now: datetime
) -> None:
    """On the answer that waits. Nobody judges his own."""
    answer = order.answers.get(verdict="")
    if answer.given_by_id == actor.pk:
        sentence = _("You gave this answer yourself; somebody else judges it.")
        raise DomainError(sentence, code="own_answer")
    answer.verdict, answer.note = verdict, note.strip()[:400]
    answer.judged_by, answer.judged_at = actor, now
    answer.save(update_fields=["verdict", "note", "judged_by", "judged_at"])


def end(
    order: SupervisionOrder, status: Status, actor: User, note: str, now: datetime
) -> None:
    order.move_to(status)
    order.ended_by, order.ended_at = actor, now
    order.end_note = note.strip()[:400]
    save(order, "status", "ended_by", "ended_at", "end_note")


def need_reason(reason: str) -> None:
    if not reason.strip():
        raise DomainError(_("Give the reason."), code="reason_missing", field="reason")
