"""Escalations, pauses and red orders on the leader's desk, and what settles them."""

from datetime import timedelta

import pytest

from crm.lib.errors import DomainError
from crm.models import DeadlinePause
from projects.models import Project
from tests.factories import NOON, DepartmentFactory, ProjectFactory
from tests.visits.escalation.stories import only, sweep
from tests.visits.leader.acts import LATER, begin, call, give, task
from tests.visits.orders.stories import issued, make_late
from tests.visits.ticket_stories import closed, working
from visits.leader_desk.page import desk_of
from visits.models import (
    Adoption,
    Decision,
    Directive,
    Escalation,
    EscalationRule,
    OrderProposal,
    SupervisionOrder,
)
from visits.services import (
    decisions,
    escalations,
    meetings,
    orders,
    ratings,
    tickets,
)
from visits.services.ratings import Said

# The ticket is due on Friday 27 March: four and eleven working days beyond it.
FOUR, ELEVEN = (4, 2), (4, 14)


@pytest.fixture(autouse=True)
def no_order_papers(monkeypatch):
    monkeypatch.setattr(
        "reports.order_listener.request_order_paper", lambda *a, **k: None
    )


@pytest.fixture
def late(cast, category):
    only("ticket_late_3", "ticket_late_10")
    return working(cast)


def moment(month, day):
    return NOON.replace(month=month, day=day)


def cards(user, now):
    return [one.key for one in desk_of(user, now=now).cards]


def card_of(user, now, source=""):
    found = desk_of(user, now=now).cards
    (card,) = [one for one in found if one.key.startswith(source)]
    return card


def take(actor, card, now, act=None):
    offers = {one.act: one for one in card.offers.taps}
    offer = offers[act or card.offers.proposed.act]
    decision = decisions.take_decision(
        card.key, actor=actor, act=offer.act, seen=offer.seen, now=now
    )
    return decisions.carry_out(decision.pk, now=decision.effective_at)


def states():
    rows = Escalation.objects.order_by("pk")
    return [(one.level, one.state, one.decision_note) for one in rows]


# --- Escalations -------------------------------------------------------------------


def test_what_was_raised_is_on_the_desk_of_who_is_nearest(cast, late, lena, walter):
    sweep(*FOUR)
    now = moment(*FOUR)
    assert len(cards(lena, now)) == 1
    assert cards(cast.maria, now) == cards(walter, now) == []
    sweep(*ELEVEN)
    now = moment(*ELEVEN)
    assert len(cards(cast.maria, now)) == 1


def test_the_first_time_a_directive_is_proposed_with_its_words(cast, late, lena):
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
    done = take(lena, card, moment(*FOUR))
    assert done.state == "done"
    directive = Directive.objects.get()
    assert (directive.ticket, directive.leader) == (late, lena)
    assert directive.text in card.proposal
    assert states() == [(2, "decided", f"批示：{directive.text}")]
    assert cards(lena, moment(*FOUR)) == []


def test_a_card_says_by_which_rule_it_came(cast, late, lena):
    sweep(*FOUR)
    first = card_of(lena, moment(*FOUR)).how_long[0]
    escalation = Escalation.objects.get()
    assert escalation.rule.name in first.text
    assert first.url == escalation.get_absolute_url()


def test_a_day_missed_on_the_way_is_not_called_near(cast, category):
    only("ticket_reply_late")
    working(cast)
    EscalationRule.objects.filter(key="ticket_reply_late").update(level=3)
    sweep(3, 25)
    card = card_of(cast.maria, moment(3, 25))
    assert card.lamp != "red"
    assert "已错过规定时限" in card.proposal


def test_what_is_late_for_longer_stands_above(cast, late):
    second = working(cast)
    sweep(*ELEVEN)
    longer = Escalation.objects.filter(subject_id=second.pk)
    for one in longer:
        one.why["due_on"] = "2026-03-20"
        one.save(update_fields=["why"])
    shown = desk_of(cast.maria, now=moment(*ELEVEN)).cards
    assert [one.matter.pk for one in shown] == [second.pk, late.pk]


