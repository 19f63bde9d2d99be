"""Long, nightly or outward work of the ground floor."""

from datetime import timedelta

from django.conf import settings
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.utils import timezone
from django.utils.module_loading import import_string

from crm.lib.storage import DurableStorage
from crm.lib.tasks import attempts
from crm.models import User
from crm.services import audit_checks, deadlines, files, login_codes, queue
from crm.services.notices import claims, digests


def clean_up() -> None:
    """Once a night: old tasks, codes and notices, old sessions, half-written files."""
    now = timezone.now()
    queue.clean_up(now=now)
    login_codes.forget_codes(now=now)
    claims.forget(now=now)
    call_command("clearsessions")
    if isinstance(default_storage, DurableStorage):
        default_storage.remove_drafts(before=now - timedelta(days=1))
        files.remove_orphans(before=now - timedelta(days=1))


@attempts(3)
def send_login_code(pk: int) -> None:
    """Make a code and hand it to the sender; another try makes another code."""
    if made := login_codes.make_code(pk):
        phone, code = made
        send = import_string(settings.CRM_CODE_SENDER)
        send(phone=phone, code=code, minutes=login_codes.MINUTES)


def recompute_deadlines(everything: bool = False, actor_pk: int | None = None) -> None:
    """After a notice of the working calendar, and nightly for what slipped through."""
    actor = User.objects.filter(pk=actor_pk).first() if actor_pk else None
    deadlines.recompute(actor=actor, everything=everything)
    # With other working days a rule may speak of a deadline on another day.
    deadlines.look_again()


def check_audit(actor_pk: int | None = None) -> None:
    """Every night, and when the auditor asks: read the whole log, note the result."""
    actor = User.objects.filter(pk=actor_pk).first() if actor_pk else None
    audit_checks.check(actor=actor)


def write_digests() -> None:
    """Every morning when the quiet hours end; on days off it does nothing."""
    digests.write_digests()
