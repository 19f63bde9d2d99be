"""合并 and 拆分: doubles worked as one, several problems worked apart."""

import uuid
from datetime import date

import pytest

from crm.lib.errors import DomainError
from crm.models import Company, Event
from tests.factories import NOON, CompanyFactory, GrantFactory, UserFactory
from visits.models import Category, Ticket
from visits.services import tickets

from .ticket_stories import (
    DAY,
    HOUR,
    answered,
    closed,
    dispatched,
    parked,
    raised,
    working,
)

pytestmark = pytest.mark.django_db
LATER = NOON + 3 * HOUR


@pytest.fixture
def second(cast):
    """Another company of the town, with its own owner."""
    company = CompanyFactory(name="永兴织造有限公司", region=cast.town)
    owner = UserFactory(login="oda", department=None)
    GrantFactory(user=owner, role="owner", company=company)
    company.owner = owner
    return company


def merge(cast, ticket, into, now=LATER):
    return tickets.merge_tickets(ticket, into=into, actor=cast.dora, now=now)


def answer(cast, ticket, now=LATER + HOUR):
    return tickets.answer_ticket(
        ticket, actor=cast.hana, text="已到岗 20 人。", proposed="solved", now=now
    )


def code_of(call):
    with pytest.raises(DomainError) as refusal:
        call()
    return refusal.value.code


def test_a_merged_ticket_is_with_the_same_department_without_a_running_clock(
    cast, second
):
    target = working(cast)
    ticket = merge(cast, raised(cast, by="dora", company=second), target)
    assert ticket.status == "merged" and not ticket.is_open
    assert tickets.lead_part(ticket).department == cast.bureau
    assert ticket not in Ticket.objects.running()
    assert ticket not in Ticket.objects.waiting_for_dispatch()
    assert second in Company.objects.visible_to(cast.hana)
    assert list(Ticket.objects.of_own_unit(cast.hana)) == [target]


def test_each_company_gets_the_answer_and_says_for_itself(cast, second):
    target = working(cast)
    ticket = merge(cast, raised(cast, by="dora", company=second), target)
    answer(cast, target)
    ticket.refresh_from_db()
    assert ticket.status == "confirming"
    assert ticket.answers.get().text == "已到岗 20 人。"
    assert ticket.solve_by.met_at == ticket.contact_by.met_at == LATER + HOUR
    after = tickets.confirm_ticket(
        ticket, actor=second.owner, outcome="partly", now=LATER + 2 * HOUR
    )
    assert (after.status, after.outcome) == ("closed", "partly")
    target.refresh_from_db()
    assert target.status == "confirming"


def test_a_company_that_is_not_content_has_its_own_ticket_worked_on(cast, second):
    target = working(cast)
    ticket = merge(cast, raised(cast, by="dora", company=second), target)
    answer(cast, target)
    ticket = tickets.reject_answer(
        ticket, actor=second.owner, reason="我们没有。", now=LATER + 2 * HOUR
    )
    assert ticket.status == "working" and ticket.solve_by.met_at is None
    # Its clock began when the department got it: at the merger.
    assert ticket.solve_by.started_on == date(2026, 3, 18)
    assert ticket in Ticket.objects.workable_by(cast.hana)
    assert ticket in Ticket.objects.of_own_unit(cast.hana)
    target.refresh_from_db()
    assert target.status == "confirming"


def test_a_double_of_the_same_company_has_nothing_to_add(cast):
    target = working(cast)
    ticket = merge(cast, raised(cast), target)
    answer(cast, target)
    tickets.confirm_ticket(
        target, actor=cast.otto, outcome="solved", now=LATER + 2 * HOUR
    )
    ticket.refresh_from_db()
    assert ticket.status == "merged"
    assert cast.company not in Company.objects.visible_to(cast.hana)


def test_what_was_merged_before_the_dispatch_follows_it(cast, second):
    target, other = raised(cast), raised(cast, by="dora", company=second)
    ticket = merge(cast, other, target)
    assert tickets.lead_part(ticket) is None
    tickets.dispatch_ticket(target, actor=cast.dora, lead=cast.bureau, now=LATER)
    assert tickets.lead_part(ticket).department == cast.bureau
    tickets.reassign_ticket(
        target, actor=cast.dora, lead=cast.other_bureau, reason="换。", now=LATER
    )
    assert tickets.lead_part(ticket).department == cast.other_bureau
    assert ticket.parts.filter(ended_on=None).count() == 1


def test_mergers_do_not_chain(cast, second):
    first, middle = working(cast), dispatched(cast, by="dora", company=second)
    last = raised(cast)
    merge(cast, last, middle)
    merge(cast, middle, first)
    last.refresh_from_db()
    assert last.merged_into == first
    fresh = raised(cast)
    assert code_of(lambda: merge(cast, fresh, middle)) == "target_merged"


@pytest.mark.parametrize("tell", [answered, closed])
def test_nothing_is_merged_into_what_is_answered(cast, tell):
    target, ticket = tell(cast), raised(cast)
    assert code_of(lambda: merge(cast, ticket, target)) == "target_answered"


