"""SQLite keeps what it acknowledged, and writers wait in a queue."""

import fcntl
import multiprocessing
import os
import sqlite3
import threading
import time
from contextlib import contextmanager

import pytest
from django.db import OperationalError, connections, transaction

from crm import statistics
from crm.lib.sqlite.base import DatabaseWrapper, durable_settings, has_wal_race

ALIAS = "scratch"


@pytest.fixture
def connect(tmp_path, django_db_blocker):
    """Make connections to one database file; the first is under its own alias."""
    made = []

    def make(**options):
        settings = dict(connections.settings["default"])
        settings |= {
            "ENGINE": "crm.lib.sqlite",
            "NAME": str(tmp_path / "db.sqlite3"),
            "OPTIONS": options,
        }
        connection = DatabaseWrapper(settings, ALIAS)
        connection.inc_thread_sharing()
        made.append(connection)
        return connection

    with django_db_blocker.unblock():
        first = make()
        with first.cursor() as cursor:
            cursor.execute("CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT)")
        connections[ALIAS] = first
        yield make
        for connection in made:
            connection.close()
        del connections[ALIAS]


def write(connection, text="x"):
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO note (text) VALUES (%s)", [text])


def count(connection):
    with connection.cursor() as cursor:
        return cursor.execute("SELECT count(*) FROM note").fetchone()[0]


def is_free(connection):
    """Can somebody else have the lock at once?"""
    with connection.write_lock.path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


def becomes_free(connection):
    """Who gave up waiting still gets the lock, and lets go of it at once."""
    until = time.monotonic() + 10
    while not is_free(connection):
        if time.monotonic() > until:
            return False
        time.sleep(0.01)
    return True


@pytest.mark.parametrize(
    ("version", "is_racy"),
    [
        ((3, 6, 23), False),
        ((3, 7, 0), True),
        ((3, 40, 1), True),
        ((3, 44, 5), True),
        ((3, 44, 6), False),
        ((3, 45, 0), True),
        ((3, 50, 6), True),
        ((3, 50, 7), False),
        ((3, 51, 2), True),
        ((3, 51, 3), False),
        ((3, 52, 0), False),
    ],
)
def test_which_versions_may_use_a_write_ahead_log(version, is_racy):
    assert has_wal_race(version) == is_racy
    assert durable_settings(version)[0] == ("delete" if is_racy else "wal")


def test_every_connection_is_durable_and_guards_its_keys(connect):
    journal, _, level = durable_settings()
    with connect().cursor() as cursor:
        found = {
            name: cursor.execute(f"PRAGMA {name}").fetchone()[0]
            for name in (
                "journal_mode",
                "synchronous",
                "foreign_keys",
                "recursive_triggers",
                "busy_timeout",
            )
        }
    assert found == {
        "journal_mode": journal,
        "synchronous": level,
        "foreign_keys": 1,
        "recursive_triggers": 1,
        "busy_timeout": 20_000,
    }


def test_a_transaction_holds_the_lock_until_its_commit(connect):
    connection = connections[ALIAS]
    with transaction.atomic(ALIAS):
        with transaction.atomic(ALIAS):
            write(connection)
        assert not is_free(connection)
    assert is_free(connection)
    assert count(connect()) == 1


def test_a_rollback_frees_the_lock_and_a_savepoint_does_not(connect):
    connection = connections[ALIAS]
    outer = transaction.atomic(ALIAS)
    outer.__enter__()
    inner = transaction.atomic(ALIAS)
    inner.__enter__()
    write(connection)
    inner.__exit__(KeyError, KeyError(), None)
    assert not is_free(connection)
    outer.__exit__(KeyError, KeyError(), None)
    assert is_free(connection)
    assert count(connection) == 0


def test_closing_in_the_middle_frees_the_lock(connect):
    connection = connections[ALIAS]
    with transaction.atomic(ALIAS):
        write(connection)
        connection.close()
        assert is_free(connection)
    assert count(connect()) == 0


