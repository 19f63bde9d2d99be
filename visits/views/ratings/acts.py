"""What follows a rating: correction, call-back, second look, objection, ruling."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm.lib.http import AppRequest, typed
from crm.services.attaching import received
from visits.forms import ratings as forms
from visits.models import Correction, Objection, Rating
from visits.services import ratings as services

from .giving import shown_once
from .shared import act_page, correction_for, rating_for

State = Correction.State
FORM = ["GET", "HEAD", "POST"]


def state_of(rating: Rating) -> str:
    return f"{rating.get_level_display()} · {rating.department.name}"


@require_http_methods(FORM)
def send(request: AppRequest, pk: int) -> HttpResponse:
    rating, correction = correction_for(request, pk, "may_answer", State.FIXING)
    initial = {"version": correction.version}
    form = forms.SendForm(typed(request), request.FILES or None, initial=initial)

    def save(data: dict[str, Any]) -> Rating:
        with received(data.pop("papers")) as sent:
            services.send_correction(correction, actor=request.user, files=sent, **data)
        return rating

    title = _("Report the correction")
    return of_rating(request, rating, form, save, title)


@require_http_methods(FORM)
def hand(request: AppRequest, pk: int) -> HttpResponse:
    rating, correction = correction_for(request, pk, "may_hand", State.FIXING)
    people = services.people_of(correction, timezone.now())
    initial = {"version": correction.version, "handler": correction.handler_id}
    form = forms.HandForm(typed(request), people=people, initial=initial)

    def save(data: dict[str, Any]) -> Rating:
        services.hand_correction(correction, actor=request.user, **data)
        return rating

    return of_rating(request, rating, form, save, _("Hand the correction over"))


@require_http_methods(FORM)
def call(request: AppRequest, pk: int) -> HttpResponse:
    rating, correction = correction_for(request, pk, "may_ask_back", State.SENT)
    initial = {"version": correction.version, "person": rating.rater_name}
    form = forms.CallForm(typed(request), initial=initial)

    def save(data: dict[str, Any]) -> Rating:
        services.record_call_back(correction, actor=request.user, **data)
        return rating

    return of_rating(request, rating, form, save, _("Record the call-back"))


@require_http_methods(FORM)
def look(request: AppRequest, pk: int) -> HttpResponse:
    """追评, by the company itself."""
    rating = rating_for(request, pk, "is_owned")
    form = forms.LookForm(typed(request))

    def save(data: dict[str, Any]) -> Rating:
        services.look_again(rating, actor=request.user, **data)
        messages.success(request, _("Thank you. Your second look is kept."))
        return rating

    template = "visits/ratings/look.html"
    title = _("Look once more")
    return of_rating(request, rating, form, save, title, template=template)


@require_http_methods(FORM)
def objection(request: AppRequest, pk: int) -> HttpResponse:
    rating = rating_for(request, pk, "may_answer")
    form = forms.ObjectForm(typed(request))

    def save(data: dict[str, Any]) -> Rating:
        services.object_to(rating, actor=request.user, **data)
        return rating

    return of_rating(request, rating, form, save, _("Object to the rating"))


@require_http_methods(FORM)
def disown(request: AppRequest, pk: int) -> HttpResponse:
    """The company did not give this; somebody else had the link."""
    rating = rating_for(request, pk, "is_owned")
    form = forms.DisownForm(typed(request))

    def save(data: dict[str, Any]) -> Rating:
        services.disown(rating, actor=request.user, **data)
        return rating

    return of_rating(request, rating, form, save, _("This is not our rating"))


@require_http_methods(FORM)
def ruling(request: AppRequest, pk: int) -> HttpResponse:
    rating = rating_for(request, pk, "may_rule")
    if request.method != "POST":
        services.open_objection(rating)
    form = forms.RuleForm(typed(request))

    def save(data: dict[str, Any]) -> Rating:
        is_upheld = data["decision"] == Objection.Decision.UPHELD
        services.rule_on_objection(
            rating, actor=request.user, is_upheld=is_upheld, reason=data["reason"]
        )
        return rating

    title = _("Rule on the objection")
    template = "visits/ratings/ruling.html"
    return of_rating(request, rating, form, save, title, template=template)


def of_rating(
    request: AppRequest,
    rating: Rating,
    form: Any,
    save: Any,
    title: str,
    template: str = "visits/ratings/act.html",
) -> HttpResponse:  # Any: a form and what saves it, as act_page() takes them
    return act_page(
        request,
        form,
        save,
        title=title,
        back=rating.get_absolute_url(),
        state=state_of(rating),
        template=template,
        rating=rating,
        objection=getattr(rating, "objection", None),
        correction=getattr(rating, "correction", None),
    )


@require_POST
def second_link(request: AppRequest, pk: int) -> HttpResponse:
    """For a company without an account: whoever calls back sends it."""
    rating = rating_for(request, pk, "may_ask_back")
    if not hasattr(rating, "correction"):
        raise PermissionDenied
    made, token = services.make_second_link(rating, actor=request.user)
    url = f"{settings.CRM_BASE_URL}{reverse('visits:look-by-link', args=[token])}"
    record = services.record_of(rating.subject_type, rating.subject_id)
    values = {
        "company": rating.company.name,
        "title": services.title_of(record),
        "url": url,
    }
    message = _(
        "Dear %(company)s: you rated “%(title)s”. The unit has reported what it did; "
        "please look once more: %(url)s"
    )
    return shown_once(request, made, url, record, message % values)


urls = [
    path("ratings/<int:pk>/correct/", send, name="rating-correct"),
    path("ratings/<int:pk>/hand/", hand, name="rating-hand"),
    path("ratings/<int:pk>/call/", call, name="rating-call"),
    path("ratings/<int:pk>/look/", look, name="rating-look"),
    path("ratings/<int:pk>/look-link/", second_link, name="rating-look-link"),
    path("ratings/<int:pk>/object/", objection, name="rating-object"),
    path("ratings/<int:pk>/disown/", disown, name="rating-disown"),
    path("ratings/<int:pk>/rule/", ruling, name="rating-rule"),
]
