"""The page behind a read-only link: one project's progress, and no people in it."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_safe

from crm.views.public import token_page
from projects import progress_page
from projects.services import links


@login_not_required
@require_safe
@token_page
def progress(request: HttpRequest, token: str) -> HttpResponse:
    """What the company sees, without phones, names, files and questions."""
    now = timezone.now()
    project, today = links.open_link(token, now), timezone.localdate(now)
    page = progress_page.page_of(project, today)
    context = {"page": page, "project": project, "today": today}
    return render(request, "projects/public_progress.html", context)


urls = [path("p/<str:token>/", progress, name="public")]
