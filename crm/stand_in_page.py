"""AB 岗 as pages show it: the handlers of a unit, and the notes of an absence."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.models import Absence, StandIn, User, WorkNote
from crm.services import standing_in
from crm.services.standing_in import roster

# What an item of a note is; upper apps say the words of theirs when they are loaded.
KINDS: dict[str, str | Promise] = {}
# Where an item is shown, by kind: the name of an address that takes its key.
PLACES: dict[str, str] = {}


@dataclass(frozen=True)
class Row:
    """A handler of the unit: with whom, and whose the work is today."""

    handler: User
    pair: StandIn | None
    away: Absence | None
    holder: User | None
    is_gap: bool

    @property
    def is_away(self) -> bool:
        return self.away is not None


def rows_of(head: User, today: date) -> list[Row]:
    """Those who are away first, then those without a B, then by name."""
    people = list(standing_in.handlers_headed_by(head, today))
    keys = [one.pk for one in people]
    pairs = {
        one.handler_id: one
        for one in StandIn.objects.open()
        .filter(handler__in=keys)
        .select_related("stand_in")
    }
    away = {
        one.officer_id: one
        for one in Absence.objects.on(today).filter(officer__in=keys)
    }
    known = roster.read(keys, today, today, today) if away else None
    holders = {key: known.holder(key, today) for key in away} if known else {}
    named = users_by_key({key for key in holders.values() if key})
    rows = [
        Row(
            handler=one,
            pair=pairs.get(one.pk),
            away=away.get(one.pk),
            holder=named.get(holders.get(one.pk) or 0),
            is_gap=one.pk in away and not holders.get(one.pk),
        )
        for one in people
    ]
    return sorted(rows, key=lambda row: (not row.is_away, row.pair is not None))


def users_by_key(keys: set[int]) -> Mapping[int, User]:
    return {one.pk: one for one in User.objects.filter(pk__in=keys)} if keys else {}


@dataclass(frozen=True)
class Item:
    """One open matter of a note."""

    kind: str | Promise
    number: str
    title: str
    due_on: date | None
    url: str


@dataclass(frozen=True)
class Note:
    """A handover note as one of the two, or their head, reads it."""

    row: WorkNote
    may_hand: bool
    may_take: bool
    may_report: bool
    items: list[Item] = field(default_factory=list)


def notes_of(absence: Absence, user: User, today: date) -> list[Note]:
    found = WorkNote.objects.visible_to(user).filter(absence=absence)
    is_a, is_valid = absence.officer_id == user.pk, absence.cancelled_at is None
    notes = []
    for row in found.select_related("stand_in", "absence__officer"):
        is_b = row.stand_in_id == user.pk
        has_begun = absence.starts_on <= today
        notes.append(
            Note(
                row,
                may_hand=is_a and is_valid and row.handed_at is None,
                may_take=is_b and is_valid and row.taken_at is None,
                may_report=is_b and is_valid and has_begun and row.reported_at is None,
                items=[item_of(one) for one in row.items],
            )
        )
    return notes


def item_of(item: dict[str, object]) -> Item:
    kind, due = str(item["kind"]), item.get("due_on")
    place = PLACES.get(kind)
    return Item(
        kind=KINDS.get(kind, kind),
        number=str(item.get("number") or ""),
        title=str(item["title"] or "—"),
        due_on=date.fromisoformat(str(due)) if due else None,
        url=reverse(place, args=[item["id"]]) if place else "",
    )


@dataclass(frozen=True)
class Standing:
    """On a first page: whose work one has, or whom one told what was done."""

    note: WorkNote
    what: str | Promise


TO_TAKE = _("sign the handover note")
STANDING = pgettext_lazy("handover", "you stand in")
TO_REPORT = _("tell what was done")
TO_HAND = _("hand over before you go")


def for_home(user: User, today: date, most: int) -> list[Standing]:
    """Notes that wait for this person's signature or word, and running ones."""
    mine = WorkNote.objects.changeable_by(user).filter(absence__cancelled_at=None)
    waiting = mine.filter(
        Q(stand_in=user.pk, reported_at=None, absence__ends_on__lt=today)
        | Q(stand_in=user.pk, absence__ends_on__gte=today)
        | Q(absence__officer=user.pk, handed_at=None, absence__ends_on__gte=today)
    )
    rows = waiting.select_related("absence__officer", "stand_in")
    rows = rows.order_by("absence__starts_on", "pk")[:most]
    return [Standing(row, word_of(row, user, today)) for row in rows]


def word_of(note: WorkNote, user: User, today: date) -> str | Promise:
    if note.absence.officer_id == user.pk:
        return TO_HAND
    if note.absence.ends_on < today:
        return TO_REPORT
    return TO_TAKE if note.taken_at is None else STANDING
