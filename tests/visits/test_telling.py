"""Who is told of what happens to a ticket or a visit: the table, row by row."""

import pkgutil
import uuid
from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps

import visits
from crm import notices
from crm.models import Event, Notice, Role, User
from crm.services.notices import telling as services
from tests.factories import NOON, GrantFactory, UserFactory
from tests.visits.ticket_stories import (
    HOUR,
    accepted,
    answered,
    closed,
    dispatched,
    fire_brigade,
    raised,
    refused,
    returned,
)
from visits import telling
from visits.services import requests, tickets

pytestmark = pytest.mark.django_db


def told_of(action):
    """Who was told of the last event of this kind, and as what."""
    event = Event.objects.filter(action=action).latest("pk")
    rows = Notice.objects.filter(event=event)
    return {(one.recipient.login, one.kind) for one in rows}


# --- The table


def actions_of_visits():
    """From every module of words: a new noun brings its own."""
    names = [one.name for one in pkgutil.iter_modules(visits.__path__)]
    modules = [import_module(f"visits.{name}") for name in names if "words" in name]
    return {key for one in modules for key in getattr(one, "ACTIONS", {})}


def test_every_event_tells_somebody_or_says_that_nobody_is_told():
    told = {action for action, *_ in telling.TABLE}
    known = actions_of_visits()
    assert {"ticket.raised", "directive.given"} <= known
    assert known - told - set(telling.NOBODY) == set()
    assert told & set(telling.NOBODY) == set()
    assert (told | set(telling.NOBODY)) - known == set()
    assert all(why.strip() for why in telling.NOBODY.values())


def test_every_row_names_a_kind_that_its_people_can_choose_about():
    for action, kind, *who in telling.TABLE:
        assert notices.kind_of(kind.key) == kind, action
        assert who, action


def test_whoever_is_found_by_a_right_sees_the_record(cast):
    """What `notices.sees` promises: of these people it is not asked one by one."""
    for login, role, place in [
        ("second", Role.HANDLER, {"department": cast.bureau}),
        ("dispatch2", Role.DISPATCHER, {"region": cast.town}),
        ("owner2", Role.OWNER, {"company": cast.company}),
    ]:
        GrantFactory(user=UserFactory(login=login), role=role, **place)
    closed(cast, assistants=[(cast.other_bureau, "请提出意见")])
    refused(cast)
    ask(cast)
    seen = set()
    for one in Notice.objects.select_related("recipient"):
        record = apps.get_model(one.about_type).objects.get(pk=one.about_id)
        assert services.is_visible(record, one.recipient), one
        seen.add(one.recipient.login)
    assert {"second", "dispatch2", "owner2", "tom", "uma", "olga"} <= seen


# --- A ticket's way


def test_the_dispatch_centre_hears_of_a_new_ticket(cast):
    raised(cast)
    assert told_of("ticket.raised") == {("dora", "queue"), ("otto", "ours")}
    raised(cast, by="otto")
    assert told_of("ticket.raised") == {("dora", "queue"), ("olga", "followed")}


def test_the_unit_hears_of_what_it_is_given(cast):
    dispatched(cast, assistants=[(fire_brigade(cast), "请提出意见")])
    assert told_of("ticket.dispatched") == {
        ("hana", "task"),
        ("uma", "task"),
        ("olga", "followed"),
        ("otto", "ours"),
    }


def test_assistants_hear_of_their_part(cast):
    dispatched(cast, assistants=[(cast.other_bureau, "请提出意见")])
    assert ("tom", "task") in told_of("ticket.dispatched")


def test_who_signs_for_a_colleague_tells_the_colleague(cast):
    ticket = dispatched(cast)
    tickets.accept_ticket(ticket, actor=cast.uma, handler=cast.hana, now=NOON)
    assert told_of("ticket.accepted") == {("hana", "task")}


def test_who_signs_himself_tells_nobody(cast):
    accepted(cast)
    assert told_of("ticket.accepted") == set()


