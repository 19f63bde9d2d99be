"""Heavy work happens in a child with limits, and its end is told in a sentence."""

import os
import time
from pathlib import Path

import pytest
from django.db import transaction

from crm.lib.forked import ChildError, ChildTimeoutError, run_forked

JOBS = "tests.crm.jobs_for_tests"


def test_the_child_answers_with_a_plain_value_and_the_parent_was_warm():
    answer = run_forked(f"{JOBS}.double", 21)
    again = run_forked(f"{JOBS}.double", 1)
    assert answer["twice"] == 42
    assert answer["pid"] != os.getpid()
    assert answer["warmed"] == again["warmed"] == [os.getpid()]


def test_the_child_answers_with_many_bytes():
    assert run_forked(f"{JOBS}.some_bytes", 3_000_000) == b"\x00\xff" * 3_000_000


def test_an_error_in_the_child_is_told():
    with pytest.raises(ChildError, match="out of paper"):
        run_forked(f"{JOBS}.break_down")


def test_leaving_the_child_is_an_error():
    with pytest.raises(ChildError, match="SystemExit"):
        run_forked(f"{JOBS}.leave")


@pytest.mark.slow
def test_a_child_that_takes_too_long_is_ended_with_its_own_children(tmp_path):
    marker, begun = tmp_path / "marker", time.monotonic()
    with pytest.raises(ChildTimeoutError, match="2 seconds"):
        run_forked(f"{JOBS}.sleep", 30, str(marker), timeout=2)
    while is_alive(marker.read_text()):
        assert time.monotonic() - begun < 20
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def is_alive(pid):
    """Not gone, and not only waiting to be buried."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def test_a_child_that_eats_too_much_is_ended():
    assert run_forked(f"{JOBS}.eat", 50, memory_mb=200) == 50 * 1024 * 1024
    with pytest.raises(ChildError, match="memory"):
        run_forked(f"{JOBS}.eat", 400, memory_mb=200)


def test_a_child_that_is_killed_is_told():
    with pytest.raises(ChildError, match="signal 9"):
        run_forked(f"{JOBS}.die")


@pytest.mark.django_db
def test_nobody_forks_inside_a_transaction():
    with pytest.raises(RuntimeError, match="transaction"), transaction.atomic():
        run_forked(f"{JOBS}.double", 1)


@pytest.mark.django_db
def test_the_parents_connection_survives_the_child(django_user_model):
    run_forked(f"{JOBS}.double", 1)
    assert django_user_model.objects.count() == 0
