"""The graph of a project's items: what waits for what, and what may not."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from crm.lib.errors import DomainError
from projects import schedule
from projects.models import Milestone, MilestoneNeed, Project
from projects.models.states import UNBEGUN


def needs_of(milestones: Iterable[Milestone]) -> dict[int, list[str]]:
    """Keys of what each waits for, without items that were taken out."""
    rows = MilestoneNeed.objects.filter(
        milestone__in=list(milestones), needed__removed_at=None
    ).values_list("milestone_id", "needed__key")
    found: dict[int, list[str]] = {}
    for pk, key in rows:
        found.setdefault(pk, []).append(key)
    return found


def check_unbegun(needed_by: Iterable[Milestone]) -> None:
    """Nothing is put before an item that has begun."""
    current = Milestone.objects.filter(pk__in=[one.pk for one in needed_by])
    if started := current.exclude(state__in=UNBEGUN).first():
        raise DomainError(
            _("“%(item)s” has begun; nothing can be put before it any more.")
            % {"item": started.name},
            code="successor_begun",
            field="needed_by",
        )


def check_same_project(project: Project, others: Iterable[Milestone]) -> None:
    for one in others:
        if one.project_id != project.pk or one.removed_at:
            sentence = _("An item of another project cannot be a prerequisite here.")
            raise DomainError(sentence, code="unknown_item", field="needs")


def check_no_cycle(project: Project) -> None:
    """Refuse a graph in which items wait for each other."""
    milestones = list(Milestone.objects.living().filter(project=project))
    names = {one.key: one.name for one in milestones}
    needs = needs_of(milestones)
    try:
        schedule.order({one.key: needs.get(one.pk, []) for one in milestones})
    except schedule.Cycle as error:
        raise cycle(names[key] for key in error.keys) from None


def cycle(names: Iterable[str]) -> DomainError:
    return DomainError(
        _("These items would wait for each other for ever: %(items)s.")
        % {"items": " → ".join(names)},
        code="cycle",
        field="needs",
    )


def bridge(milestone: Milestone) -> None:
    needed = [row.needed_id for row in milestone.needs.all()]
    waiting = [row.milestone_id for row in milestone.needed_by.all()]
    MilestoneNeed.objects.bulk_create(
        [
            MilestoneNeed(milestone_id=after, needed_id=before)
            for after in waiting
            for before in needed
        ],
        ignore_conflicts=True,
    )


def link(
    made: Milestone, needs: Iterable[Milestone], needed_by: Iterable[Milestone]
) -> None:
    """Place a new item behind some and before others."""
    pairs = [(made, one) for one in needs] + [(one, made) for one in needed_by]
    MilestoneNeed.objects.bulk_create(
        MilestoneNeed(milestone=after, needed=before) for after, before in pairs
    )
