"""A company's people: added, changed, removed, and their numbers shown."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from crm.company_page import Person
from crm.downloads import download
from crm.forms.contacts import ContactForm
from crm.lib.errors import DomainError, StaleVersion
from crm.lib.http import AppRequest, swap_or_redirect
from crm.models import Attachment, Company, Contact, StoredFile, subject_of
from crm.services import comments
from crm.services import contacts as services

from .companies import put


def company_of(request: AppRequest, pk: int) -> Company:
    """A company whose contacts this person may change; 403 where only readable."""
    company = get_object_or_404(Company.objects.visible_to(request.user), pk=pk)
    allowed = services.with_changeable_contacts(request.user)
    if not allowed.filter(pk=pk).exists():
        raise PermissionDenied
    return company


def contact_of(request: AppRequest, pk: int) -> Contact:
    contacts = Contact.objects.visible_to(request.user).current()
    contact = get_object_or_404(contacts.select_related("company"), pk=pk)
    if not Contact.objects.changeable_by(request.user).filter(pk=pk).exists():
        raise PermissionDenied
    return contact


@require_http_methods(["GET", "HEAD", "POST"])
def create(request: AppRequest, pk: int) -> HttpResponse:
    company = company_of(request, pk)
    form = ContactForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.add_contact(company, actor=request.user, **form.values())
        except DomainError as error:
            put(form, error)
        else:
            return redirect(f"{company.get_absolute_url()}#contacts")
    context = {"company": company, "form": form, "contact": None}
    status = 422 if form.errors else 200
    return render(request, "crm/contact_edit.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: AppRequest, pk: int) -> HttpResponse:
    contact = contact_of(request, pk)
    form = ContactForm(request.POST or None, contact=contact)
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"]
        try:
            services.edit_contact(
                contact, actor=request.user, version=version, **form.values()
            )
        except StaleVersion as error:
            return stale(request, contact, form, error)
        except DomainError as error:
            put(form, error)
        else:
            return redirect(f"{contact.company.get_absolute_url()}#contacts")
    context = {"company": contact.company, "form": form, "contact": contact}
    status = 422 if form.errors else 200
    return render(request, "crm/contact_edit.html", context, status=status)


def stale(
    request: AppRequest, contact: Contact, form: ContactForm, error: StaleVersion
) -> HttpResponse:
    current = contact_of(request, contact.pk)
    context = {
        "company": current.company,
        "contact": current,
        "sentence": error.sentence,
        "differences": form.differences(current),
        "form": form.on_top_of(current),
    }
    return render(request, "crm/contact_edit.html", context, status=409)


@require_POST
def archive(request: AppRequest, pk: int) -> HttpResponse:
    contact = contact_of(request, pk)
    services.archive_contact(contact, actor=request.user)
    sentence = _("%(name)s is no longer a contact.")
    messages.success(request, sentence % {"name": contact.name})
    return redirect(f"{contact.company.get_absolute_url()}#contacts")


@require_POST
def reveal(request: AppRequest, pk: int) -> HttpResponse:
    """The full number, once; who asked is written down."""
    contacts = Contact.objects.visible_to(request.user).current()
    contact = get_object_or_404(contacts.select_related("company"), pk=pk)
    phone = services.reveal_phone(contact, actor=request.user)
    one = Person(contact, phone, is_masked=False, may_reveal=False)
    if not request.htmx:
        messages.info(request, f"{contact.name} {phone}")
    return swap_or_redirect(
        request,
        "crm/_contact.html",
        {"one": one},
        to=contact.company.get_absolute_url(),
    )


@require_safe
def file(request: AppRequest, pk: int, uuid: str) -> HttpResponseBase:
    """A file of the company's stream as a download, never the raw one."""
    company = get_object_or_404(Company.objects.visible_to(request.user), pk=pk)
    subject_type, subject_id = subject_of(company)
    attached = Attachment.objects.filter(
        subject_type=subject_type, subject_id=subject_id
    )
    if not comments.is_staff(request.user):
        attached = attached.filter(is_internal=False)
    files = StoredFile.objects.filter(pk__in=attached.values("file"))
    found = get_object_or_404(files, uuid=uuid)
    return download(found)


urls = [
    path("companies/<int:pk>/contacts/new/", create, name="contact-new"),
    path("companies/<int:pk>/files/<uuid:uuid>/", file, name="company-file"),
    path("contacts/<int:pk>/edit/", edit, name="contact-edit"),
    path("contacts/<int:pk>/archive/", archive, name="contact-archive"),
    path("contacts/<int:pk>/reveal/", reveal, name="contact-reveal"),
]
