"""延期: asked a working day before the end, granted once by somebody above, told."""

from datetime import date

import pytest

from crm.lib.errors import DomainError
from crm.models import Event
from tests.factories import NOON
from visits.models import Extension, Ticket
from visits.services import tickets

from .ticket_stories import DAY, HOUR, accepted, paused, working

pytestmark = pytest.mark.django_db
LATER = NOON + 3 * HOUR
DUE = date(2026, 3, 27)


def on(day):
    return NOON + (day - 18) * DAY


def ask(ticket, who, days=20, now=LATER):
    return tickets.ask_extension(
        ticket, actor=who, days=days, reason="要跨市协调。", now=now
    )


def decide(ticket, who, *, is_granted=True, note="", now=LATER):
    return tickets.decide_extension(
        ticket, actor=who, is_granted=is_granted, note=note, now=now
    )


def code_of(call):
    with pytest.raises(DomainError) as refusal:
        call()
    return refusal.value.code


def test_asking_changes_no_day(cast):
    ticket = ask(working(cast), cast.hana)
    assert (ticket.status, ticket.solve_by.due_on) == ("working", DUE)
    row = Extension.objects.get()
    assert (row.days_before, row.days, row.due_before) == (7, 20, DUE)
    assert not Event.objects.get(action="ticket.extension_asked").is_public


def test_a_granted_one_counts_from_the_dispatch_and_the_company_is_told(cast):
    ticket = decide(ask(accepted(cast), cast.hana), cast.uma, now=LATER)
    # 20 working days after 18 March 2026; 清明 (6 April, a Monday) is off.
    assert ticket.solve_by.due_on == date(2026, 4, 16)
    assert ticket.extended_at == LATER
    row = Extension.objects.get()
    assert (row.is_granted, row.decided_by, row.due_after) == (
        True,
        cast.uma,
        date(2026, 4, 16),
    )
    event = Event.objects.get(action="ticket.extended")
    assert event.is_public
    assert event.changes["due_on"] == ["2026-03-27", "2026-04-16"]


@pytest.mark.parametrize(("day", "is_in_time"), [(26, True), (27, False), (30, False)])
def test_it_is_asked_for_a_working_day_before_the_end(cast, day, is_in_time):
    ticket = working(cast)
    if is_in_time:
        assert ask(ticket, cast.hana, now=on(day)).version > ticket.version
    else:
        call = lambda: ask(ticket, cast.hana, now=on(day))  # noqa: E731
        assert code_of(call) == "too_late_to_extend"
        assert not Extension.objects.exists()


@pytest.mark.parametrize("days", [0, 6, 7, 31, 9999])
def test_more_than_it_has_and_at_most_what_the_category_allows(cast, days):
    ticket = working(cast)
    assert code_of(lambda: ask(ticket, cast.hana, days)) == "days_out_of_range"


def test_the_category_says_how_far(cast):
    ticket = working(cast)
    ticket.category.extended_days = 40
    ticket.category.save(update_fields=["extended_days"])
    assert ask(ticket, cast.hana, 40).version > ticket.version


def test_once_is_enough(cast):
    ticket = decide(ask(working(cast), cast.hana), cast.uma)
    assert code_of(lambda: ask(ticket, cast.hana, 25)) == "extended_already"


def test_a_refused_one_says_why_and_may_be_asked_again(cast):
    ticket = ask(working(cast), cast.hana)
    with pytest.raises(DomainError) as refusal:
        decide(ticket, cast.uma, is_granted=False)
    assert refusal.value.field == "note"
    ticket = decide(ticket, cast.uma, is_granted=False, note="按期办。")
    assert (ticket.solve_by.due_on, ticket.extended_at) == (DUE, None)
    assert not Event.objects.get(action="ticket.extension_refused").is_public
    assert ask(ticket, cast.hana, 15).version > ticket.version


def test_two_requests_do_not_wait_beside_each_other(cast):
    ticket = ask(working(cast), cast.hana)
    assert code_of(lambda: ask(ticket, cast.uma, 15)) == "extension_undecided"
    assert ask(ticket, cast.hana).version == ticket.version  # pressed twice


@pytest.mark.parametrize("asker", ["uma"])
def test_nobody_grants_his_own(cast, asker):
    ticket = ask(working(cast), cast.uma)
    assert code_of(lambda: decide(ticket, cast.uma)) == "own_request"
    assert decide(ticket, cast.maria).extended_at == LATER


