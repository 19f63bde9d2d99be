"""The published calendar, as the tests of working days ask it."""

from datetime import date

from crm.lib.published_years import published_years
from crm.lib.workdays import Calendar, Unit

YEARS = published_years()
CALENDAR = Calendar(YEARS)
WORKING, CALENDAR_DAYS = Unit.WORKING, Unit.CALENDAR


def d(text):
    return date.fromisoformat(text)
