"""A running project and the newer version of its template: looked at, then taken."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_http_methods

from crm.lib.errors import DomainError, StaleVersion
from crm.lib.http import AppRequest
from crm.services import calendar
from projects.changeover import Fate, Step
from projects.forms.shared import VersionForm
from projects.models import ApprovalTemplate, Project
from projects.outline_words import label, shown
from projects.services import changeover as services
from projects.services.changeover import Reading

from .shared import project_for


@dataclass(frozen=True, slots=True)
class Line:
    """One item of the preview; `changes` are label, before and after."""

    step: Step
    fate: str
    changes: list[tuple[str, str, str]]
    is_taken: bool


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: AppRequest, pk: int) -> HttpResponse:
    """Every item with its fate; the person ticks what is to be taken over."""
    project = project_for(request, pk, "may_manage")
    target = services.version_in_use(project.template) if project.template else None
    if target is None or project.started_on is None:
        raise DomainError(_("This project has no template that is in use."))
    reading = services.read(project, target)
    choices = reading.changeover.choices()
    take = choices
    if request.method == "POST":
        take = choices & set(request.POST.getlist("take"))
        if request.POST.get("act") == "save":
            return saved(request, project, target, reading)
    return preview(request, project, target, reading, take)


def saved(
    request: AppRequest, project: Project, target: ApprovalTemplate, reading: Reading
) -> HttpResponse:
    form = VersionForm(request.POST)
    take = set(request.POST.getlist("take"))
    try:
        services.change_template(
            project,
            actor=request.user,
            template=target,
            take=take,
            version=(form.is_valid() and form.cleaned_data["version"]) or 0,
        )
    except DomainError as error:
        current = services.read(project, target)
        return preview(request, project, target, current, take, refusal=error)
    sentence = _("The project now follows %(template)s.")
    messages.success(request, sentence % {"template": target})
    return redirect(project)


def preview(
    request: AppRequest,
    project: Project,
    target: ApprovalTemplate,
    reading: Reading,
    take: Collection[str],
    refusal: DomainError | None = None,
) -> HttpResponse:
    version = project.version
    if isinstance(refusal, StaleVersion):
        current: Any = refusal.current  # a Project
        version = current.version
    try:
        finish = Finish.of(project, reading, take, timezone.localdate())
    except DomainError as error:
        finish, refusal = None, refusal or error
    both = (reading.changeover.current, reading.changeover.target)
    names = {one.key: one.name for outline in both for one in outline.items}
    steps = reading.changeover.steps()
    lines = [line_of(one, names, is_taken=one.key in take) for one in steps]
    context = {
        "project": project,
        "target": target,
        "lines": [one for one in lines if one.step.fate is not Fate.SAME],
        "same_count": sum(one.step.fate is Fate.SAME for one in lines),
        "finish": finish,
        "refusal": str(refusal.sentence) if refusal else "",
        "version": version,
        "today": timezone.localdate(),
    }
    status = 409 if refusal else 200
    return render(request, "projects/changeover.html", context, status=status)


@dataclass(frozen=True, slots=True)
class Finish:
    """When the approvals would be through, before and after."""

    before: date | None
    after: date | None
    words: str

    @classmethod
    def of(
        cls,
        project: Project,
        reading: Reading,
        take: Collection[str],
        today: date,
    ) -> "Finish":
        before, after = services.finish_if(project, reading, take, today=today)
        if before is None or after is None or before == after:
            return cls(before, after, _("as before"))
        first, last = sorted([before, after])
        count = calendar.count_between(first, last)
        sentence = (
            ngettext("%(n)s working day earlier", "%(n)s working days earlier", count)
            if after < before
            else ngettext("%(n)s working day later", "%(n)s working days later", count)
        )
        return cls(before, after, sentence % {"n": count})


def line_of(step: Step, names: Mapping[str, str], *, is_taken: bool) -> Line:
    return Line(
        step=step,
        fate=words_of(step),
        changes=[
            (
                label(one.field),
                shown(one.field, one.old, names),
                shown(one.field, one.new, names),
            )
            for one in step.changes
        ],
        is_taken=is_taken,
    )


def words_of(step: Step) -> str:
    return {
        Fate.ADDED: pgettext("item of a project", "to be added"),
        Fate.CHANGED: pgettext("item of a project", "to be changed"),
        Fate.REMOVED: pgettext("item of a project", "to be taken out"),
        Fate.KEPT: pgettext("item of a project", "has begun, stays as it is"),
        Fate.OWN: pgettext("item of a project", "this project's own, stays"),
        Fate.SAME: pgettext("item of a project", "the same"),
    }[step.fate]


urls = [path("projects/<int:pk>/template/", change, name="project-template")]
