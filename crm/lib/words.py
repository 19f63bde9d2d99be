"""Dates, shares and phones as people read them. No models, no clock of its own."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache

from django.utils import timezone
from django.utils.translation import get_language, ngettext, pgettext, pgettext_lazy
from django.utils.translation import gettext as _

KIB = 1024


WEEKDAYS = (
    pgettext_lazy("weekday", "Mon"),
    pgettext_lazy("weekday", "Tue"),
    pgettext_lazy("weekday", "Wed"),
    pgettext_lazy("weekday", "Thu"),
    pgettext_lazy("weekday", "Fri"),
    pgettext_lazy("weekday", "Sat"),
    pgettext_lazy("weekday", "Sun"),
)


def weekday(on: date) -> str:
    """「周四」."""
    return _weekday(on.weekday(), get_language())


@lru_cache(maxsize=32)
def _weekday(number: int, language: str | None) -> str:
    return str(WEEKDAYS[number])


def exact_day(on: date) -> str:
    """「2026-10-09 周五」, for titles."""
    return f"{on.isoformat()} {weekday(on)}"


def exact_time(at: datetime) -> str:
    return f"{exact_day(at.date())} {at:%H:%M}"


def day(on: date, today: date) -> str:
    """Near now in words, this year with its weekday, else the full date."""
    gap = (on - today).days
    if gap == 0:
        return _("today")
    if gap == 1:
        return _("tomorrow")
    if gap == -1:
        return _("yesterday")
    if on.year == today.year:
        return f"{weekday(on)} {on:%m-%d}"
    return f"{on:%Y-%m-%d}"


def time_left(due_on: date, today: date, left: int | None = None) -> str:
    """「还剩 2 天」「今天到期」「逾期 3 天」; `left` counts in working days instead."""
    if due_on == today:
        return _("due today")
    if left is None:
        return _calendar_days((due_on - today).days)
    if due_on < today and not left:
        return pgettext("deadline", "late")  # since a day that does not count
    if left < 0:
        sentence = ngettext("%(n)s working day late", "%(n)s working days late", -left)
    else:
        sentence = ngettext("%(n)s working day left", "%(n)s working days left", left)
    return sentence % {"n": abs(left)}


def _calendar_days(gap: int) -> str:
    if gap > 0:
        return ngettext("%(n)s day left", "%(n)s days left", gap) % {"n": gap}
    return ngettext("%(n)s day late", "%(n)s days late", -gap) % {"n": -gap}


def due(due_on: date, today: date, left: int | None = None) -> str:
    """「周四 10-09 · 还剩 2 个工作日」; today's needs its day only once."""
    left_words = time_left(due_on, today, left)
    return left_words if due_on == today else f"{day(due_on, today)} · {left_words}"


def ago(at: datetime, now: datetime) -> str:
    """How long ago, in words up to an hour, then the time, then the date."""
    at, now = timezone.localtime(at), timezone.localtime(now)
    minutes = int((now - at) / timedelta(minutes=1))
    if 0 <= minutes < 1:
        return _("just now")
    if 1 <= minutes < 60:
        return ngettext("%(n)s minute ago", "%(n)s minutes ago", minutes) % {
            "n": minutes
        }
    if at.date() == now.date():
        return f"{_('today')} {at:%H:%M}"
    if at.date() == now.date() - timedelta(days=1):
        return f"{_('yesterday')} {at:%H:%M}"
    return f"{at:%m-%d %H:%M}" if at.year == now.year else f"{at:%Y-%m-%d}"


def hours(long: timedelta) -> str:
    """「3 小时 20 分」, of working hours too; minutes alone below one hour."""
    total = int(long / timedelta(minutes=1))
    values = {"h": total // 60, "m": total % 60}
    if total < 60:
        return _("%(m)s min") % values
    return _("%(h)s h %(m)s min") % values if values["m"] else _("%(h)s h") % values


def share(part: int | Decimal | None, whole: int | None) -> str:
    """A share never stands without its numbers, nor a zero without a base."""
    if not whole or part is None:
        return _("no data")
    # A weighted sum as 108.1 or 109, never as 109.00.
    shown = f"{part.normalize():f}" if isinstance(part, Decimal) else part
    numbers = {"percent": f"{100 * part / whole:.1f}", "part": shown, "whole": whole}
    return _("%(percent)s%% (%(part)s/%(whole)s)") % numbers


def masked(phone: str) -> str:
    """Hide the middle of a number: 138****8000."""
    phone = str(phone or "")
    if len(phone) < 7:
        return "*" * len(phone)
    keep = 3 if len(phone) >= 10 else 2
    return phone[:keep] + "*" * (len(phone) - keep - 4) + phone[-4:]


def capped(count: object, cap: int) -> str:
    """A number, or a count that says itself where it stopped."""
    if count is None:
        return ""
    if not isinstance(count, int):
        return str(count)
    return f"{cap:,}+" if count > cap else f"{count:,}"


def filesize(size: int | None) -> str:
    if size is None:
        return ""
    if size < KIB * KIB:
        return f"{max(1, round(size / KIB))} KB"
    return f"{size / KIB / KIB:.1f} MB"


def lamp_word(colour: str) -> str:
    """The word when the page has none of its own."""
    return {
        "green": pgettext("lamp", "on time"),
        "yellow": pgettext("lamp", "due soon"),
        "red": pgettext("lamp", "late"),
    }.get(colour, pgettext("lamp", "met or paused"))
