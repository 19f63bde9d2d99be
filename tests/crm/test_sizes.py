"""The size class of 2017 and its working."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from crm.models import Company, Industry
from crm.services import sizes

pytestmark = pytest.mark.django_db


def size(code, staff=None, revenue=None, assets=None):
    industry = Industry.objects.get(code=code) if code else None
    return sizes.working(industry, staff, revenue, assets)


@pytest.mark.parametrize(
    ("code", "staff", "revenue", "assets", "expected"),
    [
        ("17", 1000, 40000, None, "large"),
        ("17", 999, 40000, None, "medium"),
        ("17", 1000, 39999, None, "medium"),
        ("17", 300, 2000, None, "medium"),
        ("17", 300, 1999, None, "small"),
        ("17", 20, 300, None, "small"),
        ("17", 19, 99999, None, "micro"),
        ("01", None, 20000, None, "large"),
        ("01", None, 49, None, "micro"),
        ("47", None, 80000, 80000, "large"),
        ("47", None, 80000, 4999, "small"),
        ("51", 200, 40000, None, "large"),
        ("51", 5, 1000, None, "small"),
        ("7010", None, 200000, 10000, "large"),
        ("7010", None, 1000, 4999, "small"),
        ("7020", 100, 500, None, "small"),
        ("71", 300, None, 120000, "large"),
        ("591", 1000, 30000, None, "large"),
        ("59", 200, 30000, None, "large"),
        ("75", 300, None, None, "large"),
        ("C", 1000, 40000, None, "large"),
        ("66", 5000, 1, 1, "none"),
        ("83", 10, 1, 1, "none"),
        ("7040", 10, 1, 1, "none"),
    ],
)
def test_the_class_whose_every_limit_is_met(code, staff, revenue, assets, expected):
    assert size(code, staff, revenue, assets).size == expected


@pytest.mark.parametrize(
    ("code", "staff", "revenue", "expected", "missing"),
    [
        (None, 10, 10, "unknown", ("industry",)),
        ("F", 10, 10, "unknown", ("industry",)),
        ("70", 10, 10, "unknown", ("industry",)),
        ("17", None, None, "unknown", ("staff", "revenue")),
        ("17", 500, None, "unknown", ("revenue",)),
        ("17", None, 500, "unknown", ("staff",)),
        # Below every limit: no revenue could lift it.
        ("17", 5, None, "micro", ()),
        ("17", None, Decimal("299.99"), "micro", ()),
    ],
)
def test_a_missing_figure_is_named_unless_the_others_decide(
    code, staff, revenue, expected, missing
):
    working = size(code, staff, revenue)
    assert (working.size, working.missing) == (expected, missing)


def test_the_working_shows_every_limit():
    working = size("17", 320, 2500)
    assert working.size == Company.Size.MEDIUM
    assert working.method == "工业"
    assert [
        (one.size, one.measure, one.threshold, one.met) for one in working.rows
    ] == [
        ("large", "staff", 1000, False),
        ("large", "revenue", 40000, False),
        ("medium", "staff", 300, True),
        ("medium", "revenue", 2000, True),
        ("small", "staff", 20, True),
        ("small", "revenue", 300, True),
    ]


def test_every_method_named_in_the_data_exists():
    data = Path(sizes.FILE).with_name("industries.json")
    rows = json.loads(data.read_text(encoding="utf-8"))["industries"]
    assert {row["method"] for row in rows} - {""} == set(sizes.METHODS)
    assert Industry.objects.count() == len(rows)
