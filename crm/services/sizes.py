"""大中小微: the size class of 2017, computed with every step that led to it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.models import Company, Industry

Size = Company.Size
Figures = Mapping[str, Decimal | int | None]
FILE: Final = Path(__file__).resolve().parent.parent / "data" / "size_classes.json"
# {method: {class: {measure: lower limit}}}
METHODS: Final[dict[str, dict[str, dict[str, int]]]] = json.loads(
    FILE.read_text(encoding="utf-8")
)["methods"]
MEASURES: Final = {
    "staff": gettext_lazy("staff (persons)"),
    "revenue": gettext_lazy("annual revenue (10,000 yuan)"),
    "assets": gettext_lazy("total assets (10,000 yuan)"),
    "industry": gettext_lazy("industry"),
}
WORDS: Final = {
    True: gettext_lazy("reached"),
    False: gettext_lazy("not reached"),
    None: gettext_lazy("missing"),
}
CLASSES: Final = (Size.LARGE, Size.MEDIUM, Size.SMALL)


@dataclass(frozen=True, slots=True)
class Step:
    """One lower limit of one class; `met` is None when the figure is missing."""

    size: str
    measure: str
    threshold: int
    value: Decimal | int | None

    @property
    def met(self) -> bool | None:
        return None if self.value is None else self.value >= self.threshold


@dataclass(frozen=True, slots=True)
class SizeWorking:
    """A size and how it came about; `missing` names what would settle it."""

    size: str
    method: str = ""
    rows: tuple[Step, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def labelled(self) -> list[dict[str, object]]:
        """The rows in words, for the page."""
        return [
            {
                "size": Size(row.size).label,
                "measure": MEASURES[row.measure],
                "threshold": row.threshold,
                "value": row.value,
                "word": WORDS[row.met],
            }
            for row in self.rows
        ]

    @property
    def missing_words(self) -> str:
        return _(", ").join(str(MEASURES[one]) for one in self.missing)


def working(
    industry: Industry | None,
    staff: int | None,
    revenue: Decimal | int | None,
    assets: Decimal | int | None,
) -> SizeWorking:
    """Find the highest class whose every limit is met; micro is the rest."""
    if industry is None:
        return SizeWorking(Size.UNKNOWN, missing=("industry",))
    method = METHODS.get(industry.size_method)
    if method is None:
        return _without_method(industry)
    given: Figures = {"staff": staff, "revenue": revenue, "assets": assets}
    rows = tuple(
        Step(size, measure, threshold, given[measure])
        for size in CLASSES
        for measure, threshold in method[size].items()
    )
    size, missing = _decide(rows)
    return SizeWorking(size, industry.size_method, rows, missing)


def working_of(company: Company) -> SizeWorking:
    return working(
        company.industry, company.staff_count, company.revenue, company.assets
    )


def _decide(rows: tuple[Step, ...]) -> tuple[str, tuple[str, ...]]:
    for size in CLASSES:
        limits = [row for row in rows if row.size == size]
        if any(row.met is False for row in limits):
            continue  # one limit missed drops the class, whatever is missing
        missing = tuple(row.measure for row in limits if row.met is None)
        return (Size.UNKNOWN if missing else size), missing
    return Size.MICRO, ()


def _without_method(industry: Industry) -> SizeWorking:
    """Not applicable, unless a finer code of the same branch would have a method."""
    if industry.children.exclude(size_method="").exists():
        return SizeWorking(Size.UNKNOWN, missing=("industry",))
    return SizeWorking(Size.NONE)
