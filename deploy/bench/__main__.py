"""Print how fast the site is and write it down; nothing fails but the site itself.

SCALE=county DATABASES=sqlite,postgres SECONDS=5 REQUESTS=20000 make bench
ONLY="dispatch desk,sweep" measures these rows and parts, and writes nothing down.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from deploy import processes
from deploy.common import ROOT, say, stop

from . import data, measure, pages, table

SCALES = ("small", "county", "city")


def main() -> int:
    scale = os.environ.get("SCALE") or "county"
    if scale not in SCALES:
        stop(f"SCALE must be one of {', '.join(SCALES)}, not {scale!r}.")
    kinds = (os.environ.get("DATABASES") or ",".join(data.KINDS)).split(",")
    if unknown := set(kinds) - set(data.KINDS):
        stop(f"DATABASES may name {' and '.join(data.KINDS)}, not {min(unknown)!r}.")
    if names := pages.unknown():
        stop(f"ONLY may name rows and {', '.join(pages.PARTS)}, not {names[0]!r}.")
    processes.adopt_orphans()
    with processes.stoppable():
        try:
            for kind in kinds:
                measure_one(
                    kind, scale, number("SECONDS", 5), number("REQUESTS", 20000)
                )
        except processes.StopRequested:
            say("Stopped.")
            return 1
        finally:
            processes.stop_all([], patience=10)
    return 0


def number(name: str, usual: int) -> int:
    text = os.environ.get(name) or str(usual)
    if not text.isdecimal() or int(text) < 1:
        stop(f"{name} must be a whole number from 1, not {text!r}.")
    return int(text)


def measure_one(kind: str, scale: str, seconds: int, requests: int) -> None:
    say(f"-- {kind}, scale {scale}")
    with data.database(kind, scale) as env:
        found = measure.measure(env, seconds, requests)
    for line in table.lines(kind, found):
        say(line)
    for sentence in table.missed(kind, found):
        say(f"MISSED {sentence}")
    if pages.only():
        return
    result_of(scale, kind).write_text(json.dumps(found, indent=1, ensure_ascii=False))
    smaller = result_of("county", kind)
    if scale == "city" and smaller.is_file():
        for line in table.growth(read(smaller), found):
            say(line)


def result_of(scale: str, kind: str) -> Path:
    return ROOT / f"bench-result-{scale}-{kind}.json"


def read(path: Path) -> dict[str, Any]:  # Any: what JSON holds
    found: dict[str, Any] = json.loads(path.read_text())
    return found


if __name__ == "__main__":
    sys.exit(main())
