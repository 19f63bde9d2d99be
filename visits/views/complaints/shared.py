"""What the pages of complaints share."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from crm.lib.errors import DomainError, StaleVersion
from crm.lib.http import AppRequest
from crm.services import deadlines
from visits.services.complaints import Receipt, spaced

FORM = ["GET", "HEAD", "POST"]
View = Callable[..., HttpResponse]
# Saves what the form says; what it gives is where the person goes next.
Save = Callable[[dict[str, Any]], Any]  # Any: cleaned values; what redirect() takes


def unkept(view: View) -> View:
    """Nothing of the page stays in a cache, a Referer or a search engine."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response.headers["Cache-Control"] = "no-store"
        # The page itself loosens this to the bare origin, for its own form.
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return guarded


def act_page(
    request: AppRequest,
    form: forms.Form,
    save: Save,
    *,
    title: str,
    back: str,
    state: str = "",
    template: str = "visits/complaints/act.html",
    **more: Any,  # what this act's template needs besides
) -> HttpResponse:
    """One form, one service: what was typed stays, a refusal stands with it."""
    current = None
    if form.is_bound and form.is_valid():
        try:
            return redirect(save(form.cleaned_data))
        except StaleVersion as error:
            current = error.current
            form.add_error(None, str(error.sentence))
        except DomainError as error:
            refuse(form, error)
    context = {
        "form": form,
        "title": title,
        "back": back,
        "state": state,
        "current": current,
        "today": timezone.localdate(),
        **more,
    }
    status = 409 if current else 422 if form.is_bound else 200
    return render(request, template, context, status=status)


def receipt_of(given: Receipt) -> dict[str, Any]:  # Any: what a template needs
    """Number, code and the days until the two promises, for the page that shows it."""
    complaint, today = given.complaint, timezone.localdate()
    clocks = (complaint.ack_by, complaint.answer_by)
    return {
        "complaint": complaint,
        "code": spaced(given.code),
        "days": [deadlines.days_left(one, today) for one in clocks],
        "today": today,
    }


def refuse(form: forms.Form, error: DomainError) -> None:
    field = error.field if error.field in form.fields else None
    form.add_error(field, str(error.sentence))
