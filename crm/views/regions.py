"""Regions: the system administrator's tree."""

from django.http import HttpResponse
from django.urls import path
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from crm.forms.places import RegionForm
from crm.lib.http import AppRequest
from crm.models import Region, Role
from crm.services import places as services

from . import places
from .rights import only

SYSTEM = Role.SYSTEM_ADMIN
TREE = places.Tree(
    model=Region,
    form=RegionForm,
    add=services.add_region,
    edit=services.edit_region,
    close=services.close_region,
    index="crm:regions",
    page="crm:region",
    template="region",
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
    path("regions/", index, name="regions"),
    path("regions/new/", create, name="region_new"),
    path("regions/<int:pk>/", edit, name="region"),
    path("regions/<int:pk>/close/", close, name="region_close"),
    path("regions/<int:pk>/reopen/", reopen, name="region_reopen"),
]
