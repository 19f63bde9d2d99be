"""Tasks in tests run when their transaction ends, and a failing one fails the test."""

from functools import partial

from django.db import transaction
from django_tasks.backends.immediate import ImmediateBackend
from django_tasks.base import TaskResult, TaskResultStatus

from crm.lib import transactions


class RaisingBackend(ImmediateBackend):
    supports_defer = True

    def _execute_task(self, task_result: TaskResult) -> None:
        if task_result.task.run_after:
            return  # a test that wants it calls the function
        # In life the worker sees the row only after the commit.
        if transactions.is_open(transaction.get_connection()):
            transaction.on_commit(partial(self._run, task_result))
        else:
            self._run(task_result)

    def _run(self, task_result: TaskResult) -> None:
        super()._execute_task(task_result)
        if task_result.status == TaskResultStatus.FAILED:
            raise AssertionError(
                f"The task {task_result.task.name} failed:\n"
                f"{task_result.errors[-1].traceback}"
            )
