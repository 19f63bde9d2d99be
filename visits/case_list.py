"""Cases of a kind in a list: those at work, those that ended, and what may be one."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar

from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.lib.labels import label_of
from crm.lib.paging import KeysetPage, keyset_page
from crm.lib.workdays import Unit
from crm.models import Lamp, lamp_of
from crm.services import calendar
from projects.tabs import Tab
from visits.models import Case, CaseTicket, Improvement
from visits.models.cases import CaseQuerySet

NEWEST = ("-pk",)
# Of proposals: what troubles most companies.
MOST_FIRST = ("-company_count", "-ticket_count", "-pk")
Status = Case.Status


def at_work(cases: CaseQuerySet) -> CaseQuerySet:
    return cases.exclude(status__in=Case.ENDED)


def ended(cases: CaseQuerySet) -> CaseQuerySet:
    return cases.filter(status__in=Case.ENDED)


TABS = (
    Tab("open", pgettext_lazy("cases", "At work"), at_work, _("No case is open.")),
    Tab("ended", pgettext_lazy("cases", "Ended"), ended, _("No case has ended yet.")),
)
PROPOSED = "proposed"


@dataclass(frozen=True, slots=True)
class Row:
    """One case, without a model object behind it."""

    FIELDS: ClassVar[tuple[str, ...]] = (
        "pk",
        "title",
        "status",
        "region__name",
        "category__name",
        "opened_at",
        "total",
        "companies",
        "task_department",
        "task_due",
        "task_met",
    )
    today: date
    near: date
    pk: int
    title: str
    status: str
    region: str
    category: str | None
    opened_at: datetime
    total: int
    companies: int
    department: str | None
    due_on: date | None
    met_at: datetime | None

    @property
    def status_label(self) -> str:
        return label_of(Status, self.status)

    @property
    def lamp(self) -> Lamp:
        """Of the improvement that is planned; before and after it nothing runs."""
        is_met = self.met_at is not None or self.status != Status.PLANNED
        return lamp_of(self.due_on, is_met, self.today, self.near)

    @property
    def is_running(self) -> bool:
        return self.status == Status.PLANNED and self.due_on is not None

    @property
    def days_left(self) -> int | None:
        if self.due_on is None:
            return None
        return calendar.count_between(self.today, self.due_on, Unit.WORKING)


def page_of(
    cases: CaseQuerySet, cursor: str | None, today: date, near: date
) -> KeysetPage[Row]:
    def row(*values: Any) -> Row:  # Any: flat values
        return Row(today, near, *values)

    return keyset_page(counted(cases), NEWEST, cursor, fields=Row.FIELDS, row=row)


def counted(cases: CaseQuerySet) -> CaseQuerySet:
    """With the number of their tickets and companies, and who has the task."""
    members = CaseTicket.objects.present().filter(case=OuterRef("pk")).order_by()
    of_case = members.values("case")
    task = Improvement.objects.running().filter(case=OuterRef("pk"))
    companies = Count("ticket__company", distinct=True)
    return cases.annotate(
        total=Coalesce(Subquery(of_case.annotate(n=Count("pk")).values("n")), 0),
        companies=Coalesce(Subquery(of_case.annotate(n=companies).values("n")), 0),
        task_department=Subquery(task.values("department__name")[:1]),
        task_due=Subquery(task.values("due__due_on")[:1]),
        task_met=Subquery(task.values("due__met_at")[:1]),
    )
