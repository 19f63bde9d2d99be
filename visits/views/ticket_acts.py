"""What people do with a ticket: one address per act, one service behind each."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm.lib.errors import DomainError, StaleVersion
from crm.lib.http import AppRequest, key_of
from crm.models import Contact, User
from crm.services import contacts
from crm.services.attaching import received
from visits.done_words import Done, what_was_done
from visits.forms import tickets as ticket_forms
from visits.models import Ticket
from visits.services import categories, confirm_links
from visits.services import tickets as services
from visits.services.tickets import Act

from .confirming.links import made_now

# Where an act came from, if not from the ticket's own page.
DESK = "desk"
# Saves what the form says and gives the ticket.
# Any: cleaned values. Or the page that is shown once instead.
Save = Callable[[dict[str, Any]], Ticket | HttpResponse]


def ticket_for(request: AppRequest, pk: int, *acts: Act) -> Ticket:
    """A visible ticket on which this person may do one of these acts now.

    What was sent is left to the service: a second press must not be a refusal.
    """
    tickets = Ticket.objects.visible_to(request.user).for_page()
    ticket = get_object_or_404(tickets.with_rights(request.user), pk=pk)
    allowed = [act for act in acts if services.has_right(ticket, act)]
    if not allowed:
        raise PermissionDenied
    if request.method != "POST" and not set(allowed) & set(
        services.possible_for(ticket)
    ):
        raise services.refusal(ticket, allowed[0])
    return ticket


def act_page(
    request: AppRequest,
    ticket: Ticket,
    act: Act,
    form: forms.Form,
    save: Save,
    *,
    button: str = "",
    template: str = "visits/ticket_act.html",
    **more: Any,  # what this act's template needs besides
) -> HttpResponse:
    """The page of one act: its form, what was typed, and a refusal where it belongs."""
    current = None
    if form.is_valid():
        try:
            saved = save(form.cleaned_data)
            if isinstance(saved, HttpResponse):
                return saved
            return after_act(request, act, saved)
        except StaleVersion as error:
            current = error.current
        except DomainError as error:
            field = error.field if error.field in form.fields else None
            form.add_error(field, str(error.sentence))
    context = {
        "back": way_back(request, ticket),
        "done": done_meanwhile(ticket, form),
        "ticket": ticket,
        "act": act,
        "form": form,
        "button": button or act.label,
        "current": current,
        "today": timezone.localdate(),
        **more,
    }
    status = 409 if current else 422 if form.is_bound else 200
    return render(request, template, context, status=status)


def after_act(request: AppRequest, act: Act, ticket: Ticket) -> HttpResponse:
    """To the ticket, or on with the queue when the act was done from the desk."""
    if request.GET.get("to") != DESK:
        return redirect(ticket)
    said = {"number": ticket.number, "act": act.label}
    messages.success(request, _("%(number)s: %(act)s, done.") % said)
    return redirect(way_back(request, ticket))


def way_back(request: AppRequest, ticket: Ticket) -> str:
    if request.GET.get("to") != DESK:
        return ticket.get_absolute_url()
    at = key_of(request.GET.get("at", ""))
    return f"{reverse('visits:desk')}{f'?at={at}' if at else ''}"


def done_meanwhile(ticket: Ticket, form: forms.Form) -> Done | None:
    """What somebody else did since this page was shown; else nothing."""
    shown = form.cleaned_data.get("version") if form.is_bound else None
    if not shown:
        return None
    now_at = Ticket.objects.filter(pk=ticket.pk).values_list("version", flat=True)
    return what_was_done(ticket) if shown not in now_at else None


def act_now(
    request: AppRequest, pk: int, act: Act, service: Callable[..., Ticket]
) -> HttpResponse:
    """An act without a form: one press on the ticket's own page."""
    ticket = ticket_for(request, pk, act)
    form = ticket_forms.ActForm(request.POST)
    version = form.cleaned_data["version"] if form.is_valid() else None
    return redirect(service(ticket, actor=request.user, version=version))


