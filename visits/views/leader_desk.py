"""The leader's desk: cards, one tap, ten seconds to take it back."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from crm.lib import words
from crm.lib.errors import DomainError
from crm.lib.http import AppRequest, key_of
from crm.models import Role
from crm.services import deadlines
from visits.leader_desk import page as desk_page
from visits.leader_desk.matters import matters_of
from visits.models import Decision
from visits.services import decisions as services


@require_safe
def index(request: AppRequest) -> HttpResponse:
    if not request.user.has_role(Role.LEADER):
        raise PermissionDenied
    return show(request)


def show(request: AppRequest) -> HttpResponse:
    """For a leader; also his first page."""
    begin = key_of(request.GET.get("from", ""))
    begin -= begin % desk_page.CARDS
    desk = desk_page.desk_of(request.user, begin=begin)
    context = {"desk": desk, "today": desk.today, "date": words.exact_day(desk.today)}
    return render(request, "visits/leader/desk.html", context)


@require_POST
def take(request: AppRequest) -> HttpResponse:
    """One tap. The answer takes the card's place: one line, with 「撤销」."""
    if not request.user.has_role(Role.LEADER):
        raise PermissionDenied
    card, act, seen = (
        request.POST.get(name, "")[:60] for name in ("card", "act", "seen")
    )
    try:
        decision = services.take_decision(card, actor=request.user, act=act, seen=seen)
    except DomainError as error:
        return refused(request, error, card)
    if not request.htmx:
        return redirect(f"{reverse('visits:decisions')}#card-{decision.card}")
    return line(request, decision)


def line(request: AppRequest, decision: Decision, status: int = 200) -> HttpResponse:
    now = timezone.now()
    about = {(decision.subject_type, decision.subject_id)}
    taken = desk_page.taken_of(decision, matters_of(about), now)
    context = {"taken": taken}
    return render(request, "visits/leader/_taken.html", context, status=status)


def refused(request: AppRequest, error: DomainError, card: str) -> HttpResponse:
    """Why not, in the card's place; a plain form reads it on the desk."""
    if request.htmx:
        context = {"card": card, "sentence": error.sentence}
        return render(request, "visits/leader/_refused.html", context, status=409)
    messages.error(request, str(error.sentence))
    return redirect("visits:decisions")


@require_POST
def undo(request: AppRequest, pk: int) -> HttpResponse:
    """撤销: the card is back as it was."""
    mine = Decision.objects.visible_to(request.user)
    decision = get_object_or_404(mine, pk=pk)
    try:
        decision = services.undo_decision(decision, actor=request.user)
    except DomainError as error:
        return refused(request, error, decision.card)
    if not request.htmx:
        return redirect(f"{reverse('visits:decisions')}#card-{decision.card}")
    return card_again(request, decision.card)


def card_again(request: AppRequest, key: str) -> HttpResponse:
    today = timezone.localdate()
    case = desk_page.case_for(request.user, key, today)
    if case is None:
        return HttpResponse("")
    card = desk_page.card_of(case, deadlines.yellow_from(today))
    context = {"card": card, "today": today}
    return render(request, "visits/leader/_card.html", context)


urls = [
    path("decisions/", index, name="decisions"),
    path("decisions/take/", take, name="decision-take"),
    path("decisions/<int:pk>/undo/", undo, name="decision-undo"),
]
