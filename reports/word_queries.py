"""Answers without a word: what an officer has to call about. Only reads."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F

from crm.models import Lamp, User, lamp_of
from crm.models.people import by_access
from crm.services import calendar, deadlines
from visits.models import Callback


@dataclass(frozen=True)
class ToCall:
    """One company that has said nothing."""

    pk: int
    title: str
    company: str
    tries: int
    due_on: date
    lamp: Lamp
    days_left: int


def to_call_back(user: User, today: date, limit: int) -> list[ToCall]:
    """Of the companies served today, by the day of the call."""
    near = deadlines.yellow_from(today)
    rows = []
    for pk, title, company, tries, due_on in waiting_calls(user, today, limit):
        lamp = lamp_of(due_on, False, today, near)
        left = calendar.count_between(today, due_on)
        rows.append(ToCall(pk, title, company, tries, due_on, lamp, left))
    return rows


@by_access
def waiting_calls(user: User, today: date, limit: int) -> Any:
    work = Callback.objects.work_of(user, today).annotate(due=F("call_by__due_on"))
    rows = work.order_by("due", "pk")
    fields = ("pk", "ticket__title", "ticket__company__name", "tries", "due")
    return rows.values_list(*fields)[:limit]
