"""The notices that come with the program are put into the database after migrate.

Not by a migration: a release that brings a new year needs none, and the tests' flush
runs this too. A year that an administrator has imported is left alone.
"""

from typing import Any

from django.apps import apps as today
from django.apps.registry import Apps
from django.utils import timezone

from crm.lib.holiday_year import to_row
from crm.lib.published_years import published_years


def seed(*, apps: Apps = today, using: str = "default", **kwargs: Any) -> None:
    """Add the years that are missing; receiver of post_migrate."""
    try:
        model = apps.get_model("crm", "WorkYear")
    except LookupError:
        return  # migrated backwards
    now = timezone.now()
    rows = [model(**to_row(year), imported_at=now) for year in published_years()]
    model._default_manager.using(using).bulk_create(rows, ignore_conflicts=True)
