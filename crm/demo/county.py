"""The county as it is being made: its records by their names in the story."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction

from crm import events
from crm.models import Company, Department, Region, User

from .agenda import Agenda
from .rows import Rows
from .story import Story

Say = Callable[[str], None]


@dataclass
class County:
    """The made records by their names in the story: what upper apps build on."""

    story: Story
    seed: int
    say: Say
    agenda: Agenda
    rows: Rows = field(default_factory=Rows)
    regions: dict[str, Region] = field(default_factory=dict)
    departments: dict[str, Department] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    # In the order of the story.
    keys: list[int] = field(default_factory=list)
    # Of each company the first of its contacts; the others follow.
    contact_keys: list[int] = field(default_factory=list)

    @property
    def today(self) -> date:
        return self.story.today

    def company(self, number: int) -> Company:
        return Company.objects.get(pk=self.keys[number])


@contextmanager
def batch() -> Iterator[None]:
    """One transaction whose events are written together at its end."""
    with transaction.atomic(), events.together():
        yield
