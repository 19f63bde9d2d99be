"""Log a visit: the page that phones use, and the plain form that it is at heart."""

from datetime import datetime
from uuid import UUID, uuid4

from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from rest_framework.exceptions import ValidationError

from crm.lib.errors import DomainError
from crm.lib.http import AppRequest, key_of
from crm.models import Company, StoredFile
from crm.services import files
from crm.services.files import Received
from visits import pages
from visits.api.problems import Problem, problem_of, problems_of
from visits.api.serializers import VisitSerializer
from visits.forms.visits import words_of
from visits.models import Visit
from visits.services import intake, offers, reach


@require_http_methods(["GET", "HEAD", "POST"])
def log(request: AppRequest) -> HttpResponse:
    if not reach.may_log(request.user):
        raise PermissionDenied
    if request.method == "POST":
        return take(request)
    facts = facts_of(request, request.GET.get("company", ""))
    values = pages.blank_values(timezone.now())
    values["project"] = key_of(request.GET.get("project", ""))
    return show(request, values, facts)


@require_http_methods(["GET"])
def log_planned(request: AppRequest, pk: int) -> HttpResponse:
    """The same page, with what the plan says filled in."""
    plans = Visit.objects.changeable_by(request.user).planned()
    if not plans.filter(pk=pk).exists():
        get_object_or_404(Visit.objects.visible_to(request.user), pk=pk)
        raise PermissionDenied
    plan = plans.get(pk=pk)
    values = pages.blank_values(timezone.now()) | pages.planned_values(plan)
    facts = facts_of(request, str(plan.company_id))
    return show(request, values, facts)


def facts_of(request: AppRequest, text: str) -> offers.Facts | None:
    if not text:
        return None
    facts = offers.facts_for(request.user, key_of(text), today=timezone.localdate())
    if facts is None:
        raise Http404
    return facts


def show(
    request: AppRequest,
    values: pages.Values,
    facts: offers.Facts | None,
    problems: list[Problem] | None = None,
) -> HttpResponse:
    found: list[Problem] = problems or []
    user, text = request.user, request.GET.get("q", "")[:60]
    heard = words_of(request.POST)["findings"] if found else []
    context = pages.page(user, values, facts, found) | {
        "blocks": pages.blocks_of(heard, found),
        "q": text,
        "found": offers.companies_for(user, text) if text else [],
        "recent": offers.recent_companies(user),
        "plans": offers.plans_of_today(user, timezone.localdate()),
        "lost_photos": bool(found and request.FILES),
    }
    return render(request, "visits/log.html", context, status=422 if found else 200)


def take(request: AppRequest) -> HttpResponse:
    """The plain form: the same rules, the same service, the same answer twice."""
    now = timezone.now()
    received: list[Received] = []
    try:
        received = receive_photos(request, now)
        sent = words_of(request.POST) | {
            "uuid": request.POST.get("uuid") or str(uuid4()),
            "company": request.POST.get("company", ""),
            "plan": request.POST.get("plan") or None,
            "photos": [one.sha256 for one in received],
        }
        serializer = VisitSerializer(data=sent)
        serializer.is_valid(raise_exception=True)
        outcome = intake.receive(
            serializer.sending(),
            actor=request.user,
            received={one.sha256: one for one in received},
            now=now,
        )
    except ValidationError as error:
        return again(request, problems_of(error))
    except DomainError as error:
        return again(request, [problem_of(error)])
    except Company.DoesNotExist:
        raise Http404 from None
    finally:
        files.forget_unused(received)
    if outcome.conflict is not None:
        return redirect("visits:conflict", outcome.visit.pk, outcome.conflict.pk)
    return redirect(outcome.visit)


def receive_photos(request: AppRequest, now: datetime) -> list[Received]:
    """The photos of a plain form, safe in quarantine, or a sentence at their field."""
    uploads = [
        one
        for one in request.FILES.getlist("photos")
        if isinstance(one, UploadedFile) and one.size
    ]
    received: list[Received] = []
    try:
        if uploads:
            total = sum(one.size or 0 for one in uploads)
            files.check_quota(request.user, total, now)
        received.extend(
            files.receive_file(one, StoredFile.Kind.PHOTO) for one in uploads
        )
    except DomainError as error:
        files.forget_unused(received)
        raise DomainError(error.sentence, code=error.code, field="photos") from None
    return received


def again(request: AppRequest, problems: list[Problem]) -> HttpResponse:
    """The page with every sentence at its field, and what was typed in it."""
    values = pages.typed_values(request.POST)
    values["uuid"] = usable_uuid(request.POST.get("uuid", ""))
    company = request.POST.get("company", "")
    if not company:
        problems = [one for one in problems if one["path"] != "company"]
        sentence = _("Please choose the company.")
        problems.insert(0, {"path": "company", "code": "required", "message": sentence})
    return show(request, values, facts_of(request, company), problems)


def usable_uuid(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        return str(uuid4())


urls = [
    path("visits/log/", log, name="log"),
    path("visits/<int:pk>/log/", log_planned, name="log-planned"),
]
