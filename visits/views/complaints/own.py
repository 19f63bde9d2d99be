"""The company's side by login: make a complaint, read the answer, say a word."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from crm.lib.errors import DomainError
from crm.lib.http import AppRequest
from crm.lib.listing import listing
from crm.models import Company, Role
from crm.services.attaching import received
from visits import complaint_page
from visits.forms import complaints as complaint_forms
from visits.forms.complaints import OwnComplaintForm
from visits.models import Complaint
from visits.services import complaints as services
from visits.services.complaints import Door, Voice

from .shared import FORM, act_page, receipt_of, refuse, unkept


def require_owner(request: AppRequest) -> None:
    if not request.user.has_role(Role.OWNER):
        raise PermissionDenied


@require_safe
@unkept
def index(request: AppRequest) -> HttpResponse:
    """One's own, and those that colleagues let one read."""
    require_owner(request)
    readable = Complaint.objects.readable_by_owner(request.user)
    found = readable.select_related("accused", "unit")
    page = listing(request, found, ("-pk",))
    context = {"page": page, "rows": page.rows, "today": timezone.localdate()}
    return render(request, "visits/complaints/own_list.html", context)


@require_http_methods(FORM)
@unkept
def create(request: AppRequest) -> HttpResponse:
    """A form, and in its answer the receipt: the code is shown this once."""
    require_owner(request)
    owned = request.user.access.company_ids(Role.OWNER)
    companies = Company.objects.visible_to(request.user).filter(pk__in=owned)
    # Brought along from a ticket that is really a complaint.
    is_carried = "carry" in request.POST
    form = OwnComplaintForm(
        None if is_carried else request.POST or None,
        request.FILES or None,
        initial=carried(request) if is_carried else {},
        people=list(services.people_met_by(request.user)),
        companies=list(companies),
    )
    if not is_carried and form.is_valid():
        try:
            return receipt(request, filed(request, form))
        except DomainError as error:
            refuse(form, error)
    status = 422 if form.is_bound else 200
    context = {"form": form}
    return render(request, "visits/complaints/new.html", context, status=status)


def carried(request: AppRequest) -> dict[str, str]:
    text = request.POST.get("text", "")[:4000]
    return {"text": text, "category": Complaint.Category.ATTITUDE}


def filed(request: AppRequest, form: OwnComplaintForm) -> services.Receipt:
    services.pass_door(Door.FILE, services.line_of_user(request.user))
    with received(form.cleaned_data["papers"]) as sent:
        return services.file_complaint(
            form.matter(),
            complainant=form.complainant(request.user),
            origin=Complaint.Origin.LOGIN,
            client_key=form.cleaned_data["client_key"],
            papers=sent,
            sender=request.user,
        )


def receipt(request: AppRequest, given: services.Receipt) -> HttpResponse:
    own = Complaint.objects.own_of(request.user).filter(pk=given.complaint.pk)
    context = {**receipt_of(given), "is_named": own.exists()}
    return render(request, "visits/complaints/receipt.html", context)


def own_of(request: AppRequest, pk: int) -> Complaint:
    found = Complaint.objects.own_of(request.user).for_page()
    return get_object_or_404(found, pk=pk)


@require_safe
@unkept
def detail(request: AppRequest, pk: int) -> HttpResponse:
    readable = Complaint.objects.readable_by_owner(request.user)
    complaint = get_object_or_404(readable.for_page(), pk=pk)
    is_own = Complaint.objects.own_of(request.user).filter(pk=pk).exists()
    page = complaint_page.own_page_of(complaint, is_own=is_own)
    context = {
        "page": page,
        "complaint": complaint,
        "files": complaint_page.files_of(complaint),
        "reply": complaint_forms.ReplyForm(),
        "today": page.today,
    }
    return render(request, "visits/complaints/own.html", context)


def place_of(complaint: Complaint) -> str:
    return reverse("visits:own-complaint", args=[complaint.pk])


@require_POST
def reply(request: AppRequest, pk: int) -> HttpResponse:
    complaint = own_of(request, pk)
    form = complaint_forms.ReplyForm(request.POST)
    if form.is_valid():
        voice = Voice(request.user)
        services.reply_to_supervisor(complaint, voice=voice, **form.cleaned_data)
    else:
        messages.error(request, _("Write something."))
    return redirect(place_of(complaint))


@require_POST
def accept(request: AppRequest, pk: int) -> HttpResponse:
    complaint = own_of(request, pk)
    services.accept_answer(complaint, voice=Voice(request.user))
    messages.success(request, _("The complaint is closed."))
    return redirect(place_of(complaint))


@require_http_methods(FORM)
@unkept
def unsatisfied(request: AppRequest, pk: int) -> HttpResponse:
    complaint = own_of(request, pk)
    form = complaint_forms.UnsatisfiedForm(request.POST or None)

    def save(data: dict[str, Any]) -> str:
        services.say_unsatisfied(complaint, voice=Voice(request.user), **data)
        return place_of(complaint)

    title, back = _("Ask for a second look"), place_of(complaint)
    return act_page(request, form, save, title=title, back=back, state=complaint.number)


@require_POST
def share(request: AppRequest, pk: int) -> HttpResponse:
    complaint = own_of(request, pk)
    is_shared = request.POST.get("is_shared") == "1"
    services.share_complaint(complaint, actor=request.user, is_shared=is_shared)
    return redirect(place_of(complaint))


@require_POST
def forget(request: AppRequest, pk: int) -> HttpResponse:
    services.forget_complainant(own_of(request, pk), voice=Voice(request.user))
    sentence = _("Your name is erased. From now on the receipt code alone opens it.")
    messages.success(request, sentence)
    return redirect("visits:own-complaints")


urls = [
    path("complaints/own/", index, name="own-complaints"),
    path("complaints/new/", create, name="complaint-new"),
    path("complaints/own/<int:pk>/", detail, name="own-complaint"),
    path("complaints/own/<int:pk>/reply/", reply, name="own-complaint-reply"),
    path("complaints/own/<int:pk>/accept/", accept, name="own-complaint-accept"),
    path(
        "complaints/own/<int:pk>/unsatisfied/",
        unsatisfied,
        name="own-complaint-unsatisfied",
    ),
    path("complaints/own/<int:pk>/share/", share, name="own-complaint-share"),
    path("complaints/own/<int:pk>/forget/", forget, name="own-complaint-forget"),
]
