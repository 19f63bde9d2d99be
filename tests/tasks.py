"""Tasks in tests run at once, and a task that fails makes the test fail."""

from django_tasks.backends.immediate import ImmediateBackend
from django_tasks.base import TaskResult, TaskResultStatus


class RaisingBackend(ImmediateBackend):
    def _execute_task(self, task_result: TaskResult) -> None:
        super()._execute_task(task_result)
        if task_result.status == TaskResultStatus.FAILED:
            raise AssertionError(
                f"The task {task_result.task.name} failed:\n"
                f"{task_result.errors[-1].traceback}"
            )
