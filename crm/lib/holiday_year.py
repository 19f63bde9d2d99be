"""One year's published notice: its shape, and what is wrong with a typed one."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

FIRST_YEAR, LAST_YEAR = 1949, 2999
# The longest days off so far are the ten of the Spring Festival of 2020.
LONGEST = 16
MOST_ROWS = 20
MOST_MAKEUPS = 30
LONGEST_NAME = 20
# Statutory days off are 11 a year (13 since 2025), so a year has about 250 workdays
# (248 to 252 in every year since 2004). Outside this something was mistyped.
PLAUSIBLE = range(240, 258)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DaysOff:
    """A holiday from its first to its last day, weekends in between included."""

    name: str
    first: date
    last: date

    def days(self) -> Iterator[date]:
        for number in range(self.first.toordinal(), self.last.toordinal() + 1):
            yield date.fromordinal(number)


@dataclass(frozen=True, slots=True)
class Makeup:
    """A weekend day that is worked; `name` is the holiday it makes up for."""

    day: date
    name: str = ""


@dataclass(frozen=True, slots=True)
class HolidayYear:
    """A notice. It may name days of the December before (元旦 2019 began on 12-30)."""

    year: int
    off: tuple[DaysOff, ...] = ()
    makeups: tuple[Makeup, ...] = ()
    source: str = ""
    published_on: date | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, as a code; `row` counts from 1, 0 is the notice as a whole."""

    code: str
    row: int = 0
    values: Mapping[str, Any] = field(default_factory=dict)  # any: shown, not used


class BadNotice(ValueError):
    """The file does not have the shape of a notice. `code` says where."""

    def __init__(self, code: str, value: object = "") -> None:
        super().__init__(f"{code}: {value!r}")
        self.code = code
        self.value = str(value)[:60]


def from_json(data: object) -> HolidayYear:
    """Read a notice: off {name: [from, to]}, makeup_workdays [day] or {day: name}.

    In the order of the days: PostgreSQL does not keep that of the keys.
    """
    if not isinstance(data, Mapping):
        raise BadNotice("not_an_object", type(data).__name__)
    year = data.get("year")
    if not isinstance(year, int) or isinstance(year, bool):
        raise BadNotice("year", year)
    published = data.get("published_on")
    return HolidayYear(
        year=year,
        off=tuple(sorted(_days_off(data.get("off")), key=lambda row: row.first)),
        makeups=tuple(sorted(_makeups(data.get("makeup_workdays")), key=_when)),
        source=_text("source", data.get("source", "")),
        published_on=None if published is None else _day(published),
    )


def to_json(notice: HolidayYear) -> dict[str, Any]:  # any: it is JSON
    """The other way round; `from_json` reads it back equal."""
    published = notice.published_on
    return {
        "year": notice.year,
        "source": notice.source,
        "published_on": published.isoformat() if published else None,
        "off": {o.name: [o.first.isoformat(), o.last.isoformat()] for o in notice.off},
        "makeup_workdays": {m.day.isoformat(): m.name for m in notice.makeups},
    }


def to_row(notice: HolidayYear) -> dict[str, Any]:  # any: values of columns
    """As the calendar's table keeps it."""
    data = to_json(notice)
    return {
        "year": notice.year,
        "days_off": data["off"],
        "makeup_days": data["makeup_workdays"],
        "source": notice.source,
        "published_on": notice.published_on,
    }


def _days_off(data: object) -> Iterator[DaysOff]:
    if not isinstance(data, Mapping):
        raise BadNotice("off", data)
    for name, span in data.items():
        if not isinstance(span, Sequence) or isinstance(span, str) or len(span) != 2:
            raise BadNotice("off", span)
        yield DaysOff(_text("off", name).strip(), _day(span[0]), _day(span[1]))


def _makeups(data: object) -> Iterator[Makeup]:
    if isinstance(data, Mapping):
        for day, name in data.items():
            yield Makeup(_day(day), _text("makeup_workdays", name).strip())
    elif isinstance(data, Sequence) and not isinstance(data, str):
        for day in data:
            yield Makeup(_day(day))
    else:
        raise BadNotice("makeup_workdays", data)