def test_after_a_directive_an_order_and_far_beyond_a_red_one(cast, late):
    give(cast, late)
    sweep(*FOUR)
    now = moment(*FOUR)
    card = card_of(cast.maria, now, "escalation")
    assert card.offers.proposed.label == "督办（黄色）"
    sweep(*ELEVEN)
    card = card_of(cast.maria, moment(*ELEVEN), "escalation")
    assert card.offers.proposed.label == "督办（红色）"
    take(cast.maria, card, moment(*ELEVEN))
    order = SupervisionOrder.objects.get()
    assert (order.colour, order.department, order.issued_by) == (
        "red", cast.bureau, cast.maria,
    )  # fmt: skip
    assert {state for _level, state, _note in states()} == {"decided"}


def test_with_an_open_order_no_second_one_is_offered(cast, late):
    give(cast, late)
    issued(cast, late, colour="yellow")
    sweep(*FOUR)
    card = card_of(cast.maria, moment(*FOUR), "escalation")
    every = (card.offers.proposed, *card.offers.beside, *card.offers.more)
    assert "order" not in {one.act for one in every}
    # Nothing else can be sent in the proposed words: a directive is written.
    assert card.offers.proposed.act == "direct"


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
    take(cast.maria, card, now)
    assert Adoption.objects.get().ticket == ticket
    assert cards(cast.maria, now) == []


def test_raised_by_hand_it_says_by_whom_and_why(cast, late):
    escalations.raise_by_hand(
        late, actor=cast.olga, level=3, reason="涉及三个单位", now=LATER
    )
    card = card_of(cast.maria, LATER)
    texts = [one.text for one in (*card.how_long, *card.tried)]
    assert "Olga 提请" in texts
    assert "理由：涉及三个单位" in texts
    assert card.offers.proposed.act == "direct"


def test_taken_higher_it_leaves_ones_own_desk(cast, late, lena):
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


def test_what_hangs_from_one_ticket_is_one_card_and_one_decision(cast, late):
    """Nobody is in charge between: every rule reaches the chief leader."""
    only("ticket_late_3", "ticket_late_10", "directive_late_3", "order_late")
    give(cast, late)
    make_late(issued(cast, late, colour="yellow").answer_by, NOON.date())
    sweep(*ELEVEN)
    now = moment(*ELEVEN)
    assert len({one.subject_type for one in Escalation.objects.all()}) == 3
    card = card_of(cast.maria, now)
    said = [one.text for one in card.how_long]
    assert said[0] == "提级事由：办结逾期超过 10 个工作日"
    # Of one clock only the gravest speaks.
    assert said[1:3] == ["另有：批示答复逾期超过 3 个工作日", "督办单答复逾期"]
    # Directed and ordered already: what a tap would send names the matter.
    assert late.title in card.proposal
    take(cast.maria, card, now)
    assert {state for _level, state, _note in states()} == {"decided"}
    assert not [key for key in cards(cast.maria, now) if key.startswith("escalation")]


def test_while_a_tap_can_be_taken_back_the_whole_matter_rests(cast, late):
    only("ticket_late_10")
    give(cast, late)
    sweep(*ELEVEN)
    now = moment(*ELEVEN)
    (card,) = desk_of(cast.maria, now=now).cards
    assert [one.source for one in card.waiting.also] == ["directive"]
    offer = card.offers.proposed
    decisions.take_decision(
        card.key, actor=cast.maria, act=offer.act, seen=offer.seen, now=now
    )
    assert cards(cast.maria, now) == []


def test_said_how_it_is_settled(cast, late):
    sweep(*FOUR)
    now = moment(*FOUR)
    key = card_of(cast.maria, now).key
    terms = {"note": "已当面协调"}
    decisions.decide_in_words(key, actor=cast.maria, act="settle", terms=terms, now=now)
    assert states() == [(3, "decided", "说明处理：已当面协调")]


def test_given_to_another_department(cast, late):
    sweep(*FOUR)
    now = moment(*FOUR)
    key = card_of(cast.maria, now).key
    terms = {"department": cast.other_bureau.pk, "reason": "属水利职责"}
    decisions.decide_in_words(
        key, actor=cast.maria, act="reassign", terms=terms, now=now
    )
    lead = late.parts.get(is_lead=True, ended_on=None)
    assert lead.department == cast.other_bureau


