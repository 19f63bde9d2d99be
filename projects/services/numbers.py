"""Numbers that can be: the same for what is typed here and what comes in files."""

from collections.abc import Callable, Iterator
from typing import Final

from django.utils.translation import gettext as _

from crm.lib.errors import DomainError
from projects.models.items import MOST_DAYS

MOST_MONTHS: Final = 1_200
DAYS: Final = ("statutory_days", "committed_days", "green_days")


def wrong_numbers(value: Callable[[str], int | None]) -> Iterator[tuple[str, str]]:
    """Fields of an item whose number cannot be, with a sentence for each."""
    for name in DAYS:
        if not 0 <= (value(name) or 0) <= MOST_DAYS:
            yield name, between(0, MOST_DAYS)
    months = value("valid_months")
    if months is not None and not 1 <= months <= MOST_MONTHS:
        yield "valid_months", between(1, MOST_MONTHS)
    law = value("statutory_days")
    if law and (value("committed_days") or 0) > law:
        sentence = _("The commitment cannot exceed the %(days)s days of the law.")
        yield "committed_days", sentence % {"days": law}


def check_numbers(value: Callable[[str], int | None]) -> None:
    for field, sentence in wrong_numbers(value):
        raise DomainError(sentence, code="bad_number", field=field)


def between(least: int, most: int) -> str:
    return _("Write a number from %(least)s to %(most)s.") % {
        "least": least,
        "most": most,
    }
