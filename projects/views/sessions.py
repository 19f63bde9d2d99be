"""联合服务: called for a site, spoken in line by line, closed, answered later."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from crm.lib.errors import DomainError
from crm.lib.http import AppRequest
from crm.lib.listing import addresses
from crm.lib.paging import NARROWED_CAP, capped_count
from crm.services import deadlines
from projects import session_list, session_page
from projects.forms import sessions as forms
from projects.forms.shared import ReasonForm
from projects.models import JointSession, SessionLine
from projects.services import sessions as services
from projects.tabs import tab_of

from .shared import act_page, project_for, project_of

FORM = ["GET", "HEAD", "POST"]
# Whoever may call one: its officers, its dispatcher, its leaders.
CALLERS = ("may_work", "may_manage", "may_decide")


@require_safe
def index(request: AppRequest) -> HttpResponse:
    today = timezone.localdate()
    tab = tab_of(session_list.TABS, request.GET.get("tab", ""))
    found = tab.narrow(JointSession.objects.visible_to(request.user))
    if text := request.GET.get("q", "").strip()[:60]:
        found = found.filter(project__name__contains=text)
    near = deadlines.yellow_from(today)
    page = session_list.page_of(found, request.GET.get("cursor"), today, near)
    links = addresses(request.GET, page)
    context = {
        "tab": tab,
        "tabs": session_list.TABS,
        "rows": page.rows,
        "page": {"count": capped_count(found, NARROWED_CAP), **links},
        "q": text,
        "today": today,
    }
    return render(request, "projects/sessions.html", context)


@require_http_methods(FORM)
def call(request: AppRequest, pk: int) -> HttpResponse:
    project = project_for(request, pk, *CALLERS)
    now = timezone.now()
    form = forms.CallForm(
        request.POST or None,
        project=project,
        now=now,
        initial={
            "day": timezone.localdate(now),
            "chair": project.leader_id or request.user.pk,
            "departments": services.departments_asked(project),
        },
    )

    def save(data: dict[str, Any]) -> JointSession:
        return services.call_session(
            project,
            actor=request.user,
            plan=form.plan(),
            departments=data["departments"],
            now=now,
        )

    return act_page(
        request,
        form,
        save,
        title=_("Call a joint session"),
        back=project.get_absolute_url(),
        state=project.name,
    )


def session_of(request: AppRequest, pk: int) -> JointSession:
    sessions = JointSession.objects.visible_to(request.user).for_page()
    return get_object_or_404(sessions, pk=pk)


def session_for(request: AppRequest, pk: int) -> JointSession:
    """One that this person holds."""
    session = session_of(request, pk)
    project_for(request, session.project_id, *CALLERS)
    return session


@require_safe
def detail(request: AppRequest, pk: int) -> HttpResponse:
    session = session_of(request, pk)
    project = project_of(request, session.project_id)
    page = session_page.page_of(session, project, request.user)
    context = {"page": page, "session": session, "project": project}
    return render(request, "projects/session.html", {**context, "today": page.today})


@require_http_methods(FORM)
def edit(request: AppRequest, pk: int) -> HttpResponse:
    session = session_for(request, pk)
    form = forms.PlanForm(
        request.POST or None,
        project=session.project,
        now=timezone.now(),
        initial=forms.initial_of(session),
    )

    def save(data: dict[str, Any]) -> JointSession:
        return services.edit_session(
            session, actor=request.user, plan=form.plan(), version=data["version"]
        )

    return of_session(request, session, form, save, _("Change the session"))


@require_http_methods(FORM)
def cancel(request: AppRequest, pk: int) -> HttpResponse:
    session = session_for(request, pk)
    form = ReasonForm(request.POST or None, initial={"version": session.version})

    def save(data: dict[str, Any]) -> JointSession:
        return services.cancel_session(session, actor=request.user, **data)

    title = pgettext("joint session", "Call it off")
    return of_session(request, session, form, save, title)


@require_http_methods(FORM)
def close(request: AppRequest, pk: int) -> HttpResponse:
    session = session_for(request, pk)
    form = forms.CloseForm(request.POST or None, initial={"version": session.version})

    def save(data: dict[str, Any]) -> JointSession:
        closed = services.close_session(session, actor=request.user, **data)
        messages.success(request, _("The session is closed; the minutes are made."))
        return closed

    return of_session(request, session, form, save, _("Close and make the minutes"))


@require_http_methods(FORM)
def line_new(request: AppRequest, pk: int) -> HttpResponse:
    session = session_for(request, pk)
    project = session.project
    form = forms.NewLineForm(
        request.POST or None,
        departments=services.departments_near(project),
        items=project.milestones.living().order_by("order", "pk"),
    )

    def save(data: dict[str, Any]) -> JointSession:
        data.pop("version")
        services.add_line(session, actor=request.user, **data)
        return session

    return of_session(request, session, form, save, _("Add a line"))


def of_session(
    request: AppRequest, session: JointSession, form: Any, save: Any, title: str
) -> HttpResponse:  # Any: a form and what saves it, as act_page() takes them
    back = session.get_absolute_url()
    return act_page(request, form, save, title=title, back=back, state=session.topic)


def line_of(request: AppRequest, pk: int) -> SessionLine:
    """A line the person reads, with which side of it is his."""
    lines = SessionLine.objects.visible_to(request.user).for_page()
    return get_object_or_404(lines.with_rights(request.user), pk=pk)


def line_for(request: AppRequest, pk: int, *rights: str) -> SessionLine:
    line = line_of(request, pk)
    if not any(session_page.right(line, one) for one in rights):
        raise PermissionDenied
    return line


@require_http_methods(FORM)
def line_edit(request: AppRequest, pk: int) -> HttpResponse:
    line = line_for(request, pk, "may_hold")
    initial = {name: getattr(line, name) for name in ("matter", "milestone", "version")}
    items = session_page.items_for(line.session, line.department_id)
    form = forms.LineForm(request.POST or None, items=items, initial=initial)

    def save(data: dict[str, Any]) -> str:
        return place_of(services.edit_line(line, actor=request.user, **data))

    return of_line(request, line, form, save, _("Change the line"))


@require_POST
def line_remove(request: AppRequest, pk: int) -> HttpResponse:
    line = line_for(request, pk, "may_hold")
    try:
        services.remove_line(line, actor=request.user)
    except DomainError as error:
        messages.error(request, str(error.sentence))
    return redirect(line.session)


@require_http_methods(FORM)
def line_record(request: AppRequest, pk: int) -> HttpResponse:
    """What the department said; the button pressed before chose the outcome."""
    line = line_for(request, pk, "may_hold", "may_speak")
    initial = {
        "outcome": line.outcome or request.GET.get("outcome", ""),
        "words": line.words,
        "speaker": line.speaker,
        "days": line.days or usual_days(line),
        "version": line.version,
    }
    form = forms.SpokenForm(request.POST or None, initial=initial)

    def save(data: dict[str, Any]) -> str:
        said = services.record_line(
            line, actor=request.user, spoken=form.spoken(), version=data["version"]
        )
        return place_of(said)

    return of_line(request, line, form, save, _("What the department said"))


def usual_days(line: SessionLine) -> int:
    """As committed for the item, if it has days of this unit."""
    item = line.milestone
    if item and item.unit == "working" and 0 < item.committed_days <= services.LONGEST:
        return item.committed_days
    return forms.USUAL_DAYS


@require_http_methods(FORM)
def line_answer(request: AppRequest, pk: int) -> HttpResponse:
    line = line_for(request, pk, "may_speak")
    form = forms.AnswerForm(request.POST or None, initial={"version": line.version})

    def save(data: dict[str, Any]) -> str:
        return place_of(services.answer_line(line, actor=request.user, **data))

    return of_line(request, line, form, save, pgettext("joint session", "Answer"))


def of_line(
    request: AppRequest, line: SessionLine, form: Any, save: Any, title: str
) -> HttpResponse:  # Any: a form and what saves it, as act_page() takes them
    return act_page(
        request,
        form,
        save,
        title=title,
        back=place_of(line),
        state=f"{line.department.name} · {line.matter}",
        template="projects/session_line.html",
        line=line,
    )


def place_of(line: SessionLine) -> str:
    return f"{reverse('projects:session', args=[line.session_id])}#line-{line.pk}"


urls = [
    path("projects/sessions/", index, name="sessions"),
    path("projects/<int:pk>/sessions/new/", call, name="session-new"),
    path("projects/sessions/<int:pk>/", detail, name="session"),
    path("projects/sessions/<int:pk>/edit/", edit, name="session-edit"),
    path("projects/sessions/<int:pk>/cancel/", cancel, name="session-cancel"),
    path("projects/sessions/<int:pk>/close/", close, name="session-close"),
    path("projects/sessions/<int:pk>/lines/new/", line_new, name="session-line-new"),
    path("projects/session-lines/<int:pk>/edit/", line_edit, name="session-line-edit"),
    path(
        "projects/session-lines/<int:pk>/remove/",
        line_remove,
        name="session-line-remove",
    ),
    path(
        "projects/session-lines/<int:pk>/record/",
        line_record,
        name="session-line-record",
    ),
    path(
        "projects/session-lines/<int:pk>/answer/",
        line_answer,
        name="session-line-answer",
    ),
]
