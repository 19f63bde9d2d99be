"""Visits over the API: read in scope, taken in as phones send them."""

from typing import Any

from django.http import Http404
from django.middleware.csrf import get_token
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import viewsets
from rest_framework.decorators import api_view
from rest_framework.exceptions import AuthenticationFailed, ValidationError
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from crm.lib.errors import DomainError
from crm.lib.http import actor_of
from crm.models import Company
from crm.services import files
from crm.services.files import QuotaUsedUp
from visits.filters import VisitFilter
from visits.models import Visit
from visits.models.visits import VisitQuerySet
from visits.services import intake, offers, photos
from visits.services.intake import Outcome, Sending

from .intake import Refused, receipt, receive_parts, sending_of
from .problems import Problem, problem_of, problems_of
from .serializers import (
    CompanyFactsSerializer,
    CompanyOfferSerializer,
    ReceiptSerializer,
    VisitDetailSerializer,
    VisitRowSerializer,
    VisitSerializer,
)

# Whose visit the phone believes it sends; a phone may change hands between.
USER_HEADER = "X-Liaison-User"


class VisitViewSet(viewsets.ReadOnlyModelViewSet[Visit]):
    """Visits in the person's scope; POST takes one in, once, however often it comes."""

    queryset = Visit.objects.none()
    parser_classes = [MultiPartParser, JSONParser]
    serializer_class = VisitRowSerializer
    filterset_class = VisitFilter
    ordering = ("-day", "-pk")

    def get_queryset(self) -> VisitQuerySet:
        visits = Visit.objects.visible_to(actor_of(self.request))
        return visits.select_related("company", "logged_by", "unit")

    def get_serializer_class(self) -> Any:  # Any: one of two classes
        if self.action == "retrieve":
            return VisitDetailSerializer
        return super().get_serializer_class()

    @extend_schema(
        request=VisitSerializer,
        responses={
            201: ReceiptSerializer,
            200: ReceiptSerializer,
            409: OpenApiResponse(description="the same id with other content"),
            422: OpenApiResponse(description="every problem, by its path"),
        },
    )
    def create(self, request: Request) -> Response:
        """Answer after the files are on disk and the rows are committed."""
        check_sender(request)
        try:
            sending = sending_of(request)
            return answer(sending, take_in(request, sending))
        except ValidationError as error:
            return invalid(problems_of(error))
        except Refused as error:
            return invalid(error.problems)
        except QuotaUsedUp as error:
            body = {"code": error.code, "detail": str(error.sentence)}
            return Response(body, status=429, headers={"Retry-After": "3600"})
        except DomainError as error:
            if not error.field:
                raise
            return invalid([problem_of(error)])
        except Company.DoesNotExist:
            raise Http404 from None


class OtherUser(AuthenticationFailed):
    default_code = "other_user"
    default_detail = _(
        "Somebody else is signed in now. Nothing was sent, nothing is lost."
    )


def check_sender(request: Request) -> None:
    """Refuse to take one person's visit as another's."""
    expected = request.headers.get(USER_HEADER, "")
    if expected and expected != str(actor_of(request).pk):
        raise OtherUser


def take_in(request: Request, sending: Sending) -> Outcome:
    actor, now = actor_of(request), timezone.now()
    received = receive_parts(request, sending.content, actor, now)
    try:
        return intake.receive(sending, actor=actor, received=received, now=now)
    finally:
        files.forget_unused(received.values())


def answer(sending: Sending, outcome: Outcome) -> Response:
    if outcome.conflict is None:
        status = 201 if outcome.is_new else 200
        return Response(receipt(outcome.visit, sending), status=status)
    body = {
        "code": "conflict",
        "detail": _("This visit is here with other content. Both are kept."),
        "uuid": str(outcome.visit.uuid),
        "visit": outcome.visit.pk,
        "url": outcome.visit.get_absolute_url(),
        "conflict": outcome.conflict.pk,
        "content_sha256": sending.hash,
        "missing": photos.missing_loose(outcome.visit, sending.content),
    }
    return Response(body, status=409)


def invalid(problems: list[Problem]) -> Response:
    return Response({"code": "invalid", "errors": problems}, status=422)


@extend_schema(responses={200: OpenApiResponse(description="who is signed in")})
@api_view(["GET"])
def session(request: Request) -> Response:
    """Who is signed in, and a fresh token: after a new login the old one is void."""
    token = get_token(request._request)
    return Response({"user": actor_of(request).pk, "csrf": token})


@extend_schema(responses=CompanyOfferSerializer(many=True))
@api_view(["GET"])
def companies(request: Request) -> Response:
    """Companies at which the person may log a visit; `?q=` as everywhere."""
    text = request.query_params.get("q", "")[:60]
    found = offers.companies_for(actor_of(request), text)
    return Response(CompanyOfferSerializer(found, many=True).data)


@extend_schema(responses=CompanyFactsSerializer)
@api_view(["GET"])
def company(request: Request, pk: int) -> Response:
    """What the log page shows once the company is chosen."""
    facts = offers.facts_for(actor_of(request), pk, today=timezone.localdate())
    if facts is None:
        raise Http404
    return Response(CompanyFactsSerializer(facts).data)
