"""The dwell map: where the days go, opened down to the single approvals."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_safe

from crm.lib.http import AppRequest, key_of
from crm.lib.listing import addresses, sliced
from crm.lib.paging import NARROWED_CAP, capped_count
from projects import boards, dwell, project_list
from projects.models.milestones import MilestoneQuerySet


def asked(request: AppRequest) -> tuple[MilestoneQuerySet, dict[str, Any]]:
    """The approvals that are asked for, and what the page says of that."""
    if not request.user.access.roles & project_list.OFFICIALS:
        raise PermissionDenied
    period = request.GET.get("period", "")
    period = period if period in dwell.PERIODS else dwell.USUAL
    today = timezone.localdate()
    since = dwell.since(period, today)
    items = dwell.approved(request.user, since)
    item = request.GET.get("item", "")[:40]
    department = key_of(request.GET.get("department", ""))
    if item:
        items = items.filter(key=item)
    if department:
        items = items.filter(department=department)
    return items, {
        "period": period,
        "periods": dwell.PERIODS,
        "since": since,
        "item": item,
        "department": department,
        "today": today,
    }


@require_safe
def index(request: AppRequest) -> HttpResponse:
    items, context = asked(request)
    group = request.GET.get("group", "")
    group = group if group in dwell.GROUPS else "both"
    context |= {
        "kinds": boards.KINDS,
        "group": group,
        "groups": dwell.GROUPS,
        "page": sliced(request, dwell.bars(dwell.figures(items, group)), dwell.LINES),
    }
    return render(request, "projects/dwell.html", context)


@require_safe
def approvals(request: AppRequest) -> HttpResponse:
    items, context = asked(request)
    page = dwell.page_of(items, request.GET.get("cursor"))
    links = addresses(request.GET, page)
    count = capped_count(items, NARROWED_CAP)
    context |= {"rows": page.rows, "page": {"count": count, **links}}
    return render(request, "projects/dwell_items.html", context)


urls = [
    path("projects/dwell/", index, name="dwell"),
    path("projects/dwell/approvals/", approvals, name="dwell-approvals"),
]
