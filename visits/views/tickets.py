"""Tickets: the list, one ticket, and how a new one is raised."""

from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from crm.lib.errors import DomainError
from crm.lib.http import AppRequest, key_of
from crm.lib.listing import addresses
from crm.lib.paging import CappedCount, KeysetPage
from crm.models import Company, Deadline, Role
from crm.services.attaching import received
from visits import role_tabs, ticket_list, ticket_page, ticket_ways
from visits.filters import TicketFilter
from visits.forms.tickets import CommentForm, OfficialRaiseForm, RaiseForm
from visits.models import Category, Ticket
from visits.models.complaints import ROUTED
from visits.services import tickets as services
from visits.services.projects import blockers_of, projects_of

from . import drafts

CHOICES = 20
MAY_RAISE = (Role.OFFICER, Role.DISPATCHER, Role.OWNER)
# Who works with what was escalated or ordered.
HIGHER = (Role.UNIT_HEAD, Role.LEADER, Role.DISPATCHER, Role.SUPERVISOR)


@require_GET
def index(request: AppRequest) -> HttpResponse:
    today = timezone.localdate()
    tab = ticket_list.tab_of(request.user, request.GET.get("tab", ""))
    found = tab.narrow(request.user, today) if tab else Ticket.objects.none()
    narrowed = TicketFilter(request.GET, found, request=request)
    is_valid = narrowed.is_valid()
    tickets = narrowed.qs if is_valid else found.none()
    ordering = tab.ordering if tab else ticket_list.NEWEST
    page = ticket_list.page_of(tickets, ordering, request.GET.get("cursor"), today)
    context = {
        "tab": tab,
        "tabs": role_tabs.tabs_for(ticket_list.TABS, request.user),
        "ways": ticket_ways.ways_for(request.user),
        "rows": page.rows,
        "page": pages(request, page, ticket_list.count_of(tickets)),
        "filter": narrowed,
        "chosen": narrowed.chosen,
        "is_narrowed": any(narrowed.chosen.values()),
        "may_raise": request.user.has_role(*MAY_RAISE),
        "is_owner": request.user.has_role(Role.OWNER),
        "sees_higher": request.user.has_role(*HIGHER),
        "today": today,
        **choices(),
    }
    status = 200 if is_valid else 422
    return render(request, "visits/tickets.html", context, status=status)


def choices() -> dict[str, Any]:  # Any: pairs of value and label
    """What the filter chips offer; the same for everybody."""
    active = Category.objects.filter(is_active=True)
    return {
        "statuses": Ticket.Status.choices,
        "sources": Ticket.Source.choices,
        "categories": active.values_list("key", "name"),
    }


def pages(
    request: AppRequest, page: KeysetPage[Any], count: CappedCount
) -> dict[str, Any]:
    """The neighbours' addresses, as parts/_pages.html wants them."""
    return {"count": count, **addresses(request.GET, page)}


def ticket_of(request: AppRequest, pk: int) -> Ticket:
    """A visible ticket with what its page needs, or 404."""
    tickets = Ticket.objects.visible_to(request.user).for_page()
    return get_object_or_404(tickets.with_rights(request.user), pk=pk)


@require_GET
def detail(request: AppRequest, pk: int) -> HttpResponse:
    ticket = ticket_of(request, pk)
    return show(request, ticket, CommentForm())


