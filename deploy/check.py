"""The quick checks before a commit, each with its time: `make check`."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time

from deploy.common import ROOT, VENV, VENV_PYTHON, base_environment, say
from deploy.run_tests import WORKERS, test_environment

FAST = "not slow and not browser"
MANAGE = [str(VENV_PYTHON), "manage.py"]
STEPS = {
    "ruff check": [str(VENV / "bin" / "ruff"), "check", "--quiet", "."],
    "ruff format": [str(VENV / "bin" / "ruff"), "format", "--check", "--quiet", "."],
    "djlint": [str(VENV / "bin" / "djlint"), ".", "--lint", "--quiet"],
    "mypy": [str(VENV_PYTHON), "-m", "mypy", "--no-error-summary"],
    "migrations": [*MANAGE, "makemigrations", "--check", "--dry-run"],
    "deployment": [*MANAGE, "check", "--deploy", "--fail-level", "WARNING"],
    "fast tests": [str(VENV_PYTHON), "-m", "pytest", "-n", WORKERS, "-m", FAST],
}


def main() -> int:
    failed = [name for name, command in STEPS.items() if not passes(name, command)]
    if failed:
        say(f"make check: failed: {', '.join(failed)}")
        return 1
    say("make check: everything is fine.")
    return 0


def passes(name: str, command: list[str]) -> bool:
    """Run one step; show what it says."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="crm-check-") as data:
        done = subprocess.run(
            command,
            check=False,
            cwd=ROOT,
            env=environment_for(name, data),
            stdin=subprocess.DEVNULL,
        )
    verdict = "fine" if done.returncode == 0 else "FAILED"
    say(f"-- {name}: {verdict} ({time.monotonic() - started:.1f} s)")
    return done.returncode == 0


def environment_for(name: str, data: str) -> dict[str, str]:
    if name == "fast tests":
        return test_environment()
    env = {**base_environment(), "CRM_DATA_DIR": data}
    for other in ("CRM_DATABASE", "CRM_ENV", "DEBUG", "DEMO"):
        env.pop(other, None)
    if name == "deployment":
        env |= production_environment()
    else:
        env["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    return env


def production_environment() -> dict[str, str]:
    """What an operator sets, as docs/operating.md shows it."""
    return {
        "DJANGO_SETTINGS_MODULE": "crm.config.settings",
        "CRM_ENV": "production",
        "SECRET_KEY": "this-is-only-long-enough-for-the-checks-0123456789-abcdefghij",
        "CRM_AUDIT_KEY": "another-one-that-is-long-enough-for-the-checks-0123456789",
        "ALLOWED_HOSTS": "liaison.example.org",
        "CRM_CODE_SENDER": "none",
        "CRM_BASE_URL": "https://liaison.example.org",
    }


if __name__ == "__main__":
    sys.exit(main())
