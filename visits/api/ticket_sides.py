"""The side ways of a ticket over the API: the same services as the pages."""

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from crm.lib.http import actor_of
from crm.models import Department
from visits.forms.ticket_sides import PAUSE_KINDS
from visits.models import Category, Ticket
from visits.services import tickets as services

from .tickets import ActBody, TicketViewSet


def department_choice(**options: Any) -> Any:  # Any: a field of DRF's
    """A department in use; who may be chosen, the service says."""
    queryset = Department.objects.filter(is_active=True)
    return serializers.PrimaryKeyRelatedField(queryset=queryset, **options)


class ReasonBody(ActBody):
    reason = serializers.CharField(max_length=400)


class ReturnBody(ReasonBody):
    suggested = department_choice(required=False)


class RuleBody(ActBody):
    is_upheld = serializers.BooleanField()
    note = serializers.CharField(max_length=400)
    lead = department_choice(required=False)


class ReassignBody(ReasonBody):
    lead = department_choice()


class AssistBody(ActBody):
    department = department_choice()
    task = serializers.CharField(max_length=400)
    days = serializers.IntegerField(min_value=1, max_value=365, required=False)


class PauseBody(ReasonBody):
    kind = serializers.ChoiceField(PAUSE_KINDS)
    until_on = serializers.DateField()


class ExtendBody(ReasonBody):
    days = serializers.IntegerField(min_value=1, max_value=9999)


class DecideBody(ActBody):
    is_granted = serializers.BooleanField()
    note = serializers.CharField(max_length=400, required=False, allow_blank=True)


class ParkBody(ReasonBody):
    next_on = serializers.DateField()


class NextReplyBody(ActBody):
    text = serializers.CharField(max_length=4000)
    next_on = serializers.DateField()


class SupplyBody(ActBody):
    text = serializers.CharField(max_length=4000)
    client_key = serializers.UUIDField(required=False)


class MergeBody(ActBody):
    into = serializers.SlugRelatedField("number", queryset=Ticket.objects.none())

    def get_fields(self) -> Any:  # Any: as DRF's own
        fields: Any = super().get_fields()
        user = actor_of(self.context["request"])
        # Nobody is there when the API describes itself.
        if user.is_authenticated:
            fields["into"].queryset = Ticket.objects.visible_to(user)
        return fields


class PieceBody(serializers.Serializer[Any]):  # Any: bodies have no model
    text = serializers.CharField(max_length=4000)
    category = serializers.SlugRelatedField(
        "key", queryset=Category.objects.filter(is_active=True), required=False
    )
    title = serializers.CharField(max_length=80, required=False, allow_blank=True)


class SplitBody(ActBody):
    pieces = PieceBody(many=True)
    client_key = serializers.UUIDField(required=False)


class TicketSidesViewSet(TicketViewSet):
    """One action for each act, as the pages have one address for each."""

    @extend_schema(request=ReturnBody)
    @action(detail=True, methods=["post"])
    def give_back(self, request: Request, pk: str) -> Response:
        return self._act(services.return_ticket, ReturnBody)

    @extend_schema(request=RuleBody)
    @action(detail=True, methods=["post"])
    def rule(self, request: Request, pk: str) -> Response:
        return self._act(services.rule_on_return, RuleBody)

    @extend_schema(request=ReassignBody)
    @action(detail=True, methods=["post"])
    def reassign(self, request: Request, pk: str) -> Response:
        return self._act(services.reassign_ticket, ReassignBody)

    @extend_schema(request=AssistBody)
    @action(detail=True, methods=["post"])
    def assist(self, request: Request, pk: str) -> Response:
        return self._act(services.add_assistant, AssistBody)

    @extend_schema(request=PauseBody)
    @action(detail=True, methods=["post"])
    def pause(self, request: Request, pk: str) -> Response:
        return self._act(services.pause_ticket, PauseBody)

    @extend_schema(request=DecideBody)
    @action(detail=True, methods=["post"])
    def decide_pause(self, request: Request, pk: str) -> Response:
        return self._act(services.decide_pause, DecideBody)

    @extend_schema(request=ActBody)
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, pk: str) -> Response:
        return self._act(services.resume_ticket, ActBody)

    @extend_schema(request=SupplyBody)
    @action(detail=True, methods=["post"])
    def supply(self, request: Request, pk: str) -> Response:
        return self._act(services.supply_ticket, SupplyBody)

    @extend_schema(request=ExtendBody)
    @action(detail=True, methods=["post"])
    def extend(self, request: Request, pk: str) -> Response:
        return self._act(services.ask_extension, ExtendBody)

    @extend_schema(request=DecideBody)
    @action(detail=True, methods=["post"])
    def decide_extension(self, request: Request, pk: str) -> Response:
        return self._act(services.decide_extension, DecideBody)

    @extend_schema(request=ParkBody)
    @action(detail=True, methods=["post"])
    def park(self, request: Request, pk: str) -> Response:
        return self._act(services.park_ticket, ParkBody)

    @extend_schema(request=NextReplyBody)
    @action(detail=True, methods=["post"])
    def next_reply(self, request: Request, pk: str) -> Response:
        return self._act(services.promise_next_reply, NextReplyBody)

    @extend_schema(request=ActBody)
    @action(detail=True, methods=["post"])
    def unpark(self, request: Request, pk: str) -> Response:
        return self._act(services.unpark_ticket, ActBody)

    @extend_schema(request=ReasonBody)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: str) -> Response:
        return self._act(services.reopen_ticket, ReasonBody)

    @extend_schema(request=MergeBody)
    @action(detail=True, methods=["post"])
    def merge(self, request: Request, pk: str) -> Response:
        return self._act(services.merge_tickets, MergeBody)

    @extend_schema(request=ReasonBody)
    @action(detail=True, methods=["post"])
    def unmerge(self, request: Request, pk: str) -> Response:
        return self._act(services.unmerge_ticket, ReasonBody)

    @extend_schema(request=SplitBody)
    @action(detail=True, methods=["post"])
    def split(self, request: Request, pk: str) -> Response:
        ticket, body = self.get_object(), self._body(SplitBody)
        pieces = [services.Piece(**one) for one in body.pop("pieces")]
        services.split_ticket(ticket, actor=actor_of(request), pieces=pieces, **body)
        return self._answer(ticket)


def act(name: str) -> Any:  # Any: a view function
    return TicketSidesViewSet.as_view({"post": name})


# The address of each act and the method behind it, where the names differ.
METHODS = {
    "return": "give_back",
    "decide-pause": "decide_pause",
    "decide-extension": "decide_extension",
    "next-reply": "next_reply",
}
NAMES = (
    *("return", "rule", "reassign", "assist", "pause", "decide-pause", "resume"),
    *("supply", "extend", "decide-extension", "park", "next-reply", "unpark"),
    *("reopen", "merge", "unmerge", "split"),
)
urls = [
    path(
        f"tickets/<int:pk>/{name}/",
        act(METHODS.get(name, name)),
        name=f"api-ticket-{name}",
    )
    for name in NAMES
]
