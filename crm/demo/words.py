"""Names and texts out of lists, by one seeded random source."""

import json
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

# China keeps no numbers for fiction, and a mobile number that passes our check can be
# somebody's. A landline's own digits begin with 2 to 8: those that begin with 0 pass
# as well, and no exchange can put them through.
AREA = "0871"
MOST_CONTACTS = 3
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


def official_phone(number: int) -> str:
    """Of the official with this number; nobody else has it."""
    return f"{AREA}-00{scattered(number, 1_000_000):06d}"


def contact_phone(company: int, place: int) -> str:
    """Of the company's contact at this place; no other contact has it."""
    number = scattered(company * MOST_CONTACTS + place, 9_000_000) + 1_000_000
    return f"{AREA}-0{number}"


def owner_phone(number: int) -> str:
    """Of a company's person, who signs in with it; no mobile begins with 100."""
    return f"100{scattered(number, 100_000_000):08d}"


def scattered(number: int, among: int) -> int:
    """Another number for each: the factor shares no divisor with powers of ten or 9."""
    return (number + 1_021) * 7_919_731 % among


def company_name(
    random: Random, place: str, trade: dict[str, Any], taken: set[str]
) -> str:
    """A name that no other company of the story bears."""
    while (name := a_name(random, place, trade)) in taken:
        pass
    taken.add(name)
    return name


def a_name(random: Random, place: str, trade: dict[str, Any]) -> str:
    words = listed("demo")
    brand = random.choice(words["brands"])
    if random.random() < 0.35:
        brand += random.choice("达通源成华隆盛新业佳")
    word, form = random.choice(trade["words"]), random.choice(words["forms"][:-1])
    return f"{place}{brand}{word}{form}"


def log_between(random: Random, low: float, high: float) -> float:
    """Small values often, large ones rarely, as companies are."""
    return float(low * (high / low) ** (random.random() ** 1.6))
