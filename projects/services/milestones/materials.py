"""Materials of an item: handed in, replaced by a pledge, or to follow by a day."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import events
from crm.lib.errors import DomainError
from crm.models import User
from projects.models import Milestone, MilestoneMaterial

from .acts import Act

State = MilestoneMaterial.State
# Acts with which materials may stay out until a day.
DEFERRING: Final = (Act.ACCEPT, Act.APPROVE_DEFERRED)


def follow(
    milestone: Milestone, act: Act, deferred: Mapping[int, date], on: date
) -> dict[str, Any]:  # Any: as the move's facts keep it
    """What an act means for the materials, and what of it belongs to the history."""
    if act == Act.HAND_IN:
        milestone.materials.filter(state=State.NEEDED).update(state=State.GIVEN)
    if deferred and act not in DEFERRING:
        sentence = _("Materials may follow only with acceptance or approval.")
        raise DomainError(sentence, code="not_deferrable", field="deferred")
    if deferred:
        return {"deferred": defer(milestone, deferred, on)}
    if act == Act.APPROVE_DEFERRED and not missing(milestone).exists():
        sentence = _("Name the materials that follow, each with its last day.")
        raise DomainError(sentence, code="deferred_missing", field="deferred")
    if act == Act.APPROVE and missing(milestone).exists():
        sentence = _(
            "Materials are still to follow; approve with materials to follow, or "
            "record that they are here."
        )
        raise DomainError(sentence, code="materials_missing", field="deferred")
    return {}


def missing(milestone: Milestone) -> QuerySet[MilestoneMaterial]:
    """Those that were to follow and have not come yet."""
    return milestone.materials.filter(state=State.DEFERRED)


def defer(
    milestone: Milestone, deferred: Mapping[int, date], on: date
) -> list[dict[str, Any]]:
    """容缺: secondary materials only, within the item's committed time."""
    if not milestone.is_deferrable:
        raise DomainError(
            _("For “%(item)s” no material may follow later.")
            % {"item": milestone.name},
            code="not_deferrable",
            field="deferred",
        )
    last = last_day(milestone, on)
    rows = list(milestone.materials.filter(pk__in=deferred))
    if len(rows) < len(deferred):
        sentence = _("One of these materials does not belong to this item.")
        raise DomainError(sentence, code="unknown_material", field="deferred")
    for row in rows:
        check_deferral(row, deferred[row.pk], on, last)
        row.state, row.due_on = State.DEFERRED, deferred[row.pk]
        row.save(update_fields=["state", "due_on"])
    return [{"name": row.name, "due_on": row.due_on} for row in rows]


def last_day(milestone: Milestone, on: date) -> date:
    """The promise to make up may not run longer than the item's committed time."""
    clock = milestone.decide_by
    due = clock.due_on if clock else None
    return max(due, on) if due else on


def check_deferral(row: MilestoneMaterial, due_on: date, on: date, last: date) -> None:
    values: dict[str, Any] = {"material": row.name, "day": due_on, "last": last}
    if row.is_key:
        sentence = _("“%(material)s” is a main material; it cannot follow later.")
        raise DomainError(sentence % values, code="key_material", field="deferred")
    if due_on < on:
        sentence = _("“%(material)s” cannot be due before today.")
        raise DomainError(sentence % values, code="due_too_early", field="deferred")
    if due_on > last:
        sentence = _(
            "“%(material)s” must follow by %(last)s: not later than the committed time "
            "of the item itself."
        )
        raise DomainError(sentence % values, code="due_too_late", field="deferred")


def ask_again(milestone: Milestone) -> None:
    """A new attempt begins with all of its materials."""
    milestone.materials.update(state=State.NEEDED, due_on=None)


@transaction.atomic
def set_material(
    material: MilestoneMaterial,
    *,
    actor: User,
    state: str,
    now: datetime | None = None,
) -> MilestoneMaterial:
    """It is here, or a pledge stands for it, or it is needed after all."""
    now = now or timezone.now()
    milestone = Milestone.objects.claim(material.milestone_id, actor)
    material = MilestoneMaterial.objects.get(pk=material.pk)
    new = State(state)
    if new == State.DEFERRED:
        sentence = _("Materials may follow only with acceptance or approval.")
        raise DomainError(sentence, code="not_deferrable")
    if new == State.PLEDGED and not milestone.is_pledge:
        raise DomainError(
            _("For “%(item)s” no pledge replaces a material.")
            % {"item": milestone.name},
            code="not_by_pledge",
        )
    old, material.state, material.due_on = material.state, new, None
    if old != new:
        material.save(update_fields=["state", "due_on"])
        events.record(
            actor,
            "milestone.material_set",
            milestone,
            company=milestone.project.company_id,
            is_public=True,
            now=now,
            material=material.name,
            material_state=[old, new],
        )
    return material
