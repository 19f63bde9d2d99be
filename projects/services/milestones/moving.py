"""The one way an approval item changes its state: clocks, history and event with it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import events
from crm.lib.errors import DomainError
from crm.lib.months import months_later
from crm.models import Deadline, DeadlinePause, Unit, User
from crm.services import deadlines
from crm.services.attaching import Sent, attach
from crm.services.deadlines import Wanted
from projects.models import Milestone, MilestoneMove, State
from projects.models.milestones import ADMIT, DECIDE
from projects.models.states import (
    APPROVED,
    ENDED,
    MEANS_ACCEPTED,
    PAUSING,
)
from projects.services import upkeep

from . import days, materials
from .acts import RULES, Act, check

Source = MilestoneMove.Source
Pause = DeadlinePause.Kind
LONGEST_NOTICE: Final = 2000
# What a special procedure may be: not counted, told in writing (行政许可法 art. 45).
SPECIAL_KINDS: Final = (
    "hearing",
    "bidding",
    "inspection",
    "testing",
    "appraisal",
    "expert_review",
    "extension",
    "other",
)


@dataclass(frozen=True, kw_only=True)
class Said:
    """What goes with a move: its day, words for the company, facts, what follows."""

    on: date | None = None
    notice: str = ""
    # Codes and values of this act: kind of the special procedure, its days, a number.
    facts: Mapping[str, Any] = field(default_factory=dict)  # Any: as JSON keeps it
    # 容缺: the materials that follow, each with its last day.
    deferred: Mapping[int, date] = field(default_factory=dict)
    certificate: str = ""
    expires_on: date | None = None


@transaction.atomic
def move(
    milestone: Milestone,
    act: Act,
    *,
    actor: User,
    said: Said | None = None,
    source: str = Source.DESK,
    version: int | None = None,
    files: Sequence[Sent] = (),
    now: datetime | None = None,
) -> Milestone:
    """Do this act on the person's own right; files prove it."""
    now = now or timezone.now()
    milestone = claim(milestone, actor, act)
    check(milestone, act, version)
    row = step(milestone, act, actor=actor, said=said or Said(), source=source, now=now)
    attach(
        row,
        files,
        company=milestone.project.company,
        actor=actor,
        is_internal=False,
        now=now,
    )
    upkeep.settle(milestone.project, now=now)
    return milestone


def claim(milestone: Milestone, actor: User, act: Act) -> Milestone:
    """Lock the row for this act, or refuse whoever may not do it."""
    every = Milestone.objects.select_related("admit_by", "decide_by", "project")
    try:
        return Milestone.objects.lock(RULES[act].who(every, actor), milestone.pk)
    except PermissionDenied:
        refuse_gone(milestone.pk, actor)
        raise


def refuse_gone(pk: int, actor: User) -> None:
    """Say of what somebody may still have on the screen that it is gone."""
    gone = Milestone.objects.gone_for(actor).filter(pk=pk).first()
    if gone is None:
        return
    if gone.removed_at:
        raise DomainError(
            _("“%(item)s” was taken out of this project; nothing was changed.")
            % {"item": gone.name},
            code="item_removed",
        )
    sentence = _("This project is archived; nothing was changed.")
    raise DomainError(sentence, code="project_archived")


