"""Schema changes: complete, named, and able to go back."""

from io import StringIO

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader

APPS = {"crm", "projects", "visits"}
OURS = [app.label for app in apps.get_app_configs() if app.label in APPS]


@pytest.fixture(scope="module")
def ours():
    loader = MigrationLoader(None, ignore_no_migrations=True)
    return {
        key: migration
        for key, migration in loader.disk_migrations.items()
        if key[0] in OURS
    }


@pytest.mark.slow
@pytest.mark.django_db
def test_models_and_migrations_agree():
    out = StringIO()
    call_command("makemigrations", check=True, dry_run=True, stdout=out)


def test_migrations_have_names(ours):
    assert [name for _, name in ours if "auto" in name] == []


def test_migrations_can_go_back(ours):
    stuck = [
        f"{app}.{name}: {operation}"
        for (app, name), migration in ours.items()
        for operation in migration.operations
        if not operation.reversible
    ]
    assert stuck == []


def test_a_squash_ends_where_its_steps_end():
    """New databases go by the squash, those under way by its steps."""
    whole, steps = (
        MigrationLoader(None, replace_migrations=replace) for replace in (True, False)
    )
    assert any(one.replaces for one in whole.disk_migrations.values())
    between = MigrationAutodetector(steps.project_state(), whole.project_state())
    assert between.changes(graph=whole.graph) == {}


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_schema_goes_down_and_up_again():
    try:
        for app in reversed(OURS):
            call_command("migrate", app, "zero", verbosity=0)
        tables = connection.introspection.table_names()
        assert [name for name in tables if name.startswith(("crm_", "visits_"))] == []
    finally:
        call_command("migrate", verbosity=0)
