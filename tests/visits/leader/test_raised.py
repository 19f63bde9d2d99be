"""Escalations, pauses and red orders on the leader's desk, and what settles them."""

from datetime import timedelta

import pytest

from crm.lib.errors import DomainError
from projects.models import Project
from tests.factories import NOON, DepartmentFactory, ProjectFactory
from tests.visits.escalation.stories import only, sweep
from tests.visits.leader.acts import (
    ELEVEN,
    FOUR,
    LATER,
    call,
    card_of,
    cards,
    carried_out,
    give,
    moment,
    task,
)
from tests.visits.orders.stories import issued, make_late
from tests.visits.ticket_stories import closed, working
from visits.leader_desk.page import desk_of
from visits.models import (
    Adoption,
    Decision,
    Directive,
    Escalation,
    EscalationRule,
    SupervisionOrder,
)
from visits.services import (
    decisions,
    escalations,
    meetings,
    ratings,
    tickets,
)
from visits.services.ratings import Said


def states():
    rows = Escalation.objects.order_by("pk")
    return [(one.level, one.state, one.decision_note) for one in rows]


# --- Escalations -------------------------------------------------------------------


@pytest.mark.slow
def test_what_was_raised_is_on_the_desk_of_who_is_nearest(cast, overdue, lena, walter):
    sweep(*FOUR)
    now = moment(*FOUR)
    assert len(cards(lena, now)) == 1
    assert cards(cast.maria, now) == cards(walter, now) == []
    sweep(*ELEVEN)
    now = moment(*ELEVEN)
    assert len(cards(cast.maria, now)) == 1


@pytest.mark.slow
def test_the_first_time_a_directive_is_proposed_with_its_words(cast, overdue, lena):
    sweep(*FOUR)
    card = card_of(lena, moment(*FOUR))
    assert card.offers.proposed.act == "direct"
    assert card.proposal == (
        "批示。已逾期，尚无领导批示：请人社局在 3 个工作日内与恒润纺织有限公司见面，"
        "提出解决办法，并书面答复。"
    )
    assert [one.act for one in card.offers.beside] == ["adopt", "order"]
    assert {"raise", "reassign", "meet", "table", "settle", "direct"} == {
        one.act for one in card.offers.more
    }
    done = carried_out(lena, card, moment(*FOUR))
    assert done.state == "done"
    directive = Directive.objects.get()
    assert (directive.ticket, directive.leader) == (overdue, lena)
    assert directive.text in card.proposal
    assert states() == [(2, "decided", f"批示：{directive.text}")]
    assert cards(lena, moment(*FOUR)) == []


@pytest.mark.slow
def test_a_card_says_by_which_rule_it_came(cast, overdue, lena):
    sweep(*FOUR)
    first = card_of(lena, moment(*FOUR)).how_long[0]
    escalation = Escalation.objects.get()
    assert escalation.rule.name in first.text
    assert first.url == escalation.get_absolute_url()


@pytest.mark.slow
def test_a_day_missed_on_the_way_is_not_called_near(cast, category):
    only("ticket_reply_late")
    working(cast)
    EscalationRule.objects.filter(key="ticket_reply_late").update(level=3)
    sweep(3, 25)
    card = card_of(cast.maria, moment(3, 25))
    assert card.lamp != "red"
    assert "已错过规定时限" in card.proposal


@pytest.mark.slow
def test_what_is_late_for_longer_stands_above(cast, overdue):
    second = working(cast)
    sweep(*ELEVEN)
    longer = Escalation.objects.filter(subject_id=second.pk)
    for one in longer:
        one.why["due_on"] = "2026-03-20"
        one.save(update_fields=["why"])
    shown = desk_of(cast.maria, now=moment(*ELEVEN)).cards
    assert [one.matter.pk for one in shown] == [second.pk, overdue.pk]


@pytest.mark.slow
def test_after_a_directive_an_order_and_far_beyond_a_red_one(cast, overdue):
    give(cast, overdue)
    sweep(*FOUR)
    now = moment(*FOUR)
    card = card_of(cast.maria, now, "escalation")
    assert card.offers.proposed.label == "督办（黄色）"
    sweep(*ELEVEN)
    card = card_of(cast.maria, moment(*ELEVEN), "escalation")
    assert card.offers.proposed.label == "督办（红色）"
    carried_out(cast.maria, card, moment(*ELEVEN))
    order = SupervisionOrder.objects.get()
    assert (order.colour, order.department, order.issued_by) == (
        "red", cast.bureau, cast.maria,
    )  # fmt: skip
    assert {state for _level, state, _note in states()} == {"decided"}


