"""What would become of each row of the official status; nothing is written here."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Count, Q, TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from crm.models import User
from projects.models import (
    Milestone,
    MilestoneMaterial,
    MilestoneMove,
    Project,
    State,
)
from projects.official import Row, begins_anew, way

# Keys in one query: databases limit the parameters.
AT_ONCE = 500


class Verdict(TextChoices):
    """In the order of a page: what wants a decision first."""

    ASK = "ask", pgettext_lazy("official status", "to be decided")
    TAKE = "take", pgettext_lazy("official status", "to be taken over")
    KEEP = "keep", pgettext_lazy("official status", "differs, ours stays")
    UNKNOWN = "unknown", pgettext_lazy("official status", "not recognised")
    EQUAL = "equal", pgettext_lazy("official status", "as recorded")


@dataclass(frozen=True, slots=True)
class Judged:
    """One row with what was found; `path` are the states it would go through."""

    row: Row
    verdict: Verdict
    sentence: str = ""
    milestone: Milestone | None = None
    state: int | None = None
    since: date | None = None
    path: tuple[int, ...] = ()

    @property
    def is_taken(self) -> bool:
        """Ours was brought to it just now."""
        return self.verdict == Verdict.EQUAL and bool(self.path)

    @property
    def ours(self) -> str:
        return "" if self.state is None else str(State(self.state).label)

    @property
    def official(self) -> str:
        return str(State(self.row.state).label)

    @property
    def between(self) -> list[str]:
        """The states that are filled in."""
        return [str(State(one).label) for one in self.path[:-1]]


@dataclass(slots=True)
class Course:
    """Where an item stands after the rows before: they may be of one file."""

    milestone: Milestone
    state: int
    since: date | None
    known: set[tuple[int, date]]
    owes_materials: bool

    def judge(self, row: Row, today: date) -> Judged:
        judged = Judged(row, Verdict.KEEP, "", self.milestone, self.state, self.since)
        if (row.state, row.on) in self.known:
            return replace(judged, verdict=Verdict.EQUAL)
        if sentence := self.refusal(row, today):
            return replace(judged, sentence=sentence)
        path = way(self.state, row.state)
        if path is None:
            return replace(judged, sentence=self.no_way_to(row.state))
        if begins_anew(self.state):
            sentence = _("This would be a new attempt.")
            return replace(judged, verdict=Verdict.ASK, sentence=sentence, path=path)
        self.follow(path, row.on)
        return replace(judged, verdict=Verdict.TAKE, path=path)

    def follow(self, path: Iterable[int], on: date) -> None:
        for state in path:
            self.known.add((state, on))
            self.state, self.since = state, on

    def no_way_to(self, state: int) -> str:
        if state in (way(State.NOT_STARTED, self.state) or ()):
            return _("What is recorded here is further on.")
        return _("The states in between are not known; record them first.")

    def refusal(self, row: Row, today: date) -> str:
        started_on = self.milestone.project.started_on
        if row.on > today:
            return _("%(day)s lies in the future.") % {"day": row.on}
        if started_on and row.on < started_on:
            sentence = _("The approvals of this project began only on %(day)s.")
            return sentence % {"day": started_on}
        if row.state == self.state:
            return _("The same state, but recorded for %(day)s.") % {"day": self.since}
        if self.since and row.on < self.since:
            sentence = _("“%(state)s” is recorded since %(day)s already.")
            words = {"state": State(self.state).label, "day": self.since}
            return sentence % words
        if row.state == State.APPROVED and self.owes_materials:
            return _("Materials are still to follow; record first that they are here.")
        if row.state == State.APPROVED_DEFERRED and not self.owes_materials:
            return _("Which materials follow is recorded on the item's own page.")
        return ""


def judge(rows: Sequence[Row], *, actor: User, today: date) -> list[Judged]:
    """Each row in the order of the file; those of one item by their days."""
    finder = Finder.reading(rows, actor)
    judged: dict[int, Judged] = {}
    by_item: dict[int, list[tuple[Row, Milestone]]] = defaultdict(list)
    for row in rows:
        found = finder.find(row)
        if isinstance(found, str):
            judged[row.number] = Judged(row, Verdict.UNKNOWN, found)
        else:
            by_item[found.pk].append((row, found))
    courses = courses_of([members[0][1] for members in by_item.values()])
    for pk, members in by_item.items():
        for row, _found in sorted(members, key=lambda one: (one[0].on, one[0].number)):
            judged[row.number] = courses[pk].judge(row, today)
    return [judged[row.number] for row in rows]


@dataclass(frozen=True, slots=True)
class Finder:
    """Items by project code and by key or name, among those of the actor's region."""

    projects: Mapping[str, int]
    by_key: Mapping[tuple[int, str], Milestone]
    by_name: Mapping[tuple[int, str], list[Milestone]]

    @classmethod
    def reading(cls, rows: Iterable[Row], actor: User) -> "Finder":
        codes = sorted({row.project for row in rows})
        projects: dict[str, int] = {}
        managed = Project.objects.managed_by(actor)
        for start in range(0, len(codes), AT_ONCE):
            found = managed.filter(code__in=codes[start : start + AT_ONCE])
            projects |= {one.code or "": one.pk for one in found.only("code")}
        by_key: dict[tuple[int, str], Milestone] = {}
        by_name: dict[tuple[int, str], list[Milestone]] = defaultdict(list)
        for one in items_of(sorted(projects.values())):
            by_key[one.project_id, one.key] = one
            by_name[one.project_id, one.name].append(one)
        return cls(projects, by_key, by_name)

    def find(self, row: Row) -> Milestone | str:
        """The item, or a sentence why there is none."""
        project = self.projects.get(row.project)
        if project is None:
            sentence = _("No project of your region has the code “%(code)s”.")
            return sentence % {"code": row.project}
        if found := self.by_key.get((project, row.item)):
            return found
        named = self.by_name.get((project, row.item), [])
        if len(named) == 1:
            return named[0]
        if named:
            sentence = _("Several items are called “%(item)s”; write the key instead.")
        else:
            sentence = _("The project has no item “%(item)s”.")
        return sentence % {"item": row.item}


def items_of(projects: Sequence[int]) -> list[Milestone]:
    found: list[Milestone] = []
    for start in range(0, len(projects), AT_ONCE):
        rows = Milestone.objects.living().filter(
            project__in=projects[start : start + AT_ONCE]
        )
        found += rows.select_related("project")
    return found


def courses_of(milestones: Sequence[Milestone]) -> dict[int, Course]:
    owed = Count(
        "materials", filter=Q(materials__state=MilestoneMaterial.State.DEFERRED)
    )
    courses: dict[int, Course] = {}
    for start in range(0, len(milestones), AT_ONCE):
        part = {one.pk: one for one in milestones[start : start + AT_ONCE]}
        known: dict[int, set[tuple[int, date]]] = defaultdict(set)
        moves = MilestoneMove.objects.filter(milestone__in=part)
        for pk, after, on in moves.values_list("milestone_id", "after", "on"):
            known[pk].add((after, on))
        counted = Milestone.objects.filter(pk__in=part).annotate(owed=owed)
        owes = dict(counted.order_by().values_list("pk", "owed"))
        for pk, one in part.items():
            since = one.state_since or one.attempt_from
            is_owing = bool(owes.get(pk))
            courses[pk] = Course(one, one.state, since, known[pk], is_owing)
    return courses
