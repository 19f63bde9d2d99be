"""Take the official status over: through the moves that people make, row by row."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import events
from crm.lib.errors import DomainError
from crm.models import User
from projects.models import Milestone, OfficialStatus
from projects.models.states import APPROVED
from projects.official import Row, way
from projects.services import upkeep
from projects.services.milestones import RULES, Said, Source, act_to
from projects.services.milestones.moving import step

from .judging import AT_ONCE, Judged, Verdict, judge


@transaction.atomic
def take_statuses(
    rows: Sequence[Row],
    *,
    actor: User,
    chosen: Collection[int] | None = None,
    now: datetime | None = None,
) -> list[Judged]:
    """Apply what fits, or of it what was chosen; remember the latest word of each.

    `chosen` are numbers of rows: only by it a new attempt is begun. The same rows
    again find everything as recorded.
    """
    now = now or timezone.now()
    today = timezone.localdate(now)
    locked = lock(judge(rows, actor=actor, today=today), actor)
    # Once more: somebody may have moved one until it was locked.
    judged = judge(rows, actor=actor, today=today)
    done = {one.row.number: one for one in judged}
    for one in sorted(judged, key=lambda one: (one.row.on, one.row.number)):
        is_wanted = one.verdict == Verdict.TAKE and chosen is None
        if chosen is not None and one.verdict in {Verdict.TAKE, Verdict.ASK}:
            is_wanted = one.row.number in chosen
        if one.milestone and is_wanted:
            done[one.row.number] = take(one, locked[one.milestone.pk], actor, now)
    remember(judged, locked, actor, now)
    moved = {
        one.milestone.project_id: locked[one.milestone.pk].project
        for one in done.values()
        if one.milestone and one.is_taken
    }
    for _pk, project in sorted(moved.items()):
        upkeep.settle(project, now=now)
    return [done[row.number] for row in rows]


def lock(judged: Iterable[Judged], actor: User) -> dict[int, Milestone]:
    """The rows as they are now, in one order for everybody."""
    keys = sorted({one.milestone.pk for one in judged if one.milestone})
    managed = Milestone.objects.manageable_by(actor)
    related = managed.select_related("project", "department", "admit_by", "decide_by")
    found: dict[int, Milestone] = {}
    for start in range(0, len(keys), AT_ONCE):
        part = related.filter(pk__in=keys[start : start + AT_ONCE]).order_by("pk")
        found |= {one.pk: one for one in part.select_for_update(of=("self",))}
    return found


def take(one: Judged, milestone: Milestone, actor: User, now: datetime) -> Judged:
    """The states one after the other on that day, or the refusal of a rule."""
    row = one.row
    before = milestone.state
    path = way(milestone.state, row.state)
    try:
        if path is None:
            raise DomainError(
                _("The states in between are not known; record them first.")
            )
        with transaction.atomic():
            for state in path:
                move(milestone, state, row, actor, now)
    except DomainError as error:
        milestone.refresh_from_db()
        sentence = str(error.sentence)
        return replace(one, verdict=Verdict.KEEP, sentence=sentence, path=())
    return replace(one, verdict=Verdict.EQUAL, state=before, path=path)


def move(
    milestone: Milestone, state: int, row: Row, actor: User, now: datetime
) -> None:
    act = act_to(milestone, state)
    assert act is not None, "the way goes by the table of moves"
    said = Said(on=row.on)
    if state == row.state:
        notice = row.note
        if RULES[act].needs_notice and not notice:
            notice = _("Taken over from the official system, which gives no words.")
        certificate = row.certificate if state in APPROVED else ""
        said = Said(on=row.on, notice=notice, certificate=certificate)
    step(milestone, act, actor=actor, said=said, source=Source.IMPORT, now=now)


def remember(
    judged: Iterable[Judged], locked: dict[int, Milestone], actor: User, now: datetime
) -> None:
    """Keep the latest word on each item; an older file changes nothing."""
    for one in judged:
        if one.milestone and one.verdict == Verdict.EQUAL:
            add_certificate(locked[one.milestone.pk], one.row, actor, now)
    latest: dict[int, Row] = {}
    for one in judged:
        if one.milestone is None or one.row.on > timezone.localdate(now):
            continue
        known = latest.get(one.milestone.pk)
        if known is None or (known.on, known.number) < (one.row.on, one.row.number):
            latest[one.milestone.pk] = one.row
    rows = OfficialStatus.objects.filter(milestone__in=list(latest))
    old = {one.milestone_id: one for one in rows}
    for pk, row in sorted(latest.items()):
        note_status(locked[pk], row, old.get(pk), actor, now)


def add_certificate(milestone: Milestone, row: Row, actor: User, now: datetime) -> None:
    """The number that was not known when the approval was typed in."""
    is_of_end = milestone.is_approved and (row.state, row.on) == (
        milestone.state,
        milestone.ended_on,
    )
    if not is_of_end or not row.certificate or milestone.certificate:
        return
    milestone.certificate = row.certificate
    milestone.version += 1
    milestone.save(update_fields=["certificate", "version"])
    events.record(
        actor,
        "milestone.certificate_added",
        milestone,
        company=milestone.project.company_id,
        is_public=True,
        now=now,
        certificate=["", row.certificate],
    )


def note_status(
    milestone: Milestone,
    row: Row,
    old: OfficialStatus | None,
    actor: User,
    now: datetime,
) -> None:
    values = {
        "state": row.state,
        "on": row.on,
        "certificate": row.certificate,
        "note": row.note,
    }
    if old and (old.on > row.on or values.items() <= vars(old).items()):
        return
    OfficialStatus.objects.update_or_create(
        milestone=milestone, defaults={**values, "read_by": actor, "read_at": now}
    )
    events.record(
        actor,
        "milestone.official_noted",
        milestone,
        company=milestone.project.company_id,
        now=now,
        state=[old.state if old else None, row.state],
        on=[old.on if old else None, row.on],
    )
