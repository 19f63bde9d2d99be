"""What people do with an order: one address per act, one service behind each."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm.lib.http import AppRequest
from crm.services.attaching import received
from projects.forms.shared import VersionForm
from projects.views.shared import act_page
from visits import order_list, order_page
from visits.forms import orders as forms
from visits.models import OrderProposal, SupervisionOrder
from visits.services import orders as services
from visits.services.orders import OrderAct

from .orders import FORM, order_of

# What a view does with the cleaned form; Any: its values.
Save = Callable[[dict[str, Any]], SupervisionOrder]


def order_for(request: AppRequest, pk: int, act: OrderAct) -> SupervisionOrder:
    """A visible order on which this person may do the act, in its state."""
    order = order_of(request, pk)
    if not services.has_right(order, act):
        raise PermissionDenied
    if request.method != "POST" and act not in services.possible_for(order):
        raise services.impossible(order, act)
    return order


def act_now(
    request: AppRequest,
    pk: int,
    act: OrderAct,
    service: Callable[..., SupervisionOrder],
) -> HttpResponse:
    """One press on the order's own page."""
    order = order_for(request, pk, act)
    form = VersionForm(request.POST)
    version = form.cleaned_data["version"] if form.is_valid() else None
    return redirect(service(order, actor=request.user, version=version))


@require_POST
def sign(request: AppRequest, pk: int) -> HttpResponse:
    return act_now(request, pk, OrderAct.SIGN, services.sign_order)


@require_POST
def publish(request: AppRequest, pk: int) -> HttpResponse:
    return act_now(request, pk, OrderAct.PUBLISH, services.publish_order)


@require_http_methods(FORM)
def answer(request: AppRequest, pk: int) -> HttpResponse:
    order = order_for(request, pk, OrderAct.ANSWER)
    form = forms.OrderAnswerForm(
        request.POST or None, request.FILES or None, initial=version_of(order)
    )

    def save(data: dict[str, Any]) -> SupervisionOrder:
        with received(data.pop("papers")) as sent:
            return services.answer_order(order, actor=request.user, files=sent, **data)

    return act(request, order, OrderAct.ANSWER, form, save)


@require_http_methods(FORM)
def close(request: AppRequest, pk: int) -> HttpResponse:
    order = order_for(request, pk, OrderAct.CLOSE)
    form = forms.OrderCloseForm(request.POST or None, initial=version_of(order))

    def save(data: dict[str, Any]) -> SupervisionOrder:
        return services.close_order(order, actor=request.user, **data)

    return act(request, order, OrderAct.CLOSE, form, save)


@require_http_methods(FORM)
def send_back(request: AppRequest, pk: int) -> HttpResponse:
    order = order_for(request, pk, OrderAct.SEND_BACK)
    form = forms.OrderReturnForm(request.POST or None, initial=version_of(order))

    def save(data: dict[str, Any]) -> SupervisionOrder:
        return services.send_back_order(order, actor=request.user, **data)

    return act(request, order, OrderAct.SEND_BACK, form, save)


@require_http_methods(FORM)
def raise_colour(request: AppRequest, pk: int) -> HttpResponse:
    order = order_for(request, pk, OrderAct.RAISE)
    form = forms.OrderRaiseForm(
        request.POST or None, order=order, initial=version_of(order)
    )

    def save(data: dict[str, Any]) -> SupervisionOrder:
        return services.raise_order(order, actor=request.user, **data)

    return act(request, order, OrderAct.RAISE, form, save)


@require_http_methods(FORM)
def withdraw(request: AppRequest, pk: int) -> HttpResponse:
    order = order_for(request, pk, OrderAct.WITHDRAW)
    form = forms.LongReasonForm(request.POST or None, initial=version_of(order))

    def save(data: dict[str, Any]) -> SupervisionOrder:
        return services.withdraw_order(order, actor=request.user, **data)

    return act(request, order, OrderAct.WITHDRAW, form, save)


def act(
    request: AppRequest, order: SupervisionOrder, what: OrderAct, form: Any, save: Save
) -> HttpResponse:  # Any: a form
    waiting = [one for one in order_page.answers_of(order) if not one.row.verdict]
    return act_page(
        request,
        form,
        save,
        title=str(what.label),
        back=order.get_absolute_url(),
        state=f"{order.colour_title} {order.number}",
        template="visits/order_act.html",
        order=order,
        waiting=waiting,
    )


def version_of(order: SupervisionOrder) -> dict[str, Any]:  # Any: initial values
    return {"version": order.version}


# --- What a rule proposes ------------------------------------------------------


def proposal_of(request: AppRequest, pk: int) -> OrderProposal:
    every = OrderProposal.objects.visible_to(request.user)
    return get_object_or_404(every.select_related("department"), pk=pk)


@require_POST
def issue(request: AppRequest, pk: int) -> HttpResponse:
    """As it is proposed, with one press."""
    order = services.issue_proposed(proposal_of(request, pk), actor=request.user)
    values = {"number": order.number, "unit": order.department.name}
    messages.success(request, _("%(number)s was issued to %(unit)s.") % values)
    return redirect(order)


@require_http_methods(FORM)
def dismiss(request: AppRequest, pk: int) -> HttpResponse:
    proposal = proposal_of(request, pk)
    form = forms.LongReasonForm(request.POST or None)
    back = f"{reverse('visits:orders')}?tab={order_list.PROPOSALS}"

    def save(data: dict[str, Any]) -> str:
        services.dismiss_proposal(proposal, actor=request.user, reason=data["reason"])
        return back

    return act_page(
        request,
        form,
        save,
        title=_("No supervision order on this"),
        back=back,
        state=f"{proposal.matter} · {proposal.department.name}",
    )


urls = [
    path("orders/<int:pk>/sign/", sign, name="order-sign"),
    path("orders/<int:pk>/answer/", answer, name="order-answer"),
    path("orders/<int:pk>/close/", close, name="order-close"),
    path("orders/<int:pk>/send-back/", send_back, name="order-send-back"),
    path("orders/<int:pk>/raise/", raise_colour, name="order-raise"),
    path("orders/<int:pk>/withdraw/", withdraw, name="order-withdraw"),
    path("orders/<int:pk>/publish/", publish, name="order-publish"),
    path("orders/proposals/<int:pk>/issue/", issue, name="order-proposal-issue"),
    path("orders/proposals/<int:pk>/dismiss/", dismiss, name="order-proposal-dismiss"),
]
