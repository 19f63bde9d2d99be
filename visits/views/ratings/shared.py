"""What the pages of ratings share: a visible rating, a record, an act's page."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from crm.lib.errors import DomainError, StaleVersion
from crm.lib.http import AppRequest
from crm.models import User
from projects.models import Agency
from visits.models import Correction, Rating, Ticket, Visit
from visits.services import ratings as services
from visits.services.ratings import Record

# Saves what the form says; what it gives is where the person goes next.
Save = Callable[[dict[str, Any]], Any]  # Any: cleaned values; a record or an address
KINDS: dict[str, str] = {
    "ticket": "visits.ticket",
    "visit": "visits.visit",
    "agency": "projects.agency",
}


def rating_of(request: AppRequest, pk: int) -> Rating:
    """A visible rating with what this person may do, or 404."""
    ratings = Rating.objects.visible_to(request.user).for_page()
    return get_object_or_404(ratings.with_rights(request.user), pk=pk)


def rating_for(request: AppRequest, pk: int, right: str) -> Rating:
    rating = rating_of(request, pk)
    if not getattr(rating, right):
        raise PermissionDenied
    return rating


def correction_for(
    request: AppRequest, pk: int, right: str, state: str
) -> tuple[Rating, Correction]:
    """A rating and the correction that it began, in the state for this act.

    What was sent is left to the service: a second press must not be a refusal.
    """
    rating = rating_for(request, pk, right)
    correction: Correction | None = getattr(rating, "correction", None)
    if correction is None:
        raise PermissionDenied
    if request.method != "POST":
        services.check_state(correction, state)
    return rating, correction


def visible(kind: str, user: User) -> Any:  # Any: a queryset of one of three models
    every = services.every_of(KINDS[kind])
    if kind == "ticket":
        own: Any = Ticket.objects.visible_to(user)
    elif kind == "visit":
        own = Visit.objects.visible_to(user)
    else:
        own = Agency.objects.visible_to(user)
    return every.filter(pk__in=own.values("pk"))


def record_of(request: AppRequest, kind: str, pk: int) -> Record:
    """A visible ticket, visit or agency, or 404."""
    found: Record = get_object_or_404(visible(kind, request.user), pk=pk)
    return found


def address_of(record: Record) -> str:
    """The page of what was rated."""
    if isinstance(record, Agency):
        return reverse("projects:agency", args=[record.project_id])
    return record.get_absolute_url()


def act_page(
    request: AppRequest,
    form: forms.Form,
    save: Save,
    *,
    title: str,
    back: str,
    button: str = "",
    state: str = "",
    template: str = "visits/ratings/act.html",
    **more: Any,  # what this act's template needs besides
) -> HttpResponse:
    """One form, one service: what was typed stays, a refusal stands with it."""
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            return redirect(save(form.cleaned_data))
        except StaleVersion as error:
            form.add_error(None, str(error.sentence))
            # Told of the other's version, the person may act on top of it.
            mine = request.POST.copy()
            mine["version"] = str(getattr(error.current, "version", ""))
            form.data = mine
            status = 409
        except DomainError as error:
            field = error.field if error.field in form.fields else None
            form.add_error(field, str(error.sentence))
            status = 422 if field else 409
    context = {
        "form": form,
        "title": title,
        "button": button or title,
        "back": back,
        "state": state,
        "today": timezone.localdate(),
        **more,
    }
    return render(request, template, context, status=status)
