"""The ledger: the list with its columns and filters, and the same as a table."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_GET

from crm.lib.forked import run_forked
from crm.lib.http import AppRequest
from crm.lib.listing import addresses
from crm.lib.paging import capped_count
from reports import ledger, services
from visits.models import Category, Ticket
from visits.models.ticket_sets import TicketQuerySet
from visits.ticket_list import OFFICIALS

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def narrowed(request: AppRequest) -> tuple[ledger.LedgerFilter, TicketQuerySet]:
    """The visible tickets that the address asks for; none where it asks badly."""
    if not request.user.has_role(*OFFICIALS):
        raise PermissionDenied
    visible = ledger.visible_to(request.user)
    asked = ledger.LedgerFilter(request.GET, visible, request=request)
    return asked, asked.qs if asked.is_valid() else visible.none()


@require_GET
def index(request: AppRequest) -> HttpResponse:
    return show(request, *narrowed(request))


def show(
    request: AppRequest,
    asked: ledger.LedgerFilter,
    tickets: TicketQuerySet,
    problem: str = "",
) -> HttpResponse:
    page = ledger.page_of(tickets, request.GET.get("cursor"))
    columns = ledger.columns_of(request.GET.getlist("column"))
    count = capped_count(tickets)
    context = {
        "rows": [(row, ledger.cells(row, columns)) for row in page.rows],
        "columns": columns,
        "every_column": ledger.COLUMNS,
        "page": {"count": count, **addresses(request.GET, page)},
        "filter": asked,
        "chosen": asked.chosen,
        "is_narrowed": any(asked.chosen.values()),
        "query": without_cursor(request),
        "problem": problem,
        **choices(asked.chosen),
    }
    is_good = asked.is_valid() and not problem
    status = 200 if is_good else 422
    return render(request, "reports/ledger.html", context, status=status)


def choices(chosen: dict[str, str]) -> dict[str, Any]:  # Any: values and labels
    active = Category.objects.filter(is_active=True)
    return {
        "statuses": Ticket.Status.choices,
        "sources": Ticket.Source.choices,
        "urgencies": Ticket.Urgency.choices,
        "categories": active.values_list("key", "name"),
        "ways": [
            (name, ledger.LedgerFilter.declared_filters[name].label, chosen[name])
            for name in ledger.WAYS
        ],
    }


def without_cursor(request: HttpRequest) -> str:
    query = request.GET.copy()
    query.pop("cursor", None)
    return query.urlencode()


@require_GET
def export(request: AppRequest) -> HttpResponse:
    """What the list shows, all of it, in the chosen columns."""
    asked, tickets = narrowed(request)
    count = tickets.order_by().values("pk")[: ledger.MOST_ROWS + 1].count()
    problem = ledger.too_many(count)
    if problem or not asked.is_valid():
        return show(request, asked, tickets, problem)
    columns = ledger.columns_of(request.GET.getlist("column"))
    rows = ledger.table(tickets, columns)
    services.note_ledger(actor=request.user, rows=count, query=without_cursor(request))
    widths = [column.width for column in columns]
    name = "crm.lib.workbooks.write_table"
    made: bytes = run_forked("crm.lib.in_child.call", name, rows, 0, widths)
    response = HttpResponse(made, content_type=XLSX)
    day = timezone.localdate().isoformat()
    response["Content-Disposition"] = f'attachment; filename="tickets-{day}.xlsx"'
    response["Cache-Control"] = "private, no-store"
    return response


urls = [
    path("tickets/ledger/", index, name="ledger"),
    path("tickets/ledger/export/", export, name="ledger-export"),
]
