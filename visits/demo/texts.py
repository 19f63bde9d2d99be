"""Sentences that an officer could have written, filled in by a seeded source."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from string import Formatter
from typing import Any

from crm.demo.story import CompanyStory
from crm.demo.words import listed

FILE = Path(__file__).resolve().parent.parent / "data" / "demo_texts.json"
NUMBERS = {
    "one": (1, 2),
    "few": (3, 9),
    "n": (3, 28),
    "k": (2, 6),
    "d": (5, 25),
    "m": (30, 900),
    "p": (3, 30),
    "pct": (55, 98),
}


@cache
def texts() -> Any:  # Any: JSON of many shapes
    return json.loads(FILE.read_text(encoding="utf-8"))


@cache
def fields_of(template: str) -> tuple[str, ...]:
    return tuple(name for _, name, _, _ in Formatter().parse(template) if name)


@cache
def trade_of(branch: str) -> str:
    return str(texts()["trade_of"].get(branch, "office"))


@dataclass(frozen=True)
class Teller:
    """Tells of one company in the words of its trade."""

    random: Random
    company: CompanyStory
    is_known: bool = False
    is_remote: bool = False

    @property
    def trade(self) -> str:
        return trade_of(self.company.industry[:2])

    def filled(self, template: str, known: dict[str, str]) -> str:
        """Put values into the slots; the same slot of one problem keeps its value."""
        for name in fields_of(template):
            if name not in known:
                known[name] = self.slot(name)
        return template.format(**known)

    def slot(self, name: str) -> str:
        if name in NUMBERS:
            return str(self.random.randint(*NUMBERS[name]))
        if name == "staff":
            return str(self.company.staff)
        if name == "road" and (road := road_of(self.company.address)):
            return road
        words = texts()["trades"][self.trade].get(name) or texts()["slots"][name]
        return str(self.random.choice(words))

    def problem(self, category: str) -> dict[str, str]:
        """Symptom, cause, wish and the answer that solves it, about one thing."""
        template = self.random.choice(problems(category, self.trade))
        known: dict[str, str] = {}
        return {part: self.filled(template[part], known) for part in "scwa"}

    def categories(self) -> Sequence[str]:
        return categories(self.trade)

    def one_of(self, *kind: str) -> str:
        found = fitting(kind, self.trade, self.is_remote)
        return self.filled(self.random.choice(found), {})

    def purpose(self, *, is_asked: bool) -> str:
        if is_asked:
            return self.one_of("purposes_asked")
        again = self.is_known and self.random.random() < 0.2
        return self.one_of("purposes_again" if again else "purposes")

    def note(self, mode: str) -> str:
        """How it began and what was said, then up to two observations."""
        first = self.one_of("openings", mode)
        if self.random.random() < 0.7:
            first += self.one_of("facts")
        if self.random.random() < 0.6:
            first += self.one_of("worries")
        lines = [first]
        more = self.random.choice((0, 1, 1, 2))
        chosen = self.random.sample(
            fitting(("notes",), self.trade, self.is_remote), more
        )
        return "\n".join([*lines, *(self.filled(one, {}) for one in chosen)])


@cache
def road_of(address: str) -> str:
    return next((one for one in listed("demo")["roads"] if one in address), "")


@cache
def needs_factory(text: str) -> bool:
    return any(word in text for word in texts()["factory_words"])


@cache
def needs_presence(text: str) -> bool:
    return any(word in text for word in texts()["on_site_words"])


@cache
def fitting(path: tuple[str, ...], trade: str, is_remote: bool) -> list[str]:
    """The sentences under this path that fit the trade, and a talk by telephone."""
    found = texts()
    for key in path:
        found = found[key]
    if trade not in texts()["factories"]:
        found = [one for one in found if not needs_factory(one)] or found
    if is_remote:
        found = [one for one in found if not needs_presence(one)] or found
    return list(found)


@cache
def problems(category: str, trade: str) -> list[dict[str, str]]:
    every: list[dict[str, str]] = texts()["categories"][category]
    if trade in texts()["factories"]:
        return every
    return [
        one
        for one in every
        if not needs_factory(one["s"] + one["c"] + one["w"] + one["a"])
    ]


@cache
def categories(trade: str) -> tuple[str, ...]:
    """Those in which a company of the trade has something to say."""
    return tuple(key for key in texts()["categories"] if problems(key, trade))
