"""What lights the lamps of projects: the system administrator's reference data."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from crm.lib.http import AppRequest
from crm.models import Role
from crm.views.rights import only
from projects.forms.lamps import LABELS, LampRuleForm
from projects.models import LampRule
from projects.services import lamps

from .shared import act_page


@require_safe
@only(Role.SYSTEM_ADMIN)
def index(request: AppRequest) -> HttpResponse:
    rules = [(rule, limits(rule)) for rule in LampRule.objects.all()]
    return render(request, "projects/lamp_rules.html", {"rules": rules})


def limits(rule: LampRule) -> list[tuple[str, int | None]]:
    labels = LABELS[LampRule.Kind(rule.kind)]
    return [(str(label), getattr(rule, name)) for name, label in labels.items()]


@require_http_methods(["GET", "HEAD", "POST"])
@only(Role.SYSTEM_ADMIN)
def edit(request: AppRequest, pk: int) -> HttpResponse:
    rule = get_object_or_404(LampRule, pk=pk)
    form = LampRuleForm(
        request.POST or None, instance=rule, initial={"version": rule.version}
    )

    def save(data: dict[str, Any]) -> str:  # Any: of each field's own type
        version = data.pop("version")
        lamps.edit_rule(rule, actor=request.user, version=version, values=data)
        return "projects:lamp-rules"

    return act_page(
        request,
        form,  # type: ignore[arg-type] # of a model
        save,
        title=str(rule),
        back=reverse("projects:lamp-rules"),
        state=_("Lamps of projects"),
        button=_("Save the rule"),
    )


urls = [
    path("lamp-rules/", index, name="lamp-rules"),
    path("lamp-rules/<int:pk>/", edit, name="lamp-rule"),
]
