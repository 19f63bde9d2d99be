"""类案: found, opened, explained, improved, measured, judged."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from crm.lib.errors import DomainError
from crm.lib.http import AppRequest, key_of
from crm.lib.listing import addresses, listing
from crm.lib.paging import NARROWED_CAP, capped_count
from crm.models import Department
from crm.services import deadlines
from projects.tabs import tab_of
from projects.views.shared import act_page
from visits import case_effects, case_list, case_page, ticket_list
from visits.desk_detail import alike_keys
from visits.forms import cases as forms
from visits.forms.tickets import KeyForm
from visits.models import Case, CaseProposal, Ticket
from visits.services import cases as services
from visits.services.cases.joining import free
from visits.services.cases.proposing import tickets_of

FORM = ["GET", "HEAD", "POST"]


@require_safe
def index(request: AppRequest) -> HttpResponse:
    now = timezone.now()
    today = timezone.localdate(now)
    if request.GET.get("tab") == case_list.PROPOSED:
        return proposals(request)
    tab = tab_of(case_list.TABS, request.GET.get("tab", ""))
    found = tab.narrow(Case.objects.visible_to(request.user))
    near = deadlines.yellow_from(today)
    page = case_list.page_of(found, request.GET.get("cursor"), today, near)
    count = capped_count(found, NARROWED_CAP)
    context = {
        "tab": tab,
        "rows": page.rows,
        "page": {"count": count, **addresses(request.GET, page)},
        "today": today,
        **tabs(request),
    }
    return render(request, "visits/cases/index.html", context)


def tabs(request: AppRequest) -> dict[str, Any]:  # Any: what a template reads
    oversees = case_page.oversees(request.user)
    return {"tabs": case_list.TABS, "oversees": oversees}


def proposals(request: AppRequest) -> HttpResponse:
    """What may be a case, most companies first; whoever oversees a region sees it."""
    found = CaseProposal.objects.visible_to(request.user).open()
    rows = found.select_related("region", "category")
    page = listing(request, rows, case_list.MOST_FIRST)
    context = {"page": page, "rows": page.rows, **tabs(request)}
    return render(request, "visits/cases/proposals.html", context)


def require_overseer(request: AppRequest) -> None:
    if not case_page.oversees(request.user):
        raise PermissionDenied


@require_http_methods(FORM)
def create(request: AppRequest) -> HttpResponse:
    """From a proposal, or from one ticket and what is told like it."""
    require_overseer(request)
    if made := made_already(request):
        return redirect(made)
    proposal, tickets = beginning(request)
    first = tickets[0]
    form = forms.OpenForm(
        request.POST or None,
        tickets=tickets,
        initial={
            "title": proposal.title if proposal else first.title,
            "category": proposal.category if proposal else first.category,
            "tickets": [one.pk for one in tickets],
        },
    )

    def save(data: dict[str, Any]) -> Case:
        data.pop("version")
        data["tickets"] = list(data["tickets"].select_related("company"))
        return services.open_case(actor=request.user, proposal=proposal, **data)

    return act_page(
        request,
        form,
        save,
        title=_("Open a case of a kind"),
        back=reverse("visits:cases"),
    )


def made_already(request: AppRequest) -> Case | None:
    """By the first of two presses, or by a colleague out of the same proposal."""
    press = KeyForm(request.POST)
    if press.is_valid() and (pressed := press.cleaned_data["client_key"]):
        mine = Case.objects.filter(opened_by=request.user, client_key=pressed)
        if case := mine.first():
            return case
    visible = Case.objects.visible_to(request.user)
    key = key_of(request.GET.get("proposal", ""))
    case = visible.filter(proposal=key).select_related("opened_by").first()
    if case is not None:
        sentence = _("%(who)s has opened a case of these tickets already.")
        messages.info(request, sentence % {"who": case.opened_by.name})
    return case


def beginning(request: AppRequest) -> tuple[CaseProposal | None, list[Ticket]]:
    """The tickets that the form offers; without any there is nothing to open."""
    if key := key_of(request.GET.get("proposal", "")):
        mine = CaseProposal.objects.visible_to(request.user).open()
        proposal = get_object_or_404(mine, pk=key)
        return proposal, or_404(tickets_of(proposal, request.user))
    key = key_of(request.GET.get("ticket", ""))
    visible = Ticket.objects.visible_to(request.user)
    ticket = get_object_or_404(visible.select_related("suggestion"), pk=key)
    keys = [ticket.pk, *alike_keys(ticket)]
    near = visible.filter(pk__in=free(keys).values("pk"))
    found = {one.pk: one for one in near.select_related("company", "category")}
    return None, or_404(found[one] for one in keys if one in found)


def or_404(tickets: Any) -> list[Ticket]:  # Any: an iterable
    found = list(tickets)
    if not found:
        raise Http404
    return found


@require_http_methods(FORM)
def dismiss(request: AppRequest, pk: int) -> HttpResponse:
    seen = CaseProposal.objects.visible_to(request.user).open()
    proposal = get_object_or_404(seen, pk=pk)
    if not CaseProposal.objects.changeable_by(request.user).filter(pk=pk).exists():
        raise PermissionDenied
    form = forms.WhyForm(request.POST or None)

    def save(data: dict[str, Any]) -> str:
        reason = data["reason"]
        services.dismiss_proposal(proposal, actor=request.user, reason=reason)
        return f"{reverse('visits:cases')}?tab={case_list.PROPOSED}"

    return act_page(
        request,
        form,
        save,
        title=_("No case"),
        back=f"{reverse('visits:cases')}?tab={case_list.PROPOSED}",
        state=proposal.title,
    )


def case_of(request: AppRequest, pk: int) -> Case:
    return get_object_or_404(Case.objects.visible_to(request.user).for_page(), pk=pk)


def case_for(request: AppRequest, pk: int) -> Case:
    """One that this person decides on; whoever only sees it gets 403."""
    case = case_of(request, pk)
    if not Case.objects.changeable_by(request.user).filter(pk=case.pk).exists():
        raise PermissionDenied
    return case


@require_safe
def detail(request: AppRequest, pk: int) -> HttpResponse:
    case = case_of(request, pk)
    page = case_page.page_of(case, request.user, timezone.now())
    context = {"case": case, "page": page, "form": forms.NumberForm()}
    return render(request, "visits/cases/detail.html", {**context, "today": page.today})


@require_safe
def tickets(request: AppRequest, pk: int) -> HttpResponse:
    """The tickets behind a figure; a department reads its own of all."""
    case = case_of(request, pk)
    today = timezone.localdate()
    window = request.GET.get("window", "")
    which = request.GET.get("which", "all")
    task = case.improvements.order_by("-pk").first()
    found = Ticket.objects.visible_to(request.user).filter(
        pk__in=case_effects.tickets_behind(case, task, window, which, today).values(
            "pk"
        )
    )
    page = ticket_list.page_of(
        found, ticket_list.NEWEST, request.GET.get("cursor"), today
    )
    count = capped_count(found, NARROWED_CAP)
    context = {
        "case": case,
        "rows": page.rows,
        "page": {"count": count, **addresses(request.GET, page)},
        "window": window,
        "which": which,
        "today": today,
    }
    return render(request, "visits/cases/tickets.html", context)


def of_case(
    request: AppRequest, case: Case, form: Any, save: Any, title: str, **more: Any
) -> HttpResponse:  # Any: a form and what saves it, as act_page() takes them
    return act_page(
        request,
        form,
        save,
        title=title,
        back=case.get_absolute_url(),
        state=case.title,
        **more,
    )


@require_http_methods(FORM)
def edit(request: AppRequest, pk: int) -> HttpResponse:
    case = case_for(request, pk)
    names = ("title", "category", "root_cause", "version")
    initial = {name: getattr(case, name) for name in names}
    form = forms.CaseForm(request.POST or None, initial=initial)

    def save(data: dict[str, Any]) -> Case:
        return services.edit_case(case, actor=request.user, **data)

    return of_case(request, case, form, save, _("Name and root cause"))


@require_http_methods(FORM)
def plan(request: AppRequest, pk: int) -> HttpResponse:
    case = case_for(request, pk)
    form = forms.PlanForm(
        request.POST or None,
        units=Department.objects.at_or_above(case.region_path).filter(is_active=True),
        items=services.items_in_use(),
        initial={"version": case.version},
    )

    def save(data: dict[str, Any]) -> Case:
        version = data["version"]
        services.plan_improvement(
            case, actor=request.user, plan=form.plan(), version=version
        )
        return case

    return of_case(request, case, form, save, _("Plan an improvement"))


@require_http_methods(FORM)
def effect(request: AppRequest, pk: int) -> HttpResponse:
    """Also by the department that was to change something."""
    case = case_of(request, pk)
    if not Case.objects.effected_by(request.user).filter(pk=case.pk).exists():
        raise PermissionDenied
    initial = {"version": case.version, "effective_on": timezone.localdate()}
    form = forms.EffectForm(request.POST or None, initial=initial)

    def save(data: dict[str, Any]) -> Case:
        return services.put_in_effect(case, actor=request.user, **data)

    return of_case(request, case, form, save, _("It is in effect"))


@require_POST
def measure(request: AppRequest, pk: int) -> HttpResponse:
    case = case_for(request, pk)
    try:
        services.measure_case(case, actor=request.user)
    except DomainError as error:
        messages.error(request, str(error.sentence))
    return redirect(case)


@require_http_methods(FORM)
def conclude(request: AppRequest, pk: int) -> HttpResponse:
    case = case_for(request, pk)
    form = forms.ConcludeForm(request.POST or None, initial={"version": case.version})

    def save(data: dict[str, Any]) -> Case:
        return services.conclude_case(case, actor=request.user, **data)

    return of_case(request, case, form, save, _("Judge the effect"))


def with_reason(
    request: AppRequest, pk: int, service: Any, title: str
) -> HttpResponse:  # Any: one of the services
    case = case_for(request, pk)
    form = forms.WhyForm(request.POST or None, initial={"version": case.version})

    def save(data: dict[str, Any]) -> Case:
        done: Case = service(case, actor=request.user, **data)
        return done

    return of_case(request, case, form, save, title)


@require_http_methods(FORM)
def give_up(request: AppRequest, pk: int) -> HttpResponse:
    title = _("Give the improvement up")
    return with_reason(request, pk, services.give_up_improvement, title)


@require_http_methods(FORM)
def reopen(request: AppRequest, pk: int) -> HttpResponse:
    return with_reason(request, pk, services.reopen_case, _("Open again"))


@require_http_methods(FORM)
def drop(request: AppRequest, pk: int) -> HttpResponse:
    return with_reason(request, pk, services.drop_case, _("No case after all"))


@require_POST
def add(request: AppRequest, pk: int) -> HttpResponse:
    """One more ticket, by its number."""
    case = case_for(request, pk)
    form = forms.NumberForm(request.POST)
    number = form.cleaned_data["number"].strip() if form.is_valid() else ""
    visible = Ticket.objects.visible_to(request.user).select_related("company")
    ticket = visible.filter(number=number).first()
    if ticket is None:
        sentence = _("There is no ticket %(number)s in your regions.")
        messages.error(request, sentence % {"number": number})
        return redirect(case)
    try:
        services.add_ticket(case, actor=request.user, ticket=ticket)
    except DomainError as error:
        messages.error(request, str(error.sentence))
    return redirect(case)


@require_POST
def remove(request: AppRequest, pk: int, ticket_pk: int) -> HttpResponse:
    case = case_for(request, pk)
    members = Ticket.objects.visible_to(request.user).filter(case_members__case=case)
    ticket = get_object_or_404(members.distinct(), pk=ticket_pk)
    try:
        services.remove_ticket(case, actor=request.user, ticket=ticket)
    except DomainError as error:
        messages.error(request, str(error.sentence))
    return redirect(case)


urls = [
    path("tickets/cases/", index, name="cases"),
    path("tickets/cases/new/", create, name="case-new"),
    path(
        "tickets/cases/proposals/<int:pk>/dismiss/",
        dismiss,
        name="case-proposal-dismiss",
    ),
    path("tickets/cases/<int:pk>/", detail, name="case"),
    path("tickets/cases/<int:pk>/tickets/", tickets, name="case-tickets"),
    path("tickets/cases/<int:pk>/edit/", edit, name="case-edit"),
    path("tickets/cases/<int:pk>/plan/", plan, name="case-plan"),
    path("tickets/cases/<int:pk>/effect/", effect, name="case-effect"),
    path("tickets/cases/<int:pk>/measure/", measure, name="case-measure"),
    path("tickets/cases/<int:pk>/conclude/", conclude, name="case-conclude"),
    path("tickets/cases/<int:pk>/give-up/", give_up, name="case-give-up"),
    path("tickets/cases/<int:pk>/reopen/", reopen, name="case-reopen"),
    path("tickets/cases/<int:pk>/drop/", drop, name="case-drop"),
    path("tickets/cases/<int:pk>/add/", add, name="case-add"),
    path(
        "tickets/cases/<int:pk>/tickets/<int:ticket_pk>/remove/",
        remove,
        name="case-remove",
    ),
]
