"""What each person chose: mailed at once, in the summary or not; said in the group."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from crm import events, notices
from crm.models import Mail, NoticeChoices, User
from crm.notices import Kind


@dataclass(frozen=True)
class Choices:
    """One person's, or what holds for who has not chosen."""

    has_digest: bool = True
    has_urgent_at_night: bool = True
    # By kind; Any: as JSON holds it.
    kinds: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @classmethod
    def of(cls, row: NoticeChoices | None) -> "Choices":
        if row is None:
            return cls()
        return cls(row.has_digest, row.has_urgent_at_night, row.kinds)

    def mail(self, kind: Kind) -> str:
        """A choice of former times that is none any more counts as not chosen."""
        chosen = self.kinds.get(kind.key, {}).get("mail")
        return chosen if chosen in Mail.values else str(kind.mail)

    def robot(self, kind: Kind) -> bool:
        if kind.is_discreet:
            return False
        return bool(self.kinds.get(kind.key, {}).get("robot", kind.robot))


def choices_of(user: User) -> Choices:
    return Choices.of(NoticeChoices.objects.filter(user=user).first())


@transaction.atomic
def choose(user: User, *, choices: Choices, now: datetime | None = None) -> None:
    """Keep what he chose for himself; of kinds that he is not told of, nothing."""
    now = now or timezone.now()
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    row, _ = NoticeChoices.objects.get_or_create(user=user)
    fields = ("has_digest", "has_urgent_at_night", "kinds")
    before = events.snapshot(row, *fields)
    known = {kind.key: kind for kind in notices.kinds_for(user.access.roles)}
    row.has_digest = choices.has_digest
    row.has_urgent_at_night = choices.has_urgent_at_night
    row.kinds = row.kinds | {
        key: {"mail": choices.mail(kind), "robot": choices.robot(kind)}
        for key, kind in known.items()
    }
    row.save(update_fields=fields)
    changes = events.changed(before, row)
    # What was chosen is his own affair; that it was, is told.
    if changes:
        said = [None, sorted(changes)]
        events.record(user, "notice_choices.edited", row, now=now, fields=said)
