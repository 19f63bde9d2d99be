"""Whatever a phone sends: 422 with a sentence and the field, never 500."""

from datetime import timedelta

import pytest

from tests.factories import NOON
from visits.models import Finding, Visit

from .conftest import problems

pytestmark = pytest.mark.usefixtures("at_noon", "category")


BAD = {
    "mode": ["fly", None, 7, [], {}],
    "purpose": ["", "  ", None, "长" * 201, "a\x00b", ["x"]],
    "starts_at": [
        "",
        "yesterday",
        "0001-01-01T00:00:00+14:00",
        "0001-01-01",
        "0001-01-01T00:00",
        "9999-12-31T23:59:59-14:00",
        "2026-02-30T10:00:00+08:00",
        (NOON + timedelta(days=1)).isoformat(),
        (NOON - timedelta(days=91)).isoformat(),
        [],
    ],
    "ended_on": ["2026-02-30", "2026-03-17", "2026-03-19", {}],
    "company": [None, "x", -1, 0, 2**63, 10**400, 1.5, True],
    "uuid": ["", "x", None, 7],
    "plan": ["x", 2**63],
    "note": ["长" * 4001, {"a": 1}],
    "place": ["here", "91.0,20.0", "30.1", "1e5,2"],
    "photos": ["x", ["zz"], [["a"]], [f"{n:064x}" for n in range(21)]],
    "met": ["x", [1], [{"name": ""}], [{"name": "王", "contact": "x"}]],
    "signature": ["zz", 5],
    "device_at": ["soon", "1800-01-01T00:00:00Z"],
    "asked_by_company": ["perhaps", []],
}
CASES = [(field, value) for field, values in BAD.items() for value in values]


@pytest.mark.parametrize(("field", "value"), CASES)
def test_bad_values_are_named_by_their_field(cast, phone, visit_json, field, value):
    found = problems(phone(cast.olga, visit_json(**{field: value})))
    assert {path.partition(".")[0] for path in found} == {field}
    assert not Visit.objects.exists()


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"symptom": ""}, "findings.0.symptom"),
        ({"symptom": "长" * 1001}, "findings.0.symptom"),
        ({"category": "nothing"}, "findings.0.category"),
        ({"result": "solved"}, "findings.0.answer"),
        ({"result": "later"}, "findings.0.result"),
        ({"key": "a b"}, "findings.0.key"),
    ],
)
def test_a_bad_finding_is_named_by_its_number(
    cast, phone, visit_json, finding, change, path
):
    found = problems(phone(cast.olga, visit_json(findings=[finding(**change)])))
    assert list(found) == [path]
    assert not Finding.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        "",
        "nonsense",
        "[]",
        "null",
        '"text"',
        "[" * 100_000,
        '{"uuid": NaN}',
        '{"company": ' + "9" * 5000 + "}",
        '{"purpose": "\\ud800", "mode": "onsite"}',
        '{"findings": [' + ",".join(["{}"] * 300) + "]}",
        '{"findings": {"0": {}}}',
        "{}",
    ],
)
def test_nonsense_is_422_not_500(cast, phone, body):
    problems(phone(cast.olga, body))


def test_a_lone_surrogate_is_422(cast, phone, visit_json):
    assert problems(phone(cast.olga, visit_json(purpose="a\ud800"))) == {
        "purpose": "surrogate_characters_not_allowed"
    }
