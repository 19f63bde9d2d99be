"""Outlines in words: what their fields are called, and what they say."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy

from crm.models import Unit

from .models import Item, Stage, TemplateItem
from .outline import OutlineItem, OutlineMaterial

STAGES: Final[Mapping[int, str | Promise]] = dict(Stage.choices)
CHOICES: Final[Mapping[str, Mapping[Any, str | Promise]]] = {  # Any: a code
    "stage": STAGES,
    "track": dict(Item.Track.choices),
    "kind": dict(Item.Kind.choices),
    "unit": dict(Unit.choices),
}
# What a field is called where its column's own name does not say it.
LABELS: Final[Mapping[str, str | Promise]] = {
    "department_code": gettext_lazy("tied to the department"),
    "department_name": gettext_lazy("department"),
    "unit": pgettext_lazy("days", "counted in"),
    "needs": gettext_lazy("prerequisites"),
    "materials": gettext_lazy("materials"),
}


def label(field: str) -> str:
    if field in LABELS:
        return str(LABELS[field])
    return str(TemplateItem._meta.get_field(field).verbose_name)  # type: ignore[union-attr] # a column


def shown(field: str, value: Any, names: Mapping[str, str]) -> str:  # Any: see Change
    """A value as a person reads it; `names` are those of the items."""
    if value is None or value == "" or value == ():
        return "—"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if field in CHOICES:
        return str(CHOICES[field].get(value, value))
    if field == "needs":
        return listed(names.get(key, key) for key in value)
    if field == "materials":
        return listed(map(material, value))
    return str(value)


def listed(names: Iterable[str]) -> str:
    return pgettext("between names", ", ").join(names)


def material(one: OutlineMaterial) -> str:
    """Its name; in brackets where to get it, and that it may follow."""
    more = [one.where, "" if one.is_key else _("secondary")]
    inside = pgettext("between names", ", ").join(filter(None, more))
    return (
        _("%(name)s (%(more)s)") % {"name": one.name, "more": inside}
        if inside
        else one.name
    )


def days(item: OutlineItem) -> str:
    """「7 个工作日」."""
    count = item.committed_days
    if item.unit == Unit.CALENDAR:
        return ngettext("%(n)s day", "%(n)s days", count) % {"n": count}
    return ngettext("%(n)s working day", "%(n)s working days", count) % {"n": count}


def tags(item: OutlineItem) -> list[str]:
    """What is special about an item, in short words."""
    found = [str(CHOICES["kind"][item.kind])]
    if item.is_deferrable:
        found.append(_("materials may follow"))
    if item.is_pledge:
        found.append(_("by written pledge"))
    return found
