"""Print a deadline and every day on the way to it."""

import json
import re
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils.translation import gettext as _

from crm.lib.calendar_words import MARKS, error_sentence
from crm.lib.published_years import published_years
from crm.lib.words import weekday
from crm.lib.workdays import (
    Calendar,
    Explanation,
    Mark,
    Pause,
    Unit,
    WorkdayError,
)
from crm.services import calendar

DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
COUNT = re.compile(r"[+-]?\d{1,40}", re.ASCII)
LONGEST_KIND = 40
OPEN = "-"


class Command(BaseCommand):
    help = "Print the deadline of N days from START and what each day on the way did."
    # Arithmetic only: it answers on a machine where nothing else is set up yet.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("start", metavar="START", help="not counted; 2026-09-30")
        parser.add_argument("n", metavar="N", help="number of days")
        parser.add_argument(
            "--unit", default=Unit.WORKING.value, help="working (default) or calendar"
        )
        parser.add_argument(
            "--pause",
            nargs=3,
            action="append",
            default=[],
            metavar=("FROM", "TO", "KIND"),
            help="days that do not count, first to last; TO '-' while it still runs; "
            "KIND company, special, force or a word of your own",
        )
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(
        self,
        *,
        start: str,
        n: str,
        unit: str,
        pause: list[list[str]],
        json: bool,
        **options: Any,  # any: the base class's own options
    ) -> str:
        try:
            explanation = self.calendar().explain(
                day_of(start), count_of(n), unit_of(unit), map(pause_of, pause)
            )
        except WorkdayError as error:
            raise CommandError(error_sentence(error)) from None
        return as_json(explanation) if json else as_text(explanation)

    def calendar(self) -> Calendar:
        """The site's calendar; before `migrate` the years that come with it."""
        try:
            return calendar.refresh()
        except DatabaseError:
            sentence = _("The database has no calendar; the published years are used.")
            self.stderr.write(sentence)
            return Calendar(published_years())


def day_of(text: str) -> date:
    try:
        if DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise refused(_("“%(value)s” is not a date such as 2026-09-30."), text)


def count_of(text: str) -> int:
    if not COUNT.fullmatch(text):
        raise refused(_("“%(value)s” is not a number of days."), text)
    return int(text)


def unit_of(text: str) -> Unit:
    try:
        return Unit(text)
    except ValueError:
        sentence = _("“%(value)s” is no unit; write working or calendar.")
        raise refused(sentence, text) from None


def pause_of(words: list[str]) -> Pause:
    first, last, kind = words
    if not kind.strip() or len(kind) > LONGEST_KIND or not kind.isprintable():
        raise refused(_("“%(value)s” is no kind of pause."), kind)
    return Pause(day_of(first), None if last == OPEN else day_of(last), kind)


def refused(sentence: str, value: str) -> CommandError:
    return CommandError(sentence % {"value": value[:40]})


def as_json(explanation: Explanation) -> str:
    days = [
        {**one, "date": one["date"].isoformat()}
        for one in calendar.days_told(explanation)
    ]
    deadline = explanation.due.isoformat() if explanation.due else None
    body = {
        "deadline": deadline,
        "provisional": explanation.provisional,
        "days": days,
    }
    return json.dumps(body, ensure_ascii=False, indent=1)


def as_text(explanation: Explanation) -> str:
    """The deadline, then a line per day; counted days are numbered."""
    lines, number = [headline(explanation)], 0
    names = [weekday(date(2024, 1, 1 + offset)) for offset in range(7)]
    marks = {mark.value: str(word) for mark, word in MARKS.items()}
    for one in calendar.days_told(explanation):
        is_counted = one["is"] == Mark.COUNTED
        number += is_counted
        day = f"{one['date'].isoformat()} {names[one['date'].weekday()]}"
        count = str(number) if is_counted else ""
        lines.append(f"{day}  {count:>4}  {marks[one['is']]}  {one['why']}")
    return "\n".join(lines)


def headline(explanation: Explanation) -> str:
    if explanation.due is None:
        return _("No deadline yet: a pause has no end.")
    values = {
        "day": f"{explanation.due.isoformat()} {weekday(explanation.due)}",
        "provisional": _("provisional"),
    }
    if explanation.provisional:
        return _("Deadline %(day)s (%(provisional)s)") % values
    return _("Deadline %(day)s") % values
