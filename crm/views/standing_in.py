"""AB 岗 of a unit: pairs, who is away today and who has the work, handover notes."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from crm import stand_in_page
from crm.forms.standing_in import EndForm, HandForm, ReportForm, StandInForm
from crm.lib.errors import DomainError
from crm.lib.http import AppRequest
from crm.models import Role, StandIn, User, WorkNote
from crm.services import standing_in as services

from .companies import put
from .rights import only

FORM = ["GET", "HEAD", "POST"]


@require_safe
@only(Role.UNIT_HEAD)
def index(request: AppRequest) -> HttpResponse:
    """The handlers of the unit, each with B, and who has the work today."""
    today = timezone.localdate()
    rows = stand_in_page.rows_of(request.user, today)
    context = {"rows": rows, "today": today}
    return render(request, "crm/stand_ins.html", context)


def handler_of(request: AppRequest, pk: int) -> User:
    people = services.handlers_headed_by(request.user, timezone.localdate())
    handler: User = get_object_or_404(people, pk=pk)
    return handler


@require_http_methods(FORM)
def edit(request: AppRequest, pk: int) -> HttpResponse:
    handler = handler_of(request, pk)
    today = timezone.localdate()
    pair = StandIn.objects.open().filter(handler=handler).first()
    people = services.able_for(handler, today)
    initial = {"stand_in": pair.stand_in_id if pair else None}
    form = StandInForm(request.POST or None, people=people, initial=initial)
    if form.is_valid():
        data = form.cleaned_data
        try:
            services.set_stand_in(handler, actor=request.user, **data)
        except DomainError as error:
            put(form, error)
        else:
            messages.success(request, _("Set. While A is away, B has the work."))
            return redirect("crm:stand-ins")
    context = {
        "form": form,
        "handler": handler,
        "pair": pair,
        "end": EndForm(),
        "today": today,
    }
    status = 422 if form.errors else 200
    return render(request, "crm/stand_in.html", context, status=status)


@require_POST
def end(request: AppRequest, pk: int) -> HttpResponse:
    pairs = StandIn.objects.changeable_by(request.user).open()
    pair = get_object_or_404(pairs, pk=pk)
    form = EndForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Give the reason."))
        return redirect("crm:stand-in", pair.handler_id)
    services.end_stand_in(pair, actor=request.user, **form.cleaned_data)
    messages.success(request, _("Ended. Nobody stands in any more."))
    return redirect("crm:stand-ins")


def note_of(request: AppRequest, pk: int, note_pk: int) -> WorkNote:
    """One that the person reads; signing is for the two whose it is."""
    visible = WorkNote.objects.visible_to(request.user).filter(absence=pk)
    note = get_object_or_404(visible, pk=note_pk)
    signable = WorkNote.objects.changeable_by(request.user).filter(pk=note_pk)
    if not signable.exists():
        raise PermissionDenied
    return note


def signed(
    request: AppRequest, note: WorkNote, form: Any, service: Any, said: str
) -> HttpResponse:  # Any: a form, and the service that takes what it says
    if form is not None and not form.is_valid():
        for errors in form.errors.values():
            messages.error(request, errors[0])
    else:
        data = form.cleaned_data if form is not None else {}
        service(note, actor=request.user, **data)
        messages.success(request, said)
    return redirect("crm:absence", note.absence_id)


@require_POST
def hand(request: AppRequest, pk: int, note_pk: int) -> HttpResponse:
    note = note_of(request, pk, note_pk)
    form = HandForm(request.POST)
    return signed(request, note, form, services.hand_over, _("Handed over."))


@require_POST
def take(request: AppRequest, pk: int, note_pk: int) -> HttpResponse:
    note = note_of(request, pk, note_pk)
    return signed(request, note, None, services.take_over, _("Taken over."))


@require_POST
def report(request: AppRequest, pk: int, note_pk: int) -> HttpResponse:
    note = note_of(request, pk, note_pk)
    if note.stand_in_id != request.user.pk:
        raise PermissionDenied  # A is told that before his words are looked at
    form = ReportForm(request.POST)
    return signed(request, note, form, services.report_back, _("A reads it now."))


urls = [
    path("stand-ins/", index, name="stand-ins"),
    path("stand-ins/<int:pk>/", edit, name="stand-in"),
    path("stand-ins/pairs/<int:pk>/end/", end, name="stand-in-end"),
    path("absences/<int:pk>/notes/<int:note_pk>/hand/", hand, name="work-note-hand"),
    path("absences/<int:pk>/notes/<int:note_pk>/take/", take, name="work-note-take"),
    path(
        "absences/<int:pk>/notes/<int:note_pk>/report/", report, name="work-note-report"
    ),
]
