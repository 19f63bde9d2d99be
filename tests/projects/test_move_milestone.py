"""An item goes through the national states: allowed moves, clocks, words, history."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from crm.lib.errors import DomainError, StaleVersion, WrongStatus
from crm.models import Event
from projects.models import Milestone, MilestoneMove, Project, State
from projects.models.states import NEXT
from projects.services import milestones as services
from projects.services.milestones import Act, Said
from tests.factories import NOON, GrantFactory, UserFactory

FIX = {"notice": "补正用地红线图"}
WHY = {"notice": "不符合规划"}


def test_a_new_project_begins_with_all_its_items(begun, items):
    assert {one.state for one in vars(items).values()} == {State.NOT_STARTED}
    # Five days to prepare filing, then five and ten for eia; 清明 is 4 to 6 April.
    assert items.permit.planned_start_on == date(2026, 4, 16)
    assert items.permit.planned_finish_on == date(2026, 4, 30)
    parts = begun.parts.filter(kind="item")
    assert {part.department.name for part in parts} == {"人社局", "水利局"}


def test_the_whole_way_to_an_approval(walk, items):
    item = walk(
        items.site,
        "prepare",
        ("hand-in", 1, {}),
        ("accept", 2, {}),
        ("review", 5, {}),
        ("approve", 7, {"certificate": "云自然资规〔2026〕8 号"}),
    )
    assert item.state == State.APPROVED
    assert item.ended_on == date(2026, 3, 25)
    assert item.accepted_on == date(2026, 3, 20)
    assert item.decide_by.due_on == date(2026, 3, 31)
    assert item.decide_by.met_at is not None
    # Nothing that it needs was through, so it waited from the beginning on.
    assert item.duration == 5
    moves = list(item.moves.values_list("before", "after"))
    assert moves == [(-2, -1), (-1, 1), (1, 3), (3, 8), (8, 11)]


def test_only_the_allowed_moves_are_possible():
    """What acts lead to from each state is the table, nothing beside it."""
    for state in State:
        item = Milestone(state=state)
        led_to = {services.RULES[act].after for act in services.possible(item)}
        assert led_to == NEXT.get(state, frozenset())
        for after in set(State) - led_to:
            with pytest.raises(WrongStatus):
                Milestone(state=state, name="事项").move_to(after)


def test_a_move_out_of_order_is_a_sentence(cast, items):
    with pytest.raises(WrongStatus, match="事项 site"):
        services.move(items.site, Act.APPROVE, actor=cast.hana, now=NOON)


@pytest.mark.parametrize(
    ("who", "act", "may"),
    [
        ("hana", "prepare", True),
        ("uma", "prepare", True),
        ("olga", "prepare", True),
        ("bela", "prepare", True),
        ("tom", "prepare", False),
        ("dora", "prepare", False),
        ("maria", "prepare", False),
        ("axel", "prepare", False),
        ("otto", "prepare", False),
    ],
)
def test_who_prepares(cast, items, who, act, may):
    actor = getattr(cast, who)
    if may:
        assert services.move(items.site, Act(act), actor=actor, now=NOON)
    else:
        with pytest.raises(PermissionDenied):
            services.move(items.site, Act(act), actor=actor, now=NOON)


@pytest.mark.parametrize("who", ["olga", "tom", "dora", "maria", "axel", "otto"])
def test_only_the_department_decides(cast, items, walk, who):
    walk(items.site, "prepare", "hand-in")
    with pytest.raises(PermissionDenied):
        services.move(items.site, Act.ACCEPT, actor=getattr(cast, who), now=NOON)


@pytest.mark.parametrize("role", ["officer", "leader"])
def test_the_departments_others_do_not_decide(cast, items, walk, role):
    """Handling it is a role of its own, not a place to work."""
    walk(items.site, "prepare", "hand-in")
    person = UserFactory(department=cast.bureau)
    GrantFactory(user=person, role=role, department=cast.bureau)
    with pytest.raises(PermissionDenied):
        services.move(items.site, Act.ACCEPT, actor=person, now=NOON)


@pytest.mark.parametrize(
    ("who", "act"), [("hana", "accept"), ("olga", "withdraw-early")]
)
def test_an_archived_project_stands_still(cast, begun, items, walk, who, act):
    walk(items.site, "prepare", "hand-in")
    Project.objects.filter(pk=begun.pk).update(archived_at=NOON)
    with pytest.raises(DomainError, match="已归档"):
        services.move(
            items.site, Act(act), actor=getattr(cast, who), said=Said(**WHY), now=NOON
        )


def test_a_correction_stands_still_and_names_all_at_once(walk, items, cast):
    with pytest.raises(DomainError, match="一次性列明"):
        walk(items.site, "prepare", "hand-in", "accept", ("correct", 1, {}))
    item = walk(items.site, ("correct", 2, FIX))
    assert item.decide_by.due_on is None
    assert item.corrections == 1
    item = walk(item, ("corrected", 6, {}))
    # 20 to 24 March stand still, ends included: three working days.
    assert item.decide_by.due_on == date(2026, 3, 27) + timedelta(days=5)
    item = walk(item, ("correct", 7, FIX))
    assert item.moves.last().facts["number"] == 2


def test_a_special_procedure_is_paused_apart(walk, items):
    said = {"notice": "依法组织听证", "facts": {"kind": "hearing", "days": 10}}
    item = walk(items.site, "prepare", "hand-in", "accept", ("special", 1, said))
    assert item.decide_by.pauses.get().kind == "special"
    item = walk(item, ("special-end", 1, {}))
    pause = item.decide_by.pauses.get()
    assert pause.first_on == pause.last_on == date(2026, 3, 19)
    assert item.decide_by.due_on == date(2026, 3, 30)  # one day later


def test_whoever_reviews_has_accepted(walk, items):
    """The clock cannot be kept from starting by leaving acceptance out."""
    item = walk(items.site, "prepare", "hand-in", ("correct", 1, FIX))
    assert item.decide_by is None
    item = walk(item, ("corrected", 2, {}), ("review", 3, {}))
    assert item.accepted_on == date(2026, 3, 21)
    assert item.decide_by.started_on == date(2026, 3, 21)


def test_a_new_attempt_has_clocks_of_its_own(walk, items):
    item = walk(items.site, "prepare", "hand-in", "accept", ("reject", 3, WHY))
    assert item.ended_on and item.duration is None
    item = walk(item, ("retry", 4, {}))
    assert (item.attempt, item.state) == (2, State.PREPARING)
    assert item.accepted_on is None and item.decide_by is None
    assert item.moves.last().facts["accepted_on"] == "2026-03-18"
    first = MilestoneMove.objects.filter(milestone=item, attempt=1)
    assert first.count() == 4  # readable as before


def test_an_item_on_the_spot_goes_through_in_one_act(cast, items):
    item = items.filing
    Milestone.objects.filter(pk=item.pk).update(kind=Milestone.Kind.INSTANT)
    services.move(item, Act.PREPARE, actor=cast.olga, now=NOON)
    done = services.decide_at_once(item, actor=cast.hana, now=NOON)
    assert done.state == State.APPROVED
    assert [m.after for m in done.moves.all()] == [-1, 1, 3, 11]
    moved = Event.objects.filter(action="milestone.moved", subject_id=item.pk)
    assert moved.count() == 4


def test_on_the_spot_decides_the_department_and_only_such_items(cast, items):
    once = {"actor": cast.hana, "now": NOON}
    services.move(items.site, Act.PREPARE, **once)
    with pytest.raises(DomainError, match="即办件"):
        services.decide_at_once(items.site, **once)
    Milestone.objects.filter(pk=items.site.pk).update(kind=Milestone.Kind.INSTANT)
    with pytest.raises(PermissionDenied):
        services.decide_at_once(items.site, actor=cast.olga, now=NOON)
    with pytest.raises(StaleVersion):
        services.decide_at_once(items.site, version=items.site.version, **once)


def test_an_approval_cannot_be_over_before_it_is_given(walk, items):
    said = {"expires_on": date(2026, 3, 18)}
    with pytest.raises(DomainError) as refused:
        walk(items.site, "prepare", "hand-in", "accept", ("approve", 1, said))
    assert refused.value.field == "expires_on"


def test_words_for_the_company_are_of_a_length_to_be_read(walk, items):
    with pytest.raises(DomainError) as refused:
        walk(items.site, "prepare", "hand-in", ("correct", 0, {"notice": "长" * 2001}))
    assert refused.value.code == "too_long"


@pytest.mark.parametrize(
    ("on", "words"),
    [
        (date(2026, 3, 19), "今天"),
        (date(2026, 3, 17), "不能早于"),
        (date(1, 1, 1), "不能早于"),
    ],
)
def test_a_day_that_cannot_be(cast, items, on, words):
    with pytest.raises(DomainError, match=words):
        services.move(
            items.site, Act.PREPARE, actor=cast.olga, said=Said(on=on), now=NOON
        )


def test_a_step_of_yesterday_is_counted_from_yesterday(walk, cast, items):
    walk(items.site, "prepare", "hand-in")
    later = NOON + timedelta(days=5)
    item = services.move(
        items.site,
        Act.ACCEPT,
        actor=cast.hana,
        said=Said(on=date(2026, 3, 19)),
        now=later,
    )
    assert item.decide_by.started_on == date(2026, 3, 19)


def test_two_clerks_cannot_decide_on_the_same_page(cast, items, walk):
    item = walk(items.site, "prepare", "hand-in", "accept")
    services.move(item, Act.APPROVE, actor=cast.hana, version=item.version, now=NOON)
    with pytest.raises(StaleVersion) as refused:
        services.move(
            item,
            Act.REJECT,
            actor=cast.uma,
            said=Said(**WHY),
            version=item.version,
            now=NOON,
        )
    assert refused.value.current.state == State.APPROVED


def test_an_item_taken_out_cannot_be_approved(cast, items):
    services.remove_item(items.eia, actor=cast.dora, reason="不涉水", now=NOON)
    refusals = {"olga": DomainError, "tom": DomainError, "omar": PermissionDenied}
    for who, refusal in refusals.items():
        with pytest.raises(refusal):
            services.move(items.eia, Act.PREPARE, actor=getattr(cast, who), now=NOON)
    items.permit.refresh_from_db()
    needs = items.permit.needs.filter(needed__removed_at=None)
    assert {row.needed.key for row in needs} == {"site", "filing"}


def test_the_green_channel_shortens_what_is_accepted_then(cast, items, walk, begun):
    Milestone.objects.filter(pk=items.site.pk).update(green_days=3)
    Project.objects.filter(pk=begun.pk).update(
        green_until=date(2026, 3, 20), green_reason="省重点", green_by=cast.maria
    )
    item = walk(items.site, "prepare", "hand-in", "accept")
    assert item.decide_by.days == 3


def test_an_expiry_is_computed_from_the_months(cast, items, walk):
    Milestone.objects.filter(pk=items.site.pk).update(valid_months=11)
    item = walk(items.site, "prepare", "hand-in", "accept", ("approve", 13, {}))
    assert item.expires_on == date(2027, 2, 28)  # 31 March and eleven months


@pytest.mark.slow
def test_the_last_approval_ends_the_project(cast, items, walk, begun):
    for key in ("filing", "site", "permit"):
        walk(getattr(items, key), "prepare", "hand-in", "accept", ("approve", 1, {}))
    begun.refresh_from_db()
    assert begun.finished_on is None
    steps = ("prepare", "hand-in", "accept", ("approve", 2, {}))
    walk(items.eia, *steps, actor=cast.tom)
    begun.refresh_from_db()
    assert begun.finished_on == date(2026, 3, 20)
    walk(items.permit, ("revoke", 3, WHY))
    begun.refresh_from_db()
    assert begun.finished_on is None
