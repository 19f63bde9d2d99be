"""Regular meetings: set up, changed, ended."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_safe

from crm.lib.http import AppRequest
from crm.services import deadlines
from projects.views.shared import act_page
from visits import meeting_list
from visits.forms import meetings as forms
from visits.forms.leading import ReasonForm
from visits.models import Meeting, MeetingSeries
from visits.services import meetings as services

from .meetings import MORNING, require_leader

FORM = ["GET", "HEAD", "POST"]


@require_http_methods(FORM)
def create(request: AppRequest) -> HttpResponse:
    require_leader(request)
    form = forms.SeriesForm(
        request.POST or None,
        region=services.home_region(request.user),
        now=timezone.now(),
        initial={
            "rhythm": MeetingSeries.Rhythm.WEEKLY,
            "every": 1,
            "first_on": timezone.localdate(),
            "at": MORNING,
            "chair": request.user.pk,
        },
    )

    def save(data: dict[str, Any]) -> MeetingSeries:
        return services.begin_series(
            actor=request.user, rule=form.rule(), client_key=data["client_key"]
        )

    title, back = _("Set up a regular meeting"), reverse("visits:meetings")
    return act_page(request, form, save, title=title, back=back)


def series_of(request: AppRequest, pk: int) -> MeetingSeries:
    found = MeetingSeries.objects.visible_to(request.user)
    return get_object_or_404(
        found.select_related("region", "chair__department", "recorder"), pk=pk
    )


def series_for(request: AppRequest, pk: int) -> MeetingSeries:
    """One that this person decides on."""
    series = series_of(request, pk)
    if not MeetingSeries.objects.changeable_by(request.user).filter(pk=pk).exists():
        raise PermissionDenied
    return series


@require_safe
def detail(request: AppRequest, pk: int) -> HttpResponse:
    series, today = series_of(request, pk), timezone.localdate()
    meetings = Meeting.objects.visible_to(request.user).filter(series=series)
    near = deadlines.yellow_from(today)
    page = meeting_list.page_of(meetings, None, today, near)
    mine = MeetingSeries.objects.changeable_by(request.user).filter(pk=pk)
    context = {
        "series": series,
        "departments": series.departments.order_by("name", "pk"),
        "rows": page.rows,
        "may_edit": series.is_running and mine.exists(),
        "today": today,
    }
    return render(request, "visits/leader/series.html", context)


@require_http_methods(FORM)
def edit(request: AppRequest, pk: int) -> HttpResponse:
    series = series_for(request, pk)
    form = forms.SeriesForm(
        request.POST or None,
        region=series.region,
        now=timezone.now(),
        initial=forms.initial_of_series(series),
    )

    def save(data: dict[str, Any]) -> MeetingSeries:
        return services.edit_series(
            series, actor=request.user, rule=form.rule(), version=data["version"]
        )

    return of_series(request, series, form, save, _("Change the series"))


@require_http_methods(FORM)
def end(request: AppRequest, pk: int) -> HttpResponse:
    series = series_for(request, pk)
    form = ReasonForm(request.POST or None, initial={"version": series.version})

    def save(data: dict[str, Any]) -> MeetingSeries:
        return services.end_series(series, actor=request.user, **data)

    title = pgettext("series", "End the series")
    return of_series(request, series, form, save, title)


def of_series(
    request: AppRequest, series: MeetingSeries, form: Any, save: Any, title: str
) -> HttpResponse:  # Any: a form and what saves it, as act_page() takes them
    back = series.get_absolute_url()
    return act_page(request, form, save, title=title, back=back, state=series.name)


urls = [
    path("meetings/series/new/", create, name="meeting-series-new"),
    path("meetings/series/<int:pk>/", detail, name="meeting-series"),
    path("meetings/series/<int:pk>/edit/", edit, name="meeting-series-edit"),
    path("meetings/series/<int:pk>/end/", end, name="meeting-series-end"),
]
