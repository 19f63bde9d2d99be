"""批示: given by a leader, answered by whom it is for, read and judged."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
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

from crm.downloads import download
from crm.lib.errors import DomainError
from crm.lib.http import AppRequest, key_of
from crm.lib.listing import addresses
from crm.lib.paging import NARROWED_CAP, capped_count
from crm.models import Attachment, Department, Role, StoredFile, User
from crm.services import deadlines
from crm.services.attaching import received
from projects.models import Milestone, Project
from projects.tabs import tab_of
from projects.views.shared import act_page
from visits import directive_list, directive_page
from visits.forms import leading as forms
from visits.models import Directive, DirectiveAnswer
from visits.models.led import departments_about, led_tickets
from visits.services import directives as services
from visits.services.directives import About

FORM = ["GET", "HEAD", "POST"]


@require_safe
def index(request: AppRequest) -> HttpResponse:
    today = timezone.localdate()
    tab = tab_of(directive_list.TABS, request.GET.get("tab", ""))
    found = tab.narrow(Directive.objects.visible_to(request.user))
    if text := request.GET.get("q", "").strip()[:60]:
        found = found.filter(text__contains=text)
    near = deadlines.yellow_from(today)
    order, cursor = directive_list.order_of(tab), request.GET.get("cursor")
    page = directive_list.page_of(found, cursor, today, near, order)
    links = addresses(request.GET, page)
    context = {
        "tab": tab,
        "tabs": directive_list.TABS,
        "rows": page.rows,
        "page": {"count": capped_count(found, NARROWED_CAP), **links},
        "q": text,
        "may_give": request.user.has_role(Role.LEADER),
        "today": today,
    }
    return render(request, "visits/leader/directives.html", context)


@require_http_methods(FORM)
def create(request: AppRequest) -> HttpResponse:
    """On a ticket, a project or an item that the address names, or on none."""
    if not request.user.has_role(Role.LEADER):
        raise PermissionDenied
    about = about_of(request)
    units = services.addressees(about, request.user).order_by("name", "pk")
    form = forms.DirectiveForm(
        request.POST or None,
        units=units,
        people=people_for(about, units),
        initial={"department": usual_unit(about), "text": request.GET.get("text", "")},
    )

    def save(data: dict[str, Any]) -> Directive:
        data.pop("version")
        return services.give_directive(about, actor=request.user, **data)

    return act_page(
        request,
        form,
        save,
        title=_("Give a directive"),
        back=address_of(about),
        state=words_of(about),
    )


def about_of(request: AppRequest) -> About:
    """Out of what this leader decides on; anything else is not there."""
    asked = {
        name: key_of(request.GET.get(name, ""))
        for name in ("ticket", "project", "milestone")
        if request.GET.get(name)
    }
    if len(asked) > 1:
        raise DomainError(_("A directive is about one matter."), code="one_matter")
    mine = Project.objects.decided_by(request.user)
    if "ticket" in asked:
        tickets = led_tickets(request.user).select_related("company")
        return About(ticket=get_object_or_404(tickets, pk=asked["ticket"]))
    if "project" in asked:
        return About(project=get_object_or_404(mine, pk=asked["project"]))
    if "milestone" in asked:
        items = Milestone.objects.living().filter(project__in=mine.values("pk"))
        found = items.select_related("project", "department")
        return About(milestone=get_object_or_404(found, pk=asked["milestone"]))
    return About()


def people_for(about: About, units: QuerySet[Department]) -> QuerySet[User]:
    """Who has the ticket in hand, and the heads of the units that have a part in it.

    Without a matter those of all the units that can be addressed.
    """
    involved = departments_about(about.ticket, about.of_project)
    if about.milestone:
        involved |= Department.objects.filter(pk=about.milestone.department_id)
    units = involved if about.ticket or about.of_project else units
    today = timezone.localdate()
    people = User.objects.active().with_role(Role.UNIT_HEAD, today=today)
    heads = people.filter(department__in=units.order_by().values("pk"))
    handler = about.ticket.handler_id if about.ticket else None
    found: QuerySet[User] = heads | User.objects.filter(pk=handler or 0)
    return found.select_related("department").order_by("name", "pk")


def usual_unit(about: About) -> int | None:
    """Who leads the matter."""
    if about.ticket:
        lead = about.ticket.parts.filter(is_lead=True, ended_on=None)
        return lead.values_list("department", flat=True).first()
    if about.milestone:
        return about.milestone.department_id
    return about.project.lead_department_id if about.project else None


def words_of(about: About) -> str:
    if about.milestone:
        return f"{about.milestone.name} · {about.milestone.project.name}"
    if about.ticket:
        return f"{about.ticket.title} · {about.ticket.company.name}"
    return about.project.name if about.project else ""


def address_of(about: About) -> str:
    found = about.ticket or about.milestone or about.project
    return found.get_absolute_url() if found else reverse("visits:directives")


def directive_of(request: AppRequest, pk: int) -> Directive:
    """One that the person reads, with which side of it is his."""
    rows = Directive.objects.visible_to(request.user).for_page()
    return get_object_or_404(rows.with_rights(request.user), pk=pk)


def directive_for(request: AppRequest, pk: int, right: str) -> Directive:
    directive = directive_of(request, pk)
    if not directive_page.right(directive, right):
        raise PermissionDenied
    return directive


@require_safe
def detail(request: AppRequest, pk: int) -> HttpResponse:
    directive = directive_of(request, pk)
    page = directive_page.page_of(directive, request.user)
    context = {"page": page, "directive": directive, "today": page.today}
    return render(request, "visits/leader/directive.html", context)


@require_http_methods(FORM)
def answer(request: AppRequest, pk: int) -> HttpResponse:
    directive = directive_for(request, pk, "may_answer")
    form = forms.AnswerForm(
        request.POST or None,
        request.FILES or None,
        initial={"version": directive.version},
    )

    def save(data: dict[str, Any]) -> Directive:
        with received(data.pop("papers")) as sent:
            return services.answer_directive(
                directive, actor=request.user, files=sent, **data
            )

    return of_directive(request, directive, form, save, _("Answer the directive"))


@require_POST
def accept(request: AppRequest, pk: int) -> HttpResponse:
    directive = directive_for(request, pk, "may_judge")
    version = key_of(request.POST.get("version", "")) or None
    services.accept_answer(directive, actor=request.user, version=version)
    messages.success(request, _("The answer is accepted; the directive is done."))
    return redirect(directive)


@require_http_methods(FORM)
def again(request: AppRequest, pk: int) -> HttpResponse:
    directive = directive_for(request, pk, "may_judge")
    initial = {"version": directive.version, "days": services.USUAL_DAYS}
    form = forms.AgainForm(request.POST or None, initial=initial)

    def save(data: dict[str, Any]) -> Directive:
        return services.ask_again(directive, actor=request.user, **data)

    title = pgettext("directive", "Ask again")
    return of_directive(request, directive, form, save, title)


@require_http_methods(FORM)
def withdraw(request: AppRequest, pk: int) -> HttpResponse:
    directive = directive_for(request, pk, "may_judge")
    initial = {"version": directive.version}
    form = forms.ReasonForm(request.POST or None, initial=initial)

    def save(data: dict[str, Any]) -> Directive:
        return services.withdraw_directive(directive, actor=request.user, **data)

    title = pgettext("directive", "Withdraw")
    return of_directive(request, directive, form, save, title)


def of_directive(
    request: AppRequest, directive: Directive, form: Any, save: Any, title: str
) -> HttpResponse:  # Any: a form and what saves it, as act_page() takes them
    return act_page(
        request,
        form,
        save,
        title=title,
        back=directive.get_absolute_url(),
        state=str(directive),
        template="visits/leader/directive_act.html",
        directive=directive,
    )


@require_safe
def file(request: AppRequest, pk: int, uuid: str) -> HttpResponseBase:
    """A paper of an answer, through the directive's own rule."""
    directive = directive_of(request, pk)
    answers = directive.answers.values("pk")
    attached = Attachment.objects.filter(
        subject_type=DirectiveAnswer._meta.label_lower, subject_id__in=answers
    )
    files = StoredFile.objects.filter(pk__in=attached.values("file"))
    return download(get_object_or_404(files, uuid=uuid))


urls = [
    path("directives/", index, name="directives"),
    path("directives/new/", create, name="directive-new"),
    path("directives/<int:pk>/", detail, name="directive"),
    path("directives/<int:pk>/answer/", answer, name="directive-answer"),
    path("directives/<int:pk>/accept/", accept, name="directive-accept"),
    path("directives/<int:pk>/again/", again, name="directive-again"),
    path("directives/<int:pk>/withdraw/", withdraw, name="directive-withdraw"),
    path("directives/<int:pk>/files/<uuid:uuid>/", file, name="directive-file"),
]
