"""The official status over the API: rows in, what became of each out."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from crm.lib.http import actor_of
from crm.models import Role
from projects.exchange.statuses import BadRow, Raw, read_rows
from projects.official import Row
from projects.services import official
from projects.services.official import Judged

MOST_ROWS = 500


class RowBody(serializers.Serializer[Any]):  # Any: bodies have no model
    """One row; texts as people write them, read as those of a file."""

    project = serializers.CharField(max_length=40)
    item = serializers.CharField(max_length=80)
    state = serializers.CharField(max_length=40)
    date = serializers.CharField(max_length=40)
    certificate = serializers.CharField(max_length=60, required=False, allow_blank=True)
    note = serializers.CharField(max_length=1000, required=False, allow_blank=True)


class StatusesBody(serializers.Serializer[Any]):
    """`dry_run` changes nothing and answers the same."""

    rows = serializers.ListField(
        child=RowBody(), allow_empty=False, max_length=MOST_ROWS
    )
    dry_run = serializers.BooleanField(default=False)


class ResultSerializer(serializers.Serializer[Any]):
    """`taken`: ours was brought to it; `equal`: recorded already; else why not."""

    row = serializers.IntegerField()
    result = serializers.ChoiceField(
        ["taken", "take", "equal", "ask", "keep", "unknown", "bad"]
    )
    sentence = serializers.CharField(allow_blank=True)
    states = serializers.ListField(child=serializers.IntegerField())


@extend_schema(request=StatusesBody, responses={200: ResultSerializer(many=True)})
@api_view(["POST"])
def statuses(request: Request) -> Response:
    """Row by row; the same rows again change nothing and say so."""
    actor = actor_of(request)
    if not actor.has_role(Role.DISPATCHER):
        raise PermissionDenied
    body = StatusesBody(data=request.data)
    body.is_valid(raise_exception=True)
    raws: list[Raw] = list(enumerate(body.validated_data["rows"], start=1))
    read = list(read_rows(raws))
    rows = [one for one in read if isinstance(one, Row)]
    if body.validated_data["dry_run"]:
        judged = official.judge(rows, actor=actor, today=timezone.localdate())
    else:
        judged = official.take_statuses(rows, actor=actor)
    results = [told(one) for one in judged]
    results += [bad(one) for one in read if isinstance(one, BadRow)]
    results.sort(key=lambda one: one["row"])
    return Response(ResultSerializer(results, many=True).data)


def told(one: Judged) -> dict[str, Any]:  # Any: as the serializer names them
    return {
        "row": one.row.number,
        "result": "taken" if one.is_taken else one.verdict.value,
        "sentence": one.sentence,
        "states": list(one.path),
    }


def bad(one: BadRow) -> dict[str, Any]:  # Any: as the serializer names them
    return {
        "row": one.number,
        "result": "bad",
        "sentence": one.sentence,
        "states": [],
    }


urls = [path("projects/statuses/", statuses, name="api-project-statuses")]
