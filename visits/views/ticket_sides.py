"""The side ways of a ticket as pages: one address per act, one service behind each."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm.lib.errors import DomainError
from crm.lib.http import AppRequest
from crm.services.attaching import received
from visits.forms import ticket_sides as side_forms
from visits.models import Ticket
from visits.services import tickets as services
from visits.services.tickets import Act

from .ticket_acts import act_now, act_page, ticket_for, version_of

# Any: cleaned values.
Service = Callable[..., Ticket]
ASKED = "visits/ticket_decide.html"


def form_act(
    request: AppRequest,
    ticket: Ticket,
    act: Act,
    form_class: Callable[..., forms.Form],
    service: Service,
    **more: Any,  # what the form needs besides
) -> HttpResponse:
    """An act whose form says all that its service wants."""
    form = form_class(request.POST or None, initial=version_of(ticket), **more)

    def save(data: dict[str, Any]) -> Ticket:
        return service(ticket, actor=request.user, **data)

    return act_page(request, ticket, act, form, save)


@require_POST
def resume(request: AppRequest, pk: int) -> HttpResponse:
    return act_now(request, pk, Act.RESUME, services.resume_ticket)


@require_POST
def unpark(request: AppRequest, pk: int) -> HttpResponse:
    return act_now(request, pk, Act.UNPARK, services.unpark_ticket)


@require_http_methods(["GET", "HEAD", "POST"])
def give_back(request: AppRequest, pk: int) -> HttpResponse:
    ticket = ticket_for(request, pk, Act.RETURN)
    units = services.lead_targets(ticket, request.user)
    return form_act(
        request,
        ticket,
        Act.RETURN,
        side_forms.ReturnForm,
        services.return_ticket,
        departments=units,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def rule(request: AppRequest, pk: int) -> HttpResponse:
    """The objection above, the ruling below; the suggested department is chosen."""
    ticket = ticket_for(request, pk, Act.RULE)
    objection = ticket.returns.select_related("suggested", "asked_by").first()
    initial = {**version_of(ticket), "lead": objection and objection.suggested}
    units = services.lead_targets(ticket, request.user)
    form = side_forms.RuleForm(request.POST or None, initial=initial, departments=units)

    def save(data: dict[str, Any]) -> Ticket:
        return services.rule_on_return(ticket, actor=request.user, **data)

    template = "visits/ticket_rule.html"
    return act_page(
        request, ticket, Act.RULE, form, save, template=template, objection=objection
    )


@require_http_methods(["GET", "HEAD", "POST"])
def reassign(request: AppRequest, pk: int) -> HttpResponse:
    ticket = ticket_for(request, pk, Act.REASSIGN)
    units = services.lead_targets(ticket, request.user)
    return form_act(
        request,
        ticket,
        Act.REASSIGN,
        side_forms.ReassignForm,
        services.reassign_ticket,
        departments=units,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def assist(request: AppRequest, pk: int) -> HttpResponse:
    ticket = ticket_for(request, pk, Act.ASSIST)
    units = services.lead_targets(ticket, request.user)
    return form_act(
        request,
        ticket,
        Act.ASSIST,
        side_forms.AssistForm,
        services.add_assistant,
        departments=units,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def pause(request: AppRequest, pk: int) -> HttpResponse:
    ticket, form = ticket_for(request, pk, Act.PAUSE), side_forms.PauseForm
    return form_act(request, ticket, Act.PAUSE, form, services.pause_ticket)


@require_http_methods(["GET", "HEAD", "POST"])
def extend(request: AppRequest, pk: int) -> HttpResponse:
    ticket, form = ticket_for(request, pk, Act.EXTEND), side_forms.ExtendForm
    days, most = ticket.solve_by and ticket.solve_by.days, services.most_days(ticket)
    service = services.ask_extension
    return form_act(request, ticket, Act.EXTEND, form, service, days=days, most=most)


@require_http_methods(["GET", "HEAD", "POST"])
def decide_pause(request: AppRequest, pk: int) -> HttpResponse:
    ticket = ticket_for(request, pk, Act.DECIDE_PAUSE)
    asked = ticket.pauses.filter(decided_at=None).select_related("asked_by").first()
    return _decide(
        request, ticket, Act.DECIDE_PAUSE, services.decide_pause, pause=asked
    )


@require_http_methods(["GET", "HEAD", "POST"])
def decide_extension(request: AppRequest, pk: int) -> HttpResponse:
    ticket = ticket_for(request, pk, Act.DECIDE_EXTENSION)
    asked = ticket.extensions.filter(decided_at=None).select_related("asked_by")
    return _decide(
        request,
        ticket,
        Act.DECIDE_EXTENSION,
        services.decide_extension,
        extension=asked.first(),
    )


def _decide(
    request: AppRequest,
    ticket: Ticket,
    act: Act,
    service: Service,
    **asked: Any,  # the row that waits
) -> HttpResponse:
    form = side_forms.DecideForm(request.POST or None, initial=version_of(ticket))
    late = services.too_late_to_grant(ticket, act, timezone.localdate())
    if late and not form.is_bound:
        form.only_refuse(str(late.sentence))

    def save(data: dict[str, Any]) -> Ticket:
        return service(ticket, actor=request.user, **data)

    return act_page(request, ticket, act, form, save, template=ASKED, **asked)


@require_http_methods(["GET", "HEAD", "POST"])
def park(request: AppRequest, pk: int) -> HttpResponse:
    ticket, form = ticket_for(request, pk, Act.PARK), side_forms.ParkForm
    return form_act(request, ticket, Act.PARK, form, services.park_ticket)


@require_http_methods(["GET", "HEAD", "POST"])
def next_reply(request: AppRequest, pk: int) -> HttpResponse:
    ticket, form = ticket_for(request, pk, Act.NEXT_REPLY), side_forms.NextReplyForm
    return form_act(request, ticket, Act.NEXT_REPLY, form, services.promise_next_reply)


@require_http_methods(["GET", "HEAD", "POST"])
def reopen(request: AppRequest, pk: int) -> HttpResponse:
    ticket, form = ticket_for(request, pk, Act.REOPEN), side_forms.ReopenForm
    return form_act(request, ticket, Act.REOPEN, form, services.reopen_ticket)


@require_http_methods(["GET", "HEAD", "POST"])
def unmerge(request: AppRequest, pk: int) -> HttpResponse:
    ticket, form = ticket_for(request, pk, Act.UNMERGE), side_forms.ReasonForm
    return form_act(request, ticket, Act.UNMERGE, form, services.unmerge_ticket)


@require_http_methods(["GET", "HEAD", "POST"])
def supply(request: AppRequest, pk: int) -> HttpResponse:
    """What the company was asked for; the clock goes on with it."""
    ticket = ticket_for(request, pk, Act.SUPPLY)
    asked = ticket.pauses.filter(is_granted=True, ended_on=None).first()
    form = side_forms.SupplyForm(
        request.POST or None, request.FILES or None, initial=version_of(ticket)
    )

    def save(data: dict[str, Any]) -> Ticket:
        with received(data.pop("papers")) as sent:
            return services.supply_ticket(
                ticket, actor=request.user, files=sent, **data
            )

    return act_page(
        request, ticket, Act.SUPPLY, form, save, template=ASKED, pause=asked
    )


@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: AppRequest, pk: int) -> HttpResponse:
    """Into another ticket of the dispatcher's regions, by its number."""
    ticket = ticket_for(request, pk, Act.MERGE)
    initial = {**version_of(ticket), "into": request.GET.get("into", "")[:16]}
    form = side_forms.MergeForm(request.POST or None, initial=initial)

    def save(data: dict[str, Any]) -> Ticket:
        number = data["into"].strip()
        visible = Ticket.objects.dispatchable_by(request.user)
        into = visible.filter(number=number).first()
        if into is None:
            sentence = _("There is no ticket %(number)s in your regions.")
            raise DomainError(sentence % {"number": number}, field="into")
        return services.merge_tickets(
            ticket, into=into, actor=request.user, version=data["version"]
        )

    return act_page(request, ticket, Act.MERGE, form, save)


