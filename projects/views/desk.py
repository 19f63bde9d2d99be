"""The department's desk, and the same act on several items."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from crm.lib.errors import DomainError
from crm.lib.http import AppRequest
from crm.lib.listing import addresses
from crm.lib.paging import NARROWED_CAP, capped_count
from crm.models import Role
from crm.services import deadlines
from projects import desk
from projects.forms.milestones import BulkForm
from projects.services import milestones as services
from projects.services.milestones import Act, Said
from projects.tabs import tab_of

UNIT = (Role.HANDLER, Role.UNIT_HEAD)
MOST = 50


@require_safe
def index(request: AppRequest) -> HttpResponse:
    if not request.user.has_role(*UNIT):
        raise PermissionDenied
    return show(request)


def show(request: AppRequest, error: str = "", status: int = 200) -> HttpResponse:
    today = timezone.localdate()
    tab = tab_of(desk.TABS, request.GET.get("tab", ""))
    items = tab.narrow(desk.items_of(request.user))
    if text := request.GET.get("q", "").strip()[:60]:
        items = items.filter(project__name__contains=text)
    near = deadlines.yellow_from(today)
    page = desk.page_of(items, request.GET.get("cursor"), today, near)
    links = addresses(request.GET, page)
    context = {
        "tab": tab,
        "tabs": desk.TABS,
        "rows": page.rows,
        "page": {"count": capped_count(items, NARROWED_CAP), **links},
        "bulk": list(desk.BULK),
        "q": text,
        "typed": request.POST,
        "ticked": set(chosen_keys(request)),
        "error": error,
        "today": today,
    }
    return render(request, "projects/desk.html", context, status=status)


@require_POST
def bulk(request: AppRequest) -> HttpResponse:
    """All of them or none: what is refused is named, and nothing was changed."""
    if not request.user.has_role(*UNIT):
        raise PermissionDenied
    chosen = chosen_keys(request)
    form = BulkForm(request.POST, keys=chosen)
    if not form.is_valid():
        return show(request, _("Tick the items and choose what to do."), 422)
    data = form.cleaned_data
    mine = desk.items_of(request.user).select_related("project")
    items = list(mine.filter(pk__in=data["items"]))
    if len(items) < len(set(chosen)):
        raise PermissionDenied
    said, act = Said(on=data["on"], notice=data["notice"]), Act(data["act"])
    if act not in desk.BULK:
        return show(request, _("This act is done item by item."), 422)
    try:
        with transaction.atomic():
            for one in items:
                services.move(one, act, actor=request.user, said=said)
    except DomainError as error:
        told = _("%(project)s, %(item)s: %(why)s Nothing was changed.")
        names = {"project": one.project.name, "item": one.name}
        why = {**names, "why": error.sentence}
        return show(request, told % why, 409)
    count = len(items)
    done = ngettext("%(n)s item: %(act)s.", "%(n)s items: %(act)s.", count)
    messages.success(request, done % {"n": count, "act": act.label})
    return redirect(reverse("projects:desk"))


def chosen_keys(request: AppRequest) -> list[int]:
    keys = [key for key in request.POST.getlist("items") if key.isascii()]
    return [int(key) for key in keys if key.isdigit() and len(key) < 19][:MOST]


urls = [
    path("desk/", index, name="desk"),
    path("desk/bulk/", bulk, name="desk-bulk"),
]