def test_settled_elsewhere_the_tap_fails_and_says_so(cast, late, lena):
    sweep(*FOUR)
    now = moment(*FOUR)
    card = card_of(lena, now)
    escalations.settle_escalation(
        Escalation.objects.get(), actor=cast.maria, reason="已办", now=now
    )
    with pytest.raises(DomainError):
        take(lena, card, now)


def test_a_late_part_is_decided_on_with_its_ticket(cast, category):
    only("part_late_3")
    ticket = working(cast, assistants=[(cast.other_bureau, "核实")])
    sweep(3, 30)
    card = card_of(cast.maria, moment(3, 30))
    assert card.matter.title == ticket.title
    take(cast.maria, card, moment(3, 30))
    assert states()[0][1] == "decided"


def test_a_late_task_of_a_meeting_is_raised_with_its_department(cast, lena):
    only("meeting_task_late_3")
    meeting = call(cast)
    given = task(cast, meeting, days=1)
    meetings.close_meeting(meeting, actor=cast.maria, summary="x", now=NOON)
    sweep(3, 26)
    card = card_of(lena, moment(3, 26))
    assert card.matter.title == given.text
    take(lena, card, moment(3, 26))
    assert Directive.objects.get().department == cast.bureau


def test_what_other_parts_raise_is_told_by_its_own_name(cast, late, monkeypatch):
    """A kind that the desk has no reader for is not lost."""
    from visits.leader_desk import matters

    readers = {
        key: read for key, read in matters.READERS.items() if "ticket" not in key
    }
    monkeypatch.setattr(matters, "READERS", readers)
    sweep(*FOUR)
    card = card_of(cast.maria, moment(*FOUR))
    assert (card.matter.title, card.matter.number) == (late.title, late.number)
    assert card.offers.proposed.act == "direct"
    assert card.tried[0].text == cast.bureau.name


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


def test_every_card_begins_with_a_lamp(cast, as_user, late, listing, time_machine):
    sweep(*FOUR)
    time_machine.move_to(moment(*FOUR), tick=False)
    page = as_user(cast.maria).get("/").content.decode()
    heads = page.split('<article class="decision"')[1:]
    assert len(heads) == 2
    assert all('class="lamp' in head.partition("</h2>")[0] for head in heads)


# --- Pauses and orders -------------------------------------------------------------


@pytest.fixture
def pause(cast, category):
    ticket = working(cast)
    tickets.pause_ticket(
        ticket,
        actor=cast.hana,
        kind=DeadlinePause.Kind.SPECIAL,
        until_on=LATER.date() + timedelta(days=20),
        reason="听证",
        now=LATER,
    )
    return ticket.pauses.get()


def test_a_long_pause_without_a_head_is_the_leaders(cast, pause):
    assert cards(cast.maria, LATER) == []
    cast.uma.grants.update(ends_on=NOON.date() - timedelta(days=1))
    card = card_of(cast.maria, LATER)
    assert card.offers.proposed.label == "同意"
    assert "申请暂停至周三 04-08（特别程序）" in [one.text for one in card.how_long]
    take(cast.maria, card, LATER)
    pause.refresh_from_db()
    assert (pause.is_granted, pause.decided_by) == (True, cast.maria)


def test_a_pause_is_refused_in_words(cast, pause):
    cast.uma.grants.update(ends_on=NOON.date() - timedelta(days=1))
    key = card_of(cast.maria, LATER).key
    decisions.decide_in_words(
        key, actor=cast.maria, act="refuse", terms={"note": "不必"}, now=LATER
    )
    pause.refresh_from_db()
    assert pause.is_granted is False


@pytest.fixture
def red(cast, category):
    order = issued(cast, working(cast), colour="red")
    make_late(order.answer_by, NOON.date())
    return order


def test_a_red_order_not_answered_in_time(cast, red, lena, walter):
    assert cards(lena, LATER) == [f"order-{red.pk}"]
    assert cards(cast.maria, LATER) == cards(walter, LATER) == []
    card = card_of(lena, LATER)
    assert "红色督办单" in card.matter.title
    take(lena, card, LATER)
    assert Directive.objects.get().ticket_id == red.subject_id
    assert cards(lena, LATER) == []


