"""While a handler is away his tickets are on B's desk, and his name stays on them."""

from datetime import date

import pytest

from crm.models import WorkNote
from crm.services import absences, standing_in
from tests.crm.standing_in.conftest import colleague
from tests.factories import NOON
from tests.visits import ticket_stories as stories
from visits.models import Escalation
from visits.services import tickets
from visits.services.escalations import levels

DAYS = {"kind": "leave", "starts_on": date(2026, 3, 18), "ends_on": date(2026, 3, 20)}
AWAY = NOON.replace(day=19)
BACK = NOON.replace(day=23)


@pytest.fixture
def ben(cast):
    return colleague(cast, "ben")


@pytest.fixture
def absence(cast, ben, time_machine):
    """hana has a ticket in hand and leaves it to ben."""
    time_machine.move_to(NOON, tick=False)
    standing_in.set_stand_in(cast.hana, actor=cast.uma, stand_in=ben, now=NOON)
    stories.working(cast)
    made = absences.enter_absence(cast.hana, actor=cast.hana, now=NOON, **DAYS)
    time_machine.move_to(AWAY, tick=False)
    return made


def page(as_user, who, address="/"):
    answer = as_user(who).get(address)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def in_hands(as_user, who):
    """The section of what one has in hand."""
    sections = page(as_user, who).split("<section")[1:]
    return next((one for one in sections if "我在办的" in one), "")


TITLE = "招不到挡车工"


def test_it_is_on_bs_first_page_and_not_on_as(cast, as_user, ben, absence):
    section = in_hands(as_user, ben)
    assert TITLE in section and cast.hana.name in section and "由本人代办" in section
    assert TITLE not in in_hands(as_user, cast.hana)


def test_and_back_on_as_when_she_is_here_again(
    cast, as_user, ben, absence, time_machine
):
    time_machine.move_to(BACK, tick=False)
    assert TITLE in in_hands(as_user, cast.hana)
    assert TITLE not in in_hands(as_user, ben)


def test_the_list_of_ones_own_follows(cast, as_user, ben, absence):
    assert TITLE in page(as_user, ben, "/tickets/?tab=mine")
    assert TITLE not in page(as_user, cast.hana, "/tickets/?tab=mine")
    assert TITLE in page(as_user, cast.hana, "/tickets/?tab=unit")


@pytest.mark.slow
def test_the_ticket_names_the_handler_and_who_stands_in(cast, as_user, ben, absence):
    ticket = cast.hana.handled_tickets.get()
    for reader in (cast.otto, cast.dora, ben):
        shown = page(as_user, reader, ticket.get_absolute_url())
        assert f"由 {ben.name} 代办" in shown and cast.hana.name in shown
    assert ticket.handler == cast.hana


def test_b_answers_it(cast, ben, absence):
    ticket = cast.hana.handled_tickets.get()
    answered = tickets.answer_ticket(
        ticket, actor=ben, text="已安排。", proposed="solved", now=AWAY
    )
    assert answered.handler == cast.hana


def test_the_note_lists_what_is_open(cast, absence):
    kinds = {one["kind"] for one in WorkNote.objects.get().items}
    assert "ticket" in kinds


def test_it_lists_what_was_asked_and_the_units_parts(cast, ben, time_machine):
    time_machine.move_to(NOON, tick=False)
    first, second = stories.working(cast), stories.working(cast)
    tickets.ask_extension(first, actor=cast.hana, days=20, reason="材料多", now=NOON)
    tickets.return_ticket(
        stories.dispatched(cast), actor=cast.hana, reason="不属我局职责", now=NOON
    )
    tickets.add_assistant(
        second, actor=cast.dora, department=cast.other_bureau, task="核实", now=NOON
    )
    kinds = [one["kind"] for one in open_work(cast.hana)]
    assert {"ticket", "extension", "ticket_return"} <= set(kinds)
    assert [one["kind"] for one in open_work(cast.tom)] == ["part"]


def open_work(handler):
    from visits.work_hooks import open_work

    return open_work(handler, NOON.date())