def test_a_begin_that_fails_frees_the_lock(connect):
    connection = connections[ALIAS]
    other = sqlite3.connect(connection.settings_dict["NAME"])
    other.execute("BEGIN EXCLUSIVE")
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 0")
    with pytest.raises(OperationalError, match="locked"), transaction.atomic(ALIAS):
        pass
    other.close()
    assert is_free(connection)


def test_waiting_too_long_says_that_the_database_is_locked(connect):
    impatient = connect(timeout=0.05)
    with transaction.atomic(ALIAS):
        with pytest.raises(OperationalError, match="database is locked"):
            impatient.set_autocommit(
                False, force_begin_transaction_with_broken_autocommit=True
            )
        with pytest.raises(OperationalError, match="database is locked"):
            write(impatient)
    # Who gave up must not keep the lock that came too late.
    for thread in threading.enumerate():
        if thread.name == "writelock":
            thread.join(5)
    assert becomes_free(impatient)
    write(impatient)
    assert count(impatient) == 1


def test_a_single_write_outside_a_transaction_stands_in_the_queue(connect):
    other, impatient = connect(), connect(timeout=0.05)
    writer = threading.Thread(target=write, args=(other,))
    with hold(other):
        writer.start()
        writer.join(0.05)
        assert writer.is_alive()
        with pytest.raises(OperationalError, match="database is locked"):
            write(impatient)
        assert count(impatient) == 0
    writer.join(30)
    assert count(other) == 1
    assert becomes_free(other)


@contextmanager
def hold(connection):
    """Have the turn without having a transaction: SQLite's own locks are free."""
    assert count(connection) == 0
    with connection.write_lock.path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def test_reading_takes_no_lock(connect):
    reader = connect(timeout=0.01)
    with transaction.atomic(ALIAS):
        write(connections[ALIAS])
        assert count(reader) == 0


def test_a_database_in_memory_has_no_lock_file(connect):
    connection = connect()
    connection.settings_dict["NAME"] = ":memory:"
    connection.connect()
    assert connection.write_lock is None


def test_a_child_forked_in_a_transaction_neither_holds_nor_writes(connect):
    connection = connections[ALIAS]
    reader, writer = os.pipe()
    with transaction.atomic(ALIAS):
        write(connection)
        pid = os.fork()
        if pid == 0:
            try:
                write(connection)
                os.write(writer, b"wrote")
            except Exception as error:
                os.write(writer, type(error).__name__.encode())
            # Stays alive: the parent's commit must free the lock all the same.
            time.sleep(30)
            os._exit(0)
        assert os.read(reader, 50) == b"ProgrammingError"
        assert not is_free(connection)
    try:
        assert is_free(connection)
        assert count(connect()) == 1
    finally:
        os.kill(pid, 9)
        os.waitpid(pid, 0)


def add_rows(name, rounds):
    connection = DatabaseWrapper(
        {**connections.settings["default"], "NAME": name, "OPTIONS": {}},
        ALIAS,
    )
    connections[ALIAS] = connection
    for _ in range(rounds):
        with transaction.atomic(ALIAS):
            before = count(connection)
            write(connection)
            assert count(connection) == before + 1


def test_plans_learn_what_the_tables_hold(connect):
    connection = connect()
    for _ in range(3):
        write(connection)
    statistics.refresh(using=ALIAS)
    with connection.cursor() as cursor:
        cursor.execute("SELECT stat FROM sqlite_stat1 WHERE tbl = 'note'")
        assert cursor.fetchall() == [("3",)]


def test_a_constraint_may_list_numbers(connect):
    """Migrations read a table before they change it."""
    connection = connect()
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE lot (state INTEGER CHECK (state IN (1, 2, 3)))")
        found = connection.introspection.get_constraints(cursor, "lot")
    assert [one["check"] for one in found.values()] == [True]


@pytest.mark.slow
def test_eight_writers_lose_nothing_and_nobody_starves(connect):
    name = connections[ALIAS].settings_dict["NAME"]
    fork = multiprocessing.get_context("fork")
    writers = [fork.Process(target=add_rows, args=(name, 25)) for _ in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert [writer.exitcode for writer in writers] == [0] * 8
    assert count(connect()) == 200
