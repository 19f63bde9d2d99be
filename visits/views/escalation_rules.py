"""Rules of escalation: read by officials, changed by the system administrator."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from crm.lib.errors import DomainError, StaleVersion
from crm.lib.http import AppRequest
from crm.models import Role
from crm.views.rights import only
from projects.views.shared import on_top_of
from visits import escalation_rule_list
from visits.escalation_list import READERS
from visits.forms.escalations import NewRuleForm, RuleForm
from visits.models import EscalationRule
from visits.services import escalations as services

FORM = ["GET", "HEAD", "POST"]


@require_safe
@only(*READERS, Role.SYSTEM_ADMIN)
def index(request: AppRequest) -> HttpResponse:
    context = {
        "groups": escalation_rule_list.groups(),
        "may_edit": request.user.has_role(Role.SYSTEM_ADMIN),
    }
    return render(request, "visits/escalation_rules.html", context)


@require_http_methods(FORM)
@only(Role.SYSTEM_ADMIN)
def create(request: AppRequest) -> HttpResponse:
    form = NewRuleForm(request.POST or None, instance=EscalationRule(is_active=True))
    if form.is_bound and form.is_valid():
        try:
            rule = services.add_rule(actor=request.user, values=form.cleaned_data)
        except DomainError as error:
            refused(form, error)
        else:
            messages.success(request, _("The rule speaks from the next minute on."))
            return redirect(rule)
    title = _("Add a rule")
    return show(request, form, {"title": title}, 422 if form.is_bound else 200)


@require_http_methods(FORM)
@only(Role.SYSTEM_ADMIN)
def edit(request: AppRequest, pk: int) -> HttpResponse:
    rule = get_object_or_404(EscalationRule, pk=pk)
    # A copy: the form writes into its instance before the service has said yes.
    draft = EscalationRule.objects.get(pk=pk)
    initial = {"version": rule.version}
    form = RuleForm(request.POST or None, instance=draft, initial=initial)
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        values: dict[str, Any] = dict(form.cleaned_data)  # of each field's own type
        version = values.pop("version")
        try:
            services.edit_rule(rule, actor=request.user, version=version, values=values)
            return redirect(rule)
        except StaleVersion as error:
            status = 409
            form.add_error(None, str(error.sentence))
            rule.refresh_from_db()
            form.data = on_top_of(request.POST, rule)
        except DomainError as error:
            refused(form, error)
    context = {"title": rule.name, "line": escalation_rule_list.line_of(rule)}
    return show(request, form, context, status)


def refused(form: RuleForm, error: DomainError) -> None:
    field = error.field if error.field in form.fields else None
    form.add_error(field, str(error.sentence))


def show(
    request: AppRequest, form: RuleForm, context: dict[str, Any], status: int
) -> HttpResponse:  # Any: what the page shows besides
    return render(
        request, "visits/escalation_rule.html", {"form": form, **context}, status=status
    )


urls = [
    path("escalation-rules/", index, name="escalation-rules"),
    path("escalation-rules/new/", create, name="escalation-rule-new"),
    path("escalation-rules/<int:pk>/", edit, name="escalation-rule"),
]
