"""Open to all: complain with or without a name, and read the answer with the code."""

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from crm.lib.devices import address_of
from crm.lib.errors import DomainError
from crm.models import User
from visits import complaint_page
from visits.forms import complaints as complaint_forms
from visits.forms.complaints import CodeForm, PublicComplaintForm
from visits.models import Complaint
from visits.services import complaints as services
from visits.services.complaints import Door, TooManyTriesError, Voice

from .shared import FORM, receipt_of, refuse, unkept


@login_not_required
@sensitive_post_parameters()
@require_http_methods(FORM)
@unkept
def complain(request: HttpRequest) -> HttpResponse:
    return form_page(request, None)


@login_not_required
@sensitive_post_parameters()
@require_http_methods(FORM)
@unkept
def about(request: HttpRequest, token: str) -> HttpResponse:
    """From the code on an official's card; a card of nobody asks whom it is about."""
    return form_page(request, services.person_of_card(token))


def form_page(request: HttpRequest, person: User | None) -> HttpResponse:
    form = PublicComplaintForm(request.POST or None, person=person)
    status = 422 if form.is_bound else 200
    if form.is_valid():
        try:
            return receipt(request, filed(request, form))
        except DomainError as error:
            refuse(form, error)
            status = 429 if isinstance(error, TooManyTriesError) else 422
    context = {"form": form, "person": person}
    template = "visits/complaints/public_form.html"
    return render(request, template, context, status=status)


def filed(request: HttpRequest, form: PublicComplaintForm) -> services.Receipt:
    services.pass_door(Door.FILE, services.line_of(address_of(request)))
    return services.file_complaint(
        form.matter(),
        complainant=form.complainant(),
        client_key=form.cleaned_data["client_key"],
    )


def receipt(request: HttpRequest, given: services.Receipt) -> HttpResponse:
    template = "visits/complaints/public_receipt.html"
    return render(request, template, receipt_of(given))


@login_not_required
@sensitive_post_parameters()
@require_http_methods(FORM)
@unkept
def look(request: HttpRequest) -> HttpResponse:
    """The code opens one complaint; every wrong code gets the same answer."""
    form = CodeForm(request.POST or None)
    status = 422 if form.is_bound else 200
    if form.is_valid():
        try:
            services.pass_door(Door.LOOK, services.line_of(address_of(request)))
        except TooManyTriesError as error:
            form.add_error(None, str(error.sentence))
            status = 429
        else:
            code = form.cleaned_data["code"]
            if found := services.find_by_code(code):
                return opened(request, found, code)
            form.add_error("code", _("No complaint has this code. Please check it."))
    context = {"form": form}
    template = "visits/complaints/public_look.html"
    return render(request, template, context, status=status)


def opened(request: HttpRequest, complaint: Complaint, code: str) -> HttpResponse:
    """The page, after what its own form asked for was done."""
    act = request.POST.get("act", "")
    asked = ACT_FORMS.get(act)
    form = asked(request.POST) if asked else None
    said = ""
    if form is None or form.is_valid():
        try:
            said = done(complaint, act, Voice(code=code), form)
        except DomainError as error:
            said = str(error.sentence)
    complaint = Complaint.objects.for_page().get(pk=complaint.pk)
    page = complaint_page.own_page_of(complaint, is_own=True)
    context = {
        "page": page,
        "complaint": complaint,
        "code": code,
        "reply": form_for("reply", act, form),
        "unsatisfied": form_for("again", act, form),
        "said": said,
        "today": page.today,
    }
    status = 422 if form is not None and form.errors else 200
    template = "visits/complaints/public_status.html"
    return render(request, template, context, status=status)


ACT_FORMS: dict[str, type[forms.Form]] = {
    "reply": complaint_forms.ReplyForm,
    "again": complaint_forms.UnsatisfiedForm,
}


def form_for(name: str, act: str, form: forms.Form | None) -> forms.Form:
    """What was typed and refused comes back; else an empty one."""
    is_refused = name == act and form is not None and bool(form.errors)
    return form if is_refused and form is not None else ACT_FORMS[name]()


def done(complaint: Complaint, act: str, voice: Voice, form: forms.Form | None) -> str:
    """Do what was asked and say so; only to look is nothing to be said."""
    data: dict[str, Any] = form.cleaned_data if form else {}  # Any: cleaned values
    if act == "reply":
        services.reply_to_supervisor(complaint, voice=voice, **data)
        return _("The supervisor reads it.")
    if act == "again":
        services.say_unsatisfied(complaint, voice=voice, **data)
        return _("A second look is under way.")
    if act == "accept":
        services.accept_answer(complaint, voice=voice)
        return _("The complaint is closed.")
    if act == "forget":
        services.forget_complainant(complaint, voice=voice)
        return _("Your name is erased.")
    return ""


urls = [
    path("complain/", complain, name="complain"),
    path("complain/about/<str:token>/", about, name="complain-about"),
    path("complain/receipt/", look, name="complaint-look"),
]