def test_a_colleague_hears_of_what_is_handed_to_him(cast):
    ticket = accepted(cast)
    tickets.hand_ticket(ticket, actor=cast.hana, handler=cast.uma, now=NOON + HOUR)
    assert told_of("ticket.handed") == {("uma", "task")}


def test_the_handler_hears_of_an_assistants_answer(cast):
    ticket = accepted(cast, assistants=[(cast.other_bureau, "请提出意见")])
    tickets.answer_part(ticket, actor=cast.tom, text="同意。", now=NOON + HOUR)
    assert told_of("ticket.part_answered") == {("hana", "mine")}


def test_the_answer_waits_for_the_company_and_its_officer(cast):
    answered(cast)
    assert told_of("ticket.answered") == {("otto", "confirm"), ("olga", "confirm")}


def test_not_solved_is_heard_by_handler_head_and_first_receiver(cast):
    ticket = answered(cast)
    tickets.reject_answer(
        ticket, actor=cast.otto, reason="人没来。", now=NOON + 3 * HOUR
    )
    assert told_of("ticket.rejected") == {
        ("hana", "again"),
        ("uma", "again"),
        ("olga", "again"),
    }


def test_the_end_is_heard_by_who_worked_for_it(cast):
    closed(cast)
    assert told_of("ticket.confirmed") == {("hana", "mine"), ("olga", "followed")}


# --- Its side ways


def test_the_centre_hears_of_a_return_and_the_department_of_the_ruling(cast):
    ticket = returned(cast)
    assert told_of("ticket.returned") == {("dora", "queue"), ("olga", "followed")}
    rule = {"actor": cast.dora, "note": "属于你局。", "now": NOON + HOUR}
    tickets.rule_on_return(ticket, is_upheld=False, **rule)
    assert told_of("ticket.return_overruled") == {("hana", "decided"), ("uma", "task")}


def test_when_it_is_upheld_the_next_department_hears_of_it_too(cast):
    tickets.rule_on_return(
        returned(cast),
        actor=cast.dora,
        is_upheld=True,
        lead=cast.other_bureau,
        note="属于水利局。",
        now=NOON + HOUR,
    )
    assert told_of("ticket.return_upheld") == {
        ("hana", "decided"),
        ("tom", "task"),
        ("olga", "followed"),
        ("otto", "ours"),
    }


def test_both_departments_hear_that_it_changes_hands(cast):
    tickets.reassign_ticket(
        dispatched(cast),
        actor=cast.dora,
        lead=cast.other_bureau,
        reason="职责在水利局。",
        now=NOON + HOUR,
    )
    assert told_of("ticket.reassigned") == {
        ("tom", "task"),
        ("hana", "mine"),
        ("olga", "followed"),
        ("otto", "ours"),
    }


def test_one_more_department_hears_what_it_is_asked(cast):
    tickets.add_assistant(
        accepted(cast, assistants=[(fire_brigade(cast), "请提出意见")]),
        actor=cast.dora,
        department=cast.other_bureau,
        task="请提出意见",
        now=NOON + HOUR,
    )
    assert told_of("ticket.assistant_added") == {("tom", "task"), ("hana", "mine")}


def pause(ticket, actor, days):
    until = (NOON + timedelta(days=days)).date()
    return tickets.pause_ticket(
        ticket,
        actor=actor,
        kind="special",
        reason="等专家评审。",
        until_on=until,
        now=NOON + 2 * HOUR,
    )


def test_the_head_hears_of_what_he_has_to_decide(cast):
    pause(accepted(cast), cast.hana, 30)
    assert told_of("ticket.pause_asked") == {("uma", "asked")}


def test_of_what_the_only_head_asks_himself_his_leader_hears(cast):
    pause(accepted(cast), cast.uma, 30)
    assert told_of("ticket.pause_asked") == {("maria", "asked")}


def test_the_company_hears_that_the_clock_stands(cast):
    pause(accepted(cast), cast.hana, 2)
    assert told_of("ticket.paused") == {("olga", "followed"), ("otto", "ours")}


