"""How much of a password is its owner's idea: what is left without the usual pieces."""

import gzip
import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from django.contrib.auth import password_validation

LISTED = Path(password_validation.__file__).with_name("common-passwords.txt.gz")
WORDS = Path(__file__).resolve().parent.parent / "data" / "common_passwords.txt"
SHORTEST_WORD = 3
SHORTEST_RUN = 3
# What people type for letters.
LEET = str.maketrans("@4301!|$57", "aaeoiiisst")
ROWS = (
    "1234567890-=",
    "!@#$%^&*()_+",
    "qwertyuiop[]",
    "asdfghjkl;'",
    "zxcvbnm,./",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol",
)
YEAR = re.compile(r"(?:19|20)\d\d(?:(?:0\d|1[0-2])(?:[0-2]\d|3[01])?)?")


@lru_cache(maxsize=1)
def common_words() -> tuple[str, ...]:
    lines = WORDS.read_text(encoding="utf-8").splitlines()
    return tuple(line for line in lines if line and not line.startswith("#"))


def own_part(password: str, known: Iterable[str] = ()) -> int:
    """How many characters are in no known word, run of keys or date."""
    text = password.lower()
    words = [*common_words(), *(word.lower() for word in known)]
    plain = _covered(text, words)
    spelled = _covered(text.translate(LEET), words)
    return sum(not (a or b) for a, b in zip(plain, spelled, strict=True))


def is_listed(password: str) -> bool:
    """Whether Django's 20,000 most common ones have it, decorated or not."""
    text = password.lower()
    bare = re.sub(r"^[^a-z]+|[^a-z]+$", "", text)
    wanted = {text, bare} - {""}
    # Read through, not kept: passwords are chosen seldom, memory is paid always.
    with gzip.open(LISTED, "rt", encoding="utf-8") as lines:
        return any(line.strip() in wanted for line in lines)


def _covered(text: str, words: Iterable[str]) -> list[bool]:
    covered = [False] * len(text)
    for word in words:
        if len(word) < SHORTEST_WORD:
            continue
        start = text.find(word)
        while start >= 0:
            covered[start : start + len(word)] = [True] * len(word)
            start = text.find(word, start + 1)
    for first, last in [*_runs(text), *(match.span() for match in YEAR.finditer(text))]:
        covered[first:last] = [True] * (last - first)
    return covered


def _runs(text: str) -> list[tuple[int, int]]:
    """Stretches like aaa, 4321, qwer."""
    runs, start, step = [], 0, None
    for here in range(1, len(text) + 1):
        now = _step(text[here - 1], text[here]) if here < len(text) else None
        if now is None or now != step:
            if step is not None and here - start >= SHORTEST_RUN:
                runs.append((start, here))
            start, step = (here - 1, now) if now is not None else (here, None)
    return runs


def _step(one: str, other: str) -> tuple[int, int] | None:
    """Which way two neighbours go: the same, up or down, or along a row of keys."""
    gap = ord(other) - ord(one)
    if abs(gap) <= 1:
        return 0, gap
    for number, row in enumerate(ROWS, start=1):
        if one in row and other in row:
            gap = row.index(other) - row.index(one)
            if abs(gap) == 1:
                return number, gap
    return None
