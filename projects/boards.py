"""Boards: the same projects by stage, by lamp, by leader in charge and by officer."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any, Final

from django.db.models import Count
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from crm.lib.prepared import KEPT, Prepared, places
from crm.models import Lamp, User
from projects import lamp_words, project_list
from projects.lamps import WORST, ProjectLamp
from projects.models import Blocker, Milestone, Project, ProjectLiaison
from projects.models.projects import ProjectQuerySet
from projects.services import lamps

# Cards of one column; the rest is behind a link.
CARDS: Final = 12
# Lines of a page of loads.
PEOPLE: Final = 50
KINDS: Final[dict[str, str | Promise]] = {
    "stage": pgettext_lazy("board", "By stage"),
    "lamp": pgettext_lazy("board", "By lamp"),
    "leader": pgettext_lazy("board", "By leader in charge"),
    "officer": pgettext_lazy("board", "By officer"),
}


@dataclass(frozen=True)
class Card:
    row: project_list.Row
    # The next step of its life, for who may say that it is reached.
    next_step: str = ""
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Column:
    """A heading with its number, the first cards, and where all of them are."""

    label: str
    count: int
    url: str
    cards: list[Card] = field(default_factory=list)
    lamp: str = ""

    @property
    def rest(self) -> int:
        return self.count - len(self.cards)


@dataclass(frozen=True)
class Load:
    """What one person has: every number opens to its projects."""

    pk: int
    name: str
    unit: str
    total: int
    second: int
    red: int
    yellow: int
    late_items: int
    blockers: int

    @property
    def key(self) -> str:
        return str(self.pk)


def by_stage(user: User, today: date) -> list[Column]:
    """Every living project, in the order of a project's life."""
    projects = Project.objects.visible_to(user).living()
    counts = Counter(
        dict(projects.order_by().values_list("stage").annotate(Count("pk")))
    )
    keys = {
        stage: list(
            projects.filter(stage=stage)
            .order_by(*project_list.NEWEST)
            .values_list("pk", flat=True)[:CARDS]
        )
        for stage in Project.Stage
    }
    shown = rows_of([pk for some in keys.values() for pk in some], today)
    rows = {row.pk: row for row in project_list.with_lamps(shown.values(), today)}
    managed = Project.objects.managed_by(user).filter(pk__in=rows)
    may_move = set(managed.values_list("pk", flat=True))
    stages = list(Project.Stage)
    nexts = [*(str(one.label) for one in stages[1:]), ""]
    return [
        Column(
            label=str(stage.label),
            count=counts[stage],
            url=f"{reverse('projects:index')}?tab=all&stage={stage}",
            cards=[
                Card(rows[pk], following if pk in may_move else "")
                for pk in keys[stage]
            ],
        )
        for stage, following in zip(stages, nexts, strict=True)
    ]


def by_lamp(user: User, today: date) -> list[Column]:
    """Those in approval, the worst first, each with the rules that lit it."""
    lit = lamps.lamps(Project.objects.visible_to(user).running(), today=today)
    grouped: dict[Lamp, list[int]] = {colour: [] for colour in WORST}
    for pk, lamp in lit.items():
        grouped[lamp.lamp].append(pk)
    shown = [pk for colour in WORST for pk in grouped[colour][:CARDS]]
    rows = rows_of(shown, today)
    return [
        Column(
            label=str(lamp_words.WORDS[colour]),
            count=len(keys),
            url=f"{reverse('projects:index')}?tab=running&lamp={colour}",
            cards=[card(rows[pk], lit[pk]) for pk in keys[:CARDS]],
            lamp=colour,
        )
        for colour, keys in grouped.items()
    ]


def card(row: project_list.Row, lamp: ProjectLamp) -> Card:
    return Card(row, reasons=lamp_words.told(lamp).reasons)


def rows_of(keys: list[int], today: date) -> dict[int, project_list.Row]:
    found = []
    for first in range(0, len(keys), ROWS):
        some = by_keys().rows(keys[first : first + ROWS])
        found += [project_list.Row(today, *row) for row in some]
    return {row.pk: row for row in found}


# As many places as a board has cards at most, in one query.
ROWS: Final = 5 * CARDS


@lru_cache(maxsize=KEPT)
def by_keys() -> Prepared:
    return Prepared(lambda: project_list.rows().filter(pk__in=places(ROWS)))


def by_leader(user: User, today: date) -> list[Load]:
    """What each leader in charge has on his hands, the reddest first."""
    running = Project.objects.visible_to(user).running()
    charged = running.exclude(leader=None).values_list(
        "pk", "leader", "leader__name", "leader__title"
    )
    return loads(running, charged, {}, today)


def by_officer(user: User, today: date) -> list[Load]:
    """How much each officer has as A, and as B beside it."""
    running = Project.objects.visible_to(user).running()
    open_ones = ProjectLiaison.objects.open().filter(project__in=running.values("pk"))
    as_a = open_ones.filter(role="A").values_list(
        "project", "officer", "officer__name", "officer__department__name"
    )
    as_b = open_ones.filter(role="B").values_list("officer").annotate(Count("pk"))
    return loads(running, as_a, dict(as_b), today)


def loads(
    running: ProjectQuerySet,
    held: Iterable[tuple[Any, ...]],
    seconds: dict[int, int],
    today: date,
) -> list[Load]:
    """Per person: `held` are (project, person, name, unit) of the running ones."""
    lit = lamps.lamps(running, today=today)
    late, blocked = late_items(running, today), open_blockers(running)
    people: dict[int, tuple[str, str]] = {}
    projects: dict[int, list[int]] = {}
    for project, person, name, unit in held:
        people[person] = (name, unit or "")
        projects.setdefault(person, []).append(project)
    found = []
    for person, keys in projects.items():
        colours = Counter(lit[pk].lamp for pk in keys if pk in lit)
        found.append(
            Load(
                person,
                *people[person],
                total=len(keys),
                second=seconds.get(person, 0),
                red=colours[Lamp.RED],
                yellow=colours[Lamp.YELLOW],
                late_items=sum(late[pk] for pk in keys),
                blockers=sum(blocked[pk] for pk in keys),
            )
        )
    return sorted(
        found, key=lambda one: (-one.red, -one.late_items, -one.total, one.pk)
    )


def late_items(running: ProjectQuerySet, today: date) -> Counter[int]:
    """Items that their department did not decide in time, per project."""
    rows = Milestone.objects.late(today).filter(project__in=running.values("pk"))
    return Counter(dict(rows.order_by().values_list("project").annotate(n=Count("pk"))))


def open_blockers(running: ProjectQuerySet) -> Counter[int]:
    rows = Blocker.objects.open().filter(project__in=running.values("pk"))
    return Counter(dict(rows.order_by().values_list("project").annotate(n=Count("pk"))))
