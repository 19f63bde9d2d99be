"""A company asks for a visit; its officer plans one, or says why not."""

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID, uuid4

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import events
from crm.lib.errors import DomainError
from crm.models import Company, User
from projects.models import Project
from visits.models import Visit, VisitRequest

from .projects import about, check_project
from .tickets.raising import is_owner
from .visits import FURTHEST, plan_visit

# Open at a time; who asks more often should call.
MOST_OPEN: Final = 3
Status = VisitRequest.Status


@transaction.atomic
def ask_for_visit(
    company: Company,
    *,
    actor: User,
    wish: str,
    wished_on: date | None = None,
    project: Project | None = None,
    client_key: UUID | None = None,
    now: datetime | None = None,
) -> VisitRequest:
    """Ask that the officer come; the same key again is the same request."""
    now = now or timezone.now()
    if not is_owner(actor, company) or company.is_archived:
        raise PermissionDenied
    mine = VisitRequest.objects.filter(asked_by=actor, client_key=client_key or uuid4())
    if known := mine.first():
        return known
    check_wish(company, wish, wished_on, timezone.localdate(now))
    check_project(actor, company.pk, project)
    request = VisitRequest(
        company=company,
        project=project,
        wish=wish.strip(),
        wished_on=wished_on,
        asked_by=actor,
        asked_at=now,
        client_key=client_key or uuid4(),
    )
    try:
        with transaction.atomic():
            request.save(force_insert=True)
            tell(request, "visit_request.asked", actor, now)
    except IntegrityError:
        return mine.get()
    return request


def check_wish(
    company: Company, wish: str, wished_on: date | None, today: date
) -> None:
    if not wish.strip():
        sentence = _("Say in a few words what it is about.")
        raise DomainError(sentence, code="wish_missing", field="wish")
    if wished_on and not today <= wished_on <= today + FURTHEST:
        sentence = _("Choose a day between today and a year from now.")
        raise DomainError(sentence, code="bad_day", field="wished_on")
    if VisitRequest.objects.open().filter(company=company).count() >= MOST_OPEN:
        sentence = _("%(most)s requests wait for an answer. Please call your officer.")
        raise DomainError(sentence % {"most": MOST_OPEN}, code="too_many_requests")


@transaction.atomic
def plan_requested(
    request: VisitRequest,
    *,
    actor: User,
    now: datetime | None = None,
    **plan: Any,  # Any: keyword arguments of plan_visit()
) -> Visit:
    """Plan the visit that was asked for; the company reads day and person."""
    now = now or timezone.now()
    request = VisitRequest.objects.claim(request.pk, actor)
    if request.visit and request.visit.uuid == plan.get("uuid"):
        return request.visit  # the same press again
    request.move_to(Status.PLANNED)
    plan["asked_by_company"] = True
    visit = plan_visit(request.company, actor=actor, now=now, **plan)
    request.visit = visit
    answer(request, actor, now, "visit_request.planned")
    return visit


@transaction.atomic
def decline_request(
    request: VisitRequest, *, actor: User, answer_text: str, now: datetime | None = None
) -> VisitRequest:
    """No visit, with a reason that the company reads."""
    now = now or timezone.now()
    request = VisitRequest.objects.claim(request.pk, actor)
    request.move_to(Status.DECLINED)
    if not answer_text.strip():
        sentence = _("Tell the company why, and what it can do instead.")
        raise DomainError(sentence, code="answer_missing", field="answer")
    request.answer = answer_text.strip()
    answer(request, actor, now, "visit_request.declined")
    return request


@transaction.atomic
def withdraw_request(
    request: VisitRequest, *, actor: User, now: datetime | None = None
) -> VisitRequest:
    """The company needs no visit after all."""
    now = now or timezone.now()
    own = VisitRequest.objects.of_owner(actor)
    request = VisitRequest.objects.lock(own, request.pk)
    request.move_to(Status.WITHDRAWN)
    request.save(update_fields=["status"])
    tell(request, "visit_request.withdrawn", actor, now)
    return request


def answer(request: VisitRequest, actor: User, now: datetime, action: str) -> None:
    request.answered_by, request.answered_at = actor, now
    fields = ["status", "visit", "answer", "answered_by", "answered_at"]
    request.save(update_fields=fields)
    tell(request, action, actor, now)


def tell(request: VisitRequest, action: str, actor: User, now: datetime) -> None:
    events.record(
        actor,
        action,
        request,
        is_public=True,
        now=now,
        status=request.status,
        **about(request),
    )
