"""Heavy or risky work in a child of its own: a limit on time, a limit on memory.

The child is forked from a warm parent, so nothing is imported twice, and it is a pure
function of its arguments: it has no database. What it cannot finish dies with it.
"""

import ctypes
import json
import os
import resource
import select
import signal
import sys
import threading
import time
import traceback
from typing import Any, Final, NoReturn

from django.db import connections
from django.utils.module_loading import import_string

from . import transactions

# Held by threads while they are inside the database: a child forked then would
# inherit locks that nobody in it will ever release.
fork_lock: Final = threading.Lock()
PR_SET_PDEATHSIG: Final = 1
CHUNK: Final = 1 << 16
inherited: list[Any] = []
warm: set[str] = set()


class ChildError(Exception):
    """The work in the child did not succeed; the sentence says how it ended."""


class ChildTimeoutError(ChildError):
    """The child was ended because its time was up."""


def run_forked(name: str, *args: Any, timeout: float = 60, memory_mb: int = 512) -> Any:
    """Call the function behind the name in a child; return its bytes or plain value.

    A module may have a `warm_up()`: called once in the parent, before the first fork.
    """
    refuse_in_transaction()
    function = import_string(name)
    warm_up(function)
    reader, writer = os.pipe()
    with fork_lock:
        pid = os.fork()
        if pid == 0:
            os.close(reader)
            be_child(function, args, writer, timeout, memory_mb)
    os.close(writer)
    try:
        answer = read_all(reader, timeout)
    except BaseException:
        end(pid)
        raise
    finally:
        os.close(reader)
        _, status = os.waitpid(pid, 0)
    return understand(name, answer, status)


def end(pid: int) -> None:
    """Kill the child and all that it started."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        os.kill(pid, signal.SIGKILL)  # it had no time to make its own group


def refuse_in_transaction() -> None:
    """The child would inherit the lock, and the others wait for its end."""
    if transactions.is_any_open():
        raise RuntimeError("Never fork inside a transaction: finish it first.")


def warm_up(function: Any) -> None:
    module = function.__module__
    if module not in warm:
        warm.add(module)
        if prepare := getattr(sys.modules[module], "warm_up", None):
            prepare()


# --- In the child ---------------------------------------------------------------


def be_child(
    function: Any, args: tuple[Any, ...], writer: int, timeout: float, memory_mb: int
) -> NoReturn:
    """Work, answer, and leave without any of the parent's clean-up."""
    code = 1
    try:
        leave_parent_alone()
        limit(timeout, memory_mb)
        write_all(writer, answer_of(function, args))
        code = 0
    finally:
        os._exit(code)


def leave_parent_alone() -> None:
    """End with the parent, ignore its signals, and never touch its connections."""
    os.setpgid(0, 0)
    os.nice(10)  # pages come first
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for connection in connections.all(initialized_only=True):
        inherited.append(connection.connection)
        connection.connection = None


def limit(timeout: float, memory_mb: int) -> None:
    """Memory beyond what the warm parent had; files mapped for reading are free."""
    with open("/proc/self/statm") as file:
        data_pages = int(file.read().split()[5])
    most = data_pages * resource.getpagesize() + memory_mb * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    seconds = int(timeout) + 5
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def answer_of(function: Any, args: tuple[Any, ...]) -> bytes:
    """One letter for the kind, then the value: bytes, JSON or an error."""
    try:
        value = function(*args)
        if isinstance(value, bytes):
            return b"B" + value
        return b"J" + json.dumps(value, ensure_ascii=False).encode()
    except MemoryError:
        return b"E" + b"out of memory"
    except BaseException as error:
        trace = "".join(traceback.format_exception(error))
        return b"E" + f"{error!r}\n{trace}".encode("utf-8", "replace")


def write_all(fd: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(fd, rest[:CHUNK]) :]


# --- In the parent --------------------------------------------------------------


def read_all(fd: int, timeout: float) -> bytes:
    deadline = time.monotonic() + timeout
    parts: list[bytes] = []
    while True:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([fd], [], [], left)[0]:
            raise ChildTimeoutError(f"not finished after {timeout:g} seconds")
        part = os.read(fd, CHUNK)
        if not part:
            return b"".join(parts)
        parts.append(part)


def understand(name: str, answer: bytes, status: int) -> Any:
    kind, value = answer[:1], answer[1:]
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        raise ChildError(f"{name} was ended by signal {number}")
    if kind == b"B":
        return value
    if kind == b"J":
        return json.loads(value)
    raise ChildError(f"{name}: {value.decode('utf-8', 'replace') or 'no answer'}")
