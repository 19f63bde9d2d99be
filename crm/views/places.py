"""What the pages of both trees share."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from crm.forms.places import NodeForm
from crm.lib.errors import DomainError
from crm.lib.http import AppRequest
from crm.lib.listing import listing
from crm.models import Department, Region

Node = Region | Department


@dataclass(frozen=True)
class Tree:
    """One of the two: its model, form, services and words."""

    model: type[Region] | type[Department]
    form: type[NodeForm]
    add: Callable[..., Node]
    edit: Callable[..., Node]
    close: Callable[..., Node]
    index: str
    page: str
    template: str


def index(request: AppRequest, tree: Tree) -> HttpResponse:
    """In the order of the tree; found ones stand with their place in it."""
    rows = nodes_of(tree)
    if text := request.GET.get("q", "").strip()[:60]:
        rows = rows.filter(Q(name__contains=text) | Q(code__contains=text))
    if (state := request.GET.get("state")) in {"open", "closed"}:
        rows = rows.filter(is_active=state == "open")
    if tree.model is Department:
        rows = rows.select_related("parent", "region").annotate(
            people_count=Count("users", filter=Q(users__is_active=True))
        )
    context = {
        "page": listing(request, rows, ["path"]),
        "filters": request.GET,
        "is_flat": bool(text or request.GET.get("state")),
    }
    return render(request, f"crm/{tree.template}s.html", context)


def nodes_of(tree: Tree) -> QuerySet[Any]:  # any: either tree's
    return tree.model.objects.select_related("parent")


def create(request: AppRequest, tree: Tree) -> HttpResponse:
    form = tree.form(request.POST or None)
    if request.method == "POST" and form.is_valid():
        node = tried(form, lambda: tree.add(actor=request.user, **form.values()))
        if node:
            messages.success(request, _("%(name)s is there now.") % {"name": node.name})
            return redirect(tree.index)
    return page(request, tree, form, None)


def edit(request: AppRequest, tree: Tree, pk: int) -> HttpResponse:
    node: Node = get_object_or_404(nodes_of(tree), pk=pk)
    form = tree.form(request.POST or None, node=node)
    is_sent = request.method == "POST" and form.is_valid()
    if is_sent and tried(
        form, lambda: tree.edit(node, actor=request.user, **form.values())
    ):
        messages.success(request, _("Saved."))
        return redirect(tree.page, pk=pk)
    return page(request, tree, form, node)


def page(
    request: AppRequest, tree: Tree, form: NodeForm, node: Node | None
) -> HttpResponse:
    status = 422 if form.errors else 200
    context = {"form": form, "node": node}
    return render(request, f"crm/{tree.template}.html", context, status=status)


def tried(form: NodeForm, act: Callable[[], Node]) -> Node | None:
    """What the service made, or None with its refusal at the form."""
    try:
        return act()
    except DomainError as error:
        field = error.field if error.field in form.fields else None
        form.add_error(field, str(error.sentence))
        return None


def switch(request: AppRequest, tree: Tree, pk: int, act: Any) -> HttpResponse:
    """Close or open; `act` is the service."""
    node = get_object_or_404(tree.model, pk=pk)
    act(node, actor=request.user)
    messages.success(request, _("Saved."))
    return redirect(tree.page, pk=pk)
