"""A link for the company: made by its officer or by who answered, shown once."""

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm.lib import qr
from crm.lib.http import AppRequest
from crm.lib.words import exact_day
from visits.models import ConfirmLink, Ticket
from visits.services import confirm_links as services
from visits.services.tickets import lead_part
from visits.views.tickets import ticket_of


def linkable(request: AppRequest, pk: int) -> Ticket:
    """A visible ticket whose company may get a link from this person."""
    ticket = ticket_of(request, pk)
    if not services.linkable_by(request.user).filter(pk=ticket.pk).exists():
        raise PermissionDenied
    return ticket


@require_http_methods(["GET", "HEAD", "POST"])
def confirm_link(request: AppRequest, pk: int) -> HttpResponse:
    """Which links there are; a press makes one more."""
    ticket = linkable(request, pk)
    if request.method == "POST":
        link, token = services.make_confirm_link(ticket, actor=request.user)
        return shown_once(request, ticket, link, token)
    context = {"ticket": ticket, "links": services.links_of(ticket, timezone.now())}
    return render(request, "visits/confirm/links.html", context)


def made_now(request: AppRequest, ticket: Ticket) -> HttpResponse:
    """With the answer that was just given: one press does both."""
    link, token = services.make_confirm_link(ticket, actor=request.user)
    return shown_once(request, ticket, link, token)


def shown_once(
    request: AppRequest, ticket: Ticket, link: ConfirmLink, token: str
) -> HttpResponse:
    """From the configured address, never from the Host header."""
    address = reverse("visits:confirm-by-link", args=[token])
    url = f"{settings.CRM_BASE_URL}{address}"
    context = {
        "ticket": ticket,
        "link": link,
        "url": url,
        "qr": qr.data_uri(url),
        "message": message_of(ticket, link, url),
    }
    response = render(request, "visits/confirm/made.html", context)
    response.headers["Cache-Control"] = "no-store"
    return response


def message_of(ticket: Ticket, link: ConfirmLink, url: str) -> str:
    """What goes to the company with the link, by whatever way people write."""
    part = lead_part(ticket)
    values = {
        "title": ticket.title,
        "number": ticket.number,
        "lead": part.department.name if part else "",
        "url": url,
        "day": exact_day(timezone.localdate(link.expires_at)),
    }
    return (
        _(
            "%(lead)s has answered your problem “%(title)s” (%(number)s). Please say "
            "whether it is solved: %(url)s The link works once, until %(day)s."
        )
        % values
    )


@require_POST
def revoke(request: AppRequest, pk: int, link_pk: int) -> HttpResponse:
    ticket = linkable(request, pk)
    link = get_object_or_404(ticket.confirm_links.all(), pk=link_pk)
    services.revoke_confirm_link(link, actor=request.user)
    messages.success(request, _("The link opens nothing any more."))
    return redirect("visits:ticket-confirm-link", pk)


urls = [
    path("tickets/<int:pk>/confirm-link/", confirm_link, name="ticket-confirm-link"),
    path(
        "tickets/<int:pk>/confirm-link/<int:link_pk>/revoke/",
        revoke,
        name="ticket-confirm-link-revoke",
    ),
]
