"""Rating and second look behind a link that works once. GET spends nothing."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from crm.lib.errors import DomainError
from crm.lib.http import typed
from crm.services.links import UsedLinkError, hash_of
from crm.views.public import token_page
from visits.forms.ratings import LookForm, PublicRateForm
from visits.models import Rating, RatingLink
from visits.services import ratings as services
from visits.services.ratings import RatedAlreadyError
from visits.services.ratings.links import LASTS
from visits.views.strangers import limited, visitor_of

Purpose = RatingLink.Purpose
# Of the browser that gave the rating: it alone is shown a nameless one again.
MARK = "rated"


@login_not_required
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@token_page
@limited
def rate(request: HttpRequest, token: str) -> HttpResponse:
    """One thing, one form, no account."""
    link = services.find_link(token, Purpose.RATE, timezone.now())
    if request.method != "POST":
        if (first := known_to(request, link)) is not None:
            return done(request, token, first, is_repeat=True, status=200)
        # Too early or too late is said before somebody types.
        try:
            services.thing_of(subject(link), timezone.now())
        except DomainError as error:
            return refused(request, link, error)
    form = PublicRateForm(typed(request))
    if request.method == "POST" and form.is_valid():
        try:
            said, visitor = form.said(), visitor_of(request)
            rating = services.rate_by_link(token, said=said, visitor=visitor)
            return done(request, token, rating, is_repeat=False, status=200)
        except RatedAlreadyError as error:
            if (first := known_to(request, link)) is not None:
                return done(request, token, first, is_repeat=True, status=409)
            return refused(request, link, error)
        except UsedLinkError:
            raise
        except DomainError as error:
            if not error.field:
                return refused(request, link, error)
            field = error.field if error.field in form.fields else None
            form.add_error(field, str(error.sentence))
    context = {"form": form, "link": link, "title": services.title_of(subject(link))}
    status = 422 if form.errors else 200
    return render(request, "visits/ratings/public_rate.html", context, status=status)


def subject(link: RatingLink) -> services.Record:
    return services.record_of(link.subject_type, link.subject_id)


def known_to(request: HttpRequest, link: RatingLink) -> Rating | None:
    """The first rating, as far as this browser may see it.

    One without a name only where it was given: for others the link looks unused.
    """
    if (first := services.first_of(link)) is not None:
        return first
    rating = link.rating
    if rating is None:
        return None
    mark = request.get_signed_cookie(MARK, default="", salt=link.token_hash)
    return rating if mark == str(rating.pk) else None


def done(
    request: HttpRequest, token: str, rating: Rating, *, is_repeat: bool, status: int
) -> HttpResponse:
    """Thanks, or that it was given before; of a bad one where to look again."""
    after = ""
    is_giver = not is_repeat or rating.is_anonymous
    if rating.is_bad and is_giver:
        second = services.link_after(token, rating)
        after = (
            f"{settings.CRM_BASE_URL}{reverse('visits:look-by-link', args=[second])}"
        )
    context = {
        "rating": rating,
        "is_repeat": is_repeat,
        "after": after,
        "today": timezone.localdate(),
    }
    response = render(
        request, "visits/ratings/public_done.html", context, status=status
    )
    if not is_repeat:
        response.set_signed_cookie(
            MARK,
            str(rating.pk),
            salt=hash_of(token),
            path=request.path,
            max_age=int(LASTS.total_seconds()),
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Strict",
        )
    return response


def refused(request: HttpRequest, link: RatingLink, error: DomainError) -> HttpResponse:
    context = {"sentence": error.sentence, "link": link}
    return render(request, "visits/ratings/public_refused.html", context, status=409)


@login_not_required
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@token_page
@limited
def look(request: HttpRequest, token: str) -> HttpResponse:
    """追评: what the unit reported, and the company's word on it."""
    link = services.find_link(token, Purpose.SECOND, timezone.now())
    rating = link.rating
    assert rating is not None, "a link of this purpose has its rating"
    correction = getattr(rating, "correction", None)
    is_waiting = correction is not None and correction.state == correction.State.ASKED
    form, status = LookForm(typed(request)), 200
    sentence = ""
    if request.method == "POST" and form.is_valid():
        try:
            rating = services.look_by_link(
                token, visitor=visitor_of(request), **form.cleaned_data
            )
            is_waiting = False
        except DomainError as error:
            if isinstance(error, UsedLinkError):
                raise
            sentence, status = str(error.sentence), 409
    elif form.errors:
        status = 422
    context = {
        "form": form,
        "rating": rating,
        "correction": correction,
        "is_waiting": is_waiting,
        "sentence": sentence,
        "title": services.title_of(subject(link)),
        "today": timezone.localdate(),
    }
    return render(request, "visits/ratings/public_look.html", context, status=status)


urls = [
    path("r/<str:token>/", rate, name="rate-by-link"),
    path("r/<str:token>/look/", look, name="look-by-link"),
]
