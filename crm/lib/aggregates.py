"""Aggregates that Django leaves to each database."""

from typing import Any

from django.db.models import Aggregate, CharField, IntegerField, Subquery


class CountOf(Subquery):
    """How many rows a queryset has; of one that is cut, at most as many as are left."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()


class Joined(Aggregate):
    """The values of a group in one text, divided by line breaks."""

    function = "STRING_AGG"
    template = "%(function)s(%(expressions)s, chr(10))"
    output_field = CharField()

    def as_sqlite(self, compiler: Any, connection: Any, **more: Any) -> Any:
        # Any: as Django's own compilers have them.
        return self.as_sql(
            compiler,
            connection,
            function="GROUP_CONCAT",
            template="%(function)s(%(expressions)s, char(10))",
            **more,
        )
