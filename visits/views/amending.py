"""Put a held visit right, and decide between two versions that a phone sent."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_http_methods
from rest_framework.exceptions import ValidationError

from crm.lib.errors import DomainError, StaleVersion
from crm.lib.http import AppRequest
from crm.services import files
from crm.services.files import Received
from visits import pages
from visits.api.problems import Problem, problem_of, problems_of
from visits.api.serializers import WordsSerializer
from visits.forms.visits import AmendReasonForm, words_of
from visits.models import IntakeConflict, Visit
from visits.services import visits as services
from visits.services.content import Content, content_of
from visits.services.intake import TAKEN
from visits.services.projects import offers_at
from visits.sheets import is_public_only, pictures_of, told

from .capture import receive_photos


@require_http_methods(["GET", "HEAD", "POST"])
def amend(request: AppRequest, pk: int) -> HttpResponse:
    visit = amendable(request, pk)
    if request.method == "POST":
        return put(request, visit)
    reason = AmendReasonForm(initial={"version": visit.version}, auto_id="f-%s")
    content = content_of(visit)
    return show(
        request, visit, pages.values_of(content), pages.heard_of(content), reason
    )


def amendable(request: AppRequest, pk: int) -> Visit:
    """One's own held visit; 403 where it may only be read, 404 where not even that."""
    visits = Visit.objects.visible_to(request.user).select_related(
        "company", "signature"
    )
    visit = get_object_or_404(visits, pk=pk)
    mine = Visit.objects.changeable_by(request.user).held().filter(pk=pk)
    if not mine.filter(logged_by=request.user).exists():
        raise PermissionDenied
    return visit


def put(request: AppRequest, visit: Visit) -> HttpResponse:
    reason = AmendReasonForm(request.POST, auto_id="f-%s")
    received: list[Received] = []
    try:
        received = receive_photos(request, timezone.now())
        content = typed_content(request, visit, received)
        if not reason.is_valid():
            return back(request, visit, reason, [])
        services.amend_visit(
            visit,
            actor=request.user,
            content=content,
            received={one.sha256: one for one in received},
            without=request.POST.getlist("without"),
            **reason.cleaned_data,
        )
    except ValidationError as error:
        reason.is_valid()
        return back(request, visit, reason, problems_of(error))
    except StaleVersion as error:
        return stale(request, visit, content, error)
    except DomainError as error:
        return back(request, visit, reason, [problem_of(error)])
    finally:
        files.forget_unused(received)
    return redirect(visit)


def typed_content(
    request: AppRequest, visit: Visit, received: list[Received]
) -> Content:
    """What was typed; photos that are there stay, and new ones follow them."""
    old = [one.sha256 for one in visit.photos.shown()]
    sent = words_of(request.POST) | {
        "photos": [*old, *(one.sha256 for one in received)],
        "signed_by": visit.signed_by,
    }
    serializer = WordsSerializer(data=sent)
    serializer.is_valid(raise_exception=True)
    return serializer.content()


def back(
    request: AppRequest, visit: Visit, reason: AmendReasonForm, problems: list[Problem]
) -> HttpResponse:
    values = pages.typed_values(request.POST)
    heard = words_of(request.POST)["findings"]
    found = [*problems_of_form(reason), *problems]
    return show(request, visit, values, heard, reason, found, status=422)


def problems_of_form(form: AmendReasonForm) -> list[Problem]:
    return [
        {"path": name, **one}
        for name, errors in form.errors.get_json_data().items()
        for one in errors
    ]


def show(
    request: AppRequest,
    visit: Visit,
    values: pages.Values,
    heard: list[dict[str, str]],
    reason: AmendReasonForm,
    problems: list[Problem] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    found: list[Problem] = problems or []
    context = pages.page(request.user, values, None, found) | {
        "visit": visit,
        "reason": reason,
        "contacts": pages.contacts_of(visit, request.user),
        "projects": offers_at(request.user, visit.company_id, kept=visit.project_id),
        "pictures": pictures_of(visit),
        "gone": request.POST.getlist("without"),
        "blocks": pages.blocks_of(heard, found, blanks=1),
        "lost_photos": bool(status != 200 and request.FILES),
    }
    return render(request, "visits/amend.html", context, status=status)


def stale(
    request: AppRequest, visit: Visit, typed: Content, error: StaleVersion
) -> HttpResponse:
    """Somebody was first: both versions, and the way to go on from either."""
    # This person may see it; what was saved meanwhile is to be shown.
    visit.refresh_from_db()
    theirs = content_of(visit)
    context = {
        "visit": visit,
        "sentence": error.sentence,
        "theirs": told(theirs),
        "mine": told(typed, theirs),
    }
    return render(request, "visits/stale.html", context, status=409)


@require_http_methods(["GET", "HEAD", "POST"])
def conflict(request: AppRequest, pk: int, conflict_pk: int) -> HttpResponse:
    """Both contents side by side; the officer or the dispatcher decides."""
    if is_public_only(request.user):
        raise Http404
    visits = Visit.objects.visible_to(request.user).select_related("company")
    visit = get_object_or_404(visits, pk=pk)
    found = get_object_or_404(IntakeConflict, pk=conflict_pk, visit=visit)
    if not services.decidable_by(request.user).filter(pk=pk).exists():
        raise PermissionDenied
    if request.method == "POST":
        take = request.POST.get("decision") == TAKEN
        services.decide_conflict(found, actor=request.user, take=take)
        return redirect(visit)
    here = content_of(visit)
    context = {
        "visit": visit,
        "conflict": found,
        "here": told(here),
        "other": told(Content.from_json(found.content), here),
    }
    return render(request, "visits/conflict.html", context)


urls = [
    path("visits/<int:pk>/amend/", amend, name="amend"),
    path("visits/<int:pk>/conflicts/<int:conflict_pk>/", conflict, name="conflict"),
]
