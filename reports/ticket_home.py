"""The side ways of tickets on the first pages: shown only while something waits."""

from collections.abc import Iterable
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from crm.models import User

from . import ticket_queries as queries
from .sections import ROWS, More, Section

TICKETS = "reports/home/_tickets.html"


def unit_head(user: User, today: date) -> Iterable[Section]:
    if rows := queries.to_decide(user, today, ROWS + 1):
        yield Section(
            title=_("Extensions and pauses to decide on"),
            template=TICKETS,
            rows=rows,
            empty="",
            hint=_("Until the end: after it nothing is extended any more."),
        )


def dispatcher(user: User, today: date) -> Iterable[Section]:
    if rows := queries.to_rule_on(user, today, ROWS + 1):
        yield Section(
            title=_("Returns to rule on today"),
            template=TICKETS,
            rows=rows,
            empty="",
            more=More(
                reverse("visits:tickets") + "?tab=all&status=returned",
                _("All returned ones"),
            ),
        )


def unit(user: User, today: date) -> Iterable[Section]:
    if rows := queries.next_replies(user, today, ROWS + 1):
        yield Section(
            title=_("Parked: the company hears by this day"),
            template=TICKETS,
            rows=rows,
            empty="",
            more=More(
                reverse("visits:tickets") + "?tab=unit&status=parked",
                _("All parked ones"),
            ),
            is_aside=True,
        )


def owner(user: User, today: date) -> Iterable[Section]:
    if rows := queries.drafts_of(user, ROWS + 1):
        yield Section(
            title=_("Not sent yet"),
            template="reports/home/_drafts.html",
            rows=rows,
            empty="",
        )