def test_a_late_ticket_is_not_extended_any_more(cast):
    ticket = ask(working(cast), cast.hana, now=on(26))
    assert decide(ticket, cast.uma, now=on(27)).extended_at  # the last day is in time
    other = ask(working(cast), cast.hana, now=on(26))
    call = lambda: decide(other, cast.uma, now=on(30))  # noqa: E731
    assert code_of(call) == "already_late"
    assert Extension.objects.filter(ticket=other).get().decided_at is None
    refused = decide(other, cast.uma, is_granted=False, note="已逾期。", now=on(30))
    assert refused.extended_at is None


def test_deciding_without_a_request_is_refused_in_a_sentence(cast):
    ticket = working(cast)
    assert code_of(lambda: decide(ticket, cast.uma)) == "wrong_status"


def test_an_answer_ends_what_waited_for_a_decision(cast):
    ticket = ask(working(cast), cast.hana)
    tickets.answer_ticket(
        ticket, actor=cast.hana, text="办好了。", proposed="solved", now=LATER
    )
    row = Extension.objects.get()
    assert (row.is_granted, row.decided_by) == (False, None)


def test_two_heads_decide_and_the_second_is_told(cast):
    ticket = ask(working(cast), cast.hana)
    decide(ticket, cast.uma)
    assert code_of(lambda: decide(ticket, cast.maria)) == "wrong_status"


def test_what_is_paused_is_extended_after_it_goes_on(cast):
    ticket = paused(cast)
    assert code_of(lambda: ask(ticket, cast.hana)) == "wrong_status"
    ticket = tickets.resume_ticket(ticket, actor=cast.hana, now=LATER)
    assert ask(ticket, cast.hana).version > ticket.version


def test_the_form_says_how_many_days_there_are_and_can_be(cast, as_user, at_noon):
    ticket = working(cast)
    text = as_user(cast.hana).get(f"/tickets/{ticket.pk}/extend/").text
    most = tickets.most_days(ticket)
    assert f"现有 {ticket.solve_by.days} 个工作日，最多 {most} 个。" in text


def test_what_was_asked_for_or_granted_is_not_offered_once_more(cast, as_user, at_noon):
    ticket = ask(working(cast), cast.hana)

    def acts():
        page = as_user(cast.hana).get(ticket.get_absolute_url()).context["page"]
        return page.acts

    assert tickets.Act.EXTEND not in acts()
    tickets.decide_extension(ticket, actor=cast.uma, is_granted=True, now=LATER)
    assert tickets.Act.EXTEND not in acts()


def test_a_grant_pressed_twice_is_given_once(cast, as_user, at_noon):
    ticket = ask(working(cast), cast.hana)
    url = f"/tickets/{ticket.pk}/decide-extension/"
    said = {"decision": "grant", "version": ticket.version}
    client = as_user(cast.uma)
    assert client.post(url, said).status_code == 302
    assert client.post(url, said).status_code == 302
    refused = client.post(url, {**said, "decision": "refuse", "note": "不同意。"})
    assert refused.status_code == 422
    assert "现在可以：审批延期" not in refused.text
    assert Event.objects.filter(action="ticket.extended").count() == 1


def test_whoever_asked_is_not_offered_the_decision(cast, as_user, at_noon):
    ticket = ask(working(cast), cast.uma)
    page = as_user(cast.uma).get(ticket.get_absolute_url()).context["page"]
    assert tickets.Act.DECIDE_EXTENSION not in page.acts


@pytest.mark.slow
def test_the_head_sees_the_request_on_the_page_and_grants_it(cast, as_user, at_noon):
    ticket = ask(working(cast), cast.hana)
    client = as_user(cast.uma)
    page = client.get(ticket.get_absolute_url()).context["page"]
    assert page.next_act == tickets.Act.DECIDE_EXTENSION
    url = f"/tickets/{ticket.pk}/decide-extension/"
    assert "要跨市协调。" in client.get(url).text
    assert client.post(url, {"decision": "refuse"}).status_code == 422
    assert client.post(url, {"decision": "grant"}).status_code == 302
    assert Ticket.objects.get().extended_at
    assert client.get(url).status_code == 409
