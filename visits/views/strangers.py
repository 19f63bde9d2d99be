"""What the pages behind one-time links share: who looks, and how often."""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from crm.lib.devices import address_of
from crm.models import User
from crm.services.links import UsedLinkError
from visits.services.public_tries import TooManyTriesError, count_try

View = Callable[[HttpRequest, str], HttpResponse]


def limited(view: View) -> View:
    """Count what is sent and what opens nothing; looking at a good link is free."""

    @wraps(view)
    def guarded(request: HttpRequest, token: str) -> HttpResponse:
        try:
            if request.method == "POST":
                note(request)
            try:
                return view(request, token)
            except UsedLinkError:
                note(request)
                raise
        except TooManyTriesError as error:
            context = {"sentence": error.sentence}
            response = render(request, "visits/too_many.html", context, status=429)
            response.headers["Retry-After"] = "3600"
            return response

    return guarded


def note(request: HttpRequest) -> None:
    count_try(address_of(request), most=settings.CRM_PUBLIC_TRIES)


def visitor_of(request: HttpRequest) -> User | None:
    """Who is signed in although nobody has to be."""
    user = request.user
    return user if isinstance(user, User) else None
