"""交办台: the queue beside the ticket, many at once, and how fast it goes."""

import uuid
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from crm.lib.errors import DomainError
from crm.lib.http import AppRequest, key_of
from crm.lib.listing import addresses, listing
from crm.lib.paging import NARROWED_CAP, capped_count
from crm.models import Role
from visits import (
    desk_detail,
    dispatch_desk,
    dispatch_progress,
    done_words,
    suggestion_words,
)
from visits.done_words import Done
from visits.forms.desk import BulkForm, LeadForm
from visits.models import BatchRow, DispatchBatch, Ticket
from visits.services import batches, suggestions
from visits.services import tickets as services

LATEST = 60


def require_dispatcher(request: AppRequest) -> None:
    if not request.user.has_role(Role.DISPATCHER):
        raise PermissionDenied


def ticket_of(request: AppRequest, pk: int) -> Ticket:
    """One that this person dispatches; 403 for those who only see it."""
    ticket = desk_detail.find(request.user, pk)
    if ticket is None:
        get_object_or_404(Ticket.objects.visible_to(request.user), pk=pk)
        raise PermissionDenied
    return ticket


@require_safe
def index(request: AppRequest) -> HttpResponse:
    require_dispatcher(request)
    return show(request)


def show(request: AppRequest, error: str = "", status: int = 200) -> HttpResponse:
    now, user = timezone.now(), request.user
    tab = dispatch_desk.tab_of(request.GET.get("tab", ""))
    text = request.GET.get("q", "").strip()[:LATEST]
    cursor = request.GET.get("cursor")
    queue = dispatch_desk.queue_of(user, tab, cursor, text, now)
    asked = key_of(request.GET.get("at", ""))
    ticket, gone = chosen(request, queue, asked)
    keys = {key for row in queue.page.rows for key in row.nearest}
    keys.update(desk_detail.alike_keys(ticket) if ticket else ())
    visible = desk_detail.visible_rows(keys, user)
    context = {
        "queue": dispatch_desk.with_alike_counts(queue, visible),
        "gone": gone,
        **beside(request, queue, ticket, visible),
        "tabs": dispatch_desk.TABS,
        "figures": dispatch_desk.figures_of(user, now),
        "page": {"count": queue.total, **addresses(request.GET, queue.page)},
        "q": text,
        "target_hours": settings.CRM_DISPATCH_HOURS,
        "client_key": uuid.uuid4(),
        "ticked": set(request.POST.getlist("items")),
        "error": error,
        "now": now,
        "today": timezone.localdate(now),
    }
    return render(request, "visits/desk.html", context, status=status)


def chosen(
    request: AppRequest, queue: dispatch_desk.Queue, asked: int
) -> tuple[Ticket | None, Done | None]:
    """The ticket asked for, or what became of it and the first that waits."""
    ticket = desk_detail.find(request.user, asked) if asked else None
    gone = None
    if ticket and not desk_detail.is_waiting(ticket):
        gone, ticket = done_words.what_was_done(ticket), None
    if ticket is None and queue.rows:
        ticket = desk_detail.find(request.user, queue.rows[0].pk)
    return ticket, gone


def beside(
    request: AppRequest,
    queue: dispatch_desk.Queue,
    ticket: Ticket | None,
    visible: dict[int, Any],  # Any: rows of look-alikes
) -> dict[str, Any]:
    """The part beside the list; after an act it goes on with the next row."""
    if ticket is None:
        return {"detail": None}
    after = dispatch_desk.follower([row.pk for row in queue.rows], ticket.pk)
    detail = desk_detail.detail_of(
        ticket, request.user, timezone.now(), visible=visible, after=after
    )
    return {"detail": detail, "current": ticket.pk}


@require_safe
def detail(request: AppRequest, pk: int) -> HttpResponse:
    """The part beside the list, when another row is chosen; else the whole desk."""
    ticket = ticket_of(request, pk)
    if not request.htmx:
        return redirect(f"{reverse('visits:desk')}?at={pk}")
    if not desk_detail.is_waiting(ticket):
        done = {"gone": done_words.what_was_done(ticket), "detail": None}
        return render(request, "visits/desk/_detail.html", done)
    now = timezone.now()
    after = key_of(request.GET.get("after", "")) or None
    shown = desk_detail.detail_of(ticket, request.user, now, after=after)
    context = {"detail": shown, "now": now, "today": timezone.localdate(now)}
    return render(request, "visits/desk/_detail.html", context)


