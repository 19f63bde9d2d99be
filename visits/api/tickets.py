"""Tickets over the API: read in scope, act through the services."""

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from crm.lib.http import actor_of
from crm.models import Company, Department, User
from crm.services.attaching import received
from projects.models import Project
from visits import ticket_list
from visits.filters import TicketFilter
from visits.models import Category, Ticket
from visits.models.ticket_sets import TicketQuerySet
from visits.services import tickets as services

from .serializers import MomentField

# What the record of a call holds.
PROOF = ("person", "phone", "called_at")


class TicketSerializer(serializers.ModelSerializer[Ticket]):
    """What both sides may read; internal words have no field here."""

    company_name = serializers.CharField(source="company.name", read_only=True)
    category: serializers.SlugRelatedField[Category] = serializers.SlugRelatedField(
        "key", read_only=True
    )
    lead = serializers.CharField(read_only=True, allow_null=True)
    contact_due_on = serializers.DateField(source="contact_by.due_on", default=None)
    reply_due_on = serializers.DateField(source="reply_by.due_on", default=None)
    solve_due_on = serializers.DateField(source="solve_by.due_on", default=None)
    next_reply_due_on = serializers.DateField(
        source="next_reply_by.due_on", default=None
    )

    class Meta:
        model = Ticket
        fields = (
            "id",
            "number",
            "title",
            "text",
            "wish",
            "status",
            "outcome",
            "source",
            "urgency",
            "category",
            "company",
            "company_name",
            "lead",
            "raised_at",
            "dispatched_at",
            "contact_due_on",
            "reply_due_on",
            "solve_due_on",
            "next_reply_due_on",
            "closed_at",
            "version",
        )
        read_only_fields = fields


class ActBody(serializers.Serializer[Any]):  # Any: bodies have no model
    version = serializers.IntegerField(required=False, min_value=1, max_value=2**31 - 1)


class RaiseBody(serializers.Serializer[Any]):
    company = serializers.PrimaryKeyRelatedField(queryset=Company.objects.none())
    text = serializers.CharField(max_length=4000)
    title = serializers.CharField(max_length=80, required=False, allow_blank=True)
    wish = serializers.CharField(max_length=1000, required=False, allow_blank=True)
    category = serializers.SlugRelatedField(
        "key", queryset=Category.objects.filter(is_active=True), required=False
    )
    project = serializers.PrimaryKeyRelatedField(
        queryset=Project.objects.none(), required=False
    )
    urgency = serializers.ChoiceField(Ticket.Urgency.choices, required=False)
    client_key = serializers.UUIDField(required=False)

    def get_fields(self) -> Any:  # Any: as DRF's own
        fields: Any = super().get_fields()
        user = actor_of(self.context["request"])
        # Nobody is there when the API describes itself.
        if user.is_authenticated:
            fields["company"].queryset = Company.objects.visible_to(user)
            fields["project"].queryset = Project.objects.visible_to(user)
        return fields


class AssistantBody(serializers.Serializer[Any]):
    department = serializers.PrimaryKeyRelatedField(
        queryset=Department.objects.filter(is_active=True)
    )
    task = serializers.CharField(max_length=400)


class DispatchBody(ActBody):
    lead = serializers.PrimaryKeyRelatedField(
        queryset=Department.objects.filter(is_active=True)
    )
    category = serializers.SlugRelatedField(
        "key", queryset=Category.objects.filter(is_active=True), required=False
    )
    assistants = AssistantBody(many=True, required=False)


class RefuseBody(ActBody):
    refusal = serializers.ChoiceField(Ticket.Refusal.choices)
    note = serializers.CharField(max_length=400)


class AcceptBody(ActBody):
    handler = serializers.PrimaryKeyRelatedField(
        queryset=User.objects.active(), required=False
    )


class ContactBody(ActBody):
    person = serializers.CharField(max_length=40)
    phone = serializers.CharField(max_length=30, required=False, allow_blank=True)
    called_at = MomentField()


class PartBody(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=4000)
    client_key = serializers.UUIDField(required=False)


class AnswerBody(ActBody, PartBody):
    proposed = serializers.ChoiceField(Ticket.Outcome.choices)


class ConfirmBody(ActBody):
    """The company says only what came of it; its officer adds the proof."""

    outcome = serializers.ChoiceField(Ticket.Outcome.choices)
    note = serializers.CharField(max_length=400, required=False, allow_blank=True)
    sign_off = serializers.ChoiceField(Ticket.SignOff.choices, required=False)
    person = serializers.CharField(max_length=40, required=False)
    phone = serializers.CharField(max_length=30, required=False)
    called_at = MomentField(required=False)
    file = serializers.FileField(required=False)


class RejectBody(ActBody):
    reason = serializers.CharField(max_length=400)


class CommentBody(PartBody):
    is_internal = serializers.BooleanField(default=True)


