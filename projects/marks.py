"""What stands on a project's timeline beside its approvals, hung in from above."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from crm.models import User
from projects.models import Project
from projects.picture import MarkLine

# What a line shows of one project, as far as this person may see it.
Fill = Callable[[Project, User], MarkLine]


@dataclass(frozen=True)
class Source:
    name: str
    order: int
    fill: Fill


@dataclass(frozen=True)
class Raised:
    """What was made of a blocker: a ticket, as the project's page names it."""

    number: str
    state: str
    url: str


# Of some blockers, by key, as far as this person may see them.
Raise = Callable[[Collection[int], User], dict[int, list[Raised]]]
_raised: list[Raise] = []


def tell_what_was_raised(tell: Raise) -> None:
    _raised.append(tell)


def raised_of(blockers: Collection[int], user: User) -> dict[int, list[Raised]]:
    found: dict[int, list[Raised]] = {}
    for tell in _raised if blockers else ():
        for key, raised in tell(blockers, user).items():
            found.setdefault(key, []).extend(raised)
    return found


_sources: dict[str, Source] = {}


def hang_on_timeline(source: Source) -> None:
    _sources[source.name] = source


def of_project(project: Project, user: User) -> tuple[MarkLine, ...]:
    """A line for each source, an empty one where there is nothing."""
    ordered = sorted(_sources.values(), key=lambda source: source.order)
    return tuple(source.fill(project, user) for source in ordered)