@require_safe
def lead(request: AppRequest, pk: int) -> HttpResponse:
    """Who would lead it under another category; the select with its reason."""
    ticket = ticket_of(request, pk)
    form = LeadForm(request.GET)
    if not form.is_valid():
        return HttpResponse(status=422)
    category = form.cleaned_data["category"]
    proposed = suggestions.suggest_lead(ticket, category, now=timezone.now())
    units = list(services.dispatch_targets(request.user))
    context = {
        "form": desk_detail.dispatch_form(ticket, units, proposed),
        "reason": suggestion_words.of_lead(proposed),
    }
    return render(request, "visits/desk/_lead.html", context)


@require_POST
def suggest(request: AppRequest, pk: int) -> HttpResponse:
    """Compute anew what is proposed; as often as somebody wishes."""
    ticket = ticket_of(request, pk)
    suggestions.refresh([ticket.pk])
    return redirect(f"{reverse('visits:desk')}?at={ticket.pk}")


@require_POST
def bulk(request: AppRequest) -> HttpResponse:
    """The ticked ones, or all that the list holds, as proposed or to one lead."""
    require_dispatcher(request)
    units = services.dispatch_targets(request.user)
    form = BulkForm(request.POST, departments=units)
    if not form.is_valid():
        first = next(iter(form.errors.values()))[0]
        return show(request, str(first), 422)
    data, now = form.cleaned_data, timezone.now()
    versions = data["items"]
    if data["everything"]:
        tab = dispatch_desk.tab_of(request.GET.get("tab", ""))
        text = request.GET.get("q", "").strip()[:LATEST]
        versions = dispatch_desk.versions_of(request.user, tab, text, now)
    try:
        batch = batches.dispatch_many(
            versions,
            actor=request.user,
            lead=data["lead"],
            client_key=data["client_key"],
            now=now,
        )
    except DomainError as error:
        return show(request, str(error.sentence), 409)
    return after_batch(request, batch)


def after_batch(request: AppRequest, batch: DispatchBatch) -> HttpResponse:
    """Back to the queue when all went; else to the page that says what did not."""
    refused = batch.rows.filter(state=BatchRow.State.REFUSED).exists()
    if batch.finished_at is None or refused:
        return redirect(batch)
    done = ngettext(
        "%(n)s ticket dispatched.", "%(n)s tickets dispatched.", batch.total
    )
    messages.success(request, done % {"n": batch.total})
    return redirect("visits:desk")


@require_safe
def batch(request: AppRequest, pk: int) -> HttpResponse:
    """How far a dispatch of many has come, and what was refused with its sentence."""
    found = get_object_or_404(DispatchBatch.objects.visible_to(request.user), pk=pk)
    page = listing(request, dispatch_progress.refused_rows(found), ("pk",))
    context = {
        "batch": found,
        "progress": dispatch_progress.progress_of(found),
        "page": page,
        "now": timezone.now(),
    }
    template = "visits/desk/_batch.html" if request.htmx else "visits/batch.html"
    return render(request, template, context)


@require_safe
def dispatched(request: AppRequest) -> HttpResponse:
    """The tickets behind a figure: who left the queue, and after how long."""
    if not request.user.has_role(Role.DISPATCHER, Role.LEADER, Role.SUPERVISOR):
        raise PermissionDenied
    now = timezone.now()
    span = request.GET.get("span", "today")
    which = request.GET.get("which", "all")
    rows = dispatch_desk.dispatched(request.user, span, which, now)
    page = dispatch_desk.dispatched_page(rows, request.GET.get("cursor"))
    figures = {one.key: one for one in dispatch_desk.figures_of(request.user, now)}
    context = {
        "rows": page.rows,
        "page": {
            "count": capped_count(rows, NARROWED_CAP),
            **addresses(request.GET, page),
        },
        "figure": figures.get(span, figures["today"]),
        "figures": figures.values(),
        "target_hours": settings.CRM_DISPATCH_HOURS,
        "which": which if which in {"in-time", "late"} else "all",
        "now": now,
        "today": timezone.localdate(now),
    }
    return render(request, "visits/dispatched.html", context)


urls = [
    path("tickets/desk/", index, name="desk"),
    path("tickets/desk/bulk/", bulk, name="desk-bulk"),
    path("tickets/desk/dispatched/", dispatched, name="desk-dispatched"),
    path("tickets/desk/batches/<int:pk>/", batch, name="batch"),
    path("tickets/desk/<int:pk>/", detail, name="desk-detail"),
    path("tickets/desk/<int:pk>/lead/", lead, name="desk-lead"),
    path("tickets/desk/<int:pk>/suggest/", suggest, name="desk-suggest"),
]
