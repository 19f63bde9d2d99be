"""What stands on a project's timeline beside its approvals, hung in from above."""

from collections.abc import Callable
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


_sources: dict[str, Source] = {}


def hang_on_timeline(source: Source) -> None:
    _sources[source.name] = source


def of_project(project: Project, user: User) -> tuple[MarkLine, ...]:
    """A line for each source, an empty one where there is nothing."""
    ordered = sorted(_sources.values(), key=lambda source: source.order)
    return tuple(source.fill(project, user) for source in ordered)
