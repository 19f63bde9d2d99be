"""The working calendar as this site knows it: the published years in the database.

All deadlines go through here. Each process keeps the calendar and asks at most once a
minute whether a notice has come in; jobs that compute deadlines anew ask first.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import events
from crm.lib import day_counts, holiday_year, workdays
from crm.lib.calendar_words import problem_sentence, reason_sentence
from crm.lib.errors import DomainError
from crm.lib.holiday_year import HolidayYear, Problem, from_json, to_json
from crm.lib.published_years import festivals
from crm.lib.tasks import enqueue
from crm.lib.workdays import Calendar, Explanation, Pause, Unit
from crm.models import Deadline, Role, User, WorkYear

from .rights import require

CHECK_EVERY = 60.0  # seconds
# The second run finds what other processes computed before they noticed the notice.
SECOND_RUN = timedelta(seconds=2 * CHECK_EVERY)
# Notices come in November for the year after; a larger year is a typing mistake.
YEARS_AHEAD = 5


class YearTaken(DomainError):
    """The year has a notice already, and nobody has said that it is to be replaced."""

    code = "year_taken"


class UnsoundNotice(DomainError):
    """The notice cannot be right. `problems` says all that is wrong with it."""

    code = "unsound_notice"

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(" ".join(map(problem_sentence, problems)))
        self.problems = problems


@dataclass(frozen=True)
class Preview:
    """What a notice would do, before it is saved."""

    notice: HolidayYear
    problems: list[Problem]
    unusual: list[Problem]
    months: list[int]
    replaces: WorkYear | None
    provisional_count: int

    @property
    def total(self) -> int:
        return sum(self.months)


class _Memory:
    """What this process holds; one assignment, so threads see all of it or none."""

    calendar: Calendar | None = None
    version: tuple[tuple[int, datetime], ...] = ()
    checked_at = -CHECK_EVERY


_memory = _Memory()


def current() -> Calendar:
    """The calendar, at most a minute old."""
    is_fresh = 0 <= time.monotonic() - _memory.checked_at < CHECK_EVERY
    if _memory.calendar is None or not is_fresh:
        return refresh()
    return _memory.calendar


def refresh() -> Calendar:
    """The calendar as it is in the database now."""
    version = tuple(WorkYear.objects.values_list("pk", "imported_at"))
    if _memory.calendar is None or version != _memory.version:
        _memory.calendar = Calendar(year.notice() for year in WorkYear.objects.all())
        _memory.version = version
    _memory.checked_at = time.monotonic()
    return _memory.calendar


def reload() -> None:
    """Read every year anew; for who has just changed one."""
    _memory.calendar = None
    refresh()


def recheck() -> None:
    """Ask the database at the next use, however fresh the calendar is."""
    _memory.checked_at = -CHECK_EVERY


def add(
    start: date, n: int, unit: Unit = Unit.WORKING, pauses: Iterable[Pause] = ()
) -> workdays.Deadline:
    return current().add(start, n, unit, pauses)


def count_between(
    start: date, end: date, unit: Unit = Unit.WORKING, pauses: Iterable[Pause] = ()
) -> int:
    return current().count_between(start, end, unit, pauses)


def back(day: date, n: int) -> date:
    """The n-th working day back from this one, which is the first if it is one."""
    work = current().work
    return date.fromordinal(day_counts.retreat(work, day.toordinal(), n, ()))


def explain(
    start: date,
    n: int,
    unit: Unit = Unit.WORKING,
    pauses: Iterable[Pause] = (),
    until: date | None = None,
) -> Explanation:
    return current().explain(start, n, unit, pauses, until)


def days_told(explanation: Explanation) -> list[dict[str, Any]]:
    """Each day as people read it: date, is (counted, skipped, paused), why."""
    why = {reason: reason_sentence(reason) for reason in explanation.reasons()}
    return [
        {"date": step.day, "is": step.mark.value, "why": why[step.reason]}
        for step in explanation.steps
    ]


def why_sentence(day: date) -> str:
    """Why this day is worked or not, in words."""
    return reason_sentence(current().why(day))


def preview(notice: HolidayYear, *, now: datetime | None = None) -> Preview:
    """What is wrong with a notice, what is odd, and what saving it would do."""
    problems = _problems(notice, timezone.localdate(now))
    return Preview(
        notice=notice,
        problems=problems,
        unusual=[] if problems else holiday_year.unusual(notice, festivals()),
        months=[] if problems else holiday_year.workdays_per_month(notice),
        replaces=WorkYear.objects.filter(pk=_stored_year(notice.year)).first(),
        provisional_count=Deadline.objects.provisional().count(),
    )


@transaction.atomic
def import_year(
    notice: HolidayYear,
    *,
    actor: User,
    replace: bool = False,
    now: datetime | None = None,
) -> WorkYear:
    """Take a year's notice into use and have the running deadlines computed anew."""
    require(actor, Role.SYSTEM_ADMIN)
    now = now or timezone.now()
    if problems := _problems(notice, timezone.localdate(now)):
        raise UnsoundNotice(problems)
    stored = WorkYear.objects.select_for_update(of=("self",))
    before = stored.filter(pk=notice.year).first()
    if before and before.notice() == from_json(to_json(notice)):
        return before  # sent twice
    year, old = _write(notice, before, replace=replace, actor=actor, now=now)
    new = holiday_year.to_row(notice)
    events.record(
        actor,
        "work_year.replaced" if old else "work_year.imported",
        year,
        now=now,
        days_off=[old.get("days_off"), new["days_off"]],
        makeup_days=[old.get("makeup_days"), new["makeup_days"]],
        source=[old.get("source"), new["source"]],
        published_on=[old.get("published_on"), new["published_on"]],
    )
    transaction.on_commit(reload)
    # A notice can name days of the December before: then certain deadlines move too.
    everything = bool(old) or _reaches_back(notice)
    job = "crm.jobs.recompute_deadlines"
    enqueue(job, everything, actor.pk)
    enqueue(job, everything, actor.pk, run_after=now + SECOND_RUN)
    return year


