"""The first page after login: what do I do next?"""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_GET

from crm.lib import words
from crm.lib.http import AppRequest
from reports.home import sections_for


@require_GET
def home(request: AppRequest) -> HttpResponse:
    today = timezone.localdate()
    sections = sections_for(request.user, today)
    context = {
        "sections": sections,
        "day": [section for section in sections if not section.is_aside],
        "aside": [section for section in sections if section.is_aside],
        "today": today,
        "date": words.exact_day(today),
    }
    return render(request, "reports/home.html", context)


urls = [path("", home, name="home")]
