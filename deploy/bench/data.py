"""Databases to measure on: made once per scale, kept, and reused."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy import postgres
from deploy.common import ROOT, VAR, VENV_PYTHON, base_environment, say, stop

KINDS = ("sqlite", "postgres")
PYTHON = str(VENV_PYTHON)
READY = "ready"


@contextmanager
def database(kind: str, scale: str) -> Iterator[dict[str, str]]:
    """The environment of a site whose database holds the scale's demo data."""
    folder = VAR / "bench" / scale
    folder.mkdir(parents=True, exist_ok=True)
    env = environment(folder)
    if kind == "sqlite":
        env["CRM_DATABASE"] = f"sqlite://{folder}/db.sqlite3"
        seed(env, folder / f"sqlite.{READY}", scale)
        yield env
        return
    # Not under var/: the user postgres may not enter the project's folder.
    home = Path(tempfile.gettempdir()) / f"crm-bench-{os.getuid()}-{scale}"
    with postgres.cluster(env, home=home, settings=postgres.DURABLE) as address:
        env["CRM_DATABASE"] = address
        seed(env, home / READY, scale)
        yield env


def environment(folder: Path) -> dict[str, str]:
    """As the demo has it; the key is worth nothing, the folder is thrown away."""
    env = base_environment()
    for name in ("CRM_ENV", "CRM_DATABASE"):
        env.pop(name, None)
    return env | {
        "CRM_DATA_DIR": str(folder),
        "SECRET_KEY": "only-for-measuring-" + "0" * 40,
        "DEBUG": "0",
        "DEMO": "1",
        "DJANGO_SETTINGS_MODULE": "crm.config.settings",
    }


def seed(env: dict[str, str], ready: Path, scale: str) -> None:
    manage(env, "migrate", "--verbosity", "0")
    if ready.is_file():
        return
    if has_rows(env):
        stop(
            f"A database for {scale} is half made. Remove {ready.parent} and try again."
        )
    say(f"Making the data of scale {scale}, once")
    manage(env, "seed_demo", "--scale", scale)
    ready.touch()


def has_rows(env: dict[str, str]) -> bool:
    code = "from crm.models import Company; print(Company.objects.exists())"
    return "True" in manage(env, "shell", "--verbosity", "0", "-c", code)


def manage(env: dict[str, str], *command: str) -> str:
    """Run a management command; stop when it fails."""
    return output(env, [PYTHON, "manage.py", *command])


def output(env: dict[str, str], command: list[str]) -> str:
    done = subprocess.run(
        command,
        check=False,
        cwd=ROOT,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    if done.returncode:
        stop(f"This command failed ({done.returncode}): {' '.join(command)}")
    return done.stdout


def migrate_empty(env: dict[str, str]) -> dict[str, float]:
    """Seconds from no table to all of them, on a fresh database of the same kind."""
    with empty(env) as fresh:
        before, started = children_cpu(), time.perf_counter()
        manage(fresh, "migrate", "--verbosity", "0")
        wall = time.perf_counter() - started
        return {"seconds": wall, "cpu": children_cpu() - before}


@contextmanager
def empty(env: dict[str, str]) -> Iterator[dict[str, str]]:
    folder = Path(tempfile.mkdtemp(prefix="crm-bench-empty-"))
    try:
        if env["CRM_DATABASE"].startswith("sqlite"):
            yield env | {"CRM_DATABASE": f"sqlite://{folder}/db.sqlite3"}
            return
        with postgres.cluster(env, settings=postgres.DURABLE) as address:
            yield env | {"CRM_DATABASE": address}
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
