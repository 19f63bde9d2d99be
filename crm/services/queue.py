"""The worker's side of the task queue: take, note the outcome, and never lose one.

A task taken has a lease in the same transaction. The worker renews it while it works;
when it stops doing so (kill -9, power cut), the task goes back to the queue.
"""

import logging
import os
import secrets
import socket
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from crm.lib import periodic, tasks
from crm.lib.errors import DomainError
from crm.models import ScheduleSlot, TaskLease

logger = logging.getLogger("crm.worker")
# A row of the queue; generic over arguments that only JSON knows.
Task = DBTaskResult[Any, Any]
LEASE: Final = timedelta(seconds=60)
READY, RUNNING, FAILED, SUCCESSFUL = "READY", "RUNNING", "FAILED", "SUCCESSFUL"
# How long rows are kept.
KEEP_DONE: Final = timedelta(days=7)
KEEP_FAILED: Final = timedelta(days=90)


def worker_name() -> str:
    """Host and process: a worker of the same host can see that another is gone."""
    return f"{socket.gethostname()[:36]}:{os.getpid()}:{secrets.token_hex(4)}"


def take(worker: str, *, now: datetime | None = None) -> Task | None:
    """Claim the next task that is due, with a lease; None when there is none."""
    ready = DBTaskResult.objects.ready()
    if not ready.exists():
        return None  # an idle worker must not stand in the queue of writers
    with transaction.atomic():
        task = ready.get_locked()
        if task is None:
            return None
        task.claim(worker)
        TaskLease.objects.update_or_create(
            task_id=task.pk,
            defaults={"worker": worker, "beat_at": now or timezone.now()},
        )
    return task


def beat(task_id: Any, worker: str, *, now: datetime) -> bool:
    """Renew the lease; False when somebody else has the task by now."""
    mine = TaskLease.objects.filter(task_id=task_id, worker=worker)
    return mine.update(beat_at=now) == 1


def call(task: Task) -> Any:
    """Run the task's function in this process."""
    return task.task.call(*task.args_kwargs["args"], **task.args_kwargs["kwargs"])


def succeed(task: Task, worker: str, value: Any) -> bool:
    """Note the outcome, unless the task was given to another worker meanwhile."""
    with transaction.atomic():
        if not give_back_lease(task, worker):
            return False
        plain = isinstance(value, str | int | float | bool | None)
        task.set_successful(value if plain else None)
    return True


def fail(task: Task, worker: str, error: BaseException, *, now: datetime) -> bool:
    """Put the task back for a later try, or note its end; False when it is over."""
    with transaction.atomic():
        if not give_back_lease(task, worker):
            return False
        tries = len(task.worker_ids)
        # A rule that said no will not change its mind.
        is_over = isinstance(error, DomainError) or tries >= most_tries(task)
        task.set_failed(error)
        if not is_over:
            wait = timedelta(seconds=tasks.pause_after(tries))
            put_back(task, run_after=now + wait)
    return not is_over


def give_back_lease(task: Task, worker: str) -> bool:
    mine = TaskLease.objects.filter(task_id=task.pk, worker=worker)
    count, _ = mine.delete()
    return count == 1


def put_back(task: Task, *, run_after: datetime) -> None:
    """Ready again; the last error stays to be read."""
    task.status, task.run_after, task.finished_at = READY, run_after, None
    task.save(update_fields=["status", "run_after", "finished_at"])


def name_of(task: Task) -> str:
    """The function's dotted name, which is the first argument of tasks.run()."""
    args = task.args_kwargs.get("args") or [task.task_path]
    return str(args[0])


def most_tries(task: Task) -> int:
    return tasks.attempts_of(name_of(task))


# --- After a crash ---------------------------------------------------------------


class WorkerDiedError(Exception):
    """The worker ended in the middle of the task, as often as it was tried."""


def reap(*, now: datetime | None = None) -> int:
    """Give back what dead workers held; say how many tasks that were."""
    now = now or timezone.now()
    stale = Q(beat_at__lt=now - LEASE) | Q(worker__in=dead_workers())
    return sum(
        release(lease.pk, stale, now) for lease in TaskLease.objects.filter(stale)
    )


def dead_workers() -> list[str]:
    """Those of this host whose process is gone; of other hosts only time tells."""
    host = worker_name().split(":")[0]
    names = TaskLease.objects.filter(worker__startswith=f"{host}:")
    return [
        name
        for name in names.values_list("worker", flat=True)
        if not is_alive(int(name.split(":")[1]))
    ]


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # it lives, under another account
    return True


@transaction.atomic
def release(task_id: Any, stale: Q, now: datetime) -> int:
    leases = TaskLease.objects.select_for_update(skip_locked=True)
    lease = leases.filter(stale, task_id=task_id).first()
    if lease is None:
        return 0  # renewed or released since it was read
    lease.delete()
    task = DBTaskResult.objects.filter(pk=task_id, status=RUNNING).first()
    if task is None:
        return 0
    if len(task.worker_ids) >= most_tries(task):
        task.set_failed(WorkerDiedError(f"its worker {lease.worker} ended"))
        logger.error("%s failed for good: its worker died each time", name_of(task))
        return 0
    put_back(task, run_after=now)
    logger.warning("%s goes back: worker %s is gone", name_of(task), lease.worker)
    return 1


# --- Periodic work ----------------------------------------------------------------


def enqueue_due(*, now: datetime | None = None) -> int:
    """Enqueue each periodic task once per period, however many workers ask."""
    now = now or timezone.now()
    count = 0
    for one in list(periodic.REGISTRY.values()):
        turn = {"name": one.name, "slot": one.slot(now)}
        if ScheduleSlot.objects.filter(**turn).exists():
            continue
        with transaction.atomic():
            _, is_ours = ScheduleSlot.objects.get_or_create(
                **turn, defaults={"taken_at": now}
            )
            if is_ours:
                tasks.enqueue(one.name)
                count += 1
    return count


def clean_up(*, now: datetime | None = None) -> int:
    """Remove rows of tasks and turns that nobody will look at; say how many."""
    now = now or timezone.now()
    done = DBTaskResult.objects.filter(
        status=SUCCESSFUL, finished_at__lt=now - KEEP_DONE
    )
    failed = DBTaskResult.objects.filter(
        status=FAILED, finished_at__lt=now - KEEP_FAILED
    )
    turns = ScheduleSlot.objects.filter(slot__lt=now - KEEP_DONE)
    return sum(rows.delete()[0] for rows in (done, failed, turns))
