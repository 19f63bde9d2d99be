"""The chain over all events: who sealed them, and whether anybody changed them."""

import hmac
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Max
from django.utils import timezone

from crm.events import digest_of, keyed, personal_digest, seal_hash
from crm.models import Event, EventPersonal, PendingSeal, Seal

# Any number that nothing else in this database uses as an advisory lock.
SEALER_LOCK = 7_305_118
BATCH = 2000


class Head(NamedTuple):
    """The end of the chain, as noted outside the database."""

    position: int
    hash: str


GENESIS = Head(0, "")


@dataclass
class Report:
    """What verify() read and what it found."""

    events: int = 0
    seals: int = 0
    unsealed: int = 0
    erased: int = 0
    head: Head = GENESIS
    noted: Head | None = None
    problems: list[str] = field(default_factory=list)

    @property
    def is_sound(self) -> bool:
        return not self.problems


def seal_pending(*, limit: int = BATCH, now: datetime | None = None) -> int:
    """Chain the events that wait; one sealer at a time."""
    if not PendingSeal.objects.exists():
        return 0  # an idle sealer must not stand in the queue of writers
    with transaction.atomic():
        if not is_only_sealer():
            return 0
        waiting = list(
            PendingSeal.objects.order_by("pk").values_list("pk", "event__digest")[
                :limit
            ]
        )
        if not waiting:
            return 0
        head = chain(waiting, now or timezone.now())
    note_head(head)
    return len(waiting)


def seal_everything() -> int:
    """Seal until nothing waits; for the end of bulk loading and for tests."""
    count = 0
    while sealed := seal_pending():
        count += sealed
    return count


def is_only_sealer() -> bool:
    """One chain has one writer: on SQLite every transaction is the only one."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [SEALER_LOCK])
        (is_ours,) = cursor.fetchone()
    return bool(is_ours)


def chain(waiting: list[tuple[int, str]], now: datetime) -> Head:
    head = current_head()
    seals = []
    for event_id, digest in waiting:
        position = head.position + 1
        hash_ = seal_hash(
            position=position, previous=head.hash, event_id=event_id, digest=digest
        )
        head = Head(position, hash_)
        seals.append(
            Seal(position=position, event_id=event_id, hash=hash_, sealed_at=now)
        )
    Seal.objects.bulk_create(seals)
    PendingSeal.objects.filter(pk__in=[event_id for event_id, _ in waiting]).delete()
    return head


def current_head() -> Head:
    last = Seal.objects.order_by("-position").values_list("position", "hash").first()
    return Head(*last) if last else GENESIS


# --- The head, noted outside the database ------------------------------------


def head_file() -> Path | None:
    """Beside the SQLite file, else in the data directory; none for a test in memory."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor != "sqlite":
        return Path(settings.DATA_DIR) / f"{name}.audit-head"
    if "mode=memory" in name or ":memory:" in name:
        return None
    return Path(f"{name}.audit-head")


def noted_head() -> Head | None:
    """What the file says; a file that was tampered with is a problem of its own."""
    path = head_file()
    if path is None or not path.exists():
        return None
    try:
        position, hash_, proof = json.loads(path.read_text())
        expected = keyed(["head", position, hash_])
        is_ours = hmac.compare_digest(str(proof), expected)
    except (ValueError, TypeError):
        is_ours = False
    return Head(position, hash_) if is_ours else Head(-1, "")


def note_head(head: Head) -> None:
    """Write how far the chain goes. A note that the chain does not contain stays."""
    path, noted = head_file(), noted_head()
    if path is None or (noted is not None and not contains(noted)):
        return
    line = json.dumps([head.position, head.hash, keyed(["head", *head])])
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    with draft.open("w") as file:
        file.write(line)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def contains(head: Head) -> bool:
    return Seal.objects.filter(position=head.position, hash=head.hash).exists()


def accept_head() -> Head:
    """Begin a new note at today's end: after a restore, or when the key was changed."""
    if path := head_file():
        path.unlink(missing_ok=True)
    head = current_head()
    if head.position:
        note_head(head)
    return head


