"""The one place that names the task queue.

A task is a plain function, named by its dotted path. Enqueueing writes a row in the
surrounding transaction, so a task exists exactly if the change does; the name is
imported only where it runs, so web processes stay light.

Every task may run twice: a worker can die after the work and before the note of it.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, TypeVar

from django.utils.module_loading import import_string

try:
    from django.tasks import task
except ImportError:  # before Django 6
    from django_tasks import task  # type: ignore[no-redef] # the same thing

F = TypeVar("F", bound=Callable[..., Any])

# How often a failing task is tried, and the seconds before the next tries.
ATTEMPTS: Final = 5
PAUSES: Final = (10, 60, 300, 1800)


@task()
def run(name: str, args: list[Any]) -> Any:
    """Import the function behind the name and call it."""
    return import_string(name)(*args)


def enqueue(name: str, *args: Any, run_after: datetime | None = None) -> str:
    """Leave a task for the worker, as "visits.jobs.process_photo"; return its key.

    Arguments are what JSON knows: keys of records, not the records.
    """
    wanted = run.using(run_after=run_after) if run_after else run
    return str(wanted.enqueue(name, list(args)).id)


def attempts(most: int) -> Callable[[F], F]:
    """Say how often a function is tried as a task; once for what must not repeat."""

    def mark(function: F) -> F:
        function.max_attempts = most  # type: ignore[attr-defined] # our own mark
        return function

    return mark


def attempts_of(name: str) -> int:
    """A name that does not resolve is not tried again."""
    try:
        function = import_string(name)
    except ImportError:
        return 1
    return int(getattr(function, "max_attempts", ATTEMPTS))


def pause_after(attempt: int) -> int:
    """Seconds until the next try, longer each time."""
    return PAUSES[min(attempt, len(PAUSES)) - 1]
