"""The list of companies, the page of one, and its forms."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from crm import company_list, company_page
from crm.filters import ORDER_LABELS, CompanyFilter
from crm.forms.companies import (
    ArchiveForm,
    CommentForm,
    CompanyForm,
    LeaderForm,
    MoreFiltersForm,
    TagsForm,
)
from crm.lib.errors import DomainError, StaleVersion
from crm.lib.http import AppRequest
from crm.models import Company, Role, User
from crm.services import comments
from crm.services import companies as services


@require_safe
def index(request: AppRequest) -> HttpResponse:
    visible = Company.objects.in_order().visible_to(request.user)
    filtered = CompanyFilter(request.GET, visible, request=request)
    context = {
        "list": company_list.list_of(request, request.user, filtered),
        "errors": filtered.form.errors,
        "sizes": Company.Size.choices,
        "stages": Company.Stage.choices,
        "orders": ORDER_LABELS,
        "may_create": request.user.has_role(Role.DISPATCHER),
        "today": timezone.localdate(),
    }
    status = 200 if filtered.is_valid() else 422
    return render(request, "crm/companies.html", context, status=status)


@require_safe
def more_filters(request: AppRequest) -> HttpResponse:
    """The rest of the filters: their choices are read only when somebody looks."""
    form = MoreFiltersForm(user=request.user, initial=request.GET.dict())
    template = "_company_more" if request.htmx else "company_filters"
    return render(request, f"crm/{template}.html", {"form": form})


@require_safe
def detail(request: AppRequest, pk: int) -> HttpResponse:
    company = company_of(request, pk)
    if company.merged_into_id:
        return redirect("crm:company", pk=company.merged_into_id)
    return show(request, company, CommentForm())


def company_of(request: AppRequest, pk: int) -> Company:
    company = company_page.company_for(request.user, pk)
    if company is None:
        raise Http404
    return company


def show(
    request: AppRequest, company: Company, form: CommentForm, status: int = 200
) -> HttpResponse:
    page = company_page.page_of(company, request.user, timezone.localdate())
    if not page.is_staff:
        form.fields.pop("is_internal", None)
    context = {"page": page, "company": company, "form": form, "today": page.today}
    return render(request, "crm/company.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def create(request: AppRequest) -> HttpResponse:
    if not request.user.has_role(Role.DISPATCHER):
        raise PermissionDenied
    form = CompanyForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            company = services.create_company(form.profile(), actor=request.user)
        except DomainError as error:
            put(form, error)
        else:
            messages.success(request, _("The company is entered. Now assign A and B."))
            return redirect("crm:officers", pk=company.pk)
    status = 422 if form.errors else 200
    context = {"form": form, "company": None}
    return render(request, "crm/company_edit.html", context, status=status)


def put(form: Any, error: DomainError) -> None:  # any: a form of any model
    field = error.field if error.field in form.fields else None
    form.add_error(field, str(error.sentence))


def editable(request: AppRequest, pk: int) -> Company:
    """A company whose profile this person may edit; 403 where only readable."""
    company = company_of(request, pk)
    if not company.may_edit:  # type: ignore[attr-defined] # annotated
        raise PermissionDenied
    return company


def managed(request: AppRequest, pk: int) -> Company:
    company = company_of(request, pk)
    if not company.may_manage:  # type: ignore[attr-defined] # annotated
        raise PermissionDenied
    return company


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: AppRequest, pk: int) -> HttpResponse:
    company = editable(request, pk)
    form = CompanyForm(request.POST or None, user=request.user, company=company)
    if request.method == "POST" and form.is_valid():
        try:
            services.edit_company(
                company,
                actor=request.user,
                version=form.cleaned_data["version"],
                **form.values(),
            )
        except StaleVersion as error:
            return stale(request, company, form, error)
        except DomainError as error:
            put(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect(company)
    status = 422 if form.errors else 200
    context = {"form": form, "company": company}
    return render(request, "crm/company_edit.html", context, status=status)


def stale(
    request: AppRequest, company: Company, form: CompanyForm, error: StaleVersion
) -> HttpResponse:
    """Somebody was first: both versions, and the form to save on top of theirs."""
    current = company_of(request, company.pk)
    context = {
        "company": current,
        "sentence": error.sentence,
        "differences": form.differences(current),
        "form": form.on_top_of(current),
    }
    return render(request, "crm/company_edit.html", context, status=409)


@require_http_methods(["GET", "HEAD", "POST"])
def tags(request: AppRequest, pk: int) -> HttpResponse:
    company = editable(request, pk)
    form = TagsForm(request.POST or None, company=company)
    if request.method == "POST" and form.is_valid():
        chosen = list(form.cleaned_data["tags"])
        services.set_tags(company, actor=request.user, tags=chosen)
        messages.success(request, _("Saved."))
        return redirect(company)
    return act(request, company, form, _("Tags"), _("Save tags"))


@require_http_methods(["GET", "HEAD", "POST"])
def leader(request: AppRequest, pk: int) -> HttpResponse:
    company = managed(request, pk)
    form = LeaderForm(
        request.POST or None, company=company, initial={"leader": company.leader_id}
    )
    if request.method == "POST" and form.is_valid():
        chosen: User | None = form.cleaned_data["leader"]
        try:
            services.link_leader(company, actor=request.user, leader=chosen)
        except DomainError as error:
            put(form, error)
        else:
            return redirect(company)
    return act(request, company, form, _("Linked leader"), _("Save linked leader"))


def act(
    request: AppRequest, company: Company, form: Any, title: str, verb: str
) -> HttpResponse:  # any: a form of any kind
    context = {"company": company, "form": form, "title": title, "verb": verb}
    status = 422 if form.errors else 200
    return render(request, "crm/company_act.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def archive(request: AppRequest, pk: int) -> HttpResponse:
    company = managed(request, pk)
    form = ArchiveForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        services.archive_company(company, actor=request.user, reason=reason)
        messages.success(request, _("%(name)s is archived.") % {"name": company.name})
        return redirect("crm:companies")
    title = _("Archive %(name)s") % {"name": company.name}
    return act(request, company, form, title, title)


@require_POST
def restore(request: AppRequest, pk: int) -> HttpResponse:
    company = company_of(request, pk)
    services.restore_company(company, actor=request.user)
    messages.success(request, _("%(name)s is back.") % {"name": company.name})
    return redirect(company)


@require_http_methods(["GET", "HEAD", "POST"])
def comment(request: AppRequest, pk: int) -> HttpResponse:
    company = company_of(request, pk)
    if request.method != "POST":
        return redirect(company)
    if not comments.may_remark(request.user):
        raise PermissionDenied
    form = CommentForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            comments.add_comment(company, actor=request.user, **form.values())
        except DomainError as error:
            put(form, error)
        else:
            return redirect(f"{company.get_absolute_url()}#stream")
    return show(request, company, form, 422)


urls = [
    path("companies/", index, name="companies"),
    path("companies/filters/", more_filters, name="company-filters"),
    path("companies/new/", create, name="company-new"),
    path("companies/<int:pk>/", detail, name="company"),
    path("companies/<int:pk>/edit/", edit, name="company-edit"),
    path("companies/<int:pk>/tags/", tags, name="company-tags"),
    path("companies/<int:pk>/leader/", leader, name="company-leader"),
    path("companies/<int:pk>/archive/", archive, name="company-archive"),
    path("companies/<int:pk>/restore/", restore, name="company-restore"),
    path("companies/<int:pk>/comment/", comment, name="company-comment"),
]
