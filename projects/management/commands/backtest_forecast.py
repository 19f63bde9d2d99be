"""Print how good the forecasts would have been on the finished projects."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.lib import words
from crm.services import calendar
from projects.services.backtesting import Score, backtest


class Command(BaseCommand):
    help = "Ask for forecasts at past moments of finished projects; say how many held."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *, json: bool, **options: Any) -> str:  # Any: the base class's own
        calendar.refresh()
        score = backtest(today=timezone.localdate())
        return as_json(score) if json else as_text(score)


def share(part: int, score: Score) -> float | None:
    """None where nothing was asked: no data is not 0 %."""
    return round(part / score.count, 4) if score.count else None


def as_json(score: Score) -> str:
    body = {
        "count": score.count,
        "before_p50": share(score.before_p50, score),
        "before_p80": share(score.before_p80, score),
    }
    return json.dumps(body)


def as_text(score: Score) -> str:
    left_out = _(
        "%(count)s more moments are left out: an item rested on its committed days."
    ) % {"count": score.left_out}
    if not score.count:
        return "\n".join([_("No finished project has enough records yet."), left_out])
    lines = [
        _("%(count)s forecasts at past moments of finished projects.")
        % {"count": score.count},
        _("True end by P50: %(share)s")
        % {"share": words.share(score.before_p50, score.count)},
        _("True end by P80: %(share)s")
        % {"share": words.share(score.before_p80, score.count)},
        left_out,
    ]
    return "\n".join(lines)
