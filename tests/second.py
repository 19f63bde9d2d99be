"""A second connection to the test's database: the proof of every lock."""

from contextlib import contextmanager

from django.db import connection


@contextmanager
def second_connection():
    other = connection.copy()
    try:
        yield other
    finally:
        other.close()