def _write(
    notice: HolidayYear,
    old: WorkYear | None,
    *,
    replace: bool,
    actor: User,
    now: datetime,
) -> tuple[WorkYear, dict[str, Any]]:  # any: values of columns
    """The row, and what stood there before (empty if nothing)."""
    if old and not replace:
        raise _taken(notice.year)
    row = holiday_year.to_row(notice)
    year = WorkYear(**row, imported_by=actor, imported_at=now)
    if old:
        names = [name for name in row if name != "year"]
        year.save(update_fields=[*names, "imported_by", "imported_at"])
        return year, holiday_year.to_row(old.notice())
    try:
        with transaction.atomic():
            year.save(force_insert=True)
    except IntegrityError:
        raise _taken(notice.year) from None
    return year, {}


def _problems(notice: HolidayYear, today: date) -> list[Problem]:
    found = holiday_year.problems(notice)
    if notice.year > today.year + YEARS_AHEAD:
        found = [Problem("year_too_far", 0, {"year": notice.year})]
    if not notice.source.strip():
        found.append(Problem("no_source"))
    if notice.published_on is None:
        found.append(Problem("no_date"))
    return found


def _reaches_back(notice: HolidayYear) -> bool:
    days = [row.first for row in notice.off] + [one.day for one in notice.makeups]
    return any(day.year < notice.year for day in days)


def _stored_year(year: int) -> int:
    """SQLite refuses numbers beyond 64 bits with a traceback."""
    return year if holiday_year.FIRST_YEAR <= year <= holiday_year.LAST_YEAR else 0


def _taken(year: int) -> YearTaken:
    sentence = _(
        "The notice for %(year)s is in use already. Nothing was saved; confirm that "
        "it is to be replaced."
    )
    return YearTaken(sentence % {"year": year})
