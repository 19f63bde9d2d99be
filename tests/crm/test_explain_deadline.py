import json
import os
import subprocess
import sys
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from crm.models import WorkYear

pytestmark = pytest.mark.django_db


def run(*args):
    out = StringIO()
    with translation.override("zh-hans"):
        call_command("explain_deadline", *args, stdout=out)
    return out.getvalue()


def test_the_json_names_the_deadline_and_every_day_on_the_way():
    assert json.loads(run("2026-09-29", "2", "--json")) == {
        "deadline": "2026-10-08",
        "provisional": False,
        "days": [
            {"date": "2026-09-30", "is": "counted", "why": "工作日"},
            *[
                {"date": f"2026-10-0{day}", "is": "skipped", "why": "国庆节"}
                for day in range(1, 8)
            ],
            {"date": "2026-10-08", "is": "counted", "why": "工作日"},
        ],
    }


def test_a_line_per_day_with_its_weekday_and_the_reason():
    pause = ("--pause", "2026-10-08", "2026-10-08", "company")
    assert run("2026-10-06", "2", *pause).splitlines() == [
        "截止日 2026-10-10 周六",
        "2026-10-07 周三        不计  国庆节",
        "2026-10-08 周四        暂停  待企业补充",
        "2026-10-09 周五     1  计入  工作日",
        "2026-10-10 周六     2  计入  调休上班（国庆节）",
    ]


def test_the_command_speaks_english_too():
    out = StringIO()
    with translation.override("en"):
        call_command("explain_deadline", "2025-09-30", "1", stdout=out)
    lines = out.getvalue().splitlines()
    assert lines[0] == "Deadline 2025-10-09 Thu"
    assert lines[1].endswith("not counted  National Day, Mid-Autumn Festival")


@pytest.mark.parametrize(
    ("args", "deadline", "provisional"),
    [
        (["2026-12-30", "2"], "2027-01-01", True),
        (["2026-09-25", "6", "--unit", "calendar"], "2026-10-08", False),
        (["2026-11-21", "0"], "2026-11-23", False),
        (["2026-11-16", "3", "--pause", "2026-11-17", "-", "force"], None, False),
        (
            [
                *["2026-11-16", "3"],
                *["--pause", "2026-11-17", "2026-11-18", "别的"],
                *["--pause", "2026-11-18", "2026-11-19", "special"],
            ],
            "2026-11-24",
            False,
        ),
    ],
)
def test_deadlines_units_and_pauses(args, deadline, provisional):
    told = json.loads(run(*args, "--json"))
    assert (told["deadline"], told["provisional"]) == (deadline, provisional)


def test_a_kind_of_pause_of_ones_own_is_shown_as_it_is():
    told = run("2026-11-16", "1", "--pause", "2026-11-17", "2026-11-17", "专家评审")
    assert "专家评审" in told


@pytest.mark.parametrize(
    "args",
    [
        ["2026-02-30", "1"],
        ["20260930", "1"],
        ["2026-W40-1", "1"],
        ["0000-01-01", "1"],
        ["10000-01-01", "1"],
        ["２０２６-01-01", "1"],
        ["2026-09-30", "-1"],
        ["2026-09-30", "1.5"],
        ["2026-09-30", "x"],
        ["2026-09-30", "100001"],
        ["2026-09-30", "9" * 5000],
        ["9999-12-30", "5"],
        ["2026-09-30", "1", "--unit", "weeks"],
        ["2026-09-30", "1", "--pause", "2026-10-02", "2026-10-01", "company"],
        ["2026-09-30", "1", "--pause", "2026-10-02", "soon", "company"],
        ["2026-09-30", "1", "--pause", "2026-10-02", "2026-10-02", " "],
        ["2026-09-30", "1", "--pause", "2026-10-02", "2026-10-02", "a\nb"],
    ],
)
def test_bad_input_is_refused_in_a_sentence(args):
    with pytest.raises(CommandError) as refusal:
        run(*args)
    assert str(refusal.value).endswith("。")
    assert len(str(refusal.value)) < 120


def test_years_come_from_the_database():
    assert json.loads(run("2027-02-05", "1", "--json"))["deadline"] == "2027-02-08"
    WorkYear.objects.create(
        year=2027,
        days_off={"春节": ["2027-02-06", "2027-02-12"]},
        makeup_days={},
        source="test",
        published_on="2026-11-05",
        imported_at="2026-11-05T00:00:00Z",
    )
    told = json.loads(run("2027-02-05", "1", "--json"))
    assert (told["deadline"], told["provisional"]) == ("2027-02-15", False)


@pytest.mark.slow
def test_a_refusal_leaves_with_1_and_no_traceback():
    ended = subprocess.run(
        [sys.executable, "manage.py", "explain_deadline", "2026-13-01", "1"],
        capture_output=True,
        text=True,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"},
        check=False,
    )
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    assert "2026-13-01" in ended.stderr
