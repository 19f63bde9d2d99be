"""The supervisors' side: the list, one complaint, and what is done with it."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from crm.downloads import download
from crm.lib.errors import DomainError
from crm.lib.http import AppRequest
from crm.lib.listing import addresses
from crm.lib.paging import NARROWED_CAP, capped_count
from crm.models import Attachment, Role, StoredFile, subject_of
from visits import complaint_list, complaint_page
from visits.filters.complaints import ComplaintFilter
from visits.forms import complaints as complaint_forms
from visits.forms.tickets import ActForm
from visits.models import Complaint
from visits.services import complaints as services

from .shared import FORM, act_page, refuse, unkept


@require_safe
def index(request: AppRequest) -> HttpResponse:
    if not request.user.has_role(Role.SUPERVISOR):
        raise PermissionDenied
    today = timezone.localdate()
    tab = complaint_list.tab_of(request.GET.get("tab", ""))
    found = tab.narrow(request.user, today)
    narrowed = ComplaintFilter(request.GET, found, request=request)
    is_valid = narrowed.is_valid()
    rows = narrowed.qs if is_valid else found.none()
    cursor = request.GET.get("cursor")
    page = complaint_list.page_of(rows, tab.ordering, cursor, today)
    context = {
        "tab": tab,
        "tabs": complaint_list.TABS,
        "rows": page.rows,
        "page": {
            "count": capped_count(rows, NARROWED_CAP),
            **addresses(request.GET, page),
        },
        "chosen": narrowed.chosen,
        "is_narrowed": any(narrowed.chosen.values()),
        "statuses": Complaint.Status.choices,
        "categories": Complaint.Category.choices,
        "today": today,
    }
    status = 200 if is_valid else 422
    return render(request, "visits/complaints/index.html", context, status=status)


def complaint_of(request: AppRequest, pk: int) -> Complaint:
    """One of the supervisor's scope, or 404: to all others there is none."""
    found = Complaint.objects.supervised_by(request.user).for_page()
    return get_object_or_404(found, pk=pk)


@require_safe
@unkept
def detail(request: AppRequest, pk: int) -> HttpResponse:
    return show(request, complaint_of(request, pk))


def show(
    request: AppRequest, complaint: Complaint, *, is_revealed: bool = False
) -> HttpResponse:
    page = complaint_page.page_of(complaint, request.user, is_revealed=is_revealed)
    context = {"page": page, "complaint": complaint, "today": page.today}
    return render(request, "visits/complaints/complaint.html", context)


@require_POST
def acknowledge(request: AppRequest, pk: int) -> HttpResponse:
    complaint = complaint_of(request, pk)
    form = ActForm(request.POST)
    version = form.cleaned_data["version"] if form.is_valid() else None
    services.acknowledge_complaint(complaint, actor=request.user, version=version)
    messages.success(request, _("The complainant reads that it is in hand."))
    return redirect(complaint)


@require_POST
def take(request: AppRequest, pk: int) -> HttpResponse:
    complaint = complaint_of(request, pk)
    return redirect(services.take_complaint(complaint, actor=request.user))


@require_http_methods(FORM)
@unkept
def note(request: AppRequest, pk: int) -> HttpResponse:
    complaint = complaint_of(request, pk)
    form = complaint_forms.NoteForm(request.POST or None)
    title = pgettext("complaint", "Note a step")
    return noted(request, complaint, form, title)


@require_http_methods(FORM)
@unkept
def question(request: AppRequest, pk: int) -> HttpResponse:
    complaint = complaint_of(request, pk)
    form = complaint_forms.QuestionForm(request.POST or None)
    return noted(
        request, complaint, form, _("Ask the complainant"), {"kind": "question"}
    )


def noted(
    request: AppRequest,
    complaint: Complaint,
    form: forms.Form,
    title: str,
    fixed: dict[str, Any] | None = None,  # Any: keyword arguments
) -> HttpResponse:
    def save(data: dict[str, Any]) -> Complaint:
        services.note_complaint(
            complaint, actor=request.user, **{**data, **(fixed or {})}
        )
        return complaint

    return of_complaint(request, complaint, form, save, title)


