"""Run every test: on SQLite, on PostgreSQL, in a browser: `make test`.

The last line is the sum over all parts.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from deploy import postgres, processes
from deploy.common import ROOT, VAR, VENV_PYTHON, base_environment, say

REPORTS = VAR / "test-reports"
WORKERS = str(min(os.cpu_count() or 1, 4))
SUITE = ["-n", WORKERS, "-m", "not browser"]
BROWSER = ["-m", "browser", "tests/browser"]


@dataclass(frozen=True)
class Count:
    """How many tests went which way."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other: Count) -> Count:
        return Count(
            self.passed + other.passed,
            self.failed + other.failed,
            self.skipped + other.skipped,
        )

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def main() -> int:
    env = test_environment()
    counts: dict[str, Count] = {}
    processes.adopt_orphans()
    with processes.stoppable():
        try:
            counts["SQLite"] = run_part("SQLite", SUITE, env)
            with postgres.cluster(env) as address:
                on_postgres = {**env, "CRM_TEST_DATABASE": address}
                counts["PostgreSQL"] = run_part("PostgreSQL", SUITE, on_postgres)
            counts["Browser"] = run_part("Browser", BROWSER, env)
        except processes.StopRequested:
            say("Interrupted: what is missing counts as failed.")
            counts["Interrupted"] = Count(failed=1)
        finally:
            processes.stop_all([], patience=5)
    return report(counts)


def test_environment() -> dict[str, str]:
    env = base_environment()
    for name in ("CRM_TEST_DATABASE", "PYTEST_ADDOPTS", "DJANGO_SETTINGS_MODULE"):
        env.pop(name, None)
    return env


def run_part(name: str, arguments: list[str], env: dict[str, str]) -> Count:
    """Run pytest once and count from its own report."""
    say(f"== Tests: {name}")
    REPORTS.mkdir(parents=True, exist_ok=True)
    path = REPORTS / f"{name.lower()}.xml"
    path.unlink(missing_ok=True)
    (REPORTS / "sum.txt").write_text("0 passed, 1 failed, 0 skipped\n")
    command = [str(VENV_PYTHON), "-m", "pytest", *arguments]
    child = processes.start([*command, f"--junitxml={path}"], env=env, cwd=ROOT)
    return judge(name, child.wait(), count_in(path))


def judge(name: str, status: int, count: Count) -> Count:
    """A part that crashed or ran nothing must not look like success."""
    if status and not count.failed:
        say(f"{name}: pytest ended with {status}; counted as a failure.")
        return count + Count(failed=1)
    if count.passed + count.failed + count.skipped == 0:
        say(f"{name}: no test ran; counted as a failure.")
        return Count(failed=1)
    return count


def count_in(path: Path) -> Count:
    """Add up the suites of a JUnit file; errors are failures."""
    try:
        suites = list(ET.parse(path).iter("testsuite"))
    except (OSError, ET.ParseError):
        return Count()

    def total(name: str) -> int:
        return sum(int(suite.get(name, "0")) for suite in suites)

    failed = total("failures") + total("errors")
    skipped = total("skipped")
    return Count(max(total("tests") - failed - skipped, 0), failed, skipped)


def report(counts: dict[str, Count]) -> int:
    for name, count in counts.items():
        say(f"{name}: {count}")
    everything = sum(counts.values(), Count())
    (REPORTS / "sum.txt").write_text(f"{everything}\n")
    say(str(everything))
    return 1 if everything.failed else 0


if __name__ == "__main__":
    sys.exit(main())
