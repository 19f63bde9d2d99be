"""The system administrator's: what left the house or did not, and the robots."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from crm import notices
from crm.forms.notices import RobotForm
from crm.lib.errors import DomainError, StaleVersion
from crm.lib.http import AppRequest
from crm.lib.listing import listing
from crm.models import Delivery, Robot, Role
from crm.sending_words import reason_of
from crm.services import notices as services
from crm.services.notices import outbox, robots

from .companies import put
from .rights import only

SYSTEM = Role.SYSTEM_ADMIN
State = Delivery.State
# By tab: which states it shows; the first one is shown first.
TABS = {
    "failed": (State.DEAD,),
    "waiting": Delivery.OPEN,
    "all": tuple(State),
}


@require_safe
@only(SYSTEM)
def index(request: AppRequest) -> HttpResponse:
    """Messages, the failed ones first: for whom, why not, and never what they say."""
    asked = request.GET.get("tab", "")
    tab = asked if asked in TABS else "failed"
    rows = Delivery.objects.visible_to(request.user).filter(state__in=TABS[tab])
    page = listing(request, rows.for_list(), ["-pk"])
    context = {
        "page": page,
        "rows": [(one, kind_label(one), reason_of(one.error)) for one in page.rows],
        "tab": tab,
        "mails": outbox.mails(),
        "speaks": outbox.speaks(),
        "now": timezone.now(),
    }
    return render(request, "crm/deliveries.html", context)


def kind_label(delivery: Delivery) -> object:
    kind = notices.kind_of(delivery.kind)
    is_told = kind is not None and not kind.is_discreet
    return kind.label if kind and is_told else delivery.get_channel_display()


@require_POST
@only(SYSTEM)
def retry(request: AppRequest, pk: int) -> HttpResponse:
    visible = Delivery.objects.visible_to(request.user)
    delivery = get_object_or_404(visible, pk=pk)
    services.retry(delivery, actor=request.user)
    messages.success(request, _("It is tried again."))
    return redirect("crm:deliveries")


@require_safe
@only(SYSTEM)
def robot_list(request: AppRequest) -> HttpResponse:
    visible = Robot.objects.visible_to(request.user)
    related = visible.select_related("department", "region").defer(*SECRETS)
    context = {
        "page": listing(request, related, ["pk"]),
        "hosts": settings.CRM_NOTICE_HOSTS,
    }
    return render(request, "crm/robots.html", context)


# Nothing that a page is made of holds them.
SECRETS = ("token", "signing_key")


def robot_of(request: AppRequest, pk: int) -> Robot:
    visible = Robot.objects.visible_to(request.user).defer(*SECRETS)
    related = visible.select_related("department", "region")
    return get_object_or_404(related, pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@only(SYSTEM)
def robot_new(request: AppRequest) -> HttpResponse:
    form = RobotForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            robot = robots.add_robot(form.profile(), actor=request.user)
        except DomainError as error:
            put(form, error)
        else:
            messages.success(request, _("Saved. Let it say a word now."))
            return redirect("crm:robot", pk=robot.pk)
    return robot_page(request, form, None)


@require_http_methods(["GET", "HEAD", "POST"])
@only(SYSTEM)
def robot_edit(request: AppRequest, pk: int) -> HttpResponse:
    robot = robot_of(request, pk)
    form = RobotForm(request.POST or None, robot=robot)
    if request.method == "POST" and form.is_valid():
        try:
            robots.edit_robot(
                robot,
                actor=request.user,
                profile=form.profile(),
                version=form.cleaned_data["version"] or 0,
            )
        except DomainError as error:
            put(form, error)
            if isinstance(error, StaleVersion):
                return robot_page(request, form, robot, status=409)
        else:
            messages.success(request, _("Saved."))
            return redirect("crm:robot", pk=pk)
    return robot_page(request, form, robot)


def robot_page(
    request: AppRequest, form: RobotForm, robot: Robot | None, *, status: int = 0
) -> HttpResponse:
    tries = Delivery.objects.filter(robot=robot, event=None) if robot else None
    last = tries.order_by("-pk").first() if tries is not None else None
    context = {
        "form": form,
        "robot": robot,
        "last": last,
        "why": reason_of(last.error) if last and last.error else "",
        "hosts": settings.CRM_NOTICE_HOSTS,
        "now": timezone.now(),
    }
    status = status or (422 if form.errors else 200)
    return render(request, "crm/robot.html", context, status=status)


@require_POST
@only(SYSTEM)
def robot_close(request: AppRequest, pk: int) -> HttpResponse:
    robots.close_robot(robot_of(request, pk), actor=request.user)
    messages.success(request, _("Saved."))
    return redirect("crm:robot", pk=pk)


@require_POST
@only(SYSTEM)
def robot_reopen(request: AppRequest, pk: int) -> HttpResponse:
    robots.reopen_robot(robot_of(request, pk), actor=request.user)
    messages.success(request, _("Saved."))
    return redirect("crm:robot", pk=pk)


@require_POST
@only(SYSTEM)
def robot_try(request: AppRequest, pk: int) -> HttpResponse:
    robots.try_robot(robot_of(request, pk), actor=request.user)
    sentence = _("The worker has it say a word. Look into the group, or here again.")
    messages.success(request, sentence)
    return redirect("crm:robot", pk=pk)


urls = [
    path("people/sending/", index, name="deliveries"),
    path("people/sending/<int:pk>/retry/", retry, name="delivery-retry"),
    path("people/sending/robots/", robot_list, name="robots"),
    path("people/sending/robots/new/", robot_new, name="robot-new"),
    path("people/sending/robots/<int:pk>/", robot_edit, name="robot"),
    path("people/sending/robots/<int:pk>/close/", robot_close, name="robot-close"),
    path("people/sending/robots/<int:pk>/reopen/", robot_reopen, name="robot-reopen"),
    path("people/sending/robots/<int:pk>/try/", robot_try, name="robot-try"),
]