@require_POST
def admit(request: AppRequest, pk: int) -> HttpResponse:
    return act_now(request, pk, Act.ADMIT, services.admit_ticket)


@require_POST
def accept(request: AppRequest, pk: int) -> HttpResponse:
    return act_now(request, pk, Act.ACCEPT, services.accept_ticket)


@require_POST
def start(request: AppRequest, pk: int) -> HttpResponse:
    return act_now(request, pk, Act.START, services.start_work)


@require_http_methods(["GET", "HEAD", "POST"])
def refuse(request: AppRequest, pk: int) -> HttpResponse:
    ticket = ticket_for(request, pk, Act.REFUSE)
    form = ticket_forms.RefuseForm(request.POST or None, initial=version_of(ticket))

    def save(data: dict[str, Any]) -> Ticket:
        return services.refuse_ticket(ticket, actor=request.user, **data)

    return act_page(request, ticket, Act.REFUSE, form, save)


@require_http_methods(["GET", "HEAD", "POST"])
def dispatch(request: AppRequest, pk: int) -> HttpResponse:
    """Give it to departments; the category's usual lead is chosen already."""
    ticket = ticket_for(request, pk, Act.DISPATCH)
    usual = categories.usual_lead(ticket.category, ticket.company)
    form = ticket_forms.DispatchForm(
        request.POST or None,
        departments=services.dispatch_targets(request.user),
        initial={**version_of(ticket), "category": ticket.category, "lead": usual},
    )

    def save(data: dict[str, Any]) -> Ticket:
        wanted = ("lead", "assistants", "category", "version")
        return services.dispatch_ticket(
            ticket, actor=request.user, **{name: data[name] for name in wanted}
        )

    sentence = _("Dispatch to %s")
    return act_page(
        request,
        ticket,
        Act.DISPATCH,
        form,
        save,
        button=sentence % usual.name if usual else "",
        template="visits/ticket_dispatch.html",
        sentence=sentence,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def hand(request: AppRequest, pk: int) -> HttpResponse:
    """Hand to a colleague: of a new ticket that also signs for it."""
    ticket = ticket_for(request, pk, Act.HAND, Act.ACCEPT)
    people = services.colleagues(ticket, timezone.now()).order_by("name", "pk")
    form = ticket_forms.HandForm(
        request.POST or None, people=people, initial=version_of(ticket)
    )

    def save(data: dict[str, Any]) -> Ticket:
        handler: User = data["handler"]
        is_new = ticket.status == Ticket.Status.DISPATCHED
        service = services.accept_ticket if is_new else services.hand_ticket
        return service(
            ticket, actor=request.user, handler=handler, version=data["version"]
        )

    return act_page(request, ticket, Act.HAND, form, save)


@require_http_methods(["GET", "HEAD", "POST"])
def contact(request: AppRequest, pk: int) -> HttpResponse:
    ticket = ticket_for(request, pk, Act.CONTACT)
    form = ticket_forms.ContactForm(
        request.POST or None,
        people=_contacts(request, ticket),
        sees_phones=contacts.sees_phones(ticket.company, request.user),
        initial=version_of(ticket),
    )

    def save(data: dict[str, Any]) -> Ticket:
        return services.record_contact(ticket, actor=request.user, **data)

    template = "visits/ticket_contact.html"
    return act_page(request, ticket, Act.CONTACT, form, save, template=template)


@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: AppRequest, pk: int) -> HttpResponse:
    ticket = ticket_for(request, pk, Act.ANSWER)
    has_account = confirm_links.has_account(ticket.company, timezone.localdate())
    initial = {**version_of(ticket), "with_link": not has_account}
    form = ticket_forms.AnswerForm(
        request.POST or None, request.FILES or None, initial=initial
    )

    def save(data: dict[str, Any]) -> Ticket | HttpResponse:
        with_link = data.pop("with_link")
        with received(data.pop("papers")) as sent:
            answered = services.answer_ticket(
                ticket, actor=request.user, files=sent, **data
            )
        return made_now(request, answered) if with_link else answered

    return act_page(request, ticket, Act.ANSWER, form, save)


