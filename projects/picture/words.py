"""What the picture says of an item, in words: the same in drawing, list and table."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import lru_cache

from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from .model import Expiry, Halt, Item, Picture, Span

DOT = " · "
Fact = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Told:
    """An item whose dates and days have become words; empty where there is none."""

    item: Item
    critical: str
    planned: str
    actual: str
    forecast: str
    before: str
    due: str
    slack: str
    clocks: str
    halts: str
    expiry: str
    needs: str
    # The few words beside the bar, and everything in one sentence.
    beside: str = ""
    sentence: str = ""

    def facts(self) -> list[Fact]:
        """What stands under the name, with its label; only what there is."""
        return [*self.first_facts(), *self.more_facts()]

    def first_facts(self) -> list[Fact]:
        """What people ask first: whose turn it is, and until when."""
        values = (
            *(self.item.turn, self.actual, self.forecast, self.before),
            *(self.due, self.halts, self.expiry),
        )
        return labelled(vocabulary().first, values)

    def more_facts(self) -> list[Fact]:
        values = (self.planned, self.slack, self.clocks, self.needs)
        return labelled(vocabulary().more, values)


def labelled(labels: tuple[str, ...], values: tuple[str, ...]) -> list[Fact]:
    return [row for row in zip(labels, values, strict=True) if row[1]]


@dataclass(frozen=True, slots=True)
class LaneTold:
    is_parallel: bool
    items: list[Told]


@dataclass(frozen=True, slots=True)
class StageTold:
    name: str
    lanes: list[LaneTold]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What is said of every item, translated once: asking costs more than drawing."""

    first: tuple[str, ...]
    more: tuple[str, ...]
    critical: str
    fact: str
    span: str
    since: str
    expected: str
    clocks: str
    comma: str

    def told(self, span: Span | None, today: date) -> str:
        if span is None:
            return ""
        first, last = day_told(span.first, today), day_told(span.last, today)
        return first if first == last else self.span % {"first": first, "last": last}


def vocabulary() -> Vocabulary:
    return _vocabulary(get_language())


@lru_cache(maxsize=4)
def _vocabulary(language: str | None) -> Vocabulary:
    return Vocabulary(
        first=(
            pgettext("timeline", "Turn"),
            pgettext("timeline", "Actual"),
            pgettext("timeline", "Forecast"),
            pgettext("timeline", "Before the change"),
            pgettext("timeline", "Due"),
            pgettext("timeline", "Paused"),
            pgettext("timeline", "Valid until"),
        ),
        more=(
            pgettext("timeline", "Planned"),
            pgettext("timeline", "Slack"),
            pgettext("timeline", "Days"),
            pgettext("timeline", "Needs"),
        ),
        critical=pgettext("timeline", "critical path"),
        fact=_("%(label)s: %(value)s"),
        span=_("%(first)s to %(last)s"),
        since=pgettext("timeline", "since %(first)s"),
        expected=pgettext("timeline", "expected %(day)s"),
        clocks=_(
            "company %(company)s, department %(authority)s, "
            "special procedure %(special)s"
        ),
        comma=_(", "),
    )


def tell_all(picture: Picture) -> dict[str, Told]:
    names = {item.key: item.name for item in picture.items()}
    return {item.key: tell(item, picture.today, names) for item in picture.items()}


def by_stage(picture: Picture, told: Mapping[str, Told]) -> list[StageTold]:
    """The same in the order in which people read a list."""
    return [
        StageTold(
            stage,
            [
                LaneTold(lane.is_parallel, [told[item.key] for item in lane.items])
                for lane in lanes
            ],
        )
        for stage, lanes in picture.stages()
    ]


def tell(item: Item, today: date, names: Mapping[str, str]) -> Told:
    words = vocabulary()
    clocks = item.clocks
    told = Told(
        item=item,
        critical=words.critical if item.is_critical else "",
        planned=words.told(item.planned, today),
        actual=actual_told(item, today),
        forecast=joined(words.told(item.forecast, today), item.likely),
        before=words.told(item.before, today),
        due=day_told(item.due_on, today) if item.due_on else "",
        slack=slack_told(item.slack),
        clocks=words.clocks % asdict(clocks) if clocks else "",
        halts=DOT.join(halt_told(halt, today) for halt in item.halts),
        expiry=expiry_told(item.expiry, today),
        needs=words.comma.join(names[key] for key in item.needs if key in names),
        beside=beside(item, today),
    )
    return replace(told, sentence=sentence_of(told))


def sentence_of(told: Told) -> str:
    """All of it, for a tooltip and for who hears the page."""
    item, fact = told.item, vocabulary().fact
    head = (item.name, item.department, item.state, item.lamp, told.critical)
    facts = (fact % {"label": label, "value": value} for label, value in told.facts())
    return joined(*head, *facts)


def day_told(day: date, today: date) -> str:
    """「10-09」, in another year 「2027-01-05」."""
    iso = day.isoformat()
    return iso[5:] if day.year == today.year else iso


def actual_told(item: Item, today: date) -> str:
    if item.actual is None or item.is_ended:
        return vocabulary().told(item.actual, today)
    return vocabulary().since % {"first": day_told(item.actual.first, today)}


def halt_told(halt: Halt, today: date) -> str:
    return f"{halt.word} {vocabulary().told(halt.span, today)}"


def slack_told(slack: int | None) -> str:
    if slack is None:
        return ""
    return ngettext("%(n)s working day", "%(n)s working days", slack) % {"n": slack}


def expiry_told(expiry: Expiry | None, today: date) -> str:
    return joined(day_told(expiry.on, today), expiry.word) if expiry else ""


def joined(*parts: str) -> str:
    return DOT.join(part for part in parts if part)


def beside(item: Item, today: date) -> str:
    """The few words that stand beside the bar."""
    words = vocabulary()
    parts = [item.state] if item.actual else []
    if item.forecast:
        parts.append(words.expected % {"day": day_told(item.forecast.last, today)})
    elif item.is_ended and item.actual:
        parts.append(day_told(item.actual.last, today))
    days = sum((halt.span.last - halt.span.first).days + 1 for halt in item.halts)
    if days:
        why = words.comma.join(dict.fromkeys(halt.word for halt in item.halts))
        counted = ngettext("%(n)s day", "%(n)s days", days) % {"n": days}
        parts.append(f"{why} {counted}")
    return DOT.join(parts)


def today_told(today: date) -> str:
    return _("Today %(day)s") % {"day": day_told(today, today)}


def lane_told(stage: str, *, is_parallel: bool) -> str:
    if not is_parallel:
        return stage
    return DOT.join((stage, pgettext("timeline", "side by side")))
