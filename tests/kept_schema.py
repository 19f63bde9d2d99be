"""A migrated SQLite file, made once and kept until something changes that makes it.

Migrations take ten seconds a process; their outcome is the same for every run.
"""

import fcntl
import hashlib
import shutil
import sqlite3
from contextlib import contextmanager
from pathlib import Path

import django
from django.core.management import call_command
from django.db import connection

ROOT = Path(__file__).parent.parent
# Tables and first rows, and what post_migrate does in the modules beside crm/apps.py.
MAKERS = ("*/migrations/*.py", "*/data/*.json", "crm/*.py")


def place(folder: Path) -> None:
    """Put a copy where this process has its test database."""
    ours = connection.settings_dict["TEST"]["NAME"]
    with alone(folder):
        kept = folder / f"{mark()}.sqlite3"
        if not kept.exists():
            for old in folder.glob("*.sqlite3*"):
                old.unlink()
            make(kept)
        shutil.copy(kept, ours)


@contextmanager
def alone(folder: Path):
    """One process makes it, the others wait."""
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def mark() -> str:
    """Differs as soon as the outcome may."""
    seen = hashlib.sha256(f"{django.__version__} {sqlite3.sqlite_version}".encode())
    for pattern in MAKERS:
        for path in sorted(ROOT.glob(pattern)):
            seen.update(f"{path.relative_to(ROOT)}\n".encode())
            seen.update(path.read_bytes())
    return seen.hexdigest()[:16]


def make(kept: Path) -> None:
    half = kept.with_suffix(".half.sqlite3")
    usual = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = str(half)
    try:
        call_command("migrate", verbosity=0)
    finally:
        connection.close()
        connection.settings_dict["NAME"] = usual
    half.rename(kept)
