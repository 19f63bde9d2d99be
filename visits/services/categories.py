"""问题类别: who usually leads, and what an administrator may change."""

import json
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import events
from crm.lib import trees
from crm.lib.errors import DomainError, StaleVersion
from crm.models import Company, Department, Role, User
from crm.services.rights import require
from visits.models import Category

PATH = Path(__file__).parent.parent / "data" / "categories.json"
EDITABLE = (
    "name",
    "kind",
    "lead_rule",
    "default_lead",
    "contact_days",
    "first_reply_days",
    "solve_days",
    "extended_days",
    "is_active",
)
LOCAL = (Department.Kind.TOWN, Department.Kind.PARK)


@cache
def shipped() -> dict[str, dict[str, Any]]:
    """The categories that come with the program, by key."""
    rows = json.loads(PATH.read_text("utf-8"))["categories"]
    return {row["key"]: row for row in rows}


def without_lead() -> QuerySet[Category]:
    """Those for which nobody is proposed when a ticket is dispatched."""
    named = Category.LeadRule.DEPARTMENT
    return Category.objects.filter(default_lead=None, lead_rule=named, is_active=True)


@transaction.atomic
def link_default_leads(
    *, actor: User | None = None, now: datetime | None = None
) -> int:
    """Give shipped categories without a lead the department of that code or name."""
    if actor is not None:
        require(actor, Role.SYSTEM_ADMIN)
    now, count = now or timezone.now(), 0
    for category in without_lead().select_for_update(of=("self",)):
        lead = _shipped_lead(shipped().get(category.key, {}))
        if lead is None:
            continue
        category.default_lead = lead
        category.version += 1
        category.save(update_fields=["default_lead", "version"])
        events.record(actor, "category.edited", category, now=now, default_lead=lead)
        count += 1
    return count


def _shipped_lead(row: dict[str, Any]) -> Department | None:
    if "lead_name" not in row:
        return None
    same = Q(code=row["lead"]) | Q(name=row["lead_name"])
    # The county's own before those of its towns.
    return min(
        Department.objects.filter(same, is_active=True),
        key=lambda unit: (unit.depth, unit.path),
        default=None,
    )


def usual_lead(category: Category, company: Company) -> Department | None:
    """Who usually leads a problem of this kind at this company; nobody is a guess."""
    above = trees.path_and_above(company.region_path)
    here = Department.objects.filter(is_active=True, region__path__in=above)
    if category.lead_rule == Category.LeadRule.TOWN:
        return _nearest(here.filter(kind__in=LOCAL))
    lead = category.default_lead
    if lead is None:
        return None
    if lead.is_active and lead.region.path in above:
        return lead
    # Every county has its own 住建局: the one that is nearest to the company.
    return _nearest(here.filter(name=lead.name))


def _nearest(departments: "Any") -> Department | None:  # Any: a queryset of trees
    found: Department | None = departments.order_by("-region__path", "path").first()
    return found


@transaction.atomic
def edit_category(
    category: Category, *, actor: User, version: int, values: dict[str, Any]
) -> Category:
    """Change a category; running deadlines keep the days they were started with."""
    require(actor, Role.SYSTEM_ADMIN)
    category = Category.objects.select_for_update(of=("self",)).get(pk=category.pk)
    if version != category.version:
        raise StaleVersion(
            _("Somebody else changed this category meanwhile. Look at it again."),
            current=category,
        )
    before = events.snapshot(category, *EDITABLE)
    for name in EDITABLE:
        if name in values:
            setattr(category, name, values[name])
    _check(category)
    if changes := events.changed(before, category):
        category.version += 1
        category.save(update_fields=[*changes, "version"])
        events.record(actor, "category.edited", category, **changes)
    return category


def _check(category: Category) -> None:
    if not category.contact_days <= category.first_reply_days <= category.solve_days:
        raise DomainError(
            _(
                "The days must not become fewer from contact to first reply to "
                "solution."
            ),
            code="days_out_of_order",
            field="solve_days",
        )
    if category.extended_days < category.solve_days:
        raise DomainError(
            _("An extension cannot make the days fewer."),
            code="days_out_of_order",
            field="extended_days",
        )
    others = Category.objects.filter(is_active=True).exclude(pk=category.pk)
    if not category.is_active and not others.exists():
        raise DomainError(
            _("At least one category must stay in use."), field="is_active"
        )