class TicketViewSet(viewsets.ReadOnlyModelViewSet[Ticket]):
    """Reads are scoped; every change is an action that calls a service."""

    queryset = Ticket.objects.none()
    serializer_class = TicketSerializer
    filterset_class = TicketFilter
    ordering = ("-pk",)

    def get_queryset(self) -> TicketQuerySet:
        tickets = Ticket.objects.visible_to(actor_of(self.request)).for_page()
        return ticket_list.with_lead(tickets)

    @extend_schema(request=RaiseBody, responses={201: TicketSerializer})
    def create(self, request: Request) -> Response:
        body = self._body(RaiseBody)
        ticket = services.raise_ticket(actor=actor_of(request), **body)
        return self._answer(ticket, status=201)

    @extend_schema(request=ActBody)
    @action(detail=True, methods=["post"])
    def admit(self, request: Request, pk: str) -> Response:
        return self._act(services.admit_ticket, ActBody)

    @extend_schema(request=RefuseBody)
    @action(detail=True, methods=["post"])
    def refuse(self, request: Request, pk: str) -> Response:
        return self._act(services.refuse_ticket, RefuseBody)

    @extend_schema(request=DispatchBody)
    @action(detail=True, methods=["post"])
    def give(self, request: Request, pk: str) -> Response:
        ticket, body = self.get_object(), self._body(DispatchBody)
        pairs = [(one["department"], one["task"]) for one in body.pop("assistants", [])]
        return self._answer(
            services.dispatch_ticket(
                ticket, actor=actor_of(request), assistants=pairs, **body
            )
        )

    @extend_schema(request=AcceptBody)
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, pk: str) -> Response:
        return self._act(services.accept_ticket, AcceptBody)

    @extend_schema(request=ContactBody)
    @action(detail=True, methods=["post"])
    def contact(self, request: Request, pk: str) -> Response:
        return self._act(services.record_contact, ContactBody)

    @extend_schema(request=ActBody)
    @action(detail=True, methods=["post"])
    def start(self, request: Request, pk: str) -> Response:
        return self._act(services.start_work, ActBody)

    @extend_schema(request=AnswerBody)
    @action(detail=True, methods=["post"])
    def answer(self, request: Request, pk: str) -> Response:
        return self._act(services.answer_ticket, AnswerBody)

    @extend_schema(request=PartBody)
    @action(detail=True, methods=["post"])
    def answer_part(self, request: Request, pk: str) -> Response:
        return self._act(services.answer_part, PartBody)

    @extend_schema(request=ConfirmBody)
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, pk: str) -> Response:
        ticket, body = self.get_object(), self._body(ConfirmBody)
        picture = body.pop("file", None)
        given = {name: body.pop(name) for name in PROOF if name in body}
        with received([picture] if picture else []) as sent:
            file = sent[0] if sent else None
            proof = services.Proof(body.pop("sign_off", ""), file=file, **given)
            done = services.confirm_ticket(
                ticket, actor=actor_of(request), proof=proof, **body
            )
        return self._answer(done)

    @extend_schema(request=RejectBody)
    @action(detail=True, methods=["post"])
    def reject(self, request: Request, pk: str) -> Response:
        return self._act(services.reject_answer, RejectBody)

    @extend_schema(request=CommentBody, responses={204: None})
    @action(detail=True, methods=["post"])
    def comment(self, request: Request, pk: str) -> Response:
        services.comment_ticket(
            self.get_object(), actor=actor_of(request), **self._body(CommentBody)
        )
        return Response(status=204)

    def _body(self, shape: type[serializers.Serializer[Any]]) -> dict[str, Any]:
        body = shape(data=self.request.data, context=self.get_serializer_context())
        body.is_valid(raise_exception=True)
        return dict(body.validated_data)

    def _act(self, service: Any, shape: type[serializers.Serializer[Any]]) -> Response:
        """Any: services differ in what they want besides the actor."""
        ticket, body = self.get_object(), self._body(shape)
        return self._answer(service(ticket, actor=actor_of(self.request), **body))

    def _answer(self, ticket: Ticket, status: int = 200) -> Response:
        """The ticket as it is now, if this person still sees it."""
        found = self.get_queryset().filter(pk=ticket.pk).first()
        data = TicketSerializer(found).data if found else None
        return Response(data, status=status)


def act(name: str) -> Any:  # Any: a view function
    return TicketViewSet.as_view({"post": name})


urls = [
    path(
        "tickets/",
        TicketViewSet.as_view({"get": "list", "post": "create"}),
        name="api-tickets",
    ),
    path(
        "tickets/<int:pk>/",
        TicketViewSet.as_view({"get": "retrieve"}),
        name="api-ticket",
    ),
    path("tickets/<int:pk>/admit/", act("admit"), name="api-ticket-admit"),
    path("tickets/<int:pk>/refuse/", act("refuse"), name="api-ticket-refuse"),
    path("tickets/<int:pk>/dispatch/", act("give"), name="api-ticket-dispatch"),
    path("tickets/<int:pk>/accept/", act("accept"), name="api-ticket-accept"),
    path("tickets/<int:pk>/contact/", act("contact"), name="api-ticket-contact"),
    path("tickets/<int:pk>/start/", act("start"), name="api-ticket-start"),
    path("tickets/<int:pk>/answer/", act("answer"), name="api-ticket-answer"),
    path(
        "tickets/<int:pk>/answer-part/",
        act("answer_part"),
        name="api-ticket-answer-part",
    ),
    path("tickets/<int:pk>/confirm/", act("confirm"), name="api-ticket-confirm"),
    path("tickets/<int:pk>/reject/", act("reject"), name="api-ticket-reject"),
    path("tickets/<int:pk>/comment/", act("comment"), name="api-ticket-comment"),
]
