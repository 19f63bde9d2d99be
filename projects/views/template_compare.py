"""Two versions side by side: what came, went and changed, and what that saves."""

from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from crm.lib.http import AppRequest
from crm.lib.words import share
from crm.models import User
from projects.comparison import Comparison, Figure, ItemChange, compared
from projects.models import ApprovalTemplate
from projects.outline_words import label, shown
from projects.services.templates import outline_of

from .templates import template_of

MOST_CHOICES = 200
FIGURES: dict[str, str | Promise] = {
    "steps": gettext_lazy("Items"),
    "critical_days": gettext_lazy("Working days from first to last"),
    "total_days": gettext_lazy("Sum of the committed days"),
    "materials": gettext_lazy("Materials"),
}


@dataclass(frozen=True, slots=True)
class FigureRow:
    label: str
    value: str
    saved: str


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One field of one item; the item's name stands with its first."""

    item: str
    field: str
    old: str
    new: str


@require_safe
def compare(request: AppRequest, pk: int) -> HttpResponse:
    """This version against another one, the version before unless one is chosen."""
    template = template_of(request, pk)
    others = others_of(template, request.user)
    chosen = request.GET.get("with", "")
    if chosen:
        if not (chosen.isascii() and chosen.isdigit()) or len(chosen) > 18:
            raise Http404
        visible = ApprovalTemplate.objects.visible_to(request.user)
        other = get_object_or_404(visible, pk=int(chosen))
    else:
        other = before(template, others)
    old, new = in_order(template, other)
    found = compared(outline_of(old), outline_of(new))
    context = {
        "template": template,
        "other": other,
        "others": others,
        "old": old,
        "new": new,
        **told(found),
    }
    return render(request, "projects/templates/compare.html", context)


def others_of(template: ApprovalTemplate, user: User) -> list[ApprovalTemplate]:
    """Its other versions first, then what else is there."""
    visible = ApprovalTemplate.objects.visible_to(user).exclude(pk=template.pk)
    own = visible.filter(key=template.key).order_by("-number")
    rest = visible.exclude(key=template.key).order_by("key", "-number")
    return [*own[:MOST_CHOICES], *rest[:MOST_CHOICES]]


def before(
    template: ApprovalTemplate, others: list[ApprovalTemplate]
) -> ApprovalTemplate:
    older = [one for one in others if is_older(one, template)]
    return next(iter([*older, *others]), template)


def is_older(one: ApprovalTemplate, other: ApprovalTemplate) -> bool:
    return one.key == other.key and one.number < other.number


def in_order(
    template: ApprovalTemplate, other: ApprovalTemplate
) -> tuple[ApprovalTemplate, ApprovalTemplate]:
    """Of one template the older first; else the one that was chosen."""
    return (template, other) if is_older(template, other) else (other, template)


def told(found: Comparison) -> dict[str, object]:
    """A comparison in words; also for a preview of a file."""
    names = {
        one.key: one.name for outline in (found.old, found.new) for one in outline.items
    }
    return {
        "comparison": found,
        "figures": [figure(one) for one in found.figures()],
        "rows": [row for one in found.changed for row in rows_of(one, names)],
    }


def figure(one: Figure) -> FigureRow:
    if one.saved > 0:
        saved = _("%(share)s fewer") % {"share": share(one.saved, one.old)}
    elif one.more and one.old:
        saved = _("%(share)s more") % {"share": share(one.more, one.old)}
    else:
        saved = "" if one.more else _("as before")
    return FigureRow(str(FIGURES[one.name]), f"{one.old} → {one.new}", saved)


def rows_of(item: ItemChange, names: dict[str, str]) -> list[ChangeRow]:
    return [
        ChangeRow(
            item="" if number else item.name,
            field=label(one.field),
            old=shown(one.field, one.old, names),
            new=shown(one.field, one.new, names),
        )
        for number, one in enumerate(item.changes)
    ]


urls = [path("templates/<int:pk>/compare/", compare, name="template-compare")]
