"""What the scripts share. Standard library only: they run before anything is there."""

from __future__ import annotations

import hashlib
import os
import secrets
import shlex
import subprocess
import sys
from collections.abc import Iterable
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var"
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
NODE_MODULES = ROOT / "node_modules"


def say(text: str) -> None:
    with suppress(OSError):  # the reader or the terminal may be gone
        print(text, flush=True)


def stop(sentence: str) -> NoReturn:
    """End with a sentence for a person instead of a traceback."""
    print(sentence, file=sys.stderr, flush=True)
    raise SystemExit(1)


def base_environment() -> dict[str, str]:
    """Return the caller's environment with a usable HOME and UTF-8 everywhere."""
    env = dict(os.environ)
    env["PYTHONUTF8"] = "1"
    env["PATH"] = f"{VENV / 'bin'}:{env.get('PATH') or os.defpath}"
    # Left over from another virtual environment, these would mislead ours.
    for name in ("PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV"):
        env.pop(name, None)
    if not os.access(env.get("HOME") or "/nonexistent", os.W_OK):
        home = VAR / "home"
        home.mkdir(parents=True, exist_ok=True)
        env["HOME"] = str(home)
    return env


def run(command: list[str], *, log: Path | None = None) -> None:
    """Run a command in the project's folder; stop with a sentence when it fails.

    With a log its chatter goes there, and is shown only after a failure.
    """
    try:
        with log.open("wb") if log else nullcontext() as output:
            done = subprocess.run(
                command,
                check=False,
                cwd=ROOT,
                env=base_environment(),
                stdin=_stdin(),
                stdout=output,
                stderr=subprocess.STDOUT if output else None,
            )
    except FileNotFoundError:
        stop(f"The program {command[0]} was not found.")
    if done.returncode:
        if log:
            say("\n".join(log.read_text(errors="replace").splitlines()[-20:]))
        stop(f"This command failed ({done.returncode}): {shlex.join(command)}")


def output_of(command: list[str]) -> str:
    """Return what a command prints, or nothing when it fails or does not exist."""
    try:
        done = subprocess.run(
            command,
            check=False,
            cwd=ROOT,
            env=base_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def fingerprint(*parts: str | Path) -> str:
    """Hash texts and files, so that a step is done again when one of them changes."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.read_bytes() if isinstance(part, Path) else part.encode()
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()


def is_done(stamp: Path, wanted: str) -> bool:
    return stamp.is_file() and stamp.read_text() == wanted


def provide_secret(data: Path) -> None:
    """Give the installation a key of its own, readable by its owner only."""
    path = data / "secret_key"
    if not path.is_file():
        data.mkdir(parents=True, exist_ok=True)
        half = path.with_suffix(".part")
        half.touch(mode=0o600)
        half.write_text(secrets.token_urlsafe(50) + "\n")
        half.replace(path)


def mark_done(stamp: Path, value: str) -> None:
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(value)


def files_under(folders: Iterable[Path], *suffixes: str) -> list[Path]:
    """List files with these endings in a fixed order."""
    found = [path for folder in folders for path in folder.rglob("*")]
    return sorted(path for path in found if path.is_file() and path.suffix in suffixes)


def _stdin() -> int | None:
    # A password prompt of sudo needs the terminal; in CI nothing may wait for input.
    return None if sys.stdin is not None and sys.stdin.isatty() else subprocess.DEVNULL
