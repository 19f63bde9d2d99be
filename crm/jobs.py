"""Long or nightly work of the ground floor."""

from datetime import timedelta

from django.core.files.storage import default_storage
from django.core.management import call_command
from django.utils import timezone

from crm.lib.storage import DurableStorage
from crm.models import User
from crm.services import audit_checks, deadlines, files, queue


def clean_up() -> None:
    """Once a night: old rows of tasks, expired sessions, half-written files."""
    now = timezone.now()
    queue.clean_up(now=now)
    call_command("clearsessions")
    if isinstance(default_storage, DurableStorage):
        default_storage.remove_drafts(before=now - timedelta(days=1))
        files.remove_orphans(before=now - timedelta(days=1))


def recompute_deadlines(everything: bool = False, actor_pk: int | None = None) -> None:
    """After a notice of the working calendar, and nightly for what slipped through."""
    actor = User.objects.filter(pk=actor_pk).first() if actor_pk else None
    deadlines.recompute(actor=actor, everything=everything)


def check_audit(actor_pk: int | None = None) -> None:
    """Every night, and when the auditor asks: read the whole log, note the result."""
    actor = User.objects.filter(pk=actor_pk).first() if actor_pk else None
    audit_checks.check(actor=actor)