def _when(makeup: Makeup) -> date:
    return makeup.day


def _text(where: str, value: object) -> str:
    if not isinstance(value, str):
        raise BadNotice(where, value)
    return value


def _day(value: object) -> date:
    try:
        # Only the long form: fromisoformat also takes 20260930 and week numbers.
        if isinstance(value, str) and len(value) == 10 and value[4] == value[7] == "-":
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise BadNotice("day", value)


def problems(notice: HolidayYear) -> list[Problem]:
    """Everything that keeps this notice from being saved; empty when it is sound."""
    if not FIRST_YEAR <= notice.year <= LAST_YEAR:
        return [Problem("year_out_of_range", 0, {"year": notice.year})]
    if not notice.off:
        return [Problem("no_days_off")]
    if len(notice.off) > MOST_ROWS or len(notice.makeups) > MOST_MAKEUPS:
        return [Problem("too_many_rows")]
    found = [*_row_problems(notice), *_makeup_problems(notice)]
    if not found:
        count = sum(workdays_per_month(notice))
        if count not in PLAUSIBLE:
            found.append(Problem("implausible_total", 0, {"count": count}))
    return found


def _row_problems(notice: HolidayYear) -> Iterator[Problem]:
    taken: dict[date, str] = {}
    names: set[str] = set()
    for row, off in enumerate(notice.off, start=1):
        if not off.name or len(off.name) > LONGEST_NAME or not off.name.isprintable():
            yield Problem("bad_name", row)
        if off.name in names:
            yield Problem("name_twice", row, {"name": off.name})
        names.add(off.name)
        if off.last < off.first:
            yield Problem("ends_before_start", row, {"name": off.name})
        elif (off.last - off.first).days >= LONGEST:
            yield Problem("too_long", row, {"name": off.name, "most": LONGEST})
        elif not (in_reach(off.first, notice.year) and off.last.year == notice.year):
            yield Problem("outside_year", row, {"name": off.name, "year": notice.year})
        else:
            for day in off.days():
                if day in taken:
                    values = {"day": day, "name": off.name, "other": taken[day]}
                    yield Problem("off_twice", row, values)
                    break
                taken[day] = off.name


def _makeup_problems(notice: HolidayYear) -> Iterator[Problem]:
    rows = {off.name: row for row, off in enumerate(notice.off, start=1)}
    seen: set[date] = set()
    for makeup in notice.makeups:
        row = rows.get(makeup.name, 0)
        values = {"day": makeup.day, "year": notice.year}
        if not in_reach(makeup.day, notice.year):
            yield Problem("makeup_outside_year", row, values)
        elif makeup.day.weekday() < 5:
            yield Problem("makeup_not_weekend", row, values)
        if makeup.day in seen:
            yield Problem("makeup_twice", row, values)
        seen.add(makeup.day)
        for off in notice.off:
            if off.first <= makeup.day <= off.last:
                yield Problem("makeup_is_off", row, {**values, "name": off.name})


def in_reach(day: date, year: int) -> bool:
    """A notice speaks of its own year and of the December before (2019, 2023).

    None since 2008 named a day of the year after.
    """
    return day.year == year or (day.year == year - 1 and day.month == 12)


def unusual(notice: HolidayYear, festivals: Iterable[str]) -> list[Problem]:
    """What a person should look at twice before saving; it does not forbid."""
    text = " ".join(off.name for off in notice.off)
    # By the first two characters: people also write the names without the last one.
    missing = [name for name in festivals if name[:2] not in text]
    return [Problem("missing_name", 0, {"name": name}) for name in missing]


def workdays_per_month(notice: HolidayYear) -> list[int]:
    """Twelve counts for the notice's own year, January first."""
    off = {day for row in notice.off for day in row.days()}
    worked = {makeup.day for makeup in notice.makeups}
    counts = [0] * 12
    day = date(notice.year, 1, 1)
    while day.year == notice.year:
        if day in worked or (day.weekday() < 5 and day not in off):
            counts[day.month - 1] += 1
        day += DAY
    return counts
