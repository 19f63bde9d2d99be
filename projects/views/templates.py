"""Approval templates: read by officials, kept by the system administrator."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from crm.downloads import download
from crm.lib.errors import DomainError, StaleVersion
from crm.lib.http import AppRequest
from crm.lib.listing import listing
from crm.models import Role, StoredFile
from crm.views.rights import only
from projects.forms.shared import VersionForm
from projects.forms.templates import NameForm, NewTemplateForm
from projects.models import ApprovalTemplate
from projects.models.templates import READERS
from projects.services import templates as services
from projects.template_page import TemplatePage

SYSTEM = Role.SYSTEM_ADMIN


@require_safe
@only(*READERS)
def index(request: AppRequest) -> HttpResponse:
    """One row for each template: the version in use, and a draft if there is one."""
    visible = ApprovalTemplate.objects.visible_to(request.user)
    rows = visible.exclude(state=ApprovalTemplate.State.RETIRED)
    counted = rows.annotate(steps=Count("items"))
    context = {
        "page": listing(request, counted, ["key", "-number"]),
        "may_write": request.user.has_role(SYSTEM),
    }
    return render(request, "projects/templates/index.html", context)


@require_safe
@only(*READERS)
def detail(request: AppRequest, pk: int) -> HttpResponse:
    template = template_of(request, pk)
    page = TemplatePage(template, request.user)
    context = {"page": page, "template": template, "form": version_form(template)}
    return render(request, "projects/templates/detail.html", context)


def template_of(request: AppRequest, pk: int) -> ApprovalTemplate:
    visible = ApprovalTemplate.objects.visible_to(request.user)
    return get_object_or_404(visible, pk=pk)


def written(request: AppRequest, pk: int) -> ApprovalTemplate:
    """For an act of the administrator: not visible is 404, not his work 403."""
    template = template_of(request, pk)
    if not request.user.has_role(SYSTEM):
        raise PermissionDenied
    return template


def version_form(template: ApprovalTemplate) -> VersionForm:
    return VersionForm(initial={"version": template.version})


@require_http_methods(["GET", "HEAD", "POST"])
@only(SYSTEM)
def create(request: AppRequest) -> HttpResponse:
    form = NewTemplateForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = tried(
            form,
            lambda: services.create_template(actor=request.user, **form.cleaned_data),
        )
        if made:
            return redirect(made)
    status = 422 if form.errors else 200
    return render(request, "projects/templates/new.html", {"form": form}, status=status)


def tried(form: Any, act: Callable[[], Any]) -> Any:  # any: a form; what is made
    """What the service made, or None with its refusal at the form."""
    try:
        return act()
    except StaleVersion:
        raise
    except DomainError as error:
        field = error.field if error.field in form.fields else None
        form.add_error(field, str(error.sentence))
        return None


@require_POST
def copy(request: AppRequest, pk: int) -> HttpResponse:
    """A new version to work on."""
    draft = services.new_version(written(request, pk), actor=request.user)
    messages.success(request, _("A draft of the next version is there. Work on it."))
    return redirect(draft)


@require_http_methods(["GET", "HEAD", "POST"])
def rename(request: AppRequest, pk: int) -> HttpResponse:
    template = written(request, pk)
    names = ("name", "source", "version")
    initial = {name: getattr(template, name) for name in names}
    form = NameForm(request.POST or None, initial=initial)
    current = None
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            if tried(
                form,
                lambda: services.name_draft(template, actor=request.user, **values),
            ):
                return redirect(template)
        except StaleVersion as error:
            current = error.current
    context = {"form": form, "template": template, "current": current}
    status = 409 if current else 422 if form.errors else 200
    return render(request, "projects/templates/name.html", context, status=status)


@require_POST
def publish(request: AppRequest, pk: int) -> HttpResponse:
    template = written(request, pk)
    services.publish(template, actor=request.user, version=version_in(request))
    sentence = _("%(template)s is in use. New projects take it; running ones stay.")
    messages.success(request, sentence % {"template": template})
    return redirect(template)


@require_POST
def discard(request: AppRequest, pk: int) -> HttpResponse:
    template = written(request, pk)
    services.discard(template, actor=request.user, version=version_in(request))
    messages.success(request, _("The draft is thrown away."))
    return redirect("projects:templates")


def version_in(request: AppRequest) -> int:
    """The version that the person saw; without one none fits."""
    form = VersionForm(request.POST)
    return (form.is_valid() and form.cleaned_data["version"]) or 0


@require_safe
def sample(request: AppRequest, pk: int, uuid: str) -> HttpResponseBase:
    """The example of a material, to whoever reads its template."""
    items = template_of(request, pk).items
    files = StoredFile.objects.filter(pk__in=items.values("materials__sample"))
    return download(get_object_or_404(files, uuid=uuid))


urls = [
    path("templates/", index, name="templates"),
    path("templates/new/", create, name="template-new"),
    path("templates/<int:pk>/", detail, name="template"),
    path("templates/<int:pk>/copy/", copy, name="template-copy"),
    path("templates/<int:pk>/name/", rename, name="template-name"),
    path("templates/<int:pk>/publish/", publish, name="template-publish"),
    path("templates/<int:pk>/discard/", discard, name="template-discard"),
    path("templates/<int:pk>/files/<uuid:uuid>/", sample, name="template-sample"),
]
