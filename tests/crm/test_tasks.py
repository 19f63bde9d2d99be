"""A task exists exactly if the change does, and none is lost when a worker dies."""

import ast
import os
import signal
import subprocess
import sys
import time
from datetime import datetime, timedelta
from datetime import time as clock
from pathlib import Path

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks import task_backends
from django_tasks_db.backend import DatabaseBackend
from django_tasks_db.models import DBTaskResult

from crm.lib import periodic, tasks
from crm.models import ScheduleSlot, TaskLease
from crm.services import queue
from crm.worker import Worker
from tests.crm import jobs_for_tests
from tests.factories import NOON

pytestmark = pytest.mark.django_db
JOBS = "tests.crm.jobs_for_tests"
ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def no_calls():
    jobs_for_tests.calls.clear()


@pytest.fixture
def real_queue():
    """Rows in the database instead of running at once."""
    before = task_backends["default"]
    task_backends["default"] = DatabaseBackend("default", {})
    yield
    task_backends["default"] = before


@pytest.fixture
def worker(real_queue, monkeypatch):
    monkeypatch.setattr(periodic, "REGISTRY", {})
    # The test's own transaction must stay open.
    monkeypatch.setattr("crm.worker.close_old_connections", lambda: None)
    return Worker(is_once=True)


def only_task():
    return DBTaskResult.objects.get()


# --- Enqueueing


def test_in_tests_a_task_runs_when_its_transaction_ends():
    with transaction.atomic():
        tasks.enqueue(f"{JOBS}.note", 1, "a")
        assert jobs_for_tests.calls == []
    assert jobs_for_tests.calls == [(1, "a")]


def test_in_tests_a_failing_task_fails_the_test():
    with pytest.raises(AssertionError, match="out of paper"):
        tasks.enqueue(f"{JOBS}.break_down")


def test_a_task_goes_when_the_change_goes(real_queue):
    with pytest.raises(ZeroDivisionError):
        enqueue_and_fail()
    assert not DBTaskResult.objects.exists()


@transaction.atomic
def enqueue_and_fail():
    tasks.enqueue(f"{JOBS}.note")
    raise ZeroDivisionError


def names_in_use():
    """Every name that is given to enqueue() or to the schedule, as it stands there."""
    for app in ("crm", "projects", "visits", "reports"):
        for path in (ROOT / app).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and called(node) in CALLS:
                    yield from (
                        (path.relative_to(ROOT), arg.value)
                        for arg in node.args
                        if isinstance(arg, ast.Constant) and isinstance(arg.value, str)
                        if arg is node.args[CALLS[called(node)]]
                    )


CALLS = {"enqueue": 0, "every": 1, "daily": 1, "run_forked": 0}


def called(node):
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


@pytest.mark.slow
def test_every_name_in_use_resolves():
    found = list(names_in_use())
    assert found
    for path, name in found:
        assert callable(import_string(name)), f"{path}: {name}"


# --- Running


def test_the_worker_runs_what_waits_and_says_so(worker, caplog):
    caplog.set_level("INFO", "crm.worker")
    tasks.enqueue(f"{JOBS}.note", 7)
    worker.run()
    assert jobs_for_tests.calls == [(7,)]
    assert only_task().status == "SUCCESSFUL"
    assert only_task().return_value == "noted"
    assert not TaskLease.objects.exists()
    assert f"{JOBS}.note done in" in caplog.text


def test_an_idle_worker_does_not_write(worker, django_assert_num_queries):
    worker.turn()
    with django_assert_num_queries(3):
        # is a lease stale, waits an event, waits a task (schedule: nothing registered)
        worker.next_at = {"reap": time.monotonic() + 9, "head": time.monotonic() + 9}
        worker.turn()
        queue.take(worker.name)


