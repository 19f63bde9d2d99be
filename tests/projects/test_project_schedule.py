"""The schedule of real projects, as pages and the command read it."""

import json
from datetime import date, timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.utils import timezone

from crm.lib.workdays import Unit
from projects.models import Milestone, Project
from projects.schedule import delayed
from projects.services import life, milestones, scheduling
from tests.factories import NOON, ProjectFactory

DAY = NOON.date()
FIX = {"notice": "补正用地红线图"}


def day(number):
    return (DAY + timedelta(days=number)).isoformat()


@pytest.fixture
def run():
    """The command's answer so many days after the beginning."""

    def ask(*args, days=0, **options):
        with time_machine.travel(NOON + timedelta(days=days), tick=False):
            return call_command("project_schedule", *args, **options)

    return ask


@pytest.fixture
def told(run, begun):
    """The items of the project by key, as the JSON tells them."""

    def ask(days=0):
        (found,) = json.loads(run(begun.code, json=True, days=days))
        return {item["code"]: item for item in found["items"]} | {"": found["finish"]}

    return ask


def test_the_json_tells_every_item(run, begun):
    (found,) = json.loads(run(begun.code, json=True))
    assert (found["code"], found["finish"]) == (begun.code, "2026-04-09")
    assert [item["code"] for item in found["items"]] == [
        "filing",
        "site",
        "eia",
        "permit",
    ]
    assert found["items"][1] == {
        "code": "site",
        "prerequisites": ["filing"],
        "earliest_start": "2026-03-18",
        "earliest_finish": "2026-03-27",
        "latest_start": "2026-03-23",
        "latest_finish": "2026-04-01",
        "slack": 3,
        "critical": False,
        "finished": False,
        "clocks": {"company": 0, "authority": 0, "special": 0},
    }


def test_a_move_changes_the_schedule_at_once(told, walk, items):
    item = walk(items.filing, "prepare", "hand-in", "accept")
    item = walk(item, ("approve", 2, {}))
    found = told(days=2)
    assert (found["filing"]["finished"], found["filing"]["critical"]) == (True, False)
    assert found["eia"]["earliest_start"] == day(2)
    assert (found["eia"]["critical"], found[""]) == (True, "2026-04-13")


def test_the_green_days_hold_until_the_channel_ends(told, walk, cast, begun, items):
    """What is accepted keeps the days it was accepted with."""
    Milestone.objects.filter(pk=items.eia.pk).update(green_days=4)
    assert told()["eia"]["earliest_finish"] == "2026-04-01"
    until = DAY + timedelta(days=2)
    life.open_green_channel(
        begun, actor=cast.maria, reason="省重点", until=until, now=NOON
    )
    assert told(days=2)["eia"]["earliest_finish"] == "2026-03-26"
    assert told(days=3)["eia"]["earliest_finish"] == "2026-04-07"
    walk(items.eia, "prepare", "hand-in", ("accept", 2, {}), actor=cast.tom)
    assert told(days=3)["eia"]["earliest_finish"] == "2026-03-26"


def test_the_clocks_add_up_and_a_pause_moves_the_end(told, walk, items):
    walk(
        items.site,
        ("prepare", 1, {}),
        ("hand-in", 3, {}),
        ("accept", 5, {}),
        ("correct", 6, FIX),
        ("corrected", 8, {}),
        ("special", 12, {**FIX, "facts": {"kind": "hearing", "days": 10}}),
    )
    found = told(days=14)["site"]
    # Preparing on 20 and 21 March, correcting from 24 to 26, special from the 30th on.
    assert found["clocks"] == {"company": 5, "authority": 5, "special": 3}
    assert found["earliest_start"] == day(5)
    assert found["earliest_finish"] == "2026-04-10"


def test_nobody_is_charged_before_an_items_turn(told, walk, items):
    assert told(days=3)["permit"]["clocks"]["company"] == 0
    assert told(days=3)["filing"]["clocks"]["company"] == 3
    walk(items.filing, "prepare", "hand-in", "accept", ("approve", 2, {}))
    assert told(days=5)["eia"]["clocks"]["company"] == 3