@pytest.mark.parametrize("change", ["yellow", "answered", "not late"])
def test_other_orders_are_not_the_leaders(cast, red, change):
    assert len(cards(cast.maria, LATER)) == 1
    if change == "yellow":
        SupervisionOrder.objects.update(colour="yellow")
    elif change == "answered":
        orders.answer_order(red, actor=cast.hana, text="已办", now=LATER)
    else:
        make_late(red.answer_by, LATER.date())
    assert cards(cast.maria, LATER) == []


# --- Orders about what leaders asked for -------------------------------------------


def test_a_late_directive_is_ordered_with_a_tap(cast, ticket):
    directive = give(cast, ticket)
    now = NOON + timedelta(days=9)
    card = card_of(cast.maria, now)
    assert card.offers.proposed.label == "督办（黄色）"
    take(cast.maria, card, now)
    order = SupervisionOrder.objects.get()
    assert (order.subject_type, order.subject_id) == ("visits.directive", directive.pk)
    assert directive.text in order.basis
    assert order.company == cast.company


def test_what_is_late_for_days_proposes_an_order_by_itself(cast, ticket):
    give(cast, ticket)
    meeting = call(cast)
    task(cast, meeting, days=1)
    orders.propose_overdue(now=NOON + timedelta(days=14))
    proposed = set(OrderProposal.objects.values_list("subject_type", flat=True))
    assert {"visits.directive", "visits.meetingtask"} <= proposed


def test_a_task_is_ordered_in_words_with_its_basis(cast, lena):
    meeting = call(cast)
    given = task(cast, meeting, days=1)
    order = orders.issue_order(
        actor=cast.maria, subject=given, colour="blue", addressee=cast.bureau,
        requirement="请落实", days=3, now=LATER,
    )  # fmt: skip
    assert "用工问题协调会" in order.basis
    assert given.text in order.basis


# --- On an agenda ------------------------------------------------------------------


def test_an_agenda_takes_in_what_was_raised_after_the_last_tasks(cast, late):
    series = begin(cast)
    first = series.meetings.get()
    open_one = task(cast, first)
    sweep(*FOUR)
    now = moment(*FOUR)
    meetings.close_meeting(first, actor=cast.maria, summary="x", now=now)
    following = series.meetings.get(status="planned")
    told = [(one.source, one.task, one.ticket) for one in following.items.all()]
    assert told == [("task", open_one, None), ("escalation", None, late)]
    assert meetings.fill_agenda(following, actor=cast.maria, now=now) == []


def test_a_matter_that_stands_there_already_is_not_taken_twice(cast, late):
    sweep(*FOUR)
    now = moment(*FOUR)
    meeting = call(cast, now=now, day=now.date())
    assert [one.source for one in meeting.items.all()] == ["escalation"]
    meetings.add_item(meeting, actor=cast.maria, ticket=late, now=now)
    assert meeting.items.count() == 1


def test_each_morning_agendas_of_the_next_days_are_filled(cast, late):
    now = moment(*FOUR)
    near = call(cast, now=now, day=now.date() + timedelta(days=1))
    far = call(cast, now=now, day=now.date() + timedelta(days=9), topic="远")
    sweep(*FOUR)
    assert meetings.fill_all(now=now) == 1
    assert (near.items.count(), far.items.count()) == (1, 0)
    assert meetings.fill_all(now=now) == 0


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
    take(cast.maria, card, LATER)
    assert Directive.objects.get().project == project
    assert Project.objects.count() == 1


def test_the_desk_costs_the_same_whatever_is_on_it(
    cast, late, pause, red, as_user, queries_of, time_machine
):
    far = DepartmentFactory(code="far2", region=cast.county)
    give(cast, late)
    sweep(*ELEVEN)
    time_machine.move_to(moment(*ELEVEN), tick=False)
    client = as_user(cast.maria)
    client.get("/")
    cost = queries_of(lambda: client.get("/"))
    for number in range(9):
        give(cast, late, text=f"第{number}件", department=far, now=NOON)
    assert queries_of(lambda: client.get("/")) <= cost
    assert cost <= 15
    assert Decision.objects.count() == 0
