"""Which act is possible with an order in which state, and whose it is."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from crm import events
from crm.lib.errors import StaleVersion, WrongStatus
from crm.models import User
from visits.models import SupervisionOrder
from visits.models.orders import OrderQuerySet
from visits.order_signals import order_changed

Status = SupervisionOrder.Status


class OrderAct(TextChoices):
    """What people do with an order, in the words of the buttons."""

    SIGN = "sign", pgettext_lazy("order act", "Sign for it")
    ANSWER = "answer", pgettext_lazy("order act", "Answer")
    CLOSE = "close", pgettext_lazy("order act", "Accept and close")
    SEND_BACK = "send_back", pgettext_lazy("order act", "Send back")
    RAISE = "raise", pgettext_lazy("order act", "Raise the colour")
    WITHDRAW = "withdraw", pgettext_lazy("order act", "Withdraw")
    PUBLISH = "publish", pgettext_lazy("order act", "Tell the company")

    @property
    def url_name(self) -> str:
        return f"visits:order-{self.value.replace('_', '-')}"

    @property
    def is_plain(self) -> bool:
        """One press on the order's page, without a form."""
        return self in {OrderAct.SIGN, OrderAct.PUBLISH}


OPEN: Final = frozenset(SupervisionOrder.OPEN)
STATES: Final[dict[OrderAct, frozenset[str]]] = {
    OrderAct.SIGN: frozenset({Status.ISSUED}),
    # Whoever answers has signed for it.
    OrderAct.ANSWER: frozenset(SupervisionOrder.OWING),
    OrderAct.CLOSE: frozenset({Status.ANSWERED}),
    OrderAct.SEND_BACK: frozenset({Status.ANSWERED}),
    OrderAct.RAISE: OPEN,
    OrderAct.WITHDRAW: OPEN,
    OrderAct.PUBLISH: OPEN | {Status.CLOSED},
}
Narrow = Callable[[OrderQuerySet, User], OrderQuerySet]
WHO: Final[dict[OrderAct, Narrow]] = {
    OrderAct.SIGN: OrderQuerySet.addressed_to,
    OrderAct.ANSWER: OrderQuerySet.addressed_to,
    OrderAct.CLOSE: OrderQuerySet.judged_by,
    OrderAct.SEND_BACK: OrderQuerySet.judged_by,
    OrderAct.RAISE: OrderQuerySet.judged_by,
    OrderAct.WITHDRAW: OrderQuerySet.judged_by,
    OrderAct.PUBLISH: OrderQuerySet.judged_by,
}
# The flag of OrderQuerySet.with_rights() that says the same for a page.
FLAG: Final[dict[Narrow, str]] = {
    OrderQuerySet.addressed_to: "may_answer",
    OrderQuerySet.judged_by: "may_judge",
}


def has_right(order: SupervisionOrder, act: OrderAct) -> bool:
    """Whether the person of with_rights(person) may do this in some state."""
    return bool(getattr(order, FLAG[WHO[act]], False))


def possible_for(order: SupervisionOrder) -> list[OrderAct]:
    """What this person can do now; needs an order from with_rights(person)."""
    return [
        act
        for act in OrderAct
        if order.status in STATES[act]
        and has_right(order, act)
        and not is_void(order, act)
    ]


def is_void(order: SupervisionOrder, act: OrderAct) -> bool:
    """What the state allows, but what would change nothing."""
    if act == OrderAct.RAISE:
        return not order.raisable_to()
    return act == OrderAct.PUBLISH and (order.is_public or order.company_id is None)


def claim(order: SupervisionOrder, actor: User, act: OrderAct) -> SupervisionOrder:
    """Lock the row for this act, or refuse whoever may not do it."""
    related = ("answer_by", "department", "region", "company")
    allowed = WHO[act](SupervisionOrder.objects.select_related(*related), actor)
    return SupervisionOrder.objects.lock(allowed, order.pk)


def check(order: SupervisionOrder, act: OrderAct, version: int | None) -> None:
    """Refuse what the state does not allow, and what was decided on an old page."""
    if order.status not in STATES[act]:
        raise impossible(order, act)
    if version is not None and version != order.version:
        raise StaleVersion(
            _(
                "Somebody else changed this supervision order meanwhile. Look at it "
                "again before you act; what you typed is kept."
            ),
            current=order,
        )


def impossible(order: SupervisionOrder, act: OrderAct) -> WrongStatus:
    values = {
        "number": order.number,
        "state": order.get_status_display(),
        "act": act.label,
    }
    sentence = _("%(number)s is “%(state)s”, so “%(act)s” is not possible.")
    return WrongStatus(sentence % values)


def save(order: SupervisionOrder, *fields: str) -> None:
    """Write only what the act changed, and count the version up."""
    order.version += 1
    order.save(update_fields=[*fields, "version"])


def tell(
    order: SupervisionOrder,
    action: str,
    actor: User,
    now: datetime,
    *,
    is_public: bool = False,
    **changes: Any,  # as events.record() takes them
) -> None:
    """The event, and the signal by which papers follow."""
    events.record(actor, action, order, is_public=is_public, now=now, **changes)
    order_changed.send(
        sender=SupervisionOrder, order=order, actor=actor, now=now, what=action
    )
