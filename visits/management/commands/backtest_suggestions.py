"""Print how often category and lead would have been proposed as they were decided."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.lib import words
from visits.services.suggestions import Score, backtest
from visits.services.suggestions.backtesting import Hits

HALF, MOST = 50, 100_000


class Command(BaseCommand):
    help = "Ask the older tickets about each newer one; say how often they were right."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--newest", type=int, default=20, help="percent that are asked about"
        )
        parser.add_argument("--most", type=int, default=2000, help="tickets at most")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *, newest: int, most: int, json: bool, **options: Any) -> str:
        if not 1 <= newest <= HALF or not 1 <= most <= MOST:
            sentence = _("Ask about 1 to 50 percent, and at most 100,000 tickets.")
            raise CommandError(sentence)
        score = backtest(share=newest / 100, most=most, now=timezone.now())
        return as_json(score) if json else as_text(score)


def as_json(score: Score) -> str:
    return json.dumps({**asdict(score), "is_demo": settings.DEMO})


def as_text(score: Score) -> str:
    lines = [
        _("%(count)s newer tickets, asked of %(known)s older ones by words alone.")
        % {"count": score.category.asked, "known": score.known},
        line(_("Category"), score.category),
        line(_("Lead department"), score.lead),
    ]
    if settings.DEMO:
        lines.append(
            _(
                "These texts are made from sentences that repeat: real ones are told "
                "in more ways, and fewer will be found."
            )
        )
    return "\n".join(lines)


def line(name: str, hits: Hits) -> str:
    return _(
        "%(name)s: first %(first)s, among three %(among)s; nothing proposed for "
        "%(silent)s."
    ) % {
        "name": name,
        "first": words.share(hits.first, hits.asked),
        "among": words.share(hits.among, hits.asked),
        "silent": hits.asked - hits.answered,
    }
