"""办结, 解决, 满意 side by side; every number opens to exactly as many tickets."""

from datetime import date
from typing import Any, Final

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from crm.lib.forked import run_forked
from crm.lib.http import AppRequest, key_of
from crm.lib.listing import addresses, sliced
from crm.lib.months import month_of
from crm.lib.paging import PAGE_SIZE, CappedCount
from crm.models import Department, Role
from crm.views.rights import only
from reports import outcome_table
from reports.outcome_table import Period
from reports.services import note_outcomes_export
from visits import outcomes, ticket_list
from visits.models import Category
from visits.outcomes import CATEGORIES, LABELS, UNITS, Asked

READERS: Final = (Role.DISPATCHER, Role.LEADER, Role.SUPERVISOR, Role.UNIT_HEAD)
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def asked(request: AppRequest, today: date) -> tuple[str, Period]:
    """Rows by what, and of which months."""
    by = CATEGORIES if request.GET.get("by") == CATEGORIES else UNITS
    first = month_of(request.GET.get("first", ""))
    last = month_of(request.GET.get("last", ""))
    return by, outcome_table.period_of(first, last, today)


@require_safe
@only(*READERS)
def index(request: AppRequest) -> HttpResponse:
    today = timezone.localdate()
    by, period = asked(request, today)
    table = outcome_table.table_of(request.user, by, period, today)
    context = {
        "by": by,
        "period": period,
        "table": table,
        "page": sliced(request, table.rows, PAGE_SIZE),
        "query": urlencode({"by": by, **period.query}),
        "months": urlencode(period.query),
        "today": today,
    }
    return render(request, "reports/outcomes.html", context)


@require_safe
@only(*READERS)
def export(request: AppRequest) -> HttpResponse:
    """The same rows as a table file; that it left the house is written down."""
    today = timezone.localdate()
    by, period = asked(request, today)
    table = outcome_table.table_of(request.user, by, period, today)
    rows = outcome_table.as_cells(table, by, period)
    note_outcomes_export(request.user, by=by, days=period.days, lines=len(table.rows))
    body: bytes = run_forked(
        "crm.lib.in_child.call",
        "crm.lib.workbooks.write_table",
        rows,
        outcome_table.HEADING,
        outcome_table.widths_of(rows),
    )
    response = HttpResponse(body, content_type=XLSX)
    name = f"outcomes-{period.first:%Y%m}-{period.last_month:%Y%m}.xlsx"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_safe
@only(*READERS)
def tickets(request: AppRequest) -> HttpResponse:
    """The tickets behind one number of the page."""
    today = timezone.localdate()
    _by, period = asked(request, today)
    figure = request.GET.get("figure", "dispatched")
    if figure not in LABELS:
        raise Http404
    narrowed, labels = narrowing(request)
    found = outcomes.tickets_of(
        request.user, Asked(period.days, figure, **narrowed), today
    )
    page = ticket_list.page_of(
        found, ticket_list.NEWEST, request.GET.get("cursor"), today
    )
    # Whole: it is the number that was pressed.
    count = CappedCount(found.count(), is_capped=False)
    context = {
        "label": LABELS[figure],
        "labels": labels,
        "period": period,
        "rows": page.rows,
        "page": {"count": count, **addresses(request.GET, page)},
        "months": urlencode(period.query),
        "today": today,
    }
    return render(request, "reports/outcome_tickets.html", context)


def narrowing(request: AppRequest) -> tuple[dict[str, Any], list[str]]:
    """Of which unit or category; one that does not exist has no tickets."""
    narrowed: dict[str, Any] = {}
    labels = []
    rows: dict[str, Any] = {UNITS: Department.objects, CATEGORIES: Category.objects}
    for name, every in rows.items():
        if text := request.GET.get(name, ""):
            narrowed[name] = key_of(text)
            found = every.filter(pk=narrowed[name]).values_list("name", flat=True)
            labels.extend(found)
    return narrowed, labels


urls = [
    path("reports/outcomes/", index, name="outcomes"),
    path("reports/outcomes/export/", export, name="outcomes-export"),
    path("reports/outcomes/tickets/", tickets, name="outcome-tickets"),
]
