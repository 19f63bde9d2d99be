"""How much memory the workers have, and how much processor everything took."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path

from deploy import processes


def workers_of(master: int) -> list[int]:
    """The processes that answer: all that the master has forked."""
    return [pid for pid, parent in processes.living() if parent == master]


def pss_of(smaps: str) -> int:
    """Kilobytes of a process, with its share of what several have."""
    found = re.search(r"^Pss:\s+(\d+) kB", smaps, re.MULTILINE)
    return int(found[1]) if found else 0


def ticks_of(stat: str) -> int:
    """User and system time of a process; its name may hold spaces and brackets."""
    fields = stat.rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def cpu_ms() -> float:
    """Of all that we have started and that runs: workers, database."""
    ticks = 0
    for pid in processes.descendants():
        with suppress(FileNotFoundError, ProcessLookupError):
            ticks += ticks_of(Path(f"/proc/{pid}/stat").read_text())
    return ticks * 1000 / os.sysconf("SC_CLK_TCK")


def pss_mib(master: int) -> float:
    """Both workers together."""
    texts = [
        Path(f"/proc/{pid}/smaps_rollup").read_text() for pid in workers_of(master)
    ]
    return sum(map(pss_of, texts)) / 1024
