"""What I was told: the list behind the bell, and what I chose about it."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from crm import notices
from crm.forms.notices import ChoicesForm
from crm.lib.http import AppRequest, key_of
from crm.lib.listing import listing
from crm.models import Notice
from crm.notice_lines import lines_of
from crm.services import notices as services
from crm.services.notices import outbox


@require_safe
def index(request: AppRequest) -> HttpResponse:
    """The unread ones, or all; the newest first."""
    own = Notice.objects.visible_to(request.user)
    shows_all = request.GET.get("tab") == "all"
    rows = own if shows_all else own.unread()
    page = listing(request, rows.for_list(), ["-pk"])
    context = {
        "page": page,
        "lines": lines_of(page.rows, request.user),
        "shows_all": shows_all,
        "newest": page.rows[0].pk if page.rows else 0,
        "now": timezone.now(),
    }
    return render(request, "crm/notices.html", context)


def notice_of(request: AppRequest, pk: int) -> Notice:
    own = Notice.objects.visible_to(request.user).for_list()
    return get_object_or_404(own, pk=pk)


@require_POST
def open_record(request: AppRequest, pk: int) -> HttpResponse:
    """Read it, and go where it leads."""
    notice = notice_of(request, pk)
    services.mark_read(request.user, [notice.pk])
    (line,) = lines_of([notice], request.user)
    if line.told is None:
        messages.info(request, line.title)
        return redirect("crm:notices")
    return redirect(line.told.url)


@require_POST
def read(request: AppRequest, pk: int) -> HttpResponse:
    services.mark_read(request.user, [notice_of(request, pk).pk])
    return back(request)


@require_POST
def read_all(request: AppRequest) -> HttpResponse:
    """All that there were when the page was made; what came since stays unread."""
    until = key_of(request.POST.get("until", ""))
    count = services.mark_read(request.user, until=until)
    messages.success(request, _("%(n)s marked as read.") % {"n": count})
    return back(request)


def back(request: AppRequest) -> HttpResponse:
    """To the tab that one came from."""
    is_all = request.POST.get("tab") == "all"
    return redirect(f"{reverse('crm:notices')}{'?tab=all' if is_all else ''}")


@require_http_methods(["GET", "HEAD", "POST"])
def choices(request: AppRequest) -> HttpResponse:
    user = request.user
    robot = outbox.robot_of(user)
    form = ChoicesForm(
        request.POST or None,
        kinds=notices.kinds_for(user.access.roles),
        choices=services.choices_of(user),
        has_robot=robot is not None,
    )
    if request.method == "POST" and form.is_valid():
        services.choose(user, choices=form.chosen())
        messages.success(request, _("Saved."))
        return redirect("crm:notice-choices")
    context = {
        "form": form,
        "robot": robot,
        "mails": outbox.mails(),
        "quiet_from": settings.CRM_QUIET_FROM,
        "quiet_until": settings.CRM_QUIET_UNTIL,
    }
    status = 422 if form.errors else 200
    return render(request, "crm/notice_choices.html", context, status=status)


urls = [
    path("notices/", index, name="notices"),
    path("notices/read/", read_all, name="notices-read"),
    path("notices/<int:pk>/open/", open_record, name="notice-open"),
    path("notices/<int:pk>/read/", read, name="notice-read"),
    path("me/notices/", choices, name="notice-choices"),
]
