"""Further subjects of escalations: directives, meetings' tasks, orders, bad ratings.

None of them with its company: officers do not read what leaders instruct, and nobody
may conclude who has rated without a name.
"""

from collections.abc import Collection, Iterable
from datetime import date

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.lib.labels import label_of
from crm.lib.templates.urls import address
from visits.models import (
    Correction,
    Directive,
    MeetingTask,
    Rating,
    SupervisionOrder,
)
from visits.models.corrections import FIX
from visits.models.directives import DIRECTIVE
from visits.models.escalation_rules import Trigger
from visits.models.meeting_tasks import TASK
from visits.models.orders import ORDER, number_of

from .escalation_kinds import Clock, Kind, Named, Reached

Keys = Collection[int]
# As much of a longer text as a line shows.
TITLE = 40


def directives_named(keys: Keys) -> dict[int, Named]:
    rows = Directive.objects.filter(pk__in=keys).values_list("pk", "text")
    return {
        pk: Named(text[:TITLE], address("visits:directive", pk)) for pk, text in rows
    }


def tasks_named(keys: Keys) -> dict[int, Named]:
    rows = MeetingTask.objects.filter(pk__in=keys)
    return {
        pk: Named(text[:TITLE], address("visits:meeting", meeting))
        for pk, text, meeting in rows.values_list("pk", "text", "meeting_id")
    }


def orders_named(keys: Keys) -> dict[int, Named]:
    rows = SupervisionOrder.objects.filter(pk__in=keys)
    return {
        pk: Named(matter[:TITLE], address("visits:order", pk), number_of(year, serial))
        for pk, matter, year, serial in rows.values_list(
            "pk", "matter", "year", "serial"
        )
    }


def ratings_named(keys: Keys) -> dict[int, Named]:
    """By the level and the unit; what was rated would tell by whom."""
    rows = Rating.objects.filter(pk__in=keys)
    return {
        pk: Named(
            f"{label_of(Rating.Level, level)} · {unit}", address("visits:rating", pk)
        )
        for pk, level, unit in rows.values_list("pk", "level", "department__name")
    }


def bad_ratings(worst: int, today: date) -> Iterable[Reached]:
    """From this level down, while they are being corrected; each once."""
    rows = Rating.objects.bad().filter(BEING_CORRECTED, level__lte=worst)
    return [
        Reached(pk, level, Trigger.BAD_RATING.value)
        for pk, level in rows.order_by().values_list("pk", "level")
    ]


# Without the company: its officers do not read what leaders instruct.
DIRECTIVE_KIND = Kind(
    key="directive",
    label=pgettext_lazy("escalation", "directive"),
    model=Directive,
    clocks={
        DIRECTIVE: Clock(
            "due",
            pgettext_lazy("clock", "the answer to the directive"),
            since=pgettext_lazy("escalation", "after the directive"),
            undone=_("the directive has not been answered"),
        )
    },
    alive=Q(ended_at=None),
    named=directives_named,
    company="",
    region="department__region_id",
    main_clock=DIRECTIVE,
)
MEETING_TASK = Kind(
    key="meeting_task",
    label=pgettext_lazy("escalation", "task of a meeting"),
    model=MeetingTask,
    clocks={
        TASK: Clock(
            "due",
            pgettext_lazy("clock", "the task"),
            since=pgettext_lazy("escalation", "after the meeting"),
            undone=_("the task has not been done"),
        )
    },
    alive=~Q(status=MeetingTask.Status.VERIFIED),
    named=tasks_named,
    company="",
    region="meeting__region_id",
    main_clock=TASK,
)
SUPERVISION_ORDER = Kind(
    key="order",
    label=pgettext_lazy("escalation", "supervision order"),
    model=SupervisionOrder,
    clocks={
        ORDER: Clock(
            "answer_by",
            pgettext_lazy("clock", "the answer to the order"),
            since=pgettext_lazy("escalation", "after the order"),
            undone=_("the order has not been answered"),
        )
    },
    alive=Q(status__in=SupervisionOrder.OPEN),
    named=orders_named,
    company="",
    region="region_id",
    main_clock=ORDER,
)
BEING_CORRECTED = Q(
    told_on__isnull=False, excluded_at=None, correction__state__in=Correction.OPEN
)
RATING = Kind(
    key="rating",
    label=pgettext_lazy("escalation", "bad rating"),
    model=Rating,
    clocks={
        FIX: Clock(
            "correction__fix_by",
            pgettext_lazy("clock", "the correction"),
            since=pgettext_lazy("escalation", "after the rating was told"),
            undone=_("the correction has not been reported"),
        )
    },
    alive=BEING_CORRECTED,
    named=ratings_named,
    company="",
    region="department__region_id",
    main_clock=FIX,
    counts={Trigger.BAD_RATING: bad_ratings},
)
KINDS = (DIRECTIVE_KIND, MEETING_TASK, SUPERVISION_ORDER, RATING)
