"""Print the schedules of projects, for operators and for checking by hand."""

import json
from argparse import ArgumentParser
from collections.abc import Iterable
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from crm.services import calendar
from projects.clocks import Clocks
from projects.models.projects import Project, ProjectQuerySet
from projects.schedule import Slot
from projects.services import scheduling
from projects.services.scheduling import Plan

LONGEST_LABEL = 40


class Command(BaseCommand):
    help = "Print earliest and latest days, slack, critical path and clocks."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "codes",
            metavar="CODE",
            nargs="*",
            help="project code; '#12' for the project with that key",
        )
        parser.add_argument("--all", action="store_true", help="every living project")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(
        self,
        *,
        codes: list[str],
        all: bool,  # noqa: A002 # the option's name
        json: bool,
        **options: Any,  # any: the base class's own options
    ) -> str:
        if bool(codes) == all:
            raise CommandError(_("Name projects by their codes, or ask for --all."))
        projects = Project.objects.living() if all else named(codes)
        calendar.refresh()
        today = timezone.localdate()
        plans = scheduling.plans(projects, today=today, with_clocks=True)
        return as_json(plans) if json else as_text(plans)


def named(labels: list[str]) -> ProjectQuerySet:
    """The projects of these codes and keys, or a sentence with those that are not."""
    codes = [label for label in labels if not label.startswith("#")]
    digits = [label[1:] for label in labels if label.startswith("#")]
    keys = [int(text) for text in digits if text.isdecimal() and len(text) < 19]
    # PostgreSQL knows no text with a zero byte in it.
    codes = [code for code in codes if code.isprintable()]
    found = Project.objects.filter(Q(code__in=codes) | Q(pk__in=keys))
    there = {
        name
        for pk, code in found.values_list("pk", "code")
        for name in (code, f"#{pk}")
    }
    if missing := [label for label in labels if label not in there]:
        between = pgettext("between names", ", ")
        names = between.join(label[:LONGEST_LABEL] for label in missing[:10])
        sentence = ngettext(
            "There is no project “%(names)s”.",
            "There are no projects “%(names)s”.",
            len(missing),
        )
        raise CommandError(sentence % {"names": names})
    return found


def as_json(plans: Iterable[Plan]) -> str:
    """A line for each project: json indents only slowly."""
    lines = [json.dumps(project(plan), ensure_ascii=False) for plan in plans]
    return "[\n" + ",\n".join(lines) + "\n]"


def project(plan: Plan) -> dict[str, object]:
    return {
        "code": plan.label,
        "finish": iso(plan.schedule.finish),
        "items": [
            item(slot, plan.tasks[slot.key].needs, plan.clocks[slot.key])
            for slot in in_order(plan)
        ],
    }


def in_order(plan: Plan) -> list[Slot]:
    """As the project lists its items."""
    return [plan.schedule.slots[key] for key in plan.rows]


def item(slot: Slot, needs: tuple[str, ...], clocks: Clocks) -> dict[str, object]:
    return {
        "code": slot.key,
        "prerequisites": list(needs),
        "earliest_start": iso(slot.earliest_start),
        "earliest_finish": iso(slot.earliest_finish),
        "latest_start": iso(slot.latest_start),
        "latest_finish": iso(slot.latest_finish),
        "slack": slot.slack,
        "critical": slot.is_critical,
        "finished": slot.is_finished,
        "clocks": {
            "company": clocks.company,
            "authority": clocks.authority,
            "special": clocks.special,
        },
    }


def iso(day: Any) -> str | None:  # any: a date or None
    return day.isoformat() if day else None


def as_text(plans: Iterable[Plan]) -> str:
    return "\n\n".join("\n".join(lines(plan)) for plan in plans)


def lines(plan: Plan) -> list[str]:
    """A head and a line for each item; the critical ones are starred."""
    finish = iso(plan.schedule.finish) or _("no items")
    head = _("%(project)s: ends %(day)s") % {"project": plan.label, "day": finish}
    return [head, *(line(slot, plan.clocks[slot.key]) for slot in in_order(plan))]


def line(slot: Slot, clocks: Clocks) -> str:
    mark = "✓" if slot.is_finished else "*" if slot.is_critical else " "
    words = _(
        "slack %(slack)s; company %(company)s, authority %(authority)s, special "
        "procedure %(special)s days"
    ) % {
        "slack": slot.slack,
        "company": clocks.company,
        "authority": clocks.authority,
        "special": clocks.special,
    }
    return (
        f"{mark} {slot.key:<20} {slot.earliest_start} – {slot.earliest_finish}  "
        f"({slot.latest_start} – {slot.latest_finish})  {words}"
    )
