"""Boards of projects, for officials; every number opens to the list behind it."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_safe

from crm.lib.http import AppRequest
from crm.lib.listing import sliced
from crm.models import User
from projects import boards, project_list

Fill = Callable[[User, date], Any]  # Any: columns, or loads of people
COLUMNS: dict[str, Fill] = {"stage": boards.by_stage, "lamp": boards.by_lamp}
LOADS: dict[str, Fill] = {"leader": boards.by_leader, "officer": boards.by_officer}


@require_safe
def board(request: AppRequest) -> HttpResponse:
    user = request.user
    if not user.access.roles & project_list.OFFICIALS:
        raise PermissionDenied
    asked = request.GET.get("by", "")
    kind = asked if asked in boards.KINDS else "stage"
    today = timezone.localdate()
    context: dict[str, Any] = {"kind": kind, "kinds": boards.KINDS, "today": today}
    if kind in COLUMNS:
        context["columns"] = COLUMNS[kind](user, today)
    else:
        loads = LOADS[kind](user, today)
        context["loads"] = sliced(request, loads, boards.PEOPLE)
    return render(request, "projects/board.html", context)


urls = [path("projects/board/", board, name="board")]
