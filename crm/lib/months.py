"""Months as people count them."""

from calendar import monthrange
from datetime import date


def months_later(day: date, months: int) -> date:
    """The same day so many months later, or the last one of a shorter month."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def next_month(day: date) -> date:
    """The first of the month after."""
    return months_later(day.replace(day=1), 1)


def month_of(text: str) -> date | None:
    """The first day of 「2026-03」; None if it is no month of this century."""
    year, _, month = text.partition("-")
    if not (text.isascii() and year.isdigit() and month.isdigit() and len(text) == 7):
        return None
    is_known = 2000 <= int(year) < 2100 and 1 <= int(month) <= 12
    return date(int(year), int(month), 1) if is_known else None
