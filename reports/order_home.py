"""What of supervision orders stands on the home pages, per role."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from crm.models import User
from crm.models.people import by_access
from crm.services import deadlines
from visits import order_list
from visits.models import AccountabilityRecord, OrderProposal
from visits.order_list import Proposed, Row, row_of

from .sections import ROWS, More, Section

ORDERS = "reports/home/_orders.html"
Status = AccountabilityRecord.Status


@by_access
def flat_orders(user: User, narrow: order_list.Narrow, today: date, limit: int) -> Any:
    orders = narrow(user, today).order_by(*order_list.BY_DUE)
    return orders.values_list(*Row.FIELDS)[:limit]


@by_access
def flat_proposals(user: User, limit: int) -> Any:
    found = OrderProposal.objects.open().visible_to(user)
    return found.order_by(*order_list.LONGEST_LATE).values_list(*Proposed.FIELDS)[
        :limit
    ]


@by_access
def flat_records(user: User, statuses: tuple[str, ...], limit: int) -> Any:
    found = AccountabilityRecord.objects.visible_to(user).filter(status__in=statuses)
    fields = ("pk", "matter", "kind", "status", "department__name", "decided_on")
    return found.order_by("-decided_on", "-pk").values_list(*fields)[:limit]


def orders(user: User, narrow: order_list.Narrow, today: date) -> list[Row]:
    near = deadlines.yellow_from(today)
    return [
        row_of(today, near, *one) for one in flat_orders(user, narrow, today, ROWS + 1)
    ]


def listed(title: str, rows: list[Row], tab: str, hint: str = "") -> Section:
    more = More(f"{reverse('visits:orders')}?tab={tab}", _("All supervision orders"))
    return Section(title, ORDERS, rows, "", hint=hint, more=more, opens="visits:order")


def issuer(user: User, today: date) -> Iterable[Section]:
    """Supervisors and leaders: what rules propose, what was answered, what is late."""
    if rows := flat_proposals(user, ROWS + 1):
        address = f"{reverse('visits:orders')}?tab={order_list.PROPOSALS}"
        yield Section(
            title=_("Supervision orders proposed by rules"),
            template="reports/home/_order_proposals.html",
            rows=[Proposed(today, *one) for one in rows],
            empty="",
            hint=_("Overdue for long; one press issues the order."),
            more=More(address, _("All proposals")),
        )
    if waiting := orders(user, order_list.to_judge, today):
        yield listed(_("Answers to supervision orders to judge"), waiting, "judge")
    if late := orders(user, order_list.overdue, today):
        yield listed(_("Overdue supervision orders"), late, "overdue")


def supervisor(user: User, today: date) -> Iterable[Section]:
    if rows := flat_records(user, (Status.ASKED,), ROWS + 1):
        yield records(_("Exemptions to review"), rows)


def unit(user: User, today: date) -> Iterable[Section]:
    if owed := orders(user, order_list.to_answer, today):
        hint = _("The clock runs from issuing, signed for or not.")
        yield listed(_("Supervision orders to answer"), owed, "mine", hint)


def unit_head(user: User, today: date) -> Iterable[Section]:
    standing = (Status.STANDING, Status.ASKED)
    if rows := flat_records(user, standing, ROWS + 1):
        yield records(_("Accountability of my unit"), rows, is_aside=True)


def records(title: str, rows: list[Any], *, is_aside: bool = False) -> Section:
    """Any: flat_records()'s; not counted, so that nobody's number is shown."""
    kinds, states = AccountabilityRecord.Kind, Status
    return Section(
        title=title,
        template="reports/home/_accountability.html",
        rows=[
            {
                "pk": pk,
                "matter": matter,
                "kind": kinds(kind).label,
                "state": states(status).label,
                "department": department,
                "decided_on": day,
            }
            for pk, matter, kind, status, department, day in rows
        ],
        empty="",
        more=More(reverse("visits:accountability-list"), _("All records")),
        is_aside=is_aside,
        is_counted=False,
    )
