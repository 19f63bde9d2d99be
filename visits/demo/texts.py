"""Sentences that an officer could have written, filled in by a seeded source."""

import json
from functools import cache
from pathlib import Path
from random import Random
from string import Formatter
from typing import Any

FILE = Path(__file__).resolve().parent.parent / "data" / "demo_texts.json"


@cache
def texts() -> Any:
    return json.loads(FILE.read_text(encoding="utf-8"))


def filled(random: Random, template: str, known: dict[str, str]) -> str:
    """Put values into the slots; the same slot of one problem keeps its value."""
    for _, name, _, _ in Formatter().parse(template):
        if name and name not in known:
            known[name] = slot(random, name)
    return template.format(**known)


def slot(random: Random, name: str) -> str:
    numbers = {
        "n": (3, 28),
        "k": (2, 6),
        "d": (5, 25),
        "m": (30, 900),
        "p": (3, 30),
        "pct": (55, 98),
    }
    if name in numbers:
        return str(random.randint(*numbers[name]))
    return str(random.choice(texts()["slots"][name]))


def problem(random: Random, category: str) -> dict[str, str]:
    """Symptom, cause, wish and the answer that solves it, about the same thing."""
    template = random.choice(texts()["categories"][category])
    known: dict[str, str] = {}
    return {part: filled(random, template[part], known) for part in "scwa"}


def one_of(random: Random, kind: str) -> str:
    return filled(random, random.choice(texts()[kind]), {})


def note(random: Random) -> str:
    """Two or three observations that do not repeat each other."""
    chosen = random.sample(texts()["notes"], random.choice((1, 2, 2, 3)))
    return "\n".join(filled(random, one, {}) for one in chosen)
