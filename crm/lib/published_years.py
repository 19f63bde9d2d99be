"""The notices that come with the program, read from its data file."""

import json
from functools import cache
from pathlib import Path

from .holiday_year import HolidayYear, from_json

PATH = Path(__file__).parent.parent / "data" / "holidays.json"


@cache
def published_years() -> tuple[HolidayYear, ...]:
    """2019 to 2026, as published by the State Council."""
    data = json.loads(PATH.read_text("utf-8"))
    return tuple(from_json(year) for year in data["years"])