@require_http_methods(["GET", "HEAD", "POST"])
def split(request: AppRequest, pk: int) -> HttpResponse:
    ticket = ticket_for(request, pk, Act.SPLIT)
    form = side_forms.SplitForm(request.POST or None, initial=version_of(ticket))

    def save(data: dict[str, Any]) -> Ticket:
        services.split_ticket(
            ticket,
            actor=request.user,
            pieces=data["pieces"],
            client_key=data["client_key"],
            version=data["version"],
        )
        return ticket

    template = "visits/ticket_split.html"
    return act_page(request, ticket, Act.SPLIT, form, save, template=template)


urls = [
    path("tickets/<int:pk>/return/", give_back, name="ticket-return"),
    path("tickets/<int:pk>/rule/", rule, name="ticket-rule"),
    path("tickets/<int:pk>/reassign/", reassign, name="ticket-reassign"),
    path("tickets/<int:pk>/assist/", assist, name="ticket-assist"),
    path("tickets/<int:pk>/pause/", pause, name="ticket-pause"),
    path("tickets/<int:pk>/decide-pause/", decide_pause, name="ticket-decide-pause"),
    path("tickets/<int:pk>/resume/", resume, name="ticket-resume"),
    path("tickets/<int:pk>/supply/", supply, name="ticket-supply"),
    path("tickets/<int:pk>/extend/", extend, name="ticket-extend"),
    path(
        "tickets/<int:pk>/decide-extension/",
        decide_extension,
        name="ticket-decide-extension",
    ),
    path("tickets/<int:pk>/park/", park, name="ticket-park"),
    path("tickets/<int:pk>/next-reply/", next_reply, name="ticket-next-reply"),
    path("tickets/<int:pk>/unpark/", unpark, name="ticket-unpark"),
    path("tickets/<int:pk>/reopen/", reopen, name="ticket-reopen"),
    path("tickets/<int:pk>/merge/", merge, name="ticket-merge"),
    path("tickets/<int:pk>/unmerge/", unmerge, name="ticket-unmerge"),
    path("tickets/<int:pk>/split/", split, name="ticket-split"),
]
