"""Check the log now and then, and write down what came of it."""

from datetime import datetime

from django.db import transaction

from crm import events
from crm.lib.tasks import enqueue
from crm.models import Role, Seal, User

from . import audit
from .rights import require

ACTION = "audit.checked"


@transaction.atomic
def ask_for_check(*, actor: User, now: datetime | None = None) -> None:
    """Have the worker read the whole log; it takes minutes with a million events."""
    require(actor, Role.AUDIT_ADMIN)
    events.record(actor, "audit.check_asked", actor, now=now)
    enqueue("crm.jobs.check_audit", actor.pk)


def check(*, actor: User | None, now: datetime | None = None) -> audit.Report:
    """Verify everything, and leave the result in the log itself."""
    report = audit.verify()
    with transaction.atomic():
        events.record(
            actor,
            ACTION,
            Seal(position=report.head.position),
            now=now,
            events=report.events,
            seals=report.seals,
            unsealed=report.unsealed,
            erased=report.erased,
            problems=len(report.problems),
            # The first ones say where to look; the command prints them all.
            first_problems=[None, report.problems[:3]],
        )
    return report
