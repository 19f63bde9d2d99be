"""What the working calendar's codes say to people."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from .holiday_year import LONGEST_NAME, BadNotice, Problem
from .published_years import festivals
from .words import exact_day
from .workdays import MOST_DAYS, Code, Mark, Reason, WorkdayError

FESTIVALS = {
    "new_year": gettext_lazy("New Year's Day"),
    "spring": gettext_lazy("Spring Festival"),
    "tomb_sweeping": gettext_lazy("Tomb-Sweeping Day"),
    "labour": gettext_lazy("Labour Day"),
    "dragon_boat": gettext_lazy("Dragon Boat Festival"),
    "mid_autumn": gettext_lazy("Mid-Autumn Festival"),
    "national": gettext_lazy("National Day"),
}
PAUSES = {
    "company": gettext_lazy("waiting for the company"),
    "special": gettext_lazy("special procedure"),
    "force": gettext_lazy("force majeure"),
}
MARKS = {
    Mark.COUNTED: pgettext_lazy("day", "counted"),
    Mark.SKIPPED: pgettext_lazy("day", "not counted"),
    Mark.PAUSED: pgettext_lazy("day", "paused"),
}


def holiday_name(name: str) -> str:
    """In the reader's language; 「国庆节、中秋节」 is one row for two holidays."""
    codes = festivals()
    parts = [
        str(FESTIVALS[codes[part]]) if part in codes else part
        for part in name.split("、")
    ]
    return _(", ").join(parts)


def reason_sentence(reason: Reason) -> str:
    """Why a day counts or not: 「周末」「国庆节」「调休上班（国庆节）」."""
    match reason.code:
        case Code.HOLIDAY:
            return holiday_name(reason.name)
        case Code.MAKEUP if reason.name:
            values = {"name": holiday_name(reason.name)}
            return _("make-up workday (%(name)s)") % values
        case Code.MAKEUP:
            return _("make-up workday")
        case Code.PAUSE:
            return str(PAUSES.get(reason.name, reason.name)) or _("paused")
        case Code.WEEKEND:
            return _("weekend")
        case Code.CALENDAR_DAY:
            return _("calendar day")
        case Code.MOVED_HERE:
            return _("moved to the next working day")
        case Code.WORKDAY:
            return _("working day")


def error_sentence(error: WorkdayError) -> str:
    """Why a question has no answer, and what to change."""
    values: dict[str, object] = {"value": error.value, "most": MOST_DAYS}
    sentences = {
        "negative_count": _("The number of days is %(value)s; it cannot be below 0."),
        "count_too_large": _("The number of days is too large; at most %(most)s."),
        "pause_ends_before_start": _("A pause ends before it begins: %(value)s."),
        "out_of_range": _("The date lies outside the years 1 to 9999."),
    }
    return sentences[error.code] % values


def bad_notice_sentence(error: BadNotice) -> str:
    """What keeps a file from being read as a notice."""
    values = {"value": error.value}
    sentences = {
        "not_json": _("The file is not valid JSON."),
        "not_an_object": _("The file must hold one object with the year's notice."),
        "year": _("“year” must be a number, such as 2027."),
        "off": _("“off” must give each holiday's name with its first and last day."),
        "makeup_workdays": _("“makeup_workdays” must be a list of dates."),
        "source": _("“source” must be text."),
        "day": _("“%(value)s” is not a date such as 2027-01-01."),
    }
    return sentences[error.code] % values


def problem_sentence(problem: Problem) -> str:
    """What is wrong with a notice, named by its holiday or its day."""
    values: dict[str, Any] = {  # any: only shown
        name: exact_day(value) if name == "day" else value
        for name, value in problem.values.items()
    }
    return PROBLEMS[problem.code]() % {"longest_name": LONGEST_NAME, **values}


# Functions, so that each sentence is translated when it is shown.
PROBLEMS: dict[str, Callable[[], str]] = {
    "year_out_of_range": lambda: _("%(year)s is not a year of this calendar."),
    "no_days_off": lambda: _("The notice names no days off."),
    "too_many_rows": lambda: _("The notice has more rows than any year can have."),
    "bad_name": lambda: _("The name is missing or longer than %(longest_name)s."),
    "name_twice": lambda: _("%(name)s stands there twice; put it into one row."),
    "ends_before_start": lambda: _("%(name)s ends before it begins."),
    "too_long": lambda: _("%(name)s is longer than %(most)s days."),
    "outside_year": lambda: _(
        "%(name)s must end in %(year)s and begin no earlier than December before."
    ),
    "off_twice": lambda: _("%(day)s belongs to %(other)s and to %(name)s."),
    "makeup_outside_year": lambda: _(
        "The make-up workday %(day)s is neither in %(year)s nor in December before."
    ),
    "makeup_not_weekend": lambda: _(
        "%(day)s is no weekend day, so it cannot be a make-up workday."
    ),
    "makeup_twice": lambda: _("The make-up workday %(day)s stands there twice."),
    "makeup_is_off": lambda: _("%(day)s is a make-up workday and off for %(name)s."),
    "implausible_total": lambda: _(
        "The year would have %(count)s working days; every year since 2004 had "
        "248 to 252. Please compare with the notice."
    ),
    "missing_name": lambda: _("The notice does not name %(name)s. Is that right?"),
    "no_source": lambda: _("Say which notice this is."),
    "no_date": lambda: _("Say when the notice was published."),
    "year_too_far": lambda: _("Notices come one year ahead; %(year)s is too far."),
}