def test_a_new_attempt_begins_anew(told, walk, items):
    why = {"notice": "不符合规划"}
    item = walk(items.filing, "prepare", ("hand-in", 1, {}), ("accept", 1, {}))
    item = walk(item, ("reject", 3, why))
    found = told(days=4)["filing"]
    assert (found["finished"], found["earliest_start"]) == (False, day(4))
    assert found["clocks"] == {"company": 1, "authority": 2, "special": 0}
    walk(item, ("retry", 5, {}), ("hand-in", 7, {}))
    assert told(days=9)["filing"]["clocks"] == {
        "company": 2,
        "authority": 2,
        "special": 0,
    }


def test_what_was_taken_out_holds_nobody_up(told, cast, items):
    milestones.remove_item(items.eia, actor=cast.dora, reason="不需要", now=NOON)
    found = told()
    assert "eia" not in found
    assert found["permit"]["prerequisites"] == ["site", "filing"]
    assert found["site"]["critical"]


def test_what_if_changes_nothing(begun):
    plan = scheduling.plan_of(begun, today=DAY)
    later = plan.what_if(delayed(plan.tasks.values(), "eia", 5))
    assert (plan.schedule.finish, later.finish) == (date(2026, 4, 9), date(2026, 4, 16))
    assert scheduling.plan_of(begun, today=DAY) == plan


# The command


def test_the_text_marks_what_is_critical(run, begun, walk, items):
    walk(items.filing, "prepare", "hand-in", "accept", "approve")
    text = run(begun.code)
    first, filing, site, eia, _permit = text.splitlines()
    assert begun.code in first and "2026-04-09" in first
    assert (filing[0], site[0], eia[0]) == ("✓", " ", "*")


def test_a_project_without_a_code_is_named_by_its_key(run, cast, begun):
    other = ProjectFactory(company=cast.company)
    found = json.loads(run(f"#{other.pk}", begun.code, json=True))
    assert [one["code"] for one in found] == [begun.code, f"#{other.pk}"]
    assert found[1] == {"code": f"#{other.pk}", "finish": None, "items": []}
    assert len(json.loads(run(all=True, json=True))) == 2
    assert f"#{other.pk}" in run(all=True)


@pytest.mark.parametrize(
    "names",
    [
        ["2506-370102-04-01-999999"],
        ["#0"],
        ["#"],
        ["#٣"],
        ["#99999999999999999999"],
        [""],
        ["恒润", "2603-530101-04-01-123456"],
        ["2506\n\x00"],
    ],
)
def test_unknown_projects_are_named_in_a_sentence(run, begun, names):
    with pytest.raises(CommandError, match="没有代码") as caught:
        run(*names, json=True)
    assert caught.value.returncode == 1
    assert begun.code not in str(caught.value)


def test_codes_or_all_but_not_neither_nor_both(run, begun):
    for args, options in (([], {}), ([begun.code], {"all": True})):
        with pytest.raises(CommandError, match="--all"):
            run(*args, **options)


@pytest.mark.slow
def test_many_projects_cost_the_queries_of_one(queries_of, cast, begun, template):
    def cost():
        living = Project.objects.living()
        return queries_of(
            lambda: list(scheduling.plans(living, today=DAY, with_clocks=True))
        )

    alone = cost()
    for _ in range(5):
        other = ProjectFactory(company=cast.company, lead_department=cast.bureau)
        milestones.start_approvals(other, actor=None, template=template, now=NOON)
    # items, needs, pauses, moves, projects
    assert cost() == alone == 5


def test_the_units_of_models_and_arithmetic_are_the_same():
    assert set(Milestone._meta.get_field("unit").choices) >= set()
    assert {value for value, _ in Milestone._meta.get_field("unit").choices} == set(
        Unit
    )


def test_today_is_the_local_day(run, begun):
    """Half past midnight in Shanghai is still yesterday in UTC."""
    late = NOON.replace(hour=0, minute=30) + timedelta(days=9)
    assert timezone.localdate(late) == DAY + timedelta(days=9)
    with time_machine.travel(late, tick=False):
        found = json.loads(call_command("project_schedule", begun.code, json=True))
    assert found[0]["items"][0]["earliest_start"] == day(9)