@pytest.mark.parametrize("job", ["break_down", "leave"])
def test_a_failing_task_is_tried_again_later_and_not_for_ever(worker, job):
    tasks.enqueue(f"{JOBS}.{job}")
    pauses = []
    for _ in range(tasks.ATTEMPTS):
        worker.work(queue.take(worker.name))
        task = only_task()
        pauses.append((task.run_after - timezone.now()).total_seconds())
        DBTaskResult.objects.filter(status="READY").update(run_after=timezone.now())
    assert task.status == "FAILED"
    assert len(task.worker_ids) == tasks.ATTEMPTS
    assert "jobs_for_tests" in task.traceback
    assert [round(pause, -1) for pause in pauses[:-1]] == [10, 60, 300, 1800]
    assert queue.take(worker.name) is None


@pytest.mark.parametrize("job", ["break_down_once", "refuse"])
def test_some_failures_are_final(worker, job):
    tasks.enqueue(f"{JOBS}.{job}")
    worker.work(queue.take(worker.name))
    assert only_task().status == "FAILED"


def test_a_task_nobody_knows_fails_and_the_worker_goes_on(worker):
    tasks.enqueue("crm.jobs.forgotten")
    tasks.enqueue(f"{JOBS}.note")
    worker.run()
    assert jobs_for_tests.calls == [()]
    statuses = DBTaskResult.objects.values_list("status", flat=True)
    assert sorted(statuses) == ["FAILED", "SUCCESSFUL"]


def test_a_task_for_later_waits(worker):
    tasks.enqueue(f"{JOBS}.note", run_after=timezone.now() + timedelta(hours=1))
    worker.run()
    assert jobs_for_tests.calls == []


# --- After a crash


def taken_by(name, *, beat_at):
    tasks.enqueue(f"{JOBS}.note")
    task = queue.take(name)
    TaskLease.objects.update(beat_at=beat_at)
    return task


def test_a_task_whose_worker_fell_silent_goes_back(worker):
    now = timezone.now()
    taken_by("elsewhere:1:a", beat_at=now - queue.LEASE - timedelta(seconds=1))
    assert queue.reap(now=now) == 1
    worker.run()
    assert jobs_for_tests.calls == [()]
    assert len(only_task().worker_ids) == 2


def test_a_task_with_a_living_worker_stays(worker):
    now = timezone.now()
    taken_by("elsewhere:1:a", beat_at=now - queue.LEASE + timedelta(seconds=1))
    assert queue.reap(now=now) == 0
    assert only_task().status == "RUNNING"


def test_a_dead_process_of_this_host_is_seen_at_once(worker):
    host = queue.worker_name().split(":")[0]
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    taken_by(f"{host}:{child.pid}:a", beat_at=timezone.now())
    assert queue.reap() == 1


def test_a_task_that_kills_its_worker_each_time_ends(worker):
    tasks.enqueue(f"{JOBS}.note")
    for _ in range(tasks.ATTEMPTS):
        queue.take("elsewhere:1:a")
        queue.reap(now=timezone.now() + 2 * queue.LEASE)
        DBTaskResult.objects.filter(status="READY").update(run_after=timezone.now())
    assert only_task().status == "FAILED"
    assert not TaskLease.objects.exists()


def test_the_first_worker_may_not_note_what_the_second_has(worker):
    slow = taken_by("slow", beat_at=NOON)
    queue.reap()
    queue.take("quick")
    assert queue.succeed(slow, "slow", "late") is False
    assert queue.fail(slow, "slow", ValueError(), now=timezone.now()) is False
    assert only_task().status == "RUNNING"
    assert TaskLease.objects.get().worker == "quick"


def test_a_heartbeat_renews_only_its_own_lease(worker):
    task = taken_by("mine", beat_at=NOON)
    now = timezone.now()
    assert queue.beat(task.pk, "other", now=now) is False
    assert queue.beat(task.pk, "mine", now=now) is True
    assert TaskLease.objects.get().beat_at == now


# --- Periodic work


def test_each_turn_is_enqueued_once(worker):
    periodic.every(60, f"{JOBS}.note")
    assert [queue.enqueue_due(now=NOON) for _ in range(3)] == [1, 0, 0]
    assert queue.enqueue_due(now=NOON + timedelta(seconds=59)) == 0
    assert queue.enqueue_due(now=NOON + timedelta(seconds=60)) == 1
    assert DBTaskResult.objects.count() == 2