@pytest.mark.slow
def test_with_an_open_order_no_second_one_is_offered(cast, overdue):
    give(cast, overdue)
    issued(cast, overdue, colour="yellow")
    sweep(*FOUR)
    card = card_of(cast.maria, moment(*FOUR), "escalation")
    every = (card.offers.proposed, *card.offers.beside, *card.offers.more)
    assert "order" not in {one.act for one in every}
    # Nothing else can be sent in the proposed words: a directive is written.
    assert card.offers.proposed.act == "direct"


@pytest.mark.slow
def test_the_company_says_it_is_not_solved(cast, category):
    only("ticket_not_solved")
    ticket = working(cast)
    for hour in (1, 2):
        now = LATER + timedelta(hours=2 * hour)
        tickets.answer_ticket(
            ticket, actor=cast.hana, text="已办", proposed="solved", now=now
        )
        tickets.reject_answer(
            ticket, actor=cast.otto, reason="没有", now=now + timedelta(hours=1)
        )
        sweep(3, 19 + hour)
    now = moment(3, 22)
    card = card_of(cast.maria, now)
    assert card.offers.proposed.label == "我来包挂"
    assert "企业反映未解决 2 次" in [one.text for one in card.tried]
    carried_out(cast.maria, card, now)
    assert Adoption.objects.get().ticket == ticket
    assert cards(cast.maria, now) == []


def test_raised_by_hand_it_says_by_whom_and_why(cast, overdue):
    escalations.raise_by_hand(
        overdue, actor=cast.olga, level=3, reason="涉及三个单位", now=LATER
    )
    card = card_of(cast.maria, LATER)
    texts = [one.text for one in (*card.how_long, *card.tried)]
    assert "Olga 提请" in texts
    assert "理由：涉及三个单位" in texts
    assert card.offers.proposed.act == "direct"


@pytest.mark.slow
def test_taken_higher_it_leaves_ones_own_desk(cast, overdue, lena):
    sweep(*FOUR)
    now = moment(*FOUR)
    key = card_of(lena, now).key
    decisions.decide_in_words(
        key, actor=lena, act="raise", terms={"reason": "跨部门"}, now=now
    )
    assert cards(lena, now) == []
    card = card_of(cast.maria, now)
    assert card.waiting.facts["raised_by__name"] == lena.name
    every = (card.offers.proposed, *card.offers.beside, *card.offers.more)
    assert "raise" not in {one.act for one in every}


@pytest.mark.slow
def test_what_hangs_from_one_ticket_is_one_card_and_one_decision(cast, overdue):
    """Nobody is in charge between: every rule reaches the chief leader."""
    only("ticket_late_3", "ticket_late_10", "directive_late_3", "order_late")
    give(cast, overdue)
    make_late(issued(cast, overdue, colour="yellow").answer_by, NOON.date())
    sweep(*ELEVEN)
    now = moment(*ELEVEN)
    assert len({one.subject_type for one in Escalation.objects.all()}) == 3
    card = card_of(cast.maria, now)
    said = [one.text for one in card.how_long]
    assert said[0] == "提级事由：办结逾期超过 10 个工作日"
    # Of one clock only the gravest speaks.
    assert said[1:3] == ["另有：批示答复逾期超过 3 个工作日", "督办单答复逾期"]
    # Directed and ordered already: what a tap would send names the matter.
    assert overdue.title in card.proposal
    carried_out(cast.maria, card, now)
    assert {state for _level, state, _note in states()} == {"decided"}
    assert not [key for key in cards(cast.maria, now) if key.startswith("escalation")]


@pytest.mark.slow
def test_while_a_tap_can_be_taken_back_the_whole_matter_rests(cast, overdue):
    only("ticket_late_10")
    give(cast, overdue)
    sweep(*ELEVEN)
    now = moment(*ELEVEN)
    (card,) = desk_of(cast.maria, now=now).cards
    assert [one.source for one in card.waiting.also] == ["directive"]
    offer = card.offers.proposed
    decisions.take_decision(
        card.key, actor=cast.maria, act=offer.act, seen=offer.seen, now=now
    )
    assert cards(cast.maria, now) == []


@pytest.mark.slow
def test_said_how_it_is_settled(cast, overdue):
    sweep(*FOUR)
    now = moment(*FOUR)
    key = card_of(cast.maria, now).key
    terms = {"note": "已当面协调"}
    decisions.decide_in_words(key, actor=cast.maria, act="settle", terms=terms, now=now)
    assert states() == [(3, "decided", "说明处理：已当面协调")]


@pytest.mark.slow
def test_given_to_another_department(cast, overdue):
    sweep(*FOUR)
    now = moment(*FOUR)
    key = card_of(cast.maria, now).key
    terms = {"department": cast.other_bureau.pk, "reason": "属水利职责"}
    decisions.decide_in_words(
        key, actor=cast.maria, act="reassign", terms=terms, now=now
    )
    lead = overdue.parts.get(is_lead=True, ended_on=None)
    assert lead.department == cast.other_bureau


