"""Categories and their days: the system administrator's reference data."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from crm.lib.errors import DomainError, StaleVersion
from crm.lib.http import AppRequest
from crm.models import Role
from crm.views.rights import only
from visits.forms.categories import CategoryForm
from visits.models import Category
from visits.services import categories as services


@require_safe
@only(Role.SYSTEM_ADMIN)
def index(request: AppRequest) -> HttpResponse:
    text = request.GET.get("q", "")[:30]
    found = Category.objects.select_related("default_lead")
    found = found.filter(name__contains=text) if text else found
    # Without a lead the dispatcher has to know by heart.
    unlinked = services.without_lead().exists()
    context = {"categories": found, "q": text, "unlinked": unlinked}
    return render(request, "visits/categories.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@only(Role.SYSTEM_ADMIN)
def edit(request: AppRequest, pk: int) -> HttpResponse:
    category = get_object_or_404(Category, pk=pk)
    # A copy: the form writes into its instance before the service has said yes.
    draft = Category.objects.get(pk=pk)
    form = CategoryForm(request.POST or None, instance=draft)
    current = None
    if form.is_valid():
        version = form.cleaned_data["version"]
        try:
            services.edit_category(
                category, actor=request.user, version=version, values=form.values()
            )
            return redirect("visits:categories")
        except StaleVersion as error:
            current = error.current
        except DomainError as error:
            form.add_error(error.field or None, str(error.sentence))
    context = {"form": form, "category": category, "current": current}
    status = 409 if current else 422 if form.is_bound else 200
    return render(request, "visits/category.html", context, status=status)


@require_POST
@only(Role.SYSTEM_ADMIN)
def link(request: AppRequest) -> HttpResponse:
    """Give shipped categories the departments of their usual name."""
    services.link_default_leads(actor=request.user)
    return redirect("visits:categories")


urls = [
    path("categories/", index, name="categories"),
    path("categories/link/", link, name="categories-link"),
    path("categories/<int:pk>/", edit, name="category"),
]
