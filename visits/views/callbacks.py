"""Call-backs: the list of what is to be called, and one call put down."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from crm.lib.errors import DomainError
from crm.lib.http import AppRequest, typed
from crm.lib.listing import addresses
from crm.lib.paging import NARROWED_CAP, capped_count
from crm.models import Contact
from crm.services import deadlines
from crm.views.rights import only
from visits import callback_list, role_tabs
from visits.forms.confirming import CallForm
from visits.models import Callback
from visits.services import callbacks as services
from visits.ticket_list import OFFICIALS


@require_safe
@only(*OFFICIALS)
def index(request: AppRequest) -> HttpResponse:
    today = timezone.localdate()
    tab = role_tabs.tab_of(callback_list.TABS, request.user, request.GET.get("tab", ""))
    assert tab is not None, "each of these roles has one"
    found = tab.narrow(request.user, today)
    near = deadlines.yellow_from(today)
    page = callback_list.page_of(
        found, tab.ordering, request.GET.get("cursor"), today, near
    )
    links = addresses(request.GET, page)
    context = {
        "tab": tab,
        "tabs": role_tabs.tabs_for(callback_list.TABS, request.user),
        "rows": page.rows,
        "page": {"count": capped_count(found, NARROWED_CAP), **links},
        "today": today,
    }
    return render(request, "visits/callbacks/index.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def callback(request: AppRequest, pk: int) -> HttpResponse:
    """What was answered, the calls so far, and for its officer one more call."""
    visible = Callback.objects.visible_to(request.user).for_page()
    one = get_object_or_404(visible, pk=pk)
    may_call = Callback.objects.changeable_by(request.user).filter(pk=pk).exists()
    if request.method == "POST" and not may_call:
        raise PermissionDenied
    form = CallForm(typed(request), initial=asked(request, one))
    if form.is_valid():
        try:
            done = services.record_call(
                one,
                actor=request.user,
                call=form.call(),
                client_key=form.cleaned_data["client_key"],
            )
        except DomainError as error:
            field = error.field if error.field in form.fields else None
            form.add_error(field, str(error.sentence))
        else:
            messages.success(request, told(done))
            return redirect(one.ticket if done.ended_at else "visits:callbacks")
    context = {
        "one": one,
        "ticket": one.ticket,
        "calls": one.calls.select_related("noted_by"),
        "contacts": contacts_of(request, one),
        "form": form if may_call and one.is_open else None,
        "today": timezone.localdate(),
    }
    status = 422 if form.errors else 200
    return render(request, "visits/callbacks/detail.html", context, status=status)


def contacts_of(request: AppRequest, one: Callback) -> "QuerySet[Contact]":
    """The company's present contacts, the main one first."""
    visible = Contact.objects.visible_to(request.user).current()
    return visible.filter(company=one.ticket.company_id)


def asked(request: AppRequest, one: Callback) -> dict[str, str]:
    main = contacts_of(request, one).first()
    return {"person": main.name, "phone": main.phone} if main else {}


def told(one: Callback) -> str:
    if one.end == Callback.End.SAID:
        return _("The company's word is kept.")
    if one.end == Callback.End.UNREACHED:
        return _(
            "Three calls in vain: the ticket stays unconfirmed. It still waits for the "
            "company's word and counts as solved nowhere."
        )
    return _("The try is noted. The next one counts on another day.")


urls = [
    path("callbacks/", index, name="callbacks"),
    path("callbacks/<int:pk>/", callback, name="callback"),
]
