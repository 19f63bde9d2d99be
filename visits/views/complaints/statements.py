"""A unit head answers a supervisor's question; an official prints his own card."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_safe

from crm.lib import qr
from crm.lib.http import AppRequest
from crm.services import deadlines
from visits.forms.complaints import GiveStatementForm
from visits.models import StatementRequest
from visits.services import complaints as services

from .shared import FORM, act_page, unkept


@require_http_methods(FORM)
@unkept
def statement(request: AppRequest, pk: int) -> HttpResponse:
    """The question as the supervisor wrote it; nothing else of the complaint."""
    asked = StatementRequest.objects.visible_to(request.user)
    found = get_object_or_404(asked.select_related("asked_by", "answer_by"), pk=pk)
    form = GiveStatementForm(request.POST or None)

    def save(data: dict[str, Any]) -> StatementRequest:
        given = services.give_statement(found, actor=request.user, **data)
        messages.success(request, _("The supervisor reads your statement."))
        return given

    today = timezone.localdate()
    return act_page(
        request,
        form,
        save,
        title=pgettext("statement", "Statement"),
        back=reverse("reports:home"),
        template="visits/complaints/statement.html",
        asked=found,
        days_left=deadlines.days_left(found.answer_by, today),
    )


@require_safe
def card(request: AppRequest) -> HttpResponse:
    """「服务监督码」: one's own name and unit, and a code that leads to the form."""
    if request.user.department is None:
        raise PermissionDenied
    token = services.card_token(request.user)
    url = f"{settings.CRM_BASE_URL}{reverse('visits:complain-about', args=[token])}"
    context = {"url": url, "qr": qr.data_uri(url)}
    return render(request, "visits/complaints/card.html", context)


urls = [
    path("statements/<int:pk>/", statement, name="statement"),
    path("complaints/card/", card, name="complaint-card"),
]