@require_http_methods(FORM)
@unkept
def statement(request: AppRequest, pk: int) -> HttpResponse:
    complaint = complaint_of(request, pk)
    heads = services.heads_for(complaint, timezone.localdate())
    form = complaint_forms.StatementForm(request.POST or None, heads=heads)

    def save(data: dict[str, Any]) -> Complaint:
        services.ask_statement(complaint, actor=request.user, **data)
        return complaint

    title = _("Ask a unit head for a statement")
    return of_complaint(request, complaint, form, save, title)


@require_http_methods(FORM)
@unkept
def answer(request: AppRequest, pk: int) -> HttpResponse:
    complaint = complaint_of(request, pk)
    initial = {"version": complaint.version}
    form = complaint_forms.AnswerForm(request.POST or None, initial=initial)

    def save(data: dict[str, Any]) -> Complaint:
        return services.answer_complaint(complaint, actor=request.user, **data)

    return of_complaint(request, complaint, form, save, _("Answer the complainant"))


@require_http_methods(FORM)
@unkept
def accused(request: AppRequest, pk: int) -> HttpResponse:
    complaint = complaint_of(request, pk)
    people = services.people_of_unit(complaint)
    initial = {"version": complaint.version}
    form = complaint_forms.AccusedForm(
        request.POST or None, people=people, initial=initial
    )

    def save(data: dict[str, Any]) -> str:
        services.name_accused(complaint, actor=request.user, **data)
        is_still_mine = Complaint.objects.supervised_by(request.user).filter(pk=pk)
        return complaint.get_absolute_url() if is_still_mine else "visits:complaints"

    return of_complaint(request, complaint, form, save, _("Say who was meant"))


@require_http_methods(FORM)
@unkept
def reveal(request: AppRequest, pk: int) -> HttpResponse:
    """The name in the answer to this one request, and nowhere afterwards."""
    complaint = complaint_of(request, pk)
    form = complaint_forms.RevealForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            reason = form.cleaned_data["reason"]
            services.reveal_complainant(complaint, actor=request.user, reason=reason)
            return show(request, complaint_of(request, pk), is_revealed=True)
        except DomainError as error:
            refuse(form, error)
    return of_complaint(
        request, complaint, form, lambda data: complaint, _("Look at the name")
    )


def of_complaint(
    request: AppRequest,
    complaint: Complaint,
    form: forms.Form,
    save: Callable[[dict[str, Any]], Any],  # Any: as act_page() takes it
    title: str,
) -> HttpResponse:
    back, state = (
        complaint.get_absolute_url(),
        f"{complaint.number} · {complaint.about}",
    )
    return act_page(request, form, save, title=title, back=back, state=state)


@require_safe
def file(request: AppRequest, pk: int, uuid: str) -> HttpResponseBase:
    """A paper of a complaint: its own rule, not the rule of any company's files."""
    complaint = get_object_or_404(Complaint.objects.visible_to(request.user), pk=pk)
    subject_type, subject_id = subject_of(complaint)
    hung = Attachment.objects.filter(subject_type=subject_type, subject_id=subject_id)
    files = StoredFile.objects.filter(pk__in=hung.values("file"))
    return download(get_object_or_404(files, uuid=uuid))


urls = [
    path("complaints/", index, name="complaints"),
    path("complaints/<int:pk>/", detail, name="complaint"),
    path("complaints/<int:pk>/acknowledge/", acknowledge, name="complaint-acknowledge"),
    path("complaints/<int:pk>/take/", take, name="complaint-take"),
    path("complaints/<int:pk>/note/", note, name="complaint-note"),
    path("complaints/<int:pk>/question/", question, name="complaint-question"),
    path("complaints/<int:pk>/statement/", statement, name="complaint-statement"),
    path("complaints/<int:pk>/answer/", answer, name="complaint-answer"),
    path("complaints/<int:pk>/accused/", accused, name="complaint-accused"),
    path("complaints/<int:pk>/reveal/", reveal, name="complaint-reveal"),
    path("complaints/<int:pk>/files/<uuid:uuid>/", file, name="complaint-file"),
]
