"""One improvement at a time: planned, in effect, measured, judged; and again."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from crm.lib.errors import DomainError, WrongStatus
from crm.models import Event, Notice
from tests.factories import (
    NOON,
    DepartmentFactory,
    GrantFactory,
    TemplateFactory,
    UserFactory,
)
from tests.visits.cases.conftest import DAY, PERMIT
from visits.models import Case, Improvement
from visits.services import cases

Status = Case.Status
# What can be done with a case, and in which states.
POSSIBLE = {
    "plan": {"open"},
    "give_up": {"planned"},
    "effect": {"planned"},
    "measure": {"in_effect", "measured"},
    "conclude": {"measured"},
    "reopen": {"closed", "ineffective"},
    "drop": {"open"},
}


def in_state(state, cast, opened, planned, in_effect):
    if state in {"open", "dropped"}:
        case = opened()
        if state == "dropped":
            cases.drop_case(case, actor=cast.dora, reason="不是", now=NOON)
        return case
    if state == "planned":
        return planned()
    case = in_effect()
    if state != "in_effect":
        cases.measure_case(case, actor=cast.dora, now=NOON + 5 * DAY)
    if state in {"closed", "ineffective"}:
        cases.conclude_case(
            case,
            actor=cast.dora,
            is_effective=state == "closed",
            note="看数字",
            now=NOON + 5 * DAY,
        )
    return case


def do(act, case, actor, plan):
    now = NOON + 6 * DAY
    told = {"actor": actor, "now": now}
    acts = {
        "plan": lambda: cases.plan_improvement(case, plan=plan(), **told),
        "give_up": lambda: cases.give_up_improvement(case, reason="做不了", **told),
        "effect": lambda: cases.put_in_effect(case, effective_on=now.date(), **told),
        "measure": lambda: cases.measure_case(case, **told),
        "conclude": lambda: cases.conclude_case(
            case, is_effective=True, note="有效", **told
        ),
        "reopen": lambda: cases.reopen_case(case, reason="又来了", **told),
        "drop": lambda: cases.drop_case(case, reason="不是", **told),
    }
    return acts[act]()


@pytest.mark.parametrize("act", POSSIBLE)
@pytest.mark.parametrize("state", Status.values)
def test_each_act_in_each_state(cast, opened, planned, in_effect, plan, act, state):
    case = in_state(state, cast, opened, planned, in_effect)
    if state in POSSIBLE[act]:
        do(act, case, cast.dora, plan)
        return
    before = Case.objects.get(pk=case.pk)
    with pytest.raises(DomainError):
        do(act, case, cast.dora, plan)
    after = Case.objects.get(pk=case.pk)
    assert (after.status, after.version) == (before.status, before.version)


@pytest.mark.parametrize("act", [one for one in POSSIBLE if one != "effect"])
@pytest.mark.parametrize("who", ["hana", "uma", "olga", "otto", "dirk"])
def test_only_who_oversees_the_region_decides(
    cast, opened, planned, in_effect, plan, act, who
):
    state = sorted(POSSIBLE[act])[0]
    case = in_state(state, cast, opened, planned, in_effect)
    with pytest.raises(PermissionDenied):
        do(act, case, getattr(cast, who), plan)


def test_the_plan_is_a_deadline_of_the_department_which_is_told(cast, planned):
    case = planned()
    improvement = case.improvements.get()
    assert improvement.due.department == cast.bureau
    assert improvement.due.kind == "improvement"
    assert (improvement.due.due_on - NOON.date()).days == 14  # ten working days
    told = Notice.objects.filter(event__action="case.planned")
    assert set(told.values_list("recipient__login", flat=True)) == {"hana", "uma"}


def test_without_a_root_cause_nothing_is_planned(cast, opened, plan):
    case = opened(root_cause="")
    with pytest.raises(DomainError, match="根本原因"):
        cases.plan_improvement(case, actor=cast.dora, plan=plan(), now=NOON)


def test_a_plan_says_what_who_and_by_when(cast, opened, plan):
    case = opened()
    far = DepartmentFactory(code="far", region=cast.elsewhere)
    item = TemplateFactory(items={"permit": (cast.bureau, 5, [])}).items.get()
    for wrong in (
        {"text": " "},
        {"days": 0},
        {"days": 10**6},
        {"kind": "x"},
        {"department": far},
        {"kind": "item"},
        {"kind": "rule", "item": item},
    ):
        with pytest.raises(DomainError):
            cases.plan_improvement(case, actor=cast.dora, plan=plan(**wrong), now=NOON)
    told = plan(kind="item", item=item)
    made = cases.plan_improvement(case, actor=cast.dora, plan=told, now=NOON)
    assert made.item == item


def test_the_responsible_unit_says_itself_that_it_holds(cast, planned):
    case = planned()
    for who in ("tom", "olga", "otto", "dirk"):
        with pytest.raises(PermissionDenied):
            cases.put_in_effect(
                case, actor=getattr(cast, who), effective_on=NOON.date(), now=NOON
            )
    cases.put_in_effect(case, actor=cast.hana, effective_on=NOON.date(), now=NOON)
    improvement = case.improvements.get()
    assert improvement.put_by == cast.hana
    assert improvement.due.met_at == NOON


def test_only_whose_task_it_is_now_says_that_it_holds(cast, planned, plan):
    case = planned()
    cases.give_up_improvement(case, actor=cast.dora, reason="换人办", now=NOON)
    other = plan(department=cast.other_bureau)
    cases.plan_improvement(case, actor=cast.dora, plan=other, now=NOON)
    told = Notice.objects.filter(event__action="case.planned")
    assert sorted(one.recipient.login for one in told) == ["hana", "tom", "uma"]
    lena = UserFactory(login="lena", department=cast.other_bureau)
    GrantFactory(user=lena, role="leader", department=cast.other_bureau)
    # Of the unit that had it before; and a leader says nothing in its place.
    for who in (cast.hana, lena):
        with pytest.raises(PermissionDenied):
            cases.put_in_effect(case, actor=who, effective_on=NOON.date(), now=NOON)
    cases.put_in_effect(case, actor=cast.tom, effective_on=NOON.date(), now=NOON)


def test_a_closed_department_gets_no_task(cast, opened, plan):
    closed = DepartmentFactory(code="closed", region=cast.county, is_active=False)
    with pytest.raises(DomainError) as refusal:
        cases.plan_improvement(
            opened(), actor=cast.dora, plan=plan(department=closed), now=NOON
        )
    assert refusal.value.field == "department"


def test_a_second_press_finds_it_in_effect(cast, planned):
    case = planned()
    version, day = case.version, NOON.date()
    for actor in (cast.hana, cast.uma):
        cases.put_in_effect(
            case, actor=actor, effective_on=day, version=version, now=NOON
        )
    assert case.improvements.get().put_by == cast.hana
    assert Event.objects.filter(action="case.in_effect").count() == 1
    with pytest.raises(DomainError):
        cases.put_in_effect(
            case, actor=cast.uma, effective_on=day - DAY, version=version, now=NOON
        )


def test_nobody_waits_for_what_was_given_up(cast, planned):
    case = planned()
    cases.give_up_improvement(case, actor=cast.dora, reason="换个办法", now=NOON + DAY)
    assert case.improvements.get().due.met_at == NOON + DAY


def test_a_day_to_come_is_no_day_from_which_it_holds(cast, planned):
    case = planned()
    tomorrow = (NOON + DAY).date()
    for day in (tomorrow, NOON.date() - timedelta(days=800)):
        with pytest.raises(DomainError):
            cases.put_in_effect(case, actor=cast.dora, effective_on=day, now=NOON)


def test_on_the_first_day_there_is_nothing_to_measure(cast, in_effect):
    case = in_effect()
    with pytest.raises(DomainError, match="今天才生效"):
        cases.measure_case(case, actor=cast.dora, now=NOON)


def test_what_did_not_help_is_followed_by_another_try(cast, in_effect, plan):
    case = in_effect()
    cases.measure_case(case, actor=cast.dora, now=NOON + 5 * DAY)
    for name, more in (
        ("conclude_case", {"is_effective": False, "note": "照样来"}),
        ("reopen_case", {"reason": "换个办法"}),
        ("plan_improvement", {"plan": plan(text="改系统")}),
    ):
        getattr(cases, name)(case, actor=cast.dora, now=NOON + 5 * DAY, **more)
    case.refresh_from_db()
    assert case.status == Status.PLANNED
    assert case.improvements.count() == 2
    assert case.improvements.running().count() == 1


def test_a_case_that_is_opened_again_has_what_came_meanwhile(cast, in_effect, raised):
    case = in_effect()
    told = {"actor": cast.dora, "now": NOON + 5 * DAY}
    cases.measure_case(case, **told)
    cases.conclude_case(case, is_effective=True, note="没有再来", **told)
    again = raised(PERMIT[3], now=NOON + 9 * DAY)
    assert not case.members.filter(ticket=again).exists()
    cases.reopen_case(case, actor=cast.dora, reason="又来了", now=NOON + 9 * DAY)
    assert case.members.get(ticket=again).how == "alike"
    event = Event.objects.get(action="case.reopened")
    assert event.changes["joined"] == [None, 1]


def test_the_database_keeps_one_improvement_running(cast, planned):
    case = planned()
    other = case.improvements.get()
    other.pk, other.due = (
        None,
        cases.improving.deadlines.Deadline(
            kind="improvement", days=1, started_on=NOON.date(), due_on=NOON.date()
        ),
    )
    other.due.save()
    with pytest.raises(IntegrityError), transaction.atomic():
        other.save(force_insert=True)


def test_a_status_has_no_other_way(opened):
    with pytest.raises(WrongStatus):
        opened().move_to(Status.CLOSED)


def test_what_is_ended_is_not_changed(cast, opened, permits):
    case = opened()
    cases.drop_case(case, actor=cast.dora, reason="不是", now=NOON)
    for name, more in (
        ("edit_case", {"title": "x", "root_cause": ""}),
        ("add_ticket", {"ticket": permits[0]}),
        ("remove_ticket", {"ticket": permits[0]}),
    ):
        with pytest.raises(DomainError):
            getattr(cases, name)(case, actor=cast.dora, now=NOON, **more)


def test_an_improvement_needs_its_day_to_be_measured(cast, planned):
    improvement = planned().improvements.get()
    improvement.measured_on = NOON.date()
    with pytest.raises(IntegrityError), transaction.atomic():
        Improvement.objects.filter(pk=improvement.pk).update(
            measured_on=NOON.date(), effective_on=NOON.date()
        )
