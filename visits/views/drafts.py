"""Drafts of problems: kept from the form of raising, taken up again, thrown away."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crm.lib.http import AppRequest, key_of
from crm.models import Attachment, Company, subject_of
from crm.services.attaching import received
from visits.models import TicketDraft
from visits.services import drafts as services

# What the form has besides words: keys that are made anew, files that are kept apart.
NOT_TYPED = {"client_key", "papers", "company"}


def can_be_kept(form: forms.Form) -> bool:
    """A draft need not be complete, but what stands in it has to fit its fields."""
    form.full_clean()
    bad = [
        name
        for name, errors in form.errors.as_data().items()
        if any(error.code not in {"required", None} for error in errors)
    ]
    return not bad


def keep(
    request: AppRequest, form: forms.Form, company: Company | None
) -> HttpResponse:
    """Save it and say so on the same page."""
    data: dict[str, Any] = form.cleaned_data
    typed = {
        name: str(form[name].value() or "")
        for name in form.fields
        if name not in NOT_TYPED
    }
    with received(data.get("papers") or []) as sent:
        draft = services.save_draft(
            actor=request.user,
            company=company or data.get("company"),
            values=typed,
            client_key=data.get("client_key") or uuid.uuid4(),
            files=sent,
        )
    messages.success(request, _("The draft is saved; you alone see it."))
    return redirect(address(draft))


def address(draft: TicketDraft) -> str:
    """The form with the draft in it; an official's form is of one company."""
    of_company = f"&company={draft.for_company_id}" if draft.for_company_id else ""
    return f"{reverse('visits:raise')}?draft={draft.pk}{of_company}"


def draft_of(request: AppRequest) -> TicketDraft | None:
    asked = key_of(request.GET.get("draft", ""))
    if not asked or is_over(request):
        return None
    drafts = TicketDraft.objects.visible_to(request.user)
    return get_object_or_404(drafts, pk=asked)


def is_over(request: AppRequest) -> bool:
    """Whether the way back leads to a draft that its author has sent or discarded.

    That is an empty form, not a missing page, and a second tap on sending meets the
    ticket by its key.
    """
    asked = key_of(request.GET.get("draft", ""))
    return TicketDraft.objects.ended_by(request.user).filter(pk=asked).exists()


def typed(request: AppRequest) -> dict[str, Any]:  # Any: initial values of a form
    """What the draft that is asked for holds, for the form."""
    draft = draft_of(request)
    if draft is None:
        return {}
    return {**draft.values, "client_key": draft.client_key}


def offered(request: AppRequest) -> dict[str, Any]:  # Any: as the template reads it
    """The draft in the form with its files, or those one could go on with."""
    draft = draft_of(request)
    if draft is None:
        mine = TicketDraft.objects.visible_to(request.user).select_related(
            "for_company"
        )
        rows = [(one, address(one)) for one in mine]
        return {"drafts": rows, "is_over": is_over(request)}
    kind, key = subject_of(draft)
    files = Attachment.objects.filter(subject_type=kind, subject_id=key)
    return {"draft": draft, "files": files.select_related("file").order_by("pk")}


@require_POST
def discard(request: AppRequest, pk: int) -> HttpResponse:
    draft = get_object_or_404(TicketDraft.objects.visible_to(request.user), pk=pk)
    services.discard_draft(draft, actor=request.user)
    return redirect("visits:raise")


urls = [path("tickets/drafts/<int:pk>/discard/", discard, name="draft-discard")]
