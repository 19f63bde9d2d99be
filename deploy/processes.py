"""Start programs so that none outlives us, and stop them whatever happens."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
Child = subprocess.Popen[bytes]
libc = ctypes.CDLL(None, use_errno=True)


class StopRequested(Exception):
    """A person or the system asked us to end."""


def adopt_orphans() -> None:
    """Become the parent of grandchildren whose own parent dies."""
    libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    parent = Path(f"/proc/{os.getppid()}/comm")
    if parent.is_file() and parent.read_text().strip() == "make":
        # `make` killed with -9 could not pass it on.
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


def ignore_signals() -> None:
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def start(
    command: list[str],
    *,
    env: dict[str, str],
    cwd: Path,
    user: str | None = None,
    log: Path | None = None,
) -> Child:
    """Start a child in a session of its own that the kernel ends when we die."""
    output = log.open("ab") if log else None
    try:
        return subprocess.Popen(
            command,
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            # Ctrl-C reaches only us: we decide in which order they end.
            start_new_session=True,
            preexec_fn=end_with_parent(os.getpid()),  # noqa: PLW1509  (no threads)
            user=user,
            group=user,
            extra_groups=[] if user else None,
        )
    finally:
        if output:
            output.close()


def end_with_parent(parent: int) -> Callable[[], None]:
    def ask_the_kernel() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)  # it died before we asked

    return ask_the_kernel


def stop_all(children: list[Child], *, patience: float) -> None:
    """Ask every child to end, then end whatever is still below us."""
    ignore_signals()  # a second Ctrl-C must not cut the end short
    for child in children:
        send(child.pid, signal.SIGTERM)
    until = time.monotonic() + patience
    while descendants() and time.monotonic() < until:
        reap()
        time.sleep(0.05)
    for _ in range(50):
        left = descendants()
        if not left:
            break
        for pid in left:
            send(pid, signal.SIGKILL)
        time.sleep(0.02)
        reap()


def stop_one(child: Child, *, patience: float) -> None:
    """End one child the quick way that databases know, or the hard way."""
    send(child.pid, signal.SIGINT)
    try:
        child.wait(patience)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def send(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def reap() -> None:
    """Collect children that have ended, adopted ones too."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def descendants() -> set[int]:
    """Every living process below this one; the dead only wait for reap()."""
    parents = dict(living())
    found = {os.getpid()}
    while more := {pid for pid, above in parents.items() if above in found} - found:
        found |= more
    return found - {os.getpid()}


def living() -> Iterator[tuple[int, int]]:
    """Yield (process, its parent) for all that are not zombies."""
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            # The name may hold spaces and brackets: read behind the last one.
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if fields[0] not in "ZX":
            yield int(entry.name), int(fields[1])


@contextmanager
def stoppable() -> Iterator[None]:
    """Turn Ctrl-C, `kill` and a closed terminal into StopRequested, once."""

    def stop(number: int, frame: object) -> None:
        ignore_signals()
        raise StopRequested

    before = {each: signal.signal(each, stop) for each in STOP_SIGNALS}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
