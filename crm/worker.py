"""The one background process: tasks, periodic work, seals on events, messages."""

import logging
import signal
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import Any, Final

from django.db import DatabaseError, InterfaceError, close_old_connections, connections
from django.utils import timezone

from crm.lib.forked import fork_lock
from crm.sending import BATCH, Sender
from crm.services import audit, queue

logger = logging.getLogger("crm.worker")
# Seconds between two looks into the queue, and between two of each chore.
POLL: Final = 0.25
SEAL: Final = 2.0
SEND: Final = 2.0
SCHEDULE: Final = 1.0
REAP: Final = 15.0
BEAT: Final = 15.0
REPORT_HEAD: Final = 3600.0


class Heartbeat(threading.Thread):
    """Renews the lease of a task that takes long."""

    def __init__(self, worker: str) -> None:
        super().__init__(name="heartbeat", daemon=True)
        self.worker = worker
        self.task_id: Any = None  # a UUID while a task runs
        self.ended = threading.Event()

    def run(self) -> None:
        while not self.ended.wait(BEAT):
            if (task_id := self.task_id) is not None:
                self.beat(task_id)

    def beat(self, task_id: Any) -> None:
        # Nobody may fork while this thread is inside the database.
        with fork_lock:
            try:
                if not queue.beat(task_id, self.worker, now=timezone.now()):
                    logger.warning("task %s was given to another worker", task_id)
            except DatabaseError as error:
                logger.warning("no heartbeat for %s: %s", task_id, error)
            finally:
                connections.close_all()


class Worker:
    """Takes tasks one by one until it is told to stop; survives a missing database."""

    def __init__(self, *, is_once: bool = False) -> None:
        self.name = queue.worker_name()
        self.is_once = is_once
        self.stopping = threading.Event()
        self.heartbeat = Heartbeat(self.name)
        self.sender = Sender()
        self.next_at: dict[str, float] = {}
        self.trouble = ""

    def listen(self) -> None:
        """Finish the current task on SIGTERM or Ctrl-C, then end."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.stop)

    def stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping.set()

    def run(self) -> None:
        logger.info("worker %s is up", self.name)
        self.heartbeat.start()
        while not self.stopping.is_set():
            try:
                is_busy = self.turn()
            except (DatabaseError, InterfaceError) as error:
                if self.is_once:
                    raise
                self.wait_for_database(error)
                continue
            self.trouble = ""
            if is_busy:
                continue
            if self.is_once:
                break
            self.stopping.wait(POLL)
        self.heartbeat.ended.set()
        logger.info("worker %s has ended", self.name)

    def turn(self) -> bool:
        """Do the chores that are due and one task; say whether there may be more."""
        close_old_connections()
        self.chore("schedule", SCHEDULE, queue.enqueue_due)
        self.chore("reap", REAP, queue.reap)
        sealed = self.chore("seal", 0 if self.is_once else SEAL, audit.seal_pending)
        self.chore("head", REPORT_HEAD, report_head)
        if sealed >= audit.BATCH:
            self.next_at.pop("seal")
        sent = self.chore("send", 0 if self.is_once else SEND, self.sender.turn)
        if sent >= BATCH:
            self.next_at.pop("send")
        task = queue.take(self.name)
        if task is not None:
            self.work(task)
        return task is not None or sealed >= audit.BATCH or sent >= BATCH

    def chore(self, name: str, seconds: float, act: Callable[[], int]) -> int:
        now = time.monotonic()
        if now < self.next_at.get(name, 0):
            return 0
        self.next_at[name] = now + seconds
        return act()

    def work(self, task: queue.Task) -> None:
        """Run one task and leave one line about it."""
        name, tries = queue.name_of(task), len(task.worker_ids)
        waited = (timezone.now() - max(task.enqueued_at, due_at(task))).total_seconds()
        begun = time.perf_counter()
        self.heartbeat.task_id = task.pk
        try:
            value = queue.call(task)
        except (Exception, SystemExit) as error:
            outcome = self.failed(task, name, error)
        else:
            is_noted = queue.succeed(task, self.name, value)
            outcome = "done" if is_noted else "done, but given away meanwhile"
        finally:
            self.heartbeat.task_id = None
        took = time.perf_counter() - begun
        line = "%s %s in %.3f s, waited %.1f s, try %d"
        logger.info(line, name, outcome, took, max(waited, 0), tries)

    def failed(self, task: queue.Task, name: str, error: BaseException) -> str:
        if queue.fail(task, self.name, error, now=timezone.now()):
            logger.warning("%s: %r; it will be tried again", name, error)
            return "put off"
        logger.error("%s failed for good", name, exc_info=error)
        return "failed"

    def wait_for_database(self, error: Exception) -> None:
        """Say it once, drop the connection, look again in two seconds."""
        if str(error) != self.trouble:
            self.trouble = str(error)
            logger.warning("the database is not there: %s", self.trouble.strip())
        connections.close_all()
        self.stopping.wait(2.0)


def due_at(task: queue.Task) -> Any:
    """When it could start; a task without a time has one at the end of the calendar."""
    return task.enqueued_at if task.run_after.year > 9000 else task.run_after


def report_head() -> int:
    """Once an hour into the log: a note of the chain's end outside the database."""
    head = audit.current_head()
    if head.position:
        logger.info("the chain of events ends at %d %s", *head)
    return 0
