"""How Chinese characters of names are read, for refusing passwords made of them.

A small table instead of the library: web processes never load pypinyin, and it is
needed only when somebody chooses a password.
"""

from pathlib import Path

TABLE = Path(__file__).resolve().parent.parent / "data" / "readings.txt"


def syllables(text: str) -> list[str]:
    """One reading per character that the table knows, Latin letters as they are."""
    readings = _readings_of(set(text))
    return [readings.get(char, char.lower()) for char in text if char.isalnum()]


def _readings_of(chars: set[str]) -> dict[str, str]:
    """Of these characters only: the table is read through, not kept."""
    found: dict[str, str] = {}
    with TABLE.open(encoding="utf-8") as lines:
        for line in lines:
            reading, known = line.split()
            for char in chars.intersection(known):
                found[char] = reading
    return found
