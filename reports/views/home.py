"""The first page after login: what do I do next?"""

from datetime import date

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from crm.lib import words
from crm.lib.http import AppRequest
from crm.models import Role
from reports.home import overview_for, sections_for
from reports.sections import Section
from visits.views import leader_desk


@require_GET
def home(request: AppRequest) -> HttpResponse:
    """A leader's is his desk: only what needs a decision."""
    if request.user.access.roles == {Role.LEADER}:
        return leader_desk.show(request)
    today = timezone.localdate()
    return shown(request, sections_for(request.user, today), _("Home"), today)


@require_GET
def overview(request: AppRequest) -> HttpResponse:
    """What a leader looks at when nothing waits for him."""
    if not request.user.has_role(Role.LEADER):
        raise PermissionDenied
    today = timezone.localdate()
    return shown(request, overview_for(request.user, today), _("Overview"), today)


def shown(
    request: AppRequest, sections: list[Section], title: str, today: date
) -> HttpResponse:
    context = {
        "title": title,
        "sections": sections,
        "day": [section for section in sections if not section.is_aside],
        "aside": [section for section in sections if section.is_aside],
        "today": today,
        "date": words.exact_day(today),
    }
    return render(request, "reports/home.html", context)


urls = [
    path("", home, name="home"),
    path("overview/", overview, name="overview"),
]
