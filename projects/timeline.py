"""The timeline of a project: its items as they stand, and as they are expected."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import groupby, pairwise

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from crm.lib import words
from crm.lib.calendar_words import PAUSES
from crm.lib.templates.urls import address
from crm.models import Lamp, User
from crm.services import deadlines
from projects import marks, of_project
from projects.forecast import Estimate
from projects.models import Forecast, Milestone, Project, Stage, State
from projects.models.states import UNBEGUN
from projects.picture import Expiry, Flag, Halt, Item, Lane, MarkLine, Picture, Span
from projects.picture.words import day_told
from projects.project_page import ItemLine, item_lines
from projects.schedule import Schedule
from projects.services import scheduling
from projects.services.scheduling import Plan

# An approval that ends within so many days is told of.
SOON = timedelta(days=90)
HALTING = {int(State.CORRECTION): "company", int(State.SPECIAL): "special"}
DAY = timedelta(days=1)


@dataclass
class Timeline:
    """What the picture is made of; each part is read once.

    `changed` is the schedule of somebody who asks "what if": then bars are those of
    schedules, else of the forecast. The company's people have no page of each item.
    """

    project: Project
    user: User
    today: date
    is_internal: bool = True
    changed: Schedule | None = None
    # What a page has read already.
    known: list[ItemLine] | None = None

    @cached_property
    def plan(self) -> Plan:
        return scheduling.plan_of(self.project, today=self.today)

    @cached_property
    def schedule(self) -> Schedule:
        return self.changed or self.plan.schedule

    @cached_property
    def forecast(self) -> Forecast | None:
        """As the night or the last act left it; an older one says nothing of today."""
        found: Forecast | None = of_project.FORECAST.first(self.project.pk)
        return found if found and found.computed_on >= self.today - DAY else None

    @cached_property
    def estimates(self) -> dict[str, Estimate]:
        return self.forecast.estimates() if self.forecast and not self.changed else {}

    @cached_property
    def lines(self) -> list[ItemLine]:
        near = deadlines.yellow_from(self.today)
        return self.known or item_lines(self.project, self.today, near)

    @cached_property
    def marks(self) -> tuple[MarkLine, ...]:
        return marks.of_project(self.project, self.user)

    @cached_property
    def picture(self) -> Picture:
        return Picture(
            name=self.project.name,
            today=self.today,
            lanes=tuple(self._lanes()),
            lines=self.marks,
            flags=tuple(self._flags()),
        )

    def _lanes(self) -> list[Lane]:
        def place(line: ItemLine) -> tuple[int, bool]:
            one = line.milestone
            return one.stage, one.track == Milestone.Track.PARALLEL

        lanes = []
        for (stage, is_parallel), lines in groupby(
            sorted(self.lines, key=place), place
        ):
            items = tuple(self._item(line) for line in lines)
            # The stage of what runs beside all others says so by its name.
            beside = is_parallel and stage != Stage.PARALLEL
            lanes.append(Lane(str(Stage(stage).label), items, beside))
        return lanes

    def _flags(self) -> list[Flag]:
        forecast = None if self.changed else self.forecast
        half, most = self.schedule.finish, None
        if forecast and forecast.p50_on:
            half, most = forecast.p50_on, forecast.p80_on
        if half is None:
            return []
        if most is None or most == half:
            return [Flag(half, _("Expected end"))]
        return [
            Flag(half, _("End, even chance")),
            Flag(most, _("End, four in five")),
        ]

    def _item(self, line: ItemLine) -> Item:
        one = line.milestone
        slot = self.schedule.slots[one.key]
        expected = self.expected(one)
        before = self.slot_span(one, self.plan.schedule) if self.changed else None
        return Item(
            key=one.key,
            name=one.name,
            department=one.department.name,
            state=state_told(one),
            url=address("projects:milestone", one.pk) if self.is_internal else "",
            turn=str(line.turn.label) if one.is_open and line.turn else "",
            colour=line.lamp.value if line.clock else "",
            lamp=lamp_told(line, self.today) if line.clock else "",
            planned=planned_span(one),
            actual=self.actual(one),
            forecast=expected,
            likely=self.likely(one.key),
            before=before if before != expected else None,
            is_ended=one.is_approved,
            is_critical=slot.is_critical,
            due_on=line.due_on,
            slack=None if slot.is_finished else slot.slack,
            clocks=self.plan.clocks.get(one.key),
            halts=tuple(self.halts(one)),
            expiry=self.expiry(one),
            needs=tuple(need.key for need in line.needs),
        )

    def actual(self, one: Milestone) -> Span | None:
        """From the first step of this attempt to its end, or to today."""
        moves = self.plan.moves.get(one.key, ())
        if not moves:
            return None
        first = moves[0][0]
        return Span(first, max(first, one.ended_on or self.today))

    def expected(self, one: Milestone) -> Span | None:
        """What is still to come of it: as forecast, or as the schedule says."""
        estimate = self.estimates.get(one.key)
        if estimate is None or one.is_approved:
            return self.slot_span(one, self.schedule)
        last = max(estimate.p50_on, self.today)
        return self.ahead(one, estimate.start_on, last)

    def slot_span(self, one: Milestone, schedule: Schedule) -> Span | None:
        slot = schedule.slots[one.key]
        if slot.is_finished:
            return None
        return self.ahead(one, slot.earliest_start, slot.earliest_finish)

    def ahead(self, one: Milestone, first: date, last: date) -> Span:
        """Only the days to come of what runs already."""
        if one.is_open and self.plan.moves.get(one.key):
            first = max(first, self.today + DAY)
        return Span(min(first, last), last)

    def likely(self, key: str) -> str:
        estimate = self.estimates.get(key)
        if estimate is None:
            return ""
        count = estimate.record_count
        if not count:
            return pgettext("timeline", "by the committed days")
        rests = ngettext("%(n)s record", "%(n)s records", count) % {"n": count}
        last = max(estimate.p80_on, self.today)
        values = {"day": day_told(last, self.today), "basis": rests}
        return _("four in five by %(day)s (%(basis)s)") % values

    def halts(self, one: Milestone) -> Iterator[Halt]:
        """Corrections and special procedures, the first and the last day included."""
        moves = [*self.plan.moves.get(one.key, ()), (self.today, one.state)]
        for (day, state), (end, _next) in pairwise(moves):
            if kind := HALTING.get(state):
                yield Halt(Span(day, max(day, end)), str(PAUSES[kind]))

    def expiry(self, one: Milestone) -> Expiry | None:
        """Until when it holds, and whether that is too early for what needs it."""
        if one.expires_on is None or not one.is_approved:
            return None
        left = one.expires_on - self.today
        if left < timedelta(0):
            return Expiry(one.expires_on, _("no longer valid"), Lamp.RED)
        for line in self.waiting.get(one.key, ()):
            starts = self.expected(line.milestone)
            is_to_begin = line.milestone.state in UNBEGUN
            if is_to_begin and starts and one.expires_on < starts.first:
                sentence = _("ends before “%(item)s” begins")
                word = sentence % {"item": line.milestone.name}
                return Expiry(one.expires_on, word, Lamp.RED)
        if left <= SOON:
            told = words.time_left(one.expires_on, self.today)
            return Expiry(one.expires_on, told, Lamp.YELLOW)
        return Expiry(one.expires_on)

    @cached_property
    def waiting(self) -> dict[str, list[ItemLine]]:
        """Which items wait for each."""
        found: dict[str, list[ItemLine]] = {}
        for line in self.lines:
            for need in line.needs:
                found.setdefault(need.key, []).append(line)
        return found


def planned_span(one: Milestone) -> Span | None:
    first, last = one.planned_start_on, one.planned_finish_on
    return Span(first, max(first, last)) if first and last else None


def state_told(one: Milestone) -> str:
    label = one.get_state_display()
    if one.attempt == 1:
        return label
    return f"{label} · {_('attempt %(n)s') % {'n': one.attempt}}"


def lamp_told(line: ItemLine, today: date) -> str:
    """The words beside the lamp: days left, or why none are counted."""
    if line.due_on:
        return words.time_left(line.due_on, today, line.days_left)
    return str(line.milestone.group.label)
