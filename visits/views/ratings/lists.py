"""Ratings: the list, one of them, and why its correction is due that day."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_GET

from crm.downloads import download
from crm.lib.http import AppRequest
from crm.lib.listing import addresses
from crm.models import Attachment, Role, StoredFile, subject_of
from visits import rating_list, rating_page, role_tabs, ticket_page
from visits.filters import RatingFilter
from visits.models import Category, Rating, RatingLevel
from visits.ticket_list import OFFICIALS

from .shared import address_of, rating_of


@require_GET
def index(request: AppRequest) -> HttpResponse:
    user, today = request.user, timezone.localdate()
    if not user.access.roles & (OFFICIALS | {Role.OWNER}):
        raise PermissionDenied
    tab = rating_list.tab_of(user, request.GET.get("tab", ""))
    assert tab is not None, "each of these roles has one"
    found = tab.narrow(user)
    narrowed = RatingFilter(request.GET, found, request=request)
    is_valid = narrowed.is_valid()
    ratings = narrowed.qs if is_valid else found.none()
    page = rating_list.page_of(
        ratings, tab.ordering, request.GET.get("cursor"), user, today
    )
    count = rating_list.count_of(ratings)
    context = {
        "tab": tab,
        "tabs": role_tabs.tabs_for(rating_list.TABS, user),
        "rows": page.rows,
        "page": {"count": count, **addresses(request.GET, page)},
        "filter": narrowed,
        "chosen": narrowed.chosen,
        "is_narrowed": any(narrowed.chosen.values()),
        "is_official": bool(user.access.roles & OFFICIALS),
        "sees_figures": user.has_role(*FIGURES),
        "waiting": rating_list.waiting_of(user, today),
        "today": today,
        **choices(),
    }
    status = 200 if is_valid else 422
    return render(request, "visits/ratings/index.html", context, status=status)


# Whoever answers for a unit or a region; officers have no figures, nor companies.
FIGURES = (
    Role.HANDLER,
    Role.UNIT_HEAD,
    Role.DISPATCHER,
    Role.LEADER,
    Role.SUPERVISOR,
)


def choices() -> dict[str, Any]:  # Any: pairs of value and label
    active = Category.objects.filter(is_active=True)
    return {
        "levels": RatingLevel.choices,
        "kinds": list(Rating.KINDS.items()),
        "categories": active.values_list("key", "name"),
    }


@require_GET
def detail(request: AppRequest, pk: int) -> HttpResponse:
    rating = rating_of(request, pk)
    page = rating_page.page_of(rating, request.user)
    context = {
        "page": page,
        "rating": rating,
        "about": address_of(page.record) if page.record else "",
        "today": page.today,
    }
    return render(request, "visits/ratings/detail.html", context)


@require_GET
def why(request: AppRequest, pk: int) -> HttpResponse:
    """「为什么是这天？」 of the correction's last day."""
    rating = rating_of(request, pk)
    correction = getattr(rating, "correction", None)
    if correction is None:
        raise Http404
    context = {
        "rating": rating,
        "deadline": correction.fix_by,
        "days": ticket_page.days_of(correction.fix_by),
        "today": timezone.localdate(),
    }
    page = "visits/ratings/why.html"
    template = "parts/_why_days.html" if request.htmx else page
    return render(request, template, context)


@require_GET
def file(request: AppRequest, pk: int, uuid: str) -> HttpResponseBase:
    """What the unit sent along with its report; the company may have it too."""
    rating = rating_of(request, pk)
    correction = getattr(rating, "correction", None)
    if correction is None:
        raise Http404
    subject_type, subject_id = subject_of(correction)
    attached = Attachment.objects.filter(
        subject_type=subject_type, subject_id=subject_id
    )
    files = StoredFile.objects.filter(pk__in=attached.values("file"))
    return download(get_object_or_404(files, uuid=uuid))


urls = [
    path("ratings/", index, name="ratings"),
    path("ratings/<int:pk>/", detail, name="rating"),
    path("ratings/<int:pk>/why/", why, name="rating-why"),
    path("ratings/<int:pk>/files/<uuid:uuid>/", file, name="rating-file"),
]
