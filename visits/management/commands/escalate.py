"""The minute's sweep by hand: what is due to be told is told, once."""

import json
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.services import calendar
from visits import escalation_words
from visits.models.escalation_rules import Level
from visits.services import escalations
from visits.services.escalations import Fired

# A year beyond these is a typing error, and no calendar knows it.
FIRST_YEAR, LAST_YEAR = 2000, 2200


class Command(BaseCommand):
    help = "Escalate what the rules speak of now; what was told is not told again."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--now", metavar="ISO-TIME", help="sweep as if it were this time"
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="say what it would be, write nothing"
        )
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(
        self,
        *,
        now: str | None,
        dry_run: bool,
        json: bool,
        **options: Any,  # Any: the base class's own
    ) -> str:
        moment = timezone.now() if now is None else moment_of(now)
        calendar.refresh()
        fired = escalations.sweep(now=moment, dry_run=dry_run)
        return as_json(fired) if json else as_text(fired, is_dry=dry_run)


def moment_of(text: str) -> datetime:
    """A time as ISO 8601 writes it; without a zone it is local."""
    try:
        found = datetime.fromisoformat(text if text.isprintable() else "")
    except ValueError:
        raise CommandError(
            _("“%(text)s” is no time. Write it as 2026-10-09T08:00.") % {"text": text}
        ) from None
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        values = {"text": text, "first": FIRST_YEAR, "last": LAST_YEAR}
        raise CommandError(
            _("“%(text)s” lies outside the years %(first)s to %(last)s.") % values
        )
    return timezone.make_aware(found) if timezone.is_naive(found) else found


def as_json(fired: list[Fired]) -> str:
    return json.dumps({"fired": [row_of(one) for one in fired]}, ensure_ascii=False)


def row_of(one: Fired) -> dict[str, str]:
    escalation = one.escalation
    return {
        "subject": one.subject,
        "rule": one.rule.key,
        "cycle": escalation.cycle,
        "level": Level(escalation.level).code,
        "why": escalation_words.whole(escalation_words.facts_of(escalation)),
    }


def as_text(fired: list[Fired], *, is_dry: bool) -> str:
    count = len(fired)
    if is_dry:
        head = ngettext(
            "%(count)s would be escalated; nothing was written.",
            "%(count)s would be escalated; nothing was written.",
            count,
        )
    else:
        head = ngettext("%(count)s escalated.", "%(count)s escalated.", count)
    lines = [f"{row['subject']} {row['why']}" for row in map(row_of, fired)]
    return "\n".join([head % {"count": count}, *lines])
