"""What went wrong or was handed over: what an officer must look at. Only reads."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Value

from crm.models import Absence, HandoverNote, StoredFile, User
from crm.models.people import by_access
from visits.models import IntakeConflict


@dataclass(frozen=True)
class Trouble:
    """Something an officer must look at; `kind` chooses the sentence."""

    kind: str
    pk: int
    name: str
    number: int = 0


def troubles_of(user: User, today: date) -> list[Trouble]:
    """Handed over to the stand-in, unreadable photos, and double submissions."""
    found = [
        Trouble("standing_in", pk, name, len(items))
        for pk, name, items in handed_over(user, today)
        if items
    ]
    return found + [Trouble(*row) for row in to_look_at(user)]


@by_access
def handed_over(user: User, today: date) -> Any:
    return HandoverNote.objects.filter(
        stand_in=user,
        absence__in=Absence.objects.on(today).values("pk"),
    ).values_list("company", "company__name", "items")


@by_access
def to_look_at(user: User) -> Any:
    """One question for both kinds: a home page has eight."""
    photos = StoredFile.objects.filter(
        uploaded_by=user,
        state=StoredFile.State.REJECTED,
        visit_photos__visit__isnull=False,
        visit_photos__withdrawn_at=None,
    )
    conflicts = IntakeConflict.objects.filter(visit__logged_by=user, decided_at=None)
    return (
        photos.order_by()
        .values_list(Value("photo"), "visit_photos__visit", "company__name")
        .union(
            conflicts.order_by().values_list(
                Value("conflict"), "visit", "visit__company__name"
            )
        )
    )
