"""A queue for writers: one file lock beside the database."""

import fcntl
import os
import threading
from pathlib import Path


class WriteLock:
    """Held by one transaction of one connection; others wait in the kernel's queue.

    The lock belongs to the open file, not to the thread or the process: a forked
    child shares it, so the child must forget() it and never release() it.
    """

    def __init__(self, path: Path, timeout: float) -> None:
        self.path = path
        self.timeout = timeout
        self.fd: int | None = None

    @property
    def is_held(self) -> bool:
        return self.fd is not None

    def acquire(self) -> bool:
        """Wait for the turn, at most `timeout` seconds; say whether it came."""
        fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if not Waiter(fd).wait(self.timeout):
                return False
        self.fd = fd
        return True

    def release(self) -> None:
        # Closing the only descriptor of the open file releases the lock.
        if (fd := self.fd) is not None:
            self.fd = None
            os.close(fd)

    # In a forked child: the parent still holds it through its own descriptor.
    forget = release


class Waiter:
    """Wait for flock() with a limit, which the call itself does not have."""

    def __init__(self, fd: int) -> None:
        self.fd = fd
        self.guard = threading.Lock()
        self.answered = threading.Event()
        self.gave_up = False

    def wait(self, timeout: float) -> bool:
        threading.Thread(target=self.block, name="writelock", daemon=True).start()
        try:
            self.answered.wait(timeout)
        except BaseException:
            if self.give_up():
                os.close(self.fd)
            raise
        return self.give_up()

    def give_up(self) -> bool:
        """Stop waiting; say whether the lock has come after all."""
        with self.guard:
            self.gave_up = True
            return self.answered.is_set()

    def block(self) -> None:
        fcntl.flock(self.fd, fcntl.LOCK_EX)
        with self.guard:
            if self.gave_up:
                os.close(self.fd)
            else:
                self.answered.set()
