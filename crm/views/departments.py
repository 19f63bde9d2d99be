"""Departments: the system administrator's tree."""

from django.http import HttpResponse
from django.urls import path
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from crm.forms.places import DepartmentForm
from crm.lib.http import AppRequest
from crm.models import Department, Role
from crm.services import places as services

from . import places
from .rights import only

SYSTEM = Role.SYSTEM_ADMIN
TREE = places.Tree(
    model=Department,
    form=DepartmentForm,
    add=services.add_department,
    edit=services.edit_department,
    close=services.close_department,
    index="crm:departments",
    page="crm:department",
    template="department",
)


@require_safe
@only(SYSTEM)
def index(request: AppRequest) -> HttpResponse:
    return places.index(request, TREE)


@require_http_methods(["GET", "HEAD", "POST"])
@only(SYSTEM)
def create(request: AppRequest) -> HttpResponse:
    return places.create(request, TREE)


@require_http_methods(["GET", "HEAD", "POST"])
@only(SYSTEM)
def edit(request: AppRequest, pk: int) -> HttpResponse:
    return places.edit(request, TREE, pk)


@require_POST
@only(SYSTEM)
def close(request: AppRequest, pk: int) -> HttpResponse:
    return places.switch(request, TREE, pk, TREE.close)


@require_POST
@only(SYSTEM)
def reopen(request: AppRequest, pk: int) -> HttpResponse:
    return places.switch(request, TREE, pk, services.reopen)


urls = [
    path("departments/", index, name="departments"),
    path("departments/new/", create, name="department_new"),
    path("departments/<int:pk>/", edit, name="department"),
    path("departments/<int:pk>/close/", close, name="department_close"),
    path("departments/<int:pk>/reopen/", reopen, name="department_reopen"),
]
