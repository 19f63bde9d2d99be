"""What the bars and marks mean: small samples, each with its word."""

from dataclasses import dataclass

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import pgettext

from .measure import width
from .scale import SMALL
from .shapes import MARKS, bar, filled, mark, upright, words

HIGH = 20
WIDE = 28
GAP, APART = 6, 20


@dataclass(frozen=True, slots=True)
class Sample:
    svg: SafeString
    word: str


def legend() -> list[Sample]:
    middle = HIGH / 2
    shapes = (
        (bar(1, WIDE - 1, 2, 16, "tl-planned"), pgettext("timeline", "Planned")),
        (bar(1, WIDE - 1, 5, 10, "tl-done"), pgettext("timeline", "Done")),
        (bar(1, WIDE - 1, 5, 10, "tl-actual"), pgettext("timeline", "Running")),
        (
            filled(1, WIDE - 1, 5, 10, "tl-forecast"),
            pgettext("timeline", "Forecast"),
        ),
        (filled(1, WIDE - 1, 5, 10, "tl-halt"), pgettext("timeline", "Paused")),
        (
            mark(WIDE / 2, middle, MARKS["critical"], "tl-mark"),
            pgettext("timeline", "critical path"),
        ),
        (upright(WIDE / 2, 0, HIGH, "tl-due"), pgettext("timeline", "Due")),
        (
            mark(WIDE / 2, middle, MARKS["expiry"], "tl-expiry tl-lamp-grey"),
            pgettext("timeline", "Valid until"),
        ),
    )
    return [Sample(mark_safe(shape), word) for shape, word in shapes]  # ours alone


def line_of_legend(top: float) -> str:
    """All samples one after the other, for paper."""
    parts, x = [], 0.0
    for sample in legend():
        parts.append(f'<g transform="translate({x:.1f} {top:.1f})">{sample.svg}</g>')
        parts.append(words(x + WIDE + GAP, top + 14, sample.word, "tl-quiet"))
        x += WIDE + GAP + width(sample.word, SMALL) + APART
    return "".join(parts)