# --- Checking ------------------------------------------------------------------


def verify(*, known: Head | None = None, stop_after: int = 20) -> Report:
    """Read every event and every seal in short queries; say what does not fit."""
    report = Report(noted=noted_head())
    problems = iterate_problems(report, known)
    for problem in problems:
        report.problems.append(problem)
        if len(report.problems) >= stop_after:
            report.problems.append("… and perhaps more: stopped here.")
            break
    return report


def iterate_problems(report: Report, known: Head | None) -> Iterator[str]:
    # The end first: seals that are added meanwhile are for the next check.
    end = Seal.objects.aggregate(end=Max("position"))["end"] or 0
    yield from wrong_seals(report, end, known)
    yield from wrong_end(report)
    if known is not None and known.position > report.head.position:
        yield f"position {known.position}: known from outside, missing in the chain"
    yield from wrong_events(report)


def wrong_seals(report: Report, end: int, known: Head | None) -> Iterator[str]:
    """Gaps, hashes that do not follow, and seals whose event is gone."""
    heads = [head for head in (report.noted, known) if head is not None]
    for position, hash_, event_id, digest in seal_rows(end):
        before = report.head
        report.seals += 1
        report.head = Head(position, hash_)
        for missing in range(before.position + 1, min(position, before.position + 4)):
            yield f"position {missing}: missing, the next is {position}"
        if digest is None:
            yield f"position {position}: its event {event_id} is gone"
            continue
        expected = seal_hash(
            position=before.position + 1,
            previous=before.hash,
            event_id=event_id,
            digest=digest,
        )
        if hash_ != expected:
            yield f"position {position}: does not follow from the one before"
        if any(head.position == position and head.hash != hash_ for head in heads):
            yield f"position {position}: not the one that was noted"


def seal_rows(end: int) -> Iterator[tuple[int, str, int, str | None]]:
    last = 0
    while last < end:
        # By hand: an inner join would hide a seal whose event was removed.
        rows = rows_of(
            "SELECT s.position, s.hash, s.event_id, e.digest FROM crm_seal s "
            "LEFT JOIN crm_event e ON e.id = s.event_id "
            "WHERE s.position > %s AND s.position <= %s "
            f"ORDER BY s.position LIMIT {BATCH}",
            [last, end],
        )
        if not rows:
            return
        yield from rows
        last = rows[-1][0]


def rows_of(sql: str, params: list[int]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


def wrong_end(report: Report) -> Iterator[str]:
    """Seals cut off at the end leave no gap; the note outside knows of them."""
    noted, head = report.noted, report.head
    if noted is None:
        return
    if noted.position < 0:
        yield "the note of the chain's end was changed or has another key"
    elif noted.position > head.position:
        count = noted.position - head.position
        yield (
            f"position {head.position + 1}: missing with all that follow, "
            f"{count} of {noted.position} that were noted"
        )


def wrong_events(report: Report) -> Iterator[str]:
    """Contents that were changed, personal values too, and events kept from sealing."""
    for event, private, is_waiting, is_sealed in event_rows():
        report.events += 1
        if digest_of(event) != event.digest:
            yield f"event {event.pk}: its content was changed"
        if private is not None and personal_digest(private) != event.personal_digest:
            yield f"event {event.pk}: its personal values were changed"
        report.erased += private is None and bool(event.personal_digest)
        report.unsealed += not is_sealed
        if not is_sealed and not is_waiting:
            yield f"event {event.pk}: neither sealed nor waiting for it"


def event_rows() -> Iterator[tuple[Event, EventPersonal | None, bool, bool]]:
    last = 0
    events = Event.objects.order_by("pk").select_related("personal")
    events = events.annotate(
        waiting=F("pending_seal__event"), sealed=F("seal__position")
    )
    while rows := list(events.filter(pk__gt=last)[:BATCH]):
        for event in rows:
            private = getattr(event, "personal", None)
            marks = vars(event)  # annotated above
            is_waiting, is_sealed = marks["waiting"], marks["sealed"]
            yield event, private, is_waiting is not None, is_sealed is not None
        last = rows[-1].pk
