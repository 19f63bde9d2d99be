"""Bring the demo's database, demo data and static files up to date."""

from __future__ import annotations

import sys

import django
from django.conf import settings
from django.core.management import call_command, get_commands
from django.db import connection

from deploy.common import ROOT, fingerprint, is_done, mark_done, say


def main() -> None:
    django.setup()
    collect_static()
    call_command("migrate", interactive=False, verbosity=0)
    if not is_empty():
        return
    if "seed_demo" not in get_commands():
        say("There is no demo data yet: the command seed_demo is missing.")
        return
    say("Making the demo data (once; this takes up to a minute)")
    call_command("seed_demo", scale="small")


def is_empty() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM crm_company LIMIT 1")
        return cursor.fetchone() is None


def collect_static() -> None:
    """Copy and compress static files, only when a package or an asset changed."""
    built = ROOT / "crm" / "static" / "crm" / "dist" / ".built-from"
    sources = [path for path in (built, ROOT / "requirements.txt") if path.is_file()]
    stamp = settings.STATIC_ROOT / ".collected-from"
    wanted = fingerprint(*sources)
    if is_done(stamp, wanted):
        return
    say("Collecting static files")
    call_command(
        "collectstatic",
        interactive=False,
        verbosity=0,
        clear=True,
        # Its browsable pages are switched off; compressing them takes ten seconds.
        ignore_patterns=["rest_framework"],
    )
    mark_done(stamp, wanted)


if __name__ == "__main__":
    main()
    sys.stdout.flush()
