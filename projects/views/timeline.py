"""The page of a project's timeline: zoom, "what if", and why the end is there."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from crm.lib.http import AppRequest
from projects import what_if
from projects.forms.what_if import WhatIfForm
from projects.picture import Zoom, drawn
from projects.timeline import Timeline

from .shared import found_by, with_reading

ZOOMS = {
    Zoom.WEEK: _("Weeks"),
    Zoom.MONTH: _("Months"),
    Zoom.QUARTER: _("Quarters"),
}


def zoom_of(text: str) -> Zoom:
    return Zoom(text) if text in set(Zoom) else Zoom.MONTH


@require_safe
def timeline(request: AppRequest, pk: int) -> HttpResponse:
    user = request.user
    project = found_by(with_reading, user, pk)
    is_internal = bool(project.may_read_internal)  # type: ignore[attr-defined] # annotated
    shown = Timeline(project, user, timezone.localdate(), is_internal)
    still_open = [line.milestone for line in shown.lines if line.milestone.is_open]
    form = WhatIfForm(request.GET if "item" in request.GET else None, items=still_open)
    if form.is_asked:
        shown.changed = what_if.changed(shown.plan, form.cleaned_data)
    zoom = zoom_of(request.GET.get("zoom", ""))
    context = {
        "project": project,
        "shown": shown,
        "drawing": drawn(shown.picture, zoom),
        "zoom": zoom,
        "zooms": ZOOMS.items(),
        "form": form,
        "why": what_if.path_told(shown.plan, shown.today),
        "today": shown.today,
    }
    if shown.changed:
        before = shown.plan.schedule
        context["told"] = what_if.difference(before, shown.changed, shown.today)
    status = 422 if form.is_bound and not form.is_valid() else 200
    return render(request, "projects/timeline.html", context, status=status)


urls = [path("projects/<int:pk>/timeline/", timeline, name="timeline")]
