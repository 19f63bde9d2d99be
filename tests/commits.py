"""In a test the outermost transaction is the test's own and never commits.

So that what waits for a commit happens all the same, it is run when the outermost
transaction of the code under test ends.
"""

from django.db import transaction

from crm.lib import transactions

leave = transaction.Atomic.__exit__


def leave_and_commit(self, kind, error, trace):
    leave(self, kind, error, trace)
    connection = transaction.get_connection(self.using)
    if error is None and connection.in_atomic_block and is_only_tests(connection):
        waiting, connection.run_on_commit = connection.run_on_commit, []
        for _, act, _ in waiting:
            act()


def is_only_tests(connection):
    return bool(connection.atomic_blocks) and not transactions.is_open(connection)
