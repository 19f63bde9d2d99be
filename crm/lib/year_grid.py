"""A year as twelve months of weeks, each day with what the calendar says of it."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from .workdays import Calendar, Code, Reason


@dataclass(frozen=True, slots=True)
class Cell:
    day: date
    reason: Reason

    @property
    def is_off(self) -> bool:
        return self.reason.code == Code.HOLIDAY

    @property
    def is_makeup(self) -> bool:
        return self.reason.code == Code.MAKEUP

    @property
    def is_weekend(self) -> bool:
        return self.reason.code == Code.WEEKEND


@dataclass(frozen=True, slots=True)
class Month:
    number: int
    workday_count: int
    # Monday first; None where the week belongs to another month.
    weeks: list[list[Cell | None]]


def months(calendar: Calendar, year: int) -> list[Month]:
    return [_month(calendar, year, number) for number in range(1, 13)]


def _month(calendar: Calendar, year: int, number: int) -> Month:
    blank, size = monthrange(year, number)
    days = [date(year, number, day) for day in range(1, size + 1)]
    cells: list[Cell | None] = [None] * blank
    cells += [Cell(day, calendar.why(day)) for day in days]
    cells += [None] * (-len(cells) % 7)
    return Month(
        number=number,
        workday_count=sum(map(calendar.is_workday, days)),
        weeks=[cells[at : at + 7] for at in range(0, len(cells), 7)],
    )