def show(
    request: AppRequest, ticket: Ticket, form: CommentForm, status: int = 200
) -> HttpResponse:
    page = ticket_page.page_of(ticket, request.user)
    context = {"page": page, "ticket": ticket, "form": form, "today": page.today}
    return render(request, "visits/ticket.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def comment(request: AppRequest, pk: int) -> HttpResponse:
    ticket = ticket_of(request, pk)
    if request.method != "POST":
        return redirect(ticket)
    form = CommentForm(request.POST, request.FILES)
    if form.is_valid():
        data = form.cleaned_data
        try:
            with received(data.pop("papers")) as sent:
                services.comment_ticket(ticket, actor=request.user, files=sent, **data)
            return redirect(f"{ticket.get_absolute_url()}#stream")
        except DomainError as error:
            form.add_error(error.field or None, str(error.sentence))
    return show(request, ticket, form, 422)


@require_GET
def why(request: AppRequest, pk: int, kind: str) -> HttpResponse:
    """「为什么是这天？」: every day counted, skipped or paused, and why."""
    ticket = ticket_of(request, pk)
    today = timezone.localdate()
    clocks = {one.kind: one for one in ticket_page.clocks_of(ticket, today, today)}
    if reply := ticket_page.next_reply_of(ticket, today, today):
        clocks["next_reply"] = reply
    if kind not in clocks:
        raise Http404
    clock = clocks[kind]
    return explained(request, ticket, clock.deadline, str(clock.label), today)


@require_GET
def why_part(request: AppRequest, pk: int, part: int) -> HttpResponse:
    """The same for an assisting department's part, which the company does not see."""
    ticket = ticket_of(request, pk)
    if not ticket.may_read_internal:  # type: ignore[attr-defined] # annotated
        raise Http404
    parts = ticket.parts.select_related("department", "answer_by")
    found = get_object_or_404(parts, pk=part, answer_by__isnull=False)
    deadline = found.answer_by
    if deadline is None:
        raise Http404
    return explained(
        request, ticket, deadline, found.department.name, timezone.localdate()
    )


def explained(
    request: AppRequest, ticket: Ticket, deadline: Deadline, label: str, today: date
) -> HttpResponse:
    context = {
        "ticket": ticket,
        "deadline": deadline,
        "label": label,
        "days": ticket_page.days_of(deadline),
        "today": today,
    }
    template = "visits/_ticket_why.html" if request.htmx else "visits/ticket_why.html"
    return render(request, template, context)


@require_http_methods(["GET", "HEAD", "POST"])
def create(request: AppRequest) -> HttpResponse:
    """Raise a problem: a company in one box, an official for one of his companies."""
    if not request.user.has_role(*MAY_RAISE):
        raise PermissionDenied
    if not request.user.has_role(Role.OFFICER, Role.DISPATCHER):
        return _raise_own(request)
    company = _company_of(request)
    if company is None:
        return _choose(request)
    by_centre = request.user.has_role(Role.DISPATCHER)
    usual = Ticket.Source.DISPATCHER if by_centre else Ticket.Source.COMPANY
    form = OfficialRaiseForm(
        request.POST or None,
        request.FILES or None,
        initial={
            "source": usual,
            **_asked_for(request),
            **_told_of(request, company),
            **drafts.typed(request),
        },
        projects=projects_of(request.user, [company.pk]),
        blockers=blockers_of(request.user, company.pk),
    )
    return _raise(request, form, company)


def _asked_for(request: AppRequest) -> dict[str, int]:
    """What the page that led here has chosen already."""
    names = ("company", "project")
    return {name: key_of(request.GET.get(name, "")) for name in names}


def _told_of(request: AppRequest, company: Company) -> dict[str, object]:
    """A blocker that led here is told already, in its own words."""
    blockers = blockers_of(request.user, company.pk)
    asked = key_of(request.GET.get("blocker", ""))
    blocker = blockers.filter(pk=asked).first()
    if blocker is None:
        return {}
    told = {"text": blocker.text, "project": blocker.project_id}
    return {**told, "blocker": blocker.pk}


def _company_of(request: AppRequest) -> Company | None:
    """The company that the address names; one out of reach is none at all."""
    text = request.GET.get("company", "")
    if not text:
        return None
    companies = Company.objects.changeable_by(request.user)
    return get_object_or_404(companies, pk=key_of(text))


def _choose(request: AppRequest) -> HttpResponse:
    """Which company it is about: by search, or one of the latest."""
    text = request.GET.get("q", "")[:60]
    found = Company.objects.changeable_by(request.user).search(text)
    rows = found.order_by("-updated_at", "-pk").values_list(
        "pk", "name", "region__name"
    )
    context = {"q": text, "companies": rows[:CHOICES]}
    return render(request, "visits/ticket_choose.html", context)


def _raise_own(request: AppRequest) -> HttpResponse:
    owned = request.user.access.company_ids(Role.OWNER)
    companies = Company.objects.visible_to(request.user).living().filter(pk__in=owned)
    form = RaiseForm(
        request.POST or None,
        request.FILES or None,
        initial={**_asked_for(request), **drafts.typed(request)},
        companies=companies,
        projects=projects_of(request.user, owned),
    )
    company = companies[0] if len(companies) == 1 else None
    return _raise(request, form, company)


def _raise(
    request: AppRequest, form: RaiseForm | OfficialRaiseForm, company: Company | None
) -> HttpResponse:
    if "save" in request.POST and drafts.can_be_kept(form):
        return drafts.keep(request, form, company)
    offers_complaint = form.is_valid() and is_complaint(request, form)
    if form.is_valid() and not offers_complaint:
        data = {"company": company, **form.cleaned_data}
        try:
            with received(data.pop("papers")) as sent:
                ticket = services.raise_ticket(actor=request.user, files=sent, **data)
            return redirect(ticket)
        except DomainError as error:
            form.add_error(error.field or None, str(error.sentence))
    context = {
        "form": form,
        "company": company,
        "offers_complaint": offers_complaint,
        "is_owner": request.user.has_role(Role.OWNER),
        **drafts.offered(request),
    }
    status = 422 if form.is_bound else 200
    return render(request, "visits/ticket_raise.html", context, status=status)


def is_complaint(request: AppRequest, form: RaiseForm | OfficialRaiseForm) -> bool:
    """About how officials behave: there is a way past them, until one declines it."""
    category = form.cleaned_data.get("category")
    is_about = category is not None and category.key == ROUTED
    return is_about and "anyway" not in request.POST


urls = [
    path("tickets/", index, name="tickets"),
    path("tickets/raise/", create, name="raise"),
    path("tickets/<int:pk>/", detail, name="ticket"),
    path("tickets/<int:pk>/comment/", comment, name="ticket-comment"),
    path("tickets/<int:pk>/why/<slug:kind>/", why, name="ticket-why"),
    path("tickets/<int:pk>/parts/<int:part>/why/", why_part, name="ticket-part-why"),
]
