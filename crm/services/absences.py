"""Away: an officer's absence hands the work to each company's B by itself."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import events, handover
from crm.lib.errors import DomainError
from crm.models import (
    Absence,
    CompanyLiaison,
    HandoverNote,
    User,
    people_led_by,
)
from crm.models.liaisons import Liaison

from . import standing_in

MOST_DAYS: Final = 366
# A company or project that somebody serves, by kind of liaison and key.
Served = tuple[type[Liaison], int]
# Companies named in a sentence before it says "and N more".
NAMED: Final = 5


@transaction.atomic
def enter_absence(
    officer: User,
    *,
    actor: User | None,
    kind: str,
    starts_on: date,
    ends_on: date,
    note: str = "",
    cover: User | None = None,
    remark: str = "",
    now: datetime | None = None,
) -> Absence:
    """Enter days away; each company of which he is A gets a note of what is open.

    So does a handler's B, or the head who covers; `remark` is his word to them.
    """
    now = now or timezone.now()
    today = timezone.localdate(now)
    if actor and not people_led_by(actor).filter(pk=officer.pk).exists():
        raise PermissionDenied
    check_days(starts_on, ends_on, today)
    served = hold(officer)
    days: dict[str, Any] = {"starts_on": starts_on, "ends_on": ends_on}
    same = Absence.objects.filter(officer=officer, kind=kind, cancelled_at=None, **days)
    if known := same.first():
        return known
    check_free(officer, starts_on, ends_on)
    pairs = counterparts(served)
    check_somebody_is_here(served, pairs, starts_on, ends_on)
    standing_in.check_work_is_held(officer, starts_on, ends_on, cover, today)
    absence = Absence.objects.create(
        officer=officer,
        kind=kind,
        note=note.strip(),
        cover=cover,
        created_by=actor or officer,
        created_at=now,
        **days,
    )
    write_notes(absence, served, pairs, today)
    standing_in.write_note(absence, actor=actor, remark=remark, now=now)
    record_entered(absence, actor, now)
    return absence


def record_entered(absence: Absence, actor: User | None, now: datetime) -> None:
    changes: dict[str, Any] = {"cover": absence.cover_id} if absence.cover_id else {}
    events.record(
        actor,
        "absence.entered",
        absence,
        personal={"note": absence.note} if absence.note else None,
        now=now,
        officer=absence.officer_id,
        kind=absence.kind,
        starts_on=absence.starts_on,
        ends_on=absence.ends_on,
        **changes,
    )


def stand_ins(absent: Iterable[int], record: Any, today: date) -> dict[int, int]:
    """Who is there for each of them at this record, which a company or project owns.

    Any: a record of whatever app.
    """
    found: dict[int, int] = {}
    away = Absence.objects.on(today).values("officer")
    for kind in handover.KINDS:
        served = kind.SERVED
        is_served = record._meta.model_name == served
        key = record.pk if is_served else getattr(record, f"{served}_id", None)
        if key is None:
            continue
        pair = kind.objects.open().filter(**{served: key})
        mine = set(pair.values_list("officer", flat=True)) & set(absent)
        here = pair.exclude(officer__in=away).values_list("officer", flat=True)
        for one in mine - found.keys():
            if other := here.first():
                found[one] = other
    return found


def check_days(starts_on: date, ends_on: date, today: date) -> None:
    if ends_on < starts_on:
        sentence = _("The last day lies before the first.")
        raise DomainError(sentence, code="ends_before_start", field="ends_on")
    if ends_on < today:
        sentence = _("These days are over already.")
        raise DomainError(sentence, code="over_already", field="ends_on")
    if (ends_on - starts_on).days >= MOST_DAYS:
        sentence = _("An absence lasts a year at most; for longer, change the officer.")
        raise DomainError(sentence, code="too_long", field="ends_on")


def hold(officer: User) -> list[Liaison]:
    """The officer's open liaisons, after a lock on him and on all his counterparts.

    Two who stand in for each other cannot both leave at the same moment: each waits
    for the other's lock and then sees the other's absence.
    """
    served: list[Liaison] = []
    people = {officer.pk}
    for kind in handover.KINDS:
        mine = kind.objects.open().filter(kind.living(), officer=officer)
        same = {f"{kind.SERVED}__in": mine.values(kind.SERVED)}
        partners = kind.objects.open().filter(**same)
        people.update(partners.values_list("officer", flat=True))
        served.extend(mine.select_related(kind.SERVED).order_by("pk"))
    rows = User.objects.filter(pk__in=people).order_by("pk")
    list(rows.select_for_update(no_key=True).values_list("pk"))
    return served


def counterparts(served: Iterable[Liaison]) -> dict[Served, Liaison]:
    """For each company or project the liaison of the other officer, if there is one."""
    mine = {served_by(one): one.pk for one in served}
    found: dict[Served, Liaison] = {}
    for kind in handover.KINDS:
        keys = [key for model, key in mine if model is kind]
        others = kind.objects.open().filter(**{f"{kind.SERVED}__in": keys})
        for one in others.select_related("officer", kind.SERVED):
            if one.pk != mine[served_by(one)]:
                found[served_by(one)] = one
    return found


def served_by(liaison: Liaison) -> Served:
    """Which company or project, told apart from one with the same key."""
    return type(liaison), getattr(liaison, f"{liaison.SERVED}_id")


def check_free(officer: User, starts_on: date, ends_on: date) -> None:
    clash = Absence.objects.overlapping(starts_on, ends_on).filter(officer=officer)
    if other := clash.first():
        raise DomainError(
            _("%(name)s is entered as away from %(first)s to %(last)s already.")
            % {
                "name": officer.name,
                "first": other.starts_on,
                "last": other.ends_on,
            },
            code="away_already",
            field="starts_on",
        )


def check_somebody_is_here(
    served: Iterable[Liaison],
    pairs: dict[Served, Liaison],
    starts_on: date,
    ends_on: date,
) -> None:
    """Refuse when a company would have nobody: no B at all, or B away too."""
    alone = [
        one.served.name
        for one in served
        if one.role == Liaison.Role.A and served_by(one) not in pairs
    ]
    if alone:
        raise DomainError(
            _("Nobody stands in for: %(companies)s. Have a B assigned first.")
            % {"companies": listed(alone)},
            code="no_stand_in",
        )
    partners = {one.officer_id for one in pairs.values()}
    away = Absence.objects.overlapping(starts_on, ends_on).filter(officer__in=partners)
    if clash := away.select_related("officer").order_by("starts_on", "pk").first():
        names = [
            one.served.name
            for one in pairs.values()
            if one.officer_id == clash.officer_id
        ]
        raise DomainError(
            _(
                "%(name)s is away from %(first)s to %(last)s; then nobody would be "
                "there for: %(companies)s."
            )
            % {
                "name": clash.officer.name,
                "first": clash.starts_on,
                "last": clash.ends_on,
                "companies": listed(names),
            },
            code="both_absent",
            field="starts_on",
        )


def listed(names: list[str]) -> str:
    shown = _(", ").join(names[:NAMED])
    if len(names) <= NAMED:
        return shown
    return _("%(shown)s and %(n)s more") % {"shown": shown, "n": len(names) - NAMED}


def write_notes(
    absence: Absence,
    served: Iterable[Liaison],
    pairs: dict[Served, Liaison],
    today: date,
) -> None:
    companies = [
        one.company_id
        for one in served
        if isinstance(one, CompanyLiaison) and one.role == Liaison.Role.A
    ]
    items = handover.open_items(companies, today)
    HandoverNote.objects.bulk_create(
        HandoverNote(
            absence=absence,
            company_id=pk,
            stand_in=pairs[CompanyLiaison, pk].officer,
            items=items[pk],
        )
        for pk in companies
    )


@transaction.atomic
def end_absence(
    absence: Absence,
    *,
    actor: User | None,
    last_day: date,
    now: datetime | None = None,
) -> Absence:
    """Back early: the work returns to its A on the day after the last day."""
    now = now or timezone.now()
    absence = claim(absence, actor)
    if last_day >= absence.ends_on:
        return absence
    if last_day < absence.starts_on:
        return cancel(absence, actor, now)
    if last_day < timezone.localdate(now) - timedelta(days=1):
        # What B did meanwhile was rightly B's.
        sentence = _("The last day away can be yesterday at the earliest.")
        raise DomainError(sentence, code="over_already", field="last_day")
    before = events.snapshot(absence, "ends_on")
    absence.ends_on = last_day
    absence.save(update_fields=["ends_on"])
    changes = events.changed(before, absence)
    events.record(actor, "absence.shortened", absence, now=now, **changes)
    return absence


@transaction.atomic
def cancel_absence(
    absence: Absence, *, actor: User | None, now: datetime | None = None
) -> Absence:
    """Call off an absence that has not begun; one that has is ended early."""
    now = now or timezone.now()
    absence = claim(absence, actor)
    if absence.starts_on < timezone.localdate(now):
        sentence = _("This absence has begun; enter the day of return instead.")
        raise DomainError(sentence, code="begun_already")
    return cancel(absence, actor, now)


def claim(absence: Absence, actor: User | None) -> Absence:
    current = Absence.objects.filter(cancelled_at=None)
    allowed = current if actor is None else current.changeable_by(actor)
    return Absence.objects.lock(allowed, absence.pk)


def cancel(absence: Absence, actor: User | None, now: datetime) -> Absence:
    absence.cancelled_at = now
    absence.save(update_fields=["cancelled_at"])
    events.record(actor, "absence.cancelled", absence, now=now)
    return absence
