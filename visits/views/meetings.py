"""协调会: called, filled, held, called off, followed up."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from crm.lib.http import AppRequest, key_of
from crm.lib.listing import addresses
from crm.lib.paging import NARROWED_CAP, capped_count
from crm.models import Role
from crm.services import calendar, deadlines
from projects.models import Project
from projects.tabs import tab_of
from projects.views.shared import act_page
from visits import meeting_list, meeting_page
from visits.forms import meetings as forms
from visits.forms.leading import ReasonForm
from visits.models import Meeting, MeetingSeries, Ticket
from visits.models.led import departments_about, led_tickets
from visits.services import meetings as services

FORM = ["GET", "HEAD", "POST"]
# A meeting that is called now is held within so many working days, in the morning.
SOON, MORNING = 3, "09:00"


@require_safe
def index(request: AppRequest) -> HttpResponse:
    today = timezone.localdate()
    tab = tab_of(meeting_list.TABS, request.GET.get("tab", ""))
    found = tab.narrow(Meeting.objects.visible_to(request.user))
    if text := request.GET.get("q", "").strip()[:60]:
        found = found.filter(topic__contains=text)
    near = deadlines.yellow_from(today)
    order, cursor = meeting_list.order_of(tab), request.GET.get("cursor")
    page = meeting_list.page_of(found, cursor, today, near, order)
    links = addresses(request.GET, page)
    context = {
        "tab": tab,
        "tabs": meeting_list.TABS,
        "rows": page.rows,
        "page": {"count": capped_count(found, NARROWED_CAP), **links},
        "q": text,
        "series": MeetingSeries.objects.visible_to(request.user).running()[:20],
        "may_call": request.user.has_role(Role.LEADER),
        "today": today,
    }
    return render(request, "visits/leader/meetings.html", context)


@require_http_methods(FORM)
def create(request: AppRequest) -> HttpResponse:
    """On a ticket or a project that the address names, or on none."""
    require_leader(request)
    ticket, project = about_of(request)
    form = plan_form(request, initial=asked_for(request, ticket, project))

    def save(data: dict[str, Any]) -> Meeting:
        with transaction.atomic():
            meeting = services.call_meeting(
                actor=request.user, plan=form.plan(), client_key=data["client_key"]
            )
            if ticket or project:
                services.add_item(
                    meeting, actor=request.user, ticket=ticket, project=project
                )
        return meeting

    about = ticket or project
    back = about.get_absolute_url() if about else reverse("visits:meetings")
    title = _("Call a coordination meeting")
    state = str(about) if about else ""
    return act_page(request, form, save, title=title, back=back, state=state)


def require_leader(request: AppRequest) -> None:
    if not request.user.has_role(Role.LEADER):
        raise PermissionDenied


def about_of(request: AppRequest) -> tuple[Ticket | None, Project | None]:
    """Out of what this leader decides on; anything else is not there."""
    ticket, project = None, None
    if text := request.GET.get("ticket"):
        led = led_tickets(request.user).select_related("company")
        ticket = get_object_or_404(led, pk=key_of(text))
    elif text := request.GET.get("project"):
        mine = Project.objects.decided_by(request.user)
        project = get_object_or_404(mine, pk=key_of(text))
    return ticket, project


def plan_form(request: AppRequest, *, initial: dict[str, Any]) -> forms.PlanForm:
    return forms.PlanForm(
        request.POST or None,
        region=services.home_region(request.user),
        now=timezone.now(),
        initial=initial,
    )


def asked_for(
    request: AppRequest, ticket: Ticket | None, project: Project | None
) -> dict[str, Any]:
    """Soon, led by the leader himself, with who has to do with the matter."""
    about = ticket.title if ticket else project.name if project else ""
    return {
        "topic": about,
        "day": calendar.add(timezone.localdate(), SOON).due,
        "at": MORNING,
        "chair": request.user.pk,
        "departments": departments_about(ticket, project),
    }


def meeting_of(request: AppRequest, pk: int) -> Meeting:
    meetings = Meeting.objects.visible_to(request.user).for_page()
    return get_object_or_404(meetings, pk=pk)


def meeting_for(request: AppRequest, pk: int) -> Meeting:
    """One that this person holds."""
    meeting = meeting_of(request, pk)
    held = Meeting.objects.changeable_by(request.user)
    if not held.filter(pk=pk).exists():
        raise PermissionDenied
    return meeting


@require_safe
def detail(request: AppRequest, pk: int) -> HttpResponse:
    meeting = meeting_of(request, pk)
    may_call = request.user.has_role(Role.LEADER)
    page = meeting_page.page_of(meeting, request.user, may_call=may_call)
    context = {"page": page, "meeting": meeting, "today": page.today}
    return render(request, "visits/leader/meeting.html", context)


@require_http_methods(FORM)
def edit(request: AppRequest, pk: int) -> HttpResponse:
    meeting = meeting_for(request, pk)
    form = forms.PlanForm(
        request.POST or None,
        region=meeting.region,
        now=timezone.now(),
        initial=forms.initial_of(meeting),
    )

    def save(data: dict[str, Any]) -> Meeting:
        return services.edit_meeting(
            meeting, actor=request.user, plan=form.plan(), version=data["version"]
        )

    return of_meeting(request, meeting, form, save, _("Change the meeting"))


@require_http_methods(FORM)
def cancel(request: AppRequest, pk: int) -> HttpResponse:
    meeting = meeting_for(request, pk)
    form = ReasonForm(request.POST or None, initial={"version": meeting.version})

    def save(data: dict[str, Any]) -> Meeting:
        return services.cancel_meeting(meeting, actor=request.user, **data)

    title = pgettext("meeting", "Call it off")
    return of_meeting(request, meeting, form, save, title)


@require_http_methods(FORM)
def close(request: AppRequest, pk: int) -> HttpResponse:
    meeting = meeting_for(request, pk)
    initial = {"version": meeting.version}
    form = forms.MinutesForm(request.POST or None, initial=initial)

    def save(data: dict[str, Any]) -> Meeting:
        closed = services.close_meeting(meeting, actor=request.user, **data)
        messages.success(request, _("The meeting is closed; the minutes are made."))
        return closed

    title = _("Close and make the minutes")
    return of_meeting(request, meeting, form, save, title)


@require_http_methods(FORM)
def correct(request: AppRequest, pk: int) -> HttpResponse:
    meeting = meeting_for(request, pk)
    names = ("summary", "attendees", "version")
    initial = {name: getattr(meeting, name) for name in names}
    form = forms.MinutesForm(request.POST or None, initial=initial)

    def save(data: dict[str, Any]) -> Meeting:
        return services.correct_minutes(meeting, actor=request.user, **data)

    return of_meeting(request, meeting, form, save, _("Correct the minutes"))


@require_http_methods(FORM)
def follow_up(request: AppRequest, pk: int) -> HttpResponse:
    """The next meeting on the same; open tasks stand first on its agenda."""
    meeting = meeting_for(request, pk)
    require_leader(request)
    initial = {
        **forms.initial_of(meeting),
        "day": calendar.add(timezone.localdate(), SOON).due,
        "version": None,
    }
    form = plan_form(request, initial=initial)

    def save(data: dict[str, Any]) -> Meeting:
        return services.follow_up(
            meeting,
            actor=request.user,
            plan=form.plan(),
            client_key=data["client_key"],
        )

    return of_meeting(request, meeting, form, save, _("Call the next meeting"))


@require_POST
def fill(request: AppRequest, pk: int) -> HttpResponse:
    meeting = meeting_for(request, pk)
    added = len(services.fill_agenda(meeting, actor=request.user))
    sentence = ngettext(
        "%(n)s matter was added.", "%(n)s matters were added.", added
    ) % {"n": added}
    told = sentence if added else _("The agenda has all that waits.")
    messages.success(request, told)
    return redirect(meeting)


def of_meeting(
    request: AppRequest, meeting: Meeting, form: Any, save: Any, title: str
) -> HttpResponse:  # Any: a form and what saves it, as act_page() takes them
    back = meeting.get_absolute_url()
    return act_page(request, form, save, title=title, back=back, state=meeting.topic)


urls = [
    path("meetings/", index, name="meetings"),
    path("meetings/new/", create, name="meeting-new"),
    path("meetings/<int:pk>/", detail, name="meeting"),
    path("meetings/<int:pk>/edit/", edit, name="meeting-edit"),
    path("meetings/<int:pk>/cancel/", cancel, name="meeting-cancel"),
    path("meetings/<int:pk>/close/", close, name="meeting-close"),
    path("meetings/<int:pk>/correct/", correct, name="meeting-correct"),
    path("meetings/<int:pk>/next/", follow_up, name="meeting-next"),
    path("meetings/<int:pk>/fill/", fill, name="meeting-fill"),
]