def test_a_ticket_is_not_merged_into_itself(cast):
    ticket = working(cast)
    assert code_of(lambda: merge(cast, ticket, ticket)) == "same_ticket"


@pytest.mark.slow
def test_a_parked_ticket_takes_others_in(cast):
    target = parked(cast)
    assert merge(cast, raised(cast), target).merged_into == target


def test_a_merger_pressed_twice_is_one(cast):
    target, ticket = working(cast), raised(cast)
    first, again = (merge(cast, ticket, target) for _ in range(2))
    assert first.version == again.version
    assert Event.objects.filter(action="ticket.merged").count() == 1


@pytest.mark.slow
def test_taken_out_it_has_its_own_clock_as_if_it_had_never_stood(cast):
    ticket = dispatched(cast)
    due = ticket.solve_by.due_on
    merge(cast, ticket, working(cast))
    ticket.refresh_from_db()
    assert ticket.solve_by.met_at is not None
    ticket = tickets.unmerge_ticket(
        ticket, actor=cast.dora, reason="不是一回事。", now=LATER + 5 * DAY
    )
    assert (ticket.status, ticket.merged_into) == ("dispatched", None)
    assert (ticket.solve_by.met_at, ticket.solve_by.due_on) == (None, due)


def test_taken_out_before_anything_was_dispatched_it_waits_again(cast, second):
    ticket = merge(cast, raised(cast, by="dora", company=second), raised(cast))
    ticket = tickets.unmerge_ticket(
        ticket, actor=cast.dora, reason="不是一回事。", now=LATER
    )
    assert ticket.status == "queued"
    assert ticket in Ticket.objects.waiting_for_dispatch()


def test_the_companies_do_not_learn_of_each_other(cast, second, as_user):
    target = working(cast)
    ticket = merge(cast, raised(cast, by="dora", company=second), target)
    for owner, one, foreign in (
        (second.owner, ticket, cast.company.name),
        (cast.otto, target, second.name),
    ):
        text = as_user(owner).get(one.get_absolute_url()).text
        assert foreign not in text
        assert "Hana" in text  # who has it in hand, of both
    assert (
        target.number not in as_user(second.owner).get(ticket.get_absolute_url()).text
    )
    assert as_user(second.owner).get(target.get_absolute_url()).status_code == 404


def test_merging_by_the_page_wants_a_number_of_ones_own_region(cast, as_user):
    target, ticket = working(cast), raised(cast)
    client, url = as_user(cast.dora), f"/tickets/{ticket.pk}/merge/"
    for number in ("2026-999999", "", "x" * 99, target.number[:4]):
        assert client.post(url, {"into": number}).status_code == 422
    assert client.post(url, {"into": target.number}).status_code == 302
    assert Ticket.objects.get(pk=ticket.pk).merged_into == target


def test_one_ticket_with_several_problems_becomes_several(cast):
    ticket = raised(cast)
    power = Category.objects.get(key="energy")
    pieces = [tickets.Piece("变压器容量不够。", power), tickets.Piece("路灯不亮。")]
    made = tickets.split_ticket(ticket, actor=cast.dora, pieces=pieces, now=LATER)
    assert [one.status for one in made] == ["queued", "queued"]
    assert [one.category for one in made] == [power, ticket.category]
    assert {one.split_from for one in made} == {ticket}
    assert {one.company for one in made} == {cast.company}
    assert {one.first_receiver for one in made} == {cast.olga}
    assert len({ticket.number, *(one.number for one in made)}) == 3
    event = Event.objects.get(action="ticket.split")
    assert event.changes["pieces"][1] == [one.number for one in made]


def test_a_split_pressed_twice_makes_nothing_twice(cast):
    ticket, key = raised(cast), uuid.uuid4()
    pieces = [tickets.Piece("变压器容量不够。")]
    first, again = (
        tickets.split_ticket(
            ticket, actor=cast.dora, pieces=pieces, client_key=key, now=LATER
        )
        for _ in range(2)
    )
    assert first == again
    assert Ticket.objects.count() == 2


@pytest.mark.parametrize("texts", [[], [" "], ["x"] * 10])
def test_a_split_needs_words_and_not_too_many(cast, texts):
    ticket = raised(cast)
    with pytest.raises(DomainError):
        tickets.split_ticket(
            ticket,
            actor=cast.dora,
            pieces=[tickets.Piece(text) for text in texts],
            now=LATER,
        )
    assert Ticket.objects.count() == 1


def test_splitting_by_the_page(cast, as_user):
    ticket = raised(cast)
    client, url = as_user(cast.dora), f"/tickets/{ticket.pk}/split/"
    key = client.get(url).context["form"]["client_key"].value()
    assert client.post(url, {"text_1": "", "client_key": key}).status_code == 422
    data = {"text_1": "路灯不亮。", "text_3": "厂门口积水。", "client_key": key}
    assert client.post(url, data).status_code == 302
    assert client.post(url, data).status_code == 302
    assert ticket.split_off.count() == 2