def step(
    milestone: Milestone,
    act: Act,
    *,
    actor: User,
    said: Said,
    source: str,
    now: datetime,
) -> MilestoneMove:
    """One move of a row that the caller holds: checks, clocks, history, event."""
    on = said.on or timezone.localdate(now)
    notice = said.notice.strip()
    check_day(milestone, on, timezone.localdate(now))
    check_words(act, notice)
    before = State(milestone.state)
    old_attempt = outcome_of(milestone) if act == Act.RETRY else {}
    milestone.move_to(RULES[act].after)
    facts = {**said.facts, **old_attempt}
    if act == Act.RETRY:
        begin_again(milestone, on)
    run_clocks(milestone, before, on, actor=actor, notice=notice, now=now)
    if act == Act.CORRECT:
        milestone.corrections += 1
        facts["number"] = milestone.corrections
    facts |= materials.follow(milestone, act, said.deferred, on)
    if milestone.state in ENDED:
        end(milestone, on, said)
    milestone.state_since = on
    milestone.ready_told_at = None
    milestone.version += 1
    milestone.save(update_fields=MOVED)
    row = MilestoneMove(
        milestone=milestone,
        attempt=milestone.attempt,
        before=before,
        after=milestone.state,
        on=on,
        at=now,
        actor=actor,
        source=source,
        notice=notice,
        facts=events.plain(facts),
    )
    return remember(row)


def remember(row: MilestoneMove) -> MilestoneMove:
    """The history and the log say the same."""
    row.save(force_insert=True)
    events.record(
        row.actor,
        "milestone.moved",
        row.milestone,
        company=row.milestone.project.company_id,
        is_public=True,
        now=row.at,
        state=[row.before, row.after],
        on=row.on,
        source=row.source,
    )
    return row


# What a move may write; a row holds the lock, so all of it is of this moment.
MOVED: Final = (
    "state",
    "state_since",
    "attempt",
    "attempt_from",
    "corrections",
    "accepted_on",
    "ended_on",
    "ready_told_at",
    *days.KEPT,
    "admit_by",
    "decide_by",
    "certificate",
    "expires_on",
    "warned_days",
    "version",
)


def check_day(milestone: Milestone, on: date, today: date) -> None:
    """Not in the future, not before the step before."""
    if on > today:
        raise DomainError(
            _("%(day)s lies in the future.") % {"day": on},
            code="future_day",
            field="on",
        )
    first = milestone.state_since or milestone.attempt_from
    if first is None:
        raise DomainError(
            _("The approvals of this project have not begun yet."), code="not_begun"
        )
    if on < first:
        raise DomainError(
            _(
                "“%(item)s” has been “%(state)s” since %(day)s; the next step cannot "
                "lie before that."
            )
            % {
                "item": milestone.name,
                "state": milestone.get_state_display(),
                "day": first,
            },
            code="before_last_move",
            field="on",
        )


def check_words(act: Act, notice: str) -> None:
    if RULES[act].needs_notice and not notice:
        sentences = {
            Act.CORRECT: _("List everything that is to be corrected, all at once."),
            Act.SPECIAL: _("Say on what the special procedure rests."),
        }
        sentence = sentences.get(act) or _("Tell the company why.")
        raise DomainError(sentence, code="notice_missing", field="notice")
    if len(notice) > LONGEST_NOTICE:
        raise DomainError(
            _("At most %(most)s characters.") % {"most": LONGEST_NOTICE},
            code="too_long",
            field="notice",
        )


def outcome_of(milestone: Milestone) -> dict[str, Any]:  # Any: as JSON keeps it
    """What the old attempt came to: kept with the move that begins the new one."""
    due = milestone.decide_by.due_on if milestone.decide_by else None
    return {
        "accepted_on": milestone.accepted_on,
        "ended_on": milestone.ended_on,
        "due_on": due,
        "corrections": milestone.corrections,
        "certificate": milestone.certificate,
    }


def begin_again(milestone: Milestone, on: date) -> None:
    """A new attempt, with a counter and clocks of its own."""
    milestone.attempt += 1
    milestone.attempt_from = on
    milestone.corrections = 0
    milestone.accepted_on = milestone.ended_on = None
    milestone.admit_by = milestone.decide_by = None
    milestone.certificate, milestone.expires_on = "", None
    milestone.warned_days = None
    days.forget(milestone)
    materials.ask_again(milestone)


