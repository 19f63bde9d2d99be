"""Is this code inside a transaction of its own?"""

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper


def is_open(connection: BaseDatabaseWrapper) -> bool:
    """Inside an atomic() of ours.

    The one that a TestCase wraps around a test does not count, so that a service
    without atomic() fails in its tests as it would in life.
    """
    return any(
        not getattr(block, "_from_testcase", False)
        for block in connection.atomic_blocks
    )


def is_any_open() -> bool:
    """The same for any of this thread's connections."""
    return any(is_open(one) for one in connections.all(initialized_only=True))