@pytest.mark.slow
def test_b_signs_and_tells_on_the_pages(cast, as_user, ben, absence, time_machine):
    note = WorkNote.objects.get()
    place = f"/absences/{absence.pk}/"
    assert "请在交接单上签收" in page(as_user, ben)
    shown = page(as_user, ben, place)
    assert TITLE in shown and "接手" in shown
    as_user(ben).post(f"{place}notes/{note.pk}/take/")
    time_machine.move_to(BACK, tick=False)
    assert "请写明代办情况" in page(as_user, ben)
    as_user(ben).post(f"{place}notes/{note.pk}/report/", {"report": "已答复企业。"})
    assert "已答复企业。" in page(as_user, cast.hana, place)
    assert "请写明代办情况" not in page(as_user, ben)


@pytest.mark.slow
def test_the_head_sees_who_stands_in_for_whom(cast, as_user, ben, absence):
    listed = page(as_user, cast.uma, "/stand-ins/")
    assert cast.hana.name in listed and ben.name in listed
    assert f"{ben.name} 代办" in page(as_user, cast.uma)


def test_and_where_nobody_does(cast, as_user, ben, absence):
    ben.grants.update(revoked_at=AWAY)
    assert "无人代办" in page(as_user, cast.uma, "/stand-ins/")
    assert TITLE in page(as_user, cast.uma, "/tickets/?tab=mine")
    assert TITLE in page(as_user, cast.uma)


def test_a_handler_without_a_b_has_the_way_in_his_row(cast, as_user):
    for place in ("/stand-ins/", "/"):
        html = page(as_user, cast.uma, place)
        button = f'<a class="btn" href="/stand-ins/{cast.hana.pk}/">指定 B 角'
        assert button in html, place


def test_the_head_sets_and_ends_a_b(cast, as_user, ben):
    client = as_user(cast.uma)
    place = f"/stand-ins/{cast.hana.pk}/"
    assert client.post(place, {"stand_in": cast.tom.pk}).status_code == 422
    assert client.post(place, {"stand_in": ben.pk}).status_code == 302
    pair = cast.hana.stand_ins.get()
    assert ben.name in page(as_user, cast.uma, place)
    client.post(f"/stand-ins/pairs/{pair.pk}/end/", {"reason": ""})
    assert cast.hana.stand_ins.filter(ended_on=None).exists()
    client.post(f"/stand-ins/pairs/{pair.pk}/end/", {"reason": "借调"})
    assert not cast.hana.stand_ins.filter(ended_on=None).exists()


def test_a_handler_enters_his_absence_and_is_told_why_not(cast, as_user):
    told = {
        "officer": cast.hana.pk,
        "kind": "leave",
        "starts_on": "2030-01-07",
        "ends_on": "2030-01-08",
    }
    client = as_user(cast.hana)
    refused = client.post("/absences/new/", told)
    assert refused.status_code == 422 and "没有人代办" in refused.content.decode()
    covered = client.post("/absences/new/", told | {"cover": cast.uma.pk})
    assert covered.status_code == 302
    assert WorkNote.objects.get().stand_in == cast.uma


def test_the_pairs_page_costs_the_same_for_1_and_20(
    cast, as_user, ben, absence, queries_of
):
    client = as_user(cast.uma)
    cost = queries_of(lambda: client.get("/stand-ins/"))
    for number in range(20):
        colleague(cast, f"more{number}")
    assert queries_of(lambda: client.get("/stand-ins/")) == cost


def test_what_is_told_to_a_goes_to_b(cast, ben, absence):
    ticket = cast.hana.handled_tickets.get()
    tickets.comment_ticket(
        ticket, actor=cast.otto, text="什么时候办?", is_internal=False
    )
    told = set(ben.notices.values_list("event__action", flat=True))
    assert "ticket.commented" in told
    assert not cast.hana.notices.filter(event__action="ticket.commented").exists()


def test_both_are_told_of_the_handover(cast, ben, absence, time_machine):
    assert ben.notices.filter(event__action="absence.entered").exists()
    assert ben.notices.filter(event__action="stand_in.set").exists()
    time_machine.move_to(BACK, tick=False)
    note = WorkNote.objects.get()
    standing_in.report_back(note, actor=ben, report="已办。", now=BACK)
    assert cast.hana.notices.filter(event__action="work_note.reported").exists()


def test_an_escalation_finds_b(cast, ben, absence):
    ticket = cast.hana.handled_tickets.get()
    deadline = ticket.solve_by
    raised = Escalation(
        subject_type="visits.ticket",
        subject_id=ticket.pk,
        level=0,
        deadline=deadline,
        department=cast.bureau,
    )
    assert levels.people_of(raised, AWAY.date()) == [ben]
    assert levels.people_of(raised, BACK.date()) == [cast.hana]