def run_clocks(
    milestone: Milestone,
    before: State,
    on: date,
    *,
    actor: User,
    notice: str,
    now: datetime,
) -> None:
    """Start, stop and go on with the authority's two deadlines."""
    after = milestone.state
    if after == State.RECEIVED:
        milestone.admit_by = started(milestone, ADMIT, settings.CRM_ADMIT_DAYS, on)
    elif before == State.RECEIVED:
        deadlines.meet(milestone.admit_by, now=moment(on, now))
    if after in MEANS_ACCEPTED and milestone.accepted_on is None:
        milestone.accepted_on = on
        promised = milestone.days_on(on)
        milestone.decide_by = started(milestone, DECIDE, promised, on, milestone.unit)
    clock = milestone.decide_by
    if clock is None:
        return
    if before in PAUSING and after not in PAUSING:
        deadlines.resume(clock, last_on=on)
    if after in PAUSING:
        kind = Pause.COMPANY if after == State.CORRECTION else Pause.SPECIAL
        deadlines.pause(clock, kind=kind, first_on=on, reason=notice, actor=actor)
    if after in ENDED:
        deadlines.meet(clock, now=moment(on, now))


def started(
    milestone: Milestone, kind: str, days: int, on: date, unit: str = Unit.WORKING
) -> Deadline:
    wanted = Wanted(kind, days, on, unit, milestone.department)
    deadline = deadlines.start_many([wanted])[0]
    if milestone.handler:
        deadlines.hand([deadline], milestone.handler)
    return deadline


def moment(on: date, now: datetime) -> datetime:
    """When it was: now if that is today, else noon of the day that was entered."""
    local = timezone.localtime(now)
    if on == local.date():
        return now
    return datetime.combine(on, time(12), tzinfo=local.tzinfo)


def end(milestone: Milestone, on: date, said: Said) -> None:
    """An attempt is over: what it brought, and how long it took."""
    milestone.ended_on, milestone.warned_days = on, None
    if milestone.state not in APPROVED:
        milestone.expires_on = None
        days.forget(milestone)
        return
    milestone.certificate = said.certificate.strip()
    milestone.expires_on = said.expires_on or expiry(milestone, on)
    if milestone.expires_on and milestone.expires_on < on:
        sentence = _("The approval cannot expire before it is given.")
        raise DomainError(sentence, code="expired", field="expires_on")
    days.keep(milestone, ready_on(milestone, on), on)


def expiry(milestone: Milestone, on: date) -> date | None:
    """So many months later, on the same day or the month's last."""
    months = milestone.valid_months
    return months_later(on, months) if months else None


def ready_on(milestone: Milestone, latest: date) -> date:
    """The day on which all it needs was there, at the latest `latest`."""
    needed = Milestone.objects.filter(needed_by__milestone=milestone)
    return turn_on(milestone, needed.values_list("ended_on", flat=True), latest)


def turn_on(milestone: Milestone, ends: Iterable[date | None], latest: date) -> date:
    start = milestone.project.started_on or latest
    return min(max([start, *filter(None, ends)]), latest)


@transaction.atomic
def decide_at_once(
    milestone: Milestone,
    *,
    actor: User,
    said: Said | None = None,
    version: int | None = None,
    now: datetime | None = None,
) -> Milestone:
    """即办件: received, accepted and approved in one act, as three moves."""
    now, said = now or timezone.now(), said or Said()
    milestone = claim(milestone, actor, Act.APPROVE)
    check(milestone, Act.HAND_IN, version)
    if milestone.kind != Milestone.Kind.INSTANT:
        raise DomainError(
            _("Only an item that is decided on the spot goes through in one act."),
            code="not_instant",
        )
    plain = Said(on=said.on)
    steps: Sequence[tuple[Act, Said]] = (
        (Act.HAND_IN, plain),
        (Act.ACCEPT, plain),
        (Act.APPROVE, said),
    )
    for act, words in steps:
        step(milestone, act, actor=actor, said=words, source=Source.DESK, now=now)
    upkeep.settle(milestone.project, now=now)
    return milestone
