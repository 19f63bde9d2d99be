"""Who is away when, and what lies open meanwhile."""

from datetime import timedelta

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
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
from crm.forms.absences import AbsenceForm, ReturnForm
from crm.forms.standing_in import HandForm, ReportForm
from crm.lib.errors import DomainError
from crm.lib.http import AppRequest
from crm.lib.listing import listing
from crm.models import Absence, HandoverNote, Role, User, WorkNote
from crm.services import absences as services

from .companies import put
from .rights import only

WHO = (Role.OFFICER, Role.HANDLER, Role.UNIT_HEAD, Role.DISPATCHER)
WHO_LEADS = (Role.UNIT_HEAD, Role.DISPATCHER)


@require_safe
@only(*WHO)
def index(request: AppRequest) -> HttpResponse:
    """One's own, one's unit's, one's region's; what is over last."""
    today = timezone.localdate()
    rows = Absence.objects.visible_to(request.user).filter(cancelled_at=None)
    when = request.GET.get("when", "")
    if when == "today":
        rows = rows.on(today)
    elif when != "all":
        rows = rows.filter(ends_on__gte=today)
    related = rows.select_related("officer__department")
    context = {
        "page": listing(request, related, ["-starts_on", "-pk"]),
        "when": when,
        "leads": request.user.has_role(*WHO_LEADS),
        "heads": request.user.has_role(Role.UNIT_HEAD),
        "today": today,
    }
    return render(request, "crm/absences.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@only(*WHO)
def create(request: AppRequest) -> HttpResponse:
    form = AbsenceForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        officer: User = data.pop("officer")
        try:
            absence = services.enter_absence(officer, actor=request.user, **data)
        except DomainError as error:
            put(form, error)
        else:
            sentence = _("Entered. On these days B stands in, by itself.")
            messages.success(request, sentence)
            return redirect("crm:absence", pk=absence.pk)
    status = 422 if form.errors else 200
    return render(request, "crm/absence_new.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def detail(request: AppRequest, pk: int) -> HttpResponse:
    """The days, and a note per company for the one who stands in."""
    absence = absence_of(request, pk)
    may_change = changeable(request, absence)
    today = timezone.localdate()
    initial = {"last_day": max(absence.starts_on, today - timedelta(days=1))}
    form = ReturnForm(request.POST or None, initial=initial)
    if request.method == "POST":
        if not may_change:
            raise PermissionDenied
        if form.is_valid() and ended(request, absence, form):
            return redirect("crm:absences")
    notes = HandoverNote.objects.filter(absence=absence)
    if not Absence.objects.visible_to(request.user).filter(pk=pk).exists():
        notes = notes.filter(stand_in=request.user)
    related = notes.select_related("company", "stand_in")
    context = {
        "absence": absence,
        "page": listing(request, related, ["pk"]),
        "work": stand_in_page.notes_of(absence, request.user, today),
        "hand": HandForm(),
        "report": ReportForm(),
        "may_change": may_change,
        "may_cancel": may_change and absence.starts_on >= today,
        "form": form,
        "today": today,
    }
    status = 422 if form.errors else 200
    return render(request, "crm/absence.html", context, status=status)


def absence_of(request: AppRequest, pk: int) -> Absence:
    """Who leads the officer sees it, and who stands in for him."""
    own = Absence.objects.visible_to(request.user).values("pk")
    notes = HandoverNote.objects.filter(stand_in=request.user).values("absence")
    work = WorkNote.objects.filter(stand_in=request.user).values("absence")
    mine = Q(pk__in=own) | Q(pk__in=notes) | Q(pk__in=work)
    rows = Absence.objects.filter(mine).select_related("officer", "cover")
    absence: Absence = get_object_or_404(rows, pk=pk)
    return absence


def changeable(request: AppRequest, absence: Absence) -> bool:
    mine = Absence.objects.changeable_by(request.user).filter(pk=absence.pk)
    return absence.ends_on >= timezone.localdate() and mine.exists()


def ended(request: AppRequest, absence: Absence, form: ReturnForm) -> bool:
    last_day = form.cleaned_data["last_day"]
    try:
        services.end_absence(absence, actor=request.user, last_day=last_day)
    except DomainError as error:
        put(form, error)
        return False
    messages.success(request, _("Saved. The work is back with A."))
    return True


@require_POST
def cancel(request: AppRequest, pk: int) -> HttpResponse:
    absence = absence_of(request, pk)
    services.cancel_absence(absence, actor=request.user)
    messages.success(request, _("The absence is called off."))
    return redirect("crm:absences")


urls = [
    path("absences/", index, name="absences"),
    path("absences/new/", create, name="absence-new"),
    path("absences/<int:pk>/", detail, name="absence"),
    path("absences/<int:pk>/cancel/", cancel, name="absence-cancel"),
]