def test_of_two_schedulers_one_gets_the_turn(worker, monkeypatch):
    periodic.every(60, f"{JOBS}.note")
    queue.enqueue_due(now=NOON)
    # The second one looked before the first one wrote.
    monkeypatch.setattr(type(ScheduleSlot.objects.all()), "exists", lambda self: False)
    assert queue.enqueue_due(now=NOON) == 0
    assert DBTaskResult.objects.count() == 1


def test_a_daily_turn_is_that_of_the_local_day_and_missed_ones_count_once(worker):
    periodic.daily(clock(3, 10), f"{JOBS}.note")
    one = periodic.REGISTRY[f"{JOBS}.note"]
    slots = {
        at: timezone.localtime(one.slot(datetime.fromisoformat(at))).strftime(
            "%d %H:%M"
        )
        for at in ("2026-03-18T03:09:59+08:00", "2026-03-18T03:10:00+08:00")
    }
    assert list(slots.values()) == ["17 03:10", "18 03:10"]
    assert queue.enqueue_due(now=NOON) == 1
    assert queue.enqueue_due(now=NOON + timedelta(days=9)) == 1


def test_old_rows_are_removed_and_waiting_ones_kept(worker):
    tasks.enqueue(f"{JOBS}.note")
    worker.run()
    tasks.enqueue(f"{JOBS}.note")
    periodic.every(60, f"{JOBS}.note")
    queue.enqueue_due(now=NOON)
    assert queue.clean_up(now=timezone.now() + timedelta(days=1)) == 1
    assert queue.clean_up(now=timezone.now() + timedelta(days=8)) == 1
    assert DBTaskResult.objects.count() == 2


# --- The process


def test_a_database_that_is_gone_is_waited_for(worker, monkeypatch, caplog):
    answers = [OperationalError("database is locked")] * 2 + [False]
    worker.is_once = False
    monkeypatch.setattr("crm.worker.connections.close_all", lambda: None)
    monkeypatch.setattr(worker.stopping, "wait", lambda seconds: None)

    def turn():
        answer = answers.pop(0)
        if not answers:
            worker.stopping.set()
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(worker, "turn", turn)
    worker.run()
    assert answers == []
    assert caplog.text.count("database is locked") == 1


def environment(folder):
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "crm.config.settings",
        "CRM_DATABASE": f"sqlite://{folder}/db.sqlite3",
        "CRM_DATA_DIR": str(folder),
        "SECRET_KEY": "x" * 50,
    }


@pytest.mark.slow
def test_the_process_waits_without_tables_and_ends_on_sigterm(tmp_path):
    command = [sys.executable, "manage.py", "worker"]
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment(tmp_path), stderr=subprocess.PIPE, text=True
    )
    try:
        lines = [process.stderr.readline()]
        while "not there" not in lines[-1] and lines[-1]:
            lines.append(process.stderr.readline())
        assert "no such table" in lines[-1], lines
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    finally:
        process.kill()
        process.stderr.close()


IMPORTED = """
import sys, django
from django.urls import get_resolver
import crm.config.wsgi
get_resolver().url_patterns
def walk(patterns):
    for one in patterns:
        walk(getattr(one, "url_patterns", []))
walk(get_resolver().url_patterns)
heavy = ("weasyprint", "pypinyin", "apprise", "fontTools", "pi_heif", "xlsxwriter",
         "python_calamine", "pypdfium2", "PIL.JpegImagePlugin", "PIL.PngImagePlugin",
         "PIL.WebPImagePlugin", "crm.worker", "openpyxl")
print(sorted(name for name in heavy if name in sys.modules))
"""


@pytest.mark.slow
def test_a_web_process_stays_light(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", IMPORTED],
        cwd=ROOT,
        env={**environment(tmp_path), "DEBUG": "1"},
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_workers_never_take_the_same_task(real_queue):
    from tests.second import second_connection

    tasks.enqueue(f"{JOBS}.note")
    with second_connection() as other, other.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute(f"SELECT id FROM {DBTaskResult._meta.db_table} FOR UPDATE")
        assert queue.take("second") is None
        cursor.execute("ROLLBACK")
    assert queue.take("second") is not None
    assert connection.vendor == "postgresql"