@pytest.mark.slow
def test_settled_elsewhere_the_tap_fails_and_says_so(cast, overdue, lena):
    sweep(*FOUR)
    now = moment(*FOUR)
    card = card_of(lena, now)
    escalations.settle_escalation(
        Escalation.objects.get(), actor=cast.maria, reason="已办", now=now
    )
    with pytest.raises(DomainError):
        carried_out(lena, card, now)


@pytest.mark.slow
def test_a_late_part_is_decided_on_with_its_ticket(cast, category):
    only("part_late_3")
    ticket = working(cast, assistants=[(cast.other_bureau, "核实")])
    sweep(3, 30)
    card = card_of(cast.maria, moment(3, 30))
    assert card.matter.title == ticket.title
    carried_out(cast.maria, card, moment(3, 30))
    assert states()[0][1] == "decided"


@pytest.mark.slow
def test_a_late_task_of_a_meeting_is_raised_with_its_department(cast, lena):
    only("meeting_task_late_3")
    meeting = call(cast)
    given = task(cast, meeting, days=1)
    meetings.close_meeting(meeting, actor=cast.maria, summary="x", now=NOON)
    sweep(3, 26)
    card = card_of(lena, moment(3, 26))
    assert card.matter.title == given.text
    carried_out(lena, card, moment(3, 26))
    assert Directive.objects.get().department == cast.bureau


@pytest.mark.slow
def test_what_other_parts_raise_is_told_by_its_own_name(cast, overdue, monkeypatch):
    """A kind that the desk has no reader for is not lost."""
    from visits.leader_desk import matters

    readers = {
        key: read for key, read in matters.READERS.items() if "ticket" not in key
    }
    monkeypatch.setattr(matters, "READERS", readers)
    sweep(*FOUR)
    card = card_of(cast.maria, moment(*FOUR))
    assert (card.matter.title, card.matter.number) == (overdue.title, overdue.number)
    assert card.offers.proposed.act == "direct"
    assert card.tried[0].text == cast.bureau.name


@pytest.mark.slow
@pytest.mark.parametrize("is_anonymous", [False, True])
def test_a_bad_rating_says_whom_as_far_as_the_company_let_it(
    cast, category, is_anonymous
):
    only("rating_very_bad")
    said = Said(level=1, words="没有解决", tags=["slow"], is_anonymous=is_anonymous)
    ticket = closed(cast)
    ratings.rate(ticket, actor=cast.otto, said=said, now=LATER)
    ratings.tell_nameless(now=LATER + timedelta(days=2))
    sweep(3, 24)
    card = card_of(cast.maria, moment(3, 24))
    texts = [one.text for one in card.whom]
    named = {ticket.title, cast.company.name} & set(texts)
    assert len(named) == (0 if is_anonymous else 2)
    assert ("问题（匿名评价）" in texts) == is_anonymous
    assert cast.bureau.name in card.matter.title
    assert card.lamp == "green"


@pytest.mark.slow
def test_every_card_begins_with_a_lamp(cast, as_user, overdue, listing, time_machine):
    sweep(*FOUR)
    time_machine.move_to(moment(*FOUR), tick=False)
    page = as_user(cast.maria).get("/").content.decode()
    heads = page.split('<article class="decision"')[1:]
    assert len(heads) == 2
    assert all('class="lamp' in head.partition("</h2>")[0] for head in heads)


def test_a_project_behind_for_months_is_directed(cast):
    project = ProjectFactory(company=cast.company, lead_department=cast.bureau)
    rule = EscalationRule.objects.get(key="project_yellow_2")
    Escalation.objects.create(
        subject_type="projects.project", subject_id=project.pk, rule=rule, cycle="x",
        trigger="yellow", level=3, company=cast.company, region=project.region,
        department=cast.bureau, why={"count": 2}, raised_at=NOON,
    )  # fmt: skip
    card = card_of(cast.maria, LATER)
    assert card.matter.title == project.name
    assert "连续滞后于计划" in card.proposal
    carried_out(cast.maria, card, LATER)
    assert Directive.objects.get().project == project
    assert Project.objects.count() == 1


@pytest.mark.slow
def test_the_desk_costs_the_same_whatever_is_on_it(
    cast, overdue, pause, red, as_user, queries_of, time_machine
):
    far = DepartmentFactory(code="far2", region=cast.county)
    give(cast, overdue)
    sweep(*ELEVEN)
    time_machine.move_to(moment(*ELEVEN), tick=False)
    client = as_user(cast.maria)
    client.get("/")
    cost = queries_of(lambda: client.get("/"))
    for number in range(9):
        give(cast, overdue, text=f"第{number}件", department=far, now=NOON)
    assert queries_of(lambda: client.get("/")) <= cost
    assert cost <= 15
    assert Decision.objects.count() == 0
