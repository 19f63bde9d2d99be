"""The notices that come with the program, read from its data file."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from .holiday_year import HolidayYear, from_json

PATH = Path(__file__).parent.parent / "data" / "holidays.json"


@cache
def published_years() -> tuple[HolidayYear, ...]:
    """2019 to 2026, as published by the State Council."""
    return tuple(from_json(year) for year in _data()["years"])


@cache
def festivals() -> dict[str, str]:
    """The seven holidays by the names that notices print, each with a code."""
    return dict(_data()["festivals"])


def _data() -> dict[str, Any]:  # any: it is JSON
    data: dict[str, Any] = json.loads(PATH.read_text("utf-8"))
    return data
