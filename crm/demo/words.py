"""Names and texts out of lists, by one seeded random source."""

import json
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

DATA = Path(__file__).resolve().parent.parent / "data"


@cache
def listed(name: str) -> Any:
    """A JSON file of crm/data, read once."""
    return json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))


def person_name(random: Random) -> str:
    """A believable name; one in sixty has a rare surname."""
    words = listed("demo")
    rare = random.random() < 1 / 60
    surname = random.choice(words["rare_surnames"] if rare else words["surnames"])
    given = words["given_male" if random.random() < 0.6 else "given_female"]
    length = 1 if random.random() < 0.25 else 2
    return str(surname) + "".join(random.choice(given) for _ in range(length))


def mobile(random: Random) -> str:
    start = random.choice(("138", "139", "135", "158", "186", "177", "199"))
    return start + f"{random.randrange(10**8):08d}"


def company_name(random: Random, place: str, trade: dict[str, Any]) -> str:
    words = listed("demo")
    brand = random.choice(words["brands"])
    if random.random() < 0.35:
        brand += random.choice("达通源成华隆盛新业佳")
    word, form = random.choice(trade["words"]), random.choice(words["forms"][:-1])
    return f"{place}{brand}{word}{form}"


def log_between(random: Random, low: float, high: float) -> float:
    """Small values often, large ones rarely, as companies are."""
    return float(low * (high / low) ** (random.random() ** 1.6))
