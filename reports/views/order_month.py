"""The monthly list of supervision orders: page, table, paper."""

from datetime import date

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from crm.lib.forked import run_forked
from crm.lib.http import AppRequest, key_of
from crm.lib.listing import sliced
from crm.models import Region, User
from reports import order_month
from reports.order_requests import request_order_month
from visits.services import orders

SIZE = 50
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WRITE = "crm.lib.workbooks.write_table"


def asked(user: User, query: QueryDict, today: date) -> tuple[Region, date]:
    """The region and month that the address names; else his own, the last whole one."""
    if not order_month.may_read(user):
        raise PermissionDenied
    regions = order_month.regions_for(user)
    wanted = key_of(query.get("region", ""))
    region = next((one for one in regions if one.pk == wanted), regions[0])
    return region, order_month.first_of(query.get("month", ""), today)


@require_safe
def page(request: AppRequest) -> HttpResponse:
    today = timezone.localdate()
    region, first_on = asked(request.user, request.GET, today)
    rows = order_month.rows_of(region, first_on, today)
    months = [f"{one:%Y-%m}" for one in order_month.months_before(today)]
    context = {
        "region": region,
        "regions": order_month.regions_for(request.user),
        "month": f"{first_on:%Y-%m}",
        "first_on": first_on,
        "is_running": (first_on.year, first_on.month) == (today.year, today.month),
        "months": months,
        "figures": order_month.figures_of(rows),
        "page": sliced(request, rows, SIZE),
        "today": today,
    }
    return render(request, "reports/order_month.html", context)


@require_safe
def export(request: AppRequest) -> HttpResponse:
    """Exactly what the page lists; who took it out is recorded."""
    today = timezone.localdate()
    region, first_on = asked(request.user, request.GET, today)
    rows = order_month.rows_of(region, first_on, today)
    table = order_month.table_of(rows)
    body: bytes = run_forked(
        "crm.lib.in_child.call", WRITE, table, 0, order_month.WIDTHS
    )
    month = orders.month_of(region, first_on)
    orders.note_export(month, actor=request.user, count=len(rows))
    response = HttpResponse(body, content_type=XLSX)
    name = f"orders-{region.code}-{first_on:%Y-%m}.xlsx"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_POST
def make(request: AppRequest) -> HttpResponse:
    """Ask for the paper; the same again is the same one."""
    region, first_on = asked(request.user, request.POST, timezone.localdate())
    month = orders.month_of(region, first_on)
    document = request_order_month(month, actor=request.user)
    return redirect("reports:paper", document.number)


urls = [
    path("orders/monthly/", page, name="order-month"),
    path("orders/monthly/export/", export, name="order-month-export"),
    path("orders/monthly/paper/", make, name="make-order-month"),
]
