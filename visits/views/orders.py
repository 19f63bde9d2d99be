"""Supervision orders: the list, one order, and how a new one is issued."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_safe

from crm.downloads import download
from crm.lib.http import AppRequest, key_of
from crm.lib.listing import addresses
from crm.lib.paging import NARROWED_CAP, capped_count
from crm.models import Role, User
from projects.views.shared import act_page
from visits import order_list, order_page, role_tabs
from visits.filters import OrderFilter
from visits.forms.orders import OrderForm
from visits.models import OrderProposal, SupervisionOrder
from visits.services import orders as services
from visits.services.orders import subjects
from visits.ticket_page import days_of

FORM = ["GET", "HEAD", "POST"]


@require_safe
def index(request: AppRequest) -> HttpResponse:
    if not request.user.access.roles & order_list.READERS:
        raise PermissionDenied
    if request.GET.get("tab") == order_list.PROPOSALS:
        return proposals(request)
    today = timezone.localdate()
    tab = role_tabs.tab_of(order_list.TABS, request.user, request.GET.get("tab", ""))
    assert tab is not None, "each of these roles has one"
    found = tab.narrow(request.user, today)
    narrowed = OrderFilter(request.GET, found, request=request)
    is_valid = narrowed.is_valid()
    rows = narrowed.qs if is_valid else found.none()
    page = order_list.page_of(rows, tab.ordering, request.GET.get("cursor"), today)
    count = capped_count(rows, NARROWED_CAP)
    context = {
        "tab": tab,
        "rows": page.rows,
        "page": {"count": count, **addresses(request.GET, page)},
        "filter": narrowed,
        "chosen": narrowed.chosen,
        "is_narrowed": any(narrowed.chosen.values()),
        "colours": SupervisionOrder.Colour.choices,
        **around(request.user),
    }
    status = 200 if is_valid else 422
    return render(request, "visits/orders.html", context, status=status)


def proposals(request: AppRequest) -> HttpResponse:
    """What rules ask for, the longest overdue first."""
    if not services.may_issue(request.user):
        raise PermissionDenied
    today = timezone.localdate()
    found = OrderProposal.objects.open().visible_to(request.user)
    page = order_list.proposals_page(found, request.GET.get("cursor"), today)
    count = capped_count(found, NARROWED_CAP)
    context = {
        "rows": page.rows,
        "page": {"count": count, **addresses(request.GET, page)},
        **around(request.user),
    }
    return render(request, "visits/order_proposals.html", context)


def around(user: User) -> dict[str, Any]:  # Any: what both lists show beside the rows
    return {
        "tabs": role_tabs.tabs_for(order_list.TABS, user),
        "may_issue": services.may_issue(user),
        "sees_records": user.has_role(Role.SUPERVISOR, Role.UNIT_HEAD),
        "today": timezone.localdate(),
    }


def order_of(request: AppRequest, pk: int) -> SupervisionOrder:
    orders = SupervisionOrder.objects.visible_to(request.user).for_page()
    return get_object_or_404(orders.with_rights(request.user), pk=pk)


@require_safe
def detail(request: AppRequest, pk: int) -> HttpResponse:
    order = order_of(request, pk)
    page = order_page.page_of(order, request.user)
    context = {"page": page, "order": order, "today": page.today}
    return render(request, "visits/order.html", context)


@require_safe
def why(request: AppRequest, pk: int) -> HttpResponse:
    """「为什么是这天？」."""
    order = order_of(request, pk)
    context = {
        "order": order,
        "deadline": order.answer_by,
        "label": pgettext("deadline", "Answer"),
        "days": days_of(order.answer_by),
        "today": timezone.localdate(),
    }
    template = "visits/_ticket_why.html" if request.htmx else "visits/order_why.html"
    return render(request, template, context)


@require_safe
def file(request: AppRequest, pk: int, uuid: str) -> HttpResponseBase:
    """Evidence, to whoever reads the order."""
    order = order_of(request, pk)
    return download(get_object_or_404(order_page.evidence_of(order), uuid=uuid))


@require_http_methods(FORM)
def new(request: AppRequest) -> HttpResponse:
    """About a record, as a rule proposes it, or about what is written here."""
    if not services.may_issue(request.user):
        raise PermissionDenied
    now = timezone.now()
    proposal = proposal_asked(request)
    subject = subject_asked(request, proposal)
    facts = subjects.facts_of(subject, timezone.localdate(now)) if subject else None
    if facts and not services.may_issue_about(request.user, facts):
        raise PermissionDenied
    initial = services.draft_of(facts, proposal)
    form = OrderForm(request.POST or None, actor=request.user, initial=initial, now=now)

    def save(data: dict[str, Any]) -> SupervisionOrder:
        if proposal:
            order = services.issue_proposed(proposal, actor=request.user, **data)
        else:
            order = services.issue_order(actor=request.user, subject=subject, **data)
        values = {"number": order.number, "unit": order.department.name}
        messages.success(request, _("%(number)s was issued to %(unit)s.") % values)
        return order

    return act_page(
        request,
        form,
        save,
        title=_("Issue a supervision order"),
        back=back_of(facts.url if facts else "", proposal),
        state=facts.matter if facts else "",
        template="visits/order_new.html",
        facts=facts,
        proposal=proposal,
    )


def back_of(url: str, proposal: OrderProposal | None) -> str:
    orders = reverse("visits:orders")
    return f"{orders}?tab={order_list.PROPOSALS}" if proposal else url or orders


def proposal_asked(request: AppRequest) -> OrderProposal | None:
    """The one that the address names; out of reach, or decided, it is none."""
    text = request.GET.get("proposal", "")
    if not text:
        return None
    every = OrderProposal.objects.visible_to(request.user).filter(
        rule=OrderProposal.Rule.OVERDUE
    )
    related = every.select_related("department__region", "person")
    return get_object_or_404(related, pk=key_of(text))


def subject_asked(
    request: AppRequest, proposal: OrderProposal | None
) -> models.Model | None:
    """The record that the proposal or the address names, read from inside."""
    kind, key = request.GET.get("subject", ""), key_of(request.GET.get("id", ""))
    if proposal:
        kind, key = proposal.subject_type, proposal.subject_id
    if not kind:
        return None
    record = subjects.found(request.user, kind, key)
    if record is None or not subjects.of(record).is_orderable:
        raise Http404
    return record


urls = [
    path("orders/", index, name="orders"),
    path("orders/new/", new, name="order-new"),
    path("orders/<int:pk>/", detail, name="order"),
    path("orders/<int:pk>/why/", why, name="order-why"),
    path("orders/<int:pk>/files/<uuid:uuid>/", file, name="order-file"),
]
