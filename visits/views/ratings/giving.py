"""The company rates, signed in; officials hand it a link to do so without."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm.lib import qr
from crm.lib.errors import DomainError
from crm.lib.http import AppRequest, typed
from crm.lib.words import exact_day
from visits.forms.ratings import RateForm
from visits.models import Rating, RatingLink
from visits.services import ratings as services
from visits.services.ratings import RatedAlreadyError, Record
from visits.services.tickets import is_owner

from .shared import address_of, record_of


def rate(request: AppRequest, kind: str, pk: int) -> HttpResponse:
    """The form; where it was rated already, a sentence and the first rating."""
    record = record_of(request, kind, pk)
    if not is_owner(request.user, services.company_of(record)):
        raise PermissionDenied
    form, status = RateForm(typed(request)), 200
    first = services.rating_of(record)
    if request.method == "POST" and form.is_valid():
        try:
            said = form.said()
            rating = services.rate(record, actor=request.user, said=said)
        except RatedAlreadyError as error:
            first = error.rating
        except DomainError as error:
            field = error.field if error.field in form.fields else None
            form.add_error(field, str(error.sentence))
        else:
            messages.success(request, thanks_for(rating))
            return redirect(rating)
    elif first is None:
        # Too early or too late is said before somebody types.
        services.thing_of(record, timezone.now())
    if first is not None:
        status = 409 if request.method == "POST" else 200
    elif form.errors:
        status = 422
    context = {
        "form": form,
        "record": record,
        "title": services.title_of(record),
        "back": address_of(record),
        "first": first,
        "today": timezone.localdate(),
    }
    return render(request, "visits/ratings/rate.html", context, status=status)


def thanks_for(rating: Rating) -> str:
    if rating.is_bad:
        return _("Thank you. The unit has to correct it and to report to you.")
    return _("Thank you. Your rating is kept.")


@require_http_methods(["GET", "HEAD", "POST"])
def rate_ticket(request: AppRequest, pk: int) -> HttpResponse:
    return rate(request, "ticket", pk)


@require_http_methods(["GET", "HEAD", "POST"])
def rate_visit(request: AppRequest, pk: int) -> HttpResponse:
    return rate(request, "visit", pk)


@require_http_methods(["GET", "HEAD", "POST"])
def rate_agency(request: AppRequest, pk: int) -> HttpResponse:
    return rate(request, "agency", pk)


def link(request: AppRequest, kind: str, pk: int) -> HttpResponse:
    """A link, a QR code to scan and a message to copy; shown this once."""
    record = record_of(request, kind, pk)
    made, token = services.make_link(record, actor=request.user)
    url = f"{settings.CRM_BASE_URL}{reverse('visits:rate-by-link', args=[token])}"
    return shown_once(request, made, url, record, message_of(record, url, made))


def message_of(record: Record, url: str, made: RatingLink) -> str:
    """What an official sends to the company, whole."""
    values = {
        "company": services.company_of(record).name,
        "title": services.title_of(record),
        "url": url,
        "day": exact_day(timezone.localdate(made.expires_at)),
    }
    return (
        _(
            "Dear %(company)s: “%(title)s” has been dealt with. Please rate it, it "
            "takes less than a minute and needs no login: %(url)s (valid until "
            "%(day)s, once; you may leave your name out)."
        )
        % values
    )


def shown_once(
    request: AppRequest, made: RatingLink, url: str, record: Record, message: str
) -> HttpResponse:
    """From the configured address, never from the Host header."""
    context = {
        "link": made,
        "url": url,
        "qr": qr.data_uri(url),
        "message": message,
        "title": services.title_of(record),
        "back": address_of(record),
        "today": timezone.localdate(),
    }
    response = render(request, "visits/ratings/link.html", context)
    response.headers["Cache-Control"] = "no-store"
    return response


@require_POST
def link_ticket(request: AppRequest, pk: int) -> HttpResponse:
    return link(request, "ticket", pk)


@require_POST
def link_visit(request: AppRequest, pk: int) -> HttpResponse:
    return link(request, "visit", pk)


@require_POST
def link_agency(request: AppRequest, pk: int) -> HttpResponse:
    return link(request, "agency", pk)


def urls_of(kind: str, place: str, form: Any, maker: Any) -> list[Any]:
    """Any: views and patterns."""
    return [
        path(f"{place}/<int:pk>/rate/", form, name=f"rate-{kind}"),
        path(f"{place}/<int:pk>/rating-link/", maker, name=f"rating-link-{kind}"),
    ]


urls = [
    *urls_of("ticket", "tickets", rate_ticket, link_ticket),
    *urls_of("visit", "visits", rate_visit, link_visit),
    *urls_of("agency", "agencies", rate_agency, link_agency),
]
