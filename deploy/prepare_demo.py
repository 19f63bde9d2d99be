"""Bring the demo's database, demo data and static files up to date."""

from __future__ import annotations

import os

import django
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from deploy.common import ROOT, fingerprint, is_done, mark_done, say, stop


def main() -> None:
    django.setup()
    collect_static()
    call_command("migrate", interactive=False, verbosity=0)
    # SEED=county and SEED=city make a larger demo, SEED=none an empty one.
    scale = os.environ.get("SEED") or "small"
    if scale != "none" and is_empty():
        say(f"Making the demo data, once ({scale}; small takes up to a minute)")
        call_command("seed_demo", scale=scale)


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
    try:
        main()
    except CommandError as error:
        stop(str(error))