@require_http_methods(["GET", "HEAD", "POST"])
def answer_part(request: AppRequest, pk: int) -> HttpResponse:
    ticket = ticket_for(request, pk, Act.ANSWER_PART)
    form = ticket_forms.PartForm(request.POST or None, request.FILES or None)

    def save(data: dict[str, Any]) -> Ticket:
        with received(data.pop("papers")) as sent:
            return services.answer_part(ticket, actor=request.user, files=sent, **data)

    return act_page(request, ticket, Act.ANSWER_PART, form, save)


@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: AppRequest, pk: int) -> HttpResponse:
    """The company confirms; its officer does so only with a proof."""
    ticket = ticket_for(request, pk, Act.CONFIRM)
    is_own = services.is_owner(request.user, ticket.company)
    form_class = ticket_forms.ConfirmForm if is_own else ticket_forms.SignOffForm
    last = ticket.answers.filter(part__is_lead=True).first()
    initial = {**version_of(ticket), **_asked(request, ticket, is_own=is_own)}
    form = form_class(request.POST or None, request.FILES or None, initial=initial)

    def save(data: dict[str, Any]) -> Ticket:
        uploads = [data["file"]] if data.get("file") else []
        with received(uploads) as sent:
            return services.confirm_ticket(
                ticket,
                actor=request.user,
                outcome=data["outcome"],
                note=data["note"],
                proof=form.proof(sent[0] if sent else None),
                version=data["version"],
            )

    return act_page(
        request,
        ticket,
        Act.CONFIRM,
        form,
        save,
        template="visits/ticket_confirm.html",
        answer=last,
        may_reject=is_own,
    )


def _asked(request: AppRequest, ticket: Ticket, *, is_own: bool) -> dict[str, str]:
    """Whom an officer most likely called: the main contact."""
    if is_own:
        return {}
    main = _contacts(request, ticket).first()
    return {"person": main.name, "phone": main.phone} if main else {}


def _contacts(request: AppRequest, ticket: Ticket) -> QuerySet[Contact]:
    """The company's present contacts, the main one first."""
    visible = Contact.objects.visible_to(request.user).current()
    return visible.filter(company=ticket.company_id)


@require_http_methods(["GET", "HEAD", "POST"])
def reject(request: AppRequest, pk: int) -> HttpResponse:
    ticket = ticket_for(request, pk, Act.REJECT)
    form = ticket_forms.RejectForm(request.POST or None, initial=version_of(ticket))
    last = ticket.answers.filter(part__is_lead=True).first()

    def save(data: dict[str, Any]) -> Ticket:
        return services.reject_answer(ticket, actor=request.user, **data)

    return act_page(
        request,
        ticket,
        Act.REJECT,
        form,
        save,
        button=_("Send it back to be worked on"),
        template="visits/ticket_reject.html",
        answer=last,
    )


def version_of(ticket: Ticket) -> dict[str, Any]:  # Any: initial values of a form
    return {"version": ticket.version}


urls = [
    path("tickets/<int:pk>/admit/", admit, name="ticket-admit"),
    path("tickets/<int:pk>/refuse/", refuse, name="ticket-refuse"),
    path("tickets/<int:pk>/dispatch/", dispatch, name="ticket-dispatch"),
    path("tickets/<int:pk>/accept/", accept, name="ticket-accept"),
    path("tickets/<int:pk>/hand/", hand, name="ticket-hand"),
    path("tickets/<int:pk>/contact/", contact, name="ticket-contact"),
    path("tickets/<int:pk>/start/", start, name="ticket-start"),
    path("tickets/<int:pk>/answer/", answer, name="ticket-answer"),
    path("tickets/<int:pk>/answer-part/", answer_part, name="ticket-answer-part"),
    path("tickets/<int:pk>/confirm/", confirm, name="ticket-confirm"),
    path("tickets/<int:pk>/reject/", reject, name="ticket-reject"),
]
