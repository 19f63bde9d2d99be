"""Drawing, calling and deciding by the pages."""

import re

import pytest
from django.urls import reverse

from crm.models import Event, Role
from tests.factories import NOON, ContactFactory, GrantFactory
from tests.visits.ticket_stories import DAY, HOUR, closed
from visits.models import Sample, SampledCall, Ticket

from .sampled import drawn, record

TODAY = NOON + 2 * DAY


@pytest.fixture(autouse=True)
def today(time_machine):
    time_machine.move_to(TODAY + 2 * HOUR, tick=False)


def wanted(cast, **more):
    days = {"first_on": "2026-03-01", "last_on": "2026-03-20"}
    return {"region": cast.county.pk, "number": 5} | days | more


@pytest.mark.slow
def test_from_the_draw_to_the_reopening(cast, as_user):
    ticket = closed(cast)
    axel = as_user(cast.axel)
    made = axel.post(reverse("visits:sample-draw"), wanted(cast))
    sample = Sample.objects.get()
    assert made.url == sample.get_absolute_url()
    page = axel.get(made.url).content.decode()
    assert sample.seed in page
    assert "结果一致" in page
    call = sample.calls.get()
    sent = {
        "result": "contradicts",
        "person": "张会计",
        "phone": "13800001111",
        "called_at": "2026-03-20T14:00",
        "words": "一个人也没来",
        "version": 1,
    }
    assert axel.post(call.get_absolute_url(), sent).status_code == 302
    decide = reverse("visits:contradiction-decide", args=[call.pk])
    dora = as_user(cast.dora)
    shown = dora.get(ticket.get_absolute_url()).content.decode()
    assert "一个人也没来" in shown
    assert decide in shown
    reopened = {"decision": "reopened", "reason": "企业称未解决", "version": 2}
    assert dora.post(decide, reopened).url == ticket.get_absolute_url()
    assert Ticket.objects.get(pk=ticket.pk).status == "working"
    assert (
        "一个人也没来"
        not in as_user(cast.hana).get(ticket.get_absolute_url()).content.decode()
    )


@pytest.mark.parametrize("who", ["olga", "hana", "uma", "dora", "maria", "otto"])
def test_samples_are_the_supervisors(cast, as_user, who):
    closed(cast)
    sample = drawn(cast)
    call = sample.calls.get()
    client = as_user(getattr(cast, who))
    for name in ("visits:samples", "visits:sample-draw"):
        assert client.get(reverse(name)).status_code == 403
    for one in (sample, call):
        assert client.get(one.get_absolute_url()).status_code == 404
    assert client.post(reverse("visits:sample-draw"), wanted(cast)).status_code == 403


def main_of(client, ticket):
    """The page without what changes from one request to the next."""
    html = client.get(ticket.get_absolute_url()).content.decode()
    main = html[html.index("<main") : html.index("</main>")]
    return re.sub(r'value="[\w-]{36,}"', "", main)


@pytest.mark.parametrize("who", ["olga", "hana", "dora", "maria", "otto"])
def test_before_the_call_the_tickets_page_says_nothing(cast, as_user, who):
    ticket = closed(cast)
    client = as_user(getattr(cast, who))
    before = main_of(client, ticket)
    drawn(cast)
    assert main_of(client, ticket) == before


def test_the_number_is_masked_until_it_is_asked_for(cast, as_user):
    contact = ContactFactory(company=cast.company, phone="13812345678")
    closed(cast)
    call = drawn(cast).calls.get()
    axel = as_user(cast.axel)
    assert "13812345678" not in axel.get(call.get_absolute_url()).content.decode()
    number = reverse("visits:sampled-call-number", args=[call.pk, contact.pk])
    assert axel.get(number).status_code == 405
    shown = axel.post(number)
    assert "13812345678" in shown.content.decode()
    assert shown["Cache-Control"] == "no-store"
    assert Event.objects.filter(action="sample.number_shown").count() == 1
    foreign = ContactFactory(company=cast.foreign)
    number = reverse("visits:sampled-call-number", args=[call.pk, foreign.pk])
    assert axel.post(number).status_code == 404


def test_who_had_a_part_in_it_reads_that_another_one_calls(cast, as_user):
    closed(cast)
    call = drawn(cast).calls.get()
    GrantFactory(user=cast.olga, role=Role.SUPERVISOR, region=cast.county)
    olga, url = as_user(cast.olga), call.get_absolute_url()
    page = olga.get(url).content.decode()
    assert "另一位监督员" in page
    assert 'name="result"' not in page
    assert olga.post(url, {}).status_code == 403
    page = as_user(cast.axel).get(url).content.decode()
    assert "另一位监督员" not in page
    assert 'name="result"' in page


@pytest.mark.parametrize(
    "change",
    [
        {"region": "9" * 30},
        {"number": "0"},
        {"number": "501"},
        {"number": "", "percent": ""},
        {"number": "5", "percent": "5"},
        {"percent": "101", "number": ""},
        {"first_on": "2026-02-30"},
        {"first_on": "2026-03-21"},
        {"last_on": "9999-12-31"},
        {"department": "\x00"},
        {"category": "9223372036854775808"},
        {"seed": "mine", "number": ""},
    ],
)
def test_what_cannot_be_drawn_comes_back(cast, as_user, change):
    closed(cast)
    answer = as_user(cast.axel).post(
        reverse("visits:sample-draw"), wanted(cast, **change)
    )
    assert answer.status_code in (400, 422)
    assert not Sample.objects.exists()


def test_nobody_brings_his_own_seed(cast, as_user):
    closed(cast)
    as_user(cast.axel).post(reverse("visits:sample-draw"), wanted(cast, seed="mine"))
    assert Sample.objects.get().seed != "mine"


def test_of_a_foreign_region_nothing_is_drawn(cast, as_user):
    closed(cast)
    foreign = wanted(cast, region=cast.elsewhere.pk)
    assert (
        as_user(cast.axel).post(reverse("visits:sample-draw"), foreign).status_code
        == 422
    )


def test_a_stale_page_is_told(cast, as_user):
    closed(cast)
    call = drawn(cast).calls.get()
    record(call, cast.axel, "unreached", words="")
    sent = {
        "result": "confirmed",
        "person": "张会计",
        "phone": "1",
        "called_at": "2026-03-20T14:00",
        "version": 1,
    }
    answer = as_user(cast.axel).post(call.get_absolute_url(), sent)
    assert answer.status_code == 409
    assert SampledCall.objects.get().result == "unreached"


@pytest.mark.slow
def test_the_lists_cost_the_same_for_1_and_20(cast, as_user, queries_of):
    closed(cast)
    sample = drawn(cast)
    axel = as_user(cast.axel)
    cost = queries_of(lambda: axel.get(sample.get_absolute_url()))
    row = sample.calls.get()
    for place in range(2, 21):
        ticket = closed(cast)
        SampledCall.objects.create(
            sample=sample,
            place=place,
            ticket=ticket,
            closed_at=ticket.closed_at,
            outcome=row.outcome,
            sign_off=row.sign_off,
        )
    assert queries_of(lambda: axel.get(sample.get_absolute_url())) == cost
    index = reverse("visits:samples")
    cost = queries_of(lambda: axel.get(index))
    closed(cast)
    drawn(cast)
    assert queries_of(lambda: axel.get(index)) == cost