def test_the_asker_hears_of_the_decision_and_the_company_of_the_new_day(cast):
    ticket = accepted(cast)
    ask = {"actor": cast.hana, "days": 20, "reason": "跨部门协调。"}
    tickets.ask_extension(ticket, now=NOON + HOUR, **ask)
    assert told_of("ticket.extension_asked") == {("uma", "asked")}
    tickets.decide_extension(
        ticket, actor=cast.uma, is_granted=True, now=NOON + 2 * HOUR
    )
    assert told_of("ticket.extended") == {
        ("hana", "decided"),
        ("olga", "followed"),
        ("otto", "ours"),
    }


def test_who_raised_it_hears_that_it_was_not_accepted(cast):
    refused(cast)
    assert told_of("ticket.refused") == {("olga", "followed"), ("otto", "ours")}


@pytest.mark.parametrize(
    ("internal", "expected"),
    [
        (True, {("olga", "remark")}),
        (False, {("olga", "remark"), ("otto", "remark")}),
    ],
)
def test_the_company_hears_of_public_remarks_only(cast, internal, expected):
    ticket = accepted(cast)
    tickets.comment_ticket(
        ticket, actor=cast.hana, text="在办。", is_internal=internal, now=NOON + HOUR
    )
    assert told_of("ticket.commented") == expected
    notice = Notice.objects.latest("pk")
    assert (notice.about_type, notice.about_id) == ("visits.ticket", ticket.pk)


def test_who_is_away_is_not_told_but_his_b(cast):
    from crm.services import absences

    absences.enter_absence(
        cast.olga,
        actor=None,
        kind="leave",
        starts_on=NOON.date(),
        ends_on=NOON.date(),
        now=NOON,
    )
    raised(cast, by="otto")
    assert told_of("ticket.raised") == {("dora", "queue"), ("bela", "followed")}


def test_a_first_receiver_who_lost_the_company_is_not_told(cast):
    ticket = accepted(cast)
    cast.company.liaisons.filter(officer=cast.olga).update(ended_on=NOON.date())
    tickets.comment_ticket(
        ticket, actor=cast.hana, text="在办。", is_internal=True, now=NOON + HOUR
    )
    assert told_of("ticket.commented") == set()


# --- Requests and visits


def ask(cast):
    return requests.ask_for_visit(
        cast.company, actor=cast.otto, wish="请来看看用工情况", now=NOON
    )


def test_the_officer_hears_of_a_request_and_the_company_of_the_answer(cast):
    request = ask(cast)
    assert told_of("visit_request.asked") == {("olga", "visit")}
    requests.plan_requested(
        request,
        actor=cast.olga,
        uuid=uuid.uuid4(),
        mode="onsite",
        purpose="了解用工情况",
        starts_at=NOON + timedelta(days=1),
        now=NOON,
    )
    assert told_of("visit_request.planned") == {("otto", "visit")}


# --- In words


@pytest.mark.slow
def test_the_list_tells_a_tickets_way_in_words(cast, as_user, queries_of):
    answered(cast)
    client = as_user(cast.olga)
    cost = queries_of(lambda: client.get("/notices/"))
    page = client.get("/notices/").content.decode()
    assert "人社局" in page
    assert cast.hana.name in page
    for _ in range(6):
        answered(cast)
    assert queries_of(lambda: client.get("/notices/")) == cost
    # Session, person; the notices, their count; the tickets; departments they name.
    assert cost == 6


def test_who_was_called_stands_in_no_notice(cast, as_user, monkeypatch):
    monkeypatch.setitem(
        notices._rules,
        "ticket.contacted",
        [notices.Rule(notices.kind_of("mine"), (heads,), notices.subject_itself)],
    )
    ticket = accepted(cast)
    tickets.record_contact(
        ticket,
        actor=cast.hana,
        person="赵保密",
        phone="13900001111",
        called_at=NOON + HOUR,
        now=NOON + HOUR,
    )
    assert told_of("ticket.contacted") == {("uma", "mine")}
    page = as_user(cast.uma).get("/notices/").content.decode()
    assert "赵保密" not in page
    assert "13900001111" not in page


def heads(event, ticket):
    return [User.objects.get(login="uma").pk]
