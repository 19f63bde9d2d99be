"""Chance names closings; what is said then stands beside what was said before."""

import hashlib
import math
from contextlib import nullcontext
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from crm.lib.errors import DomainError, StaleVersion, WrongStatus
from crm.models import CompanyLiaison, Event, Role, User
from tests.factories import (
    NOON,
    CategoryFactory,
    CompanyFactory,
    ContactFactory,
    GrantFactory,
)
from tests.visits.confirming.sampled import (
    CALLED,
    TODAY,
    by_call,
    drawn,
    record,
    wanted,
)
from tests.visits.ticket_stories import DAY, HOUR, closed
from visits import sampling
from visits.models import Sample, SampledCall, Ticket
from visits.services import samples, tickets
from visits.services.samples import draw_sample

# --- The draw ----------------------------------------------------------------------


POPULATION = [(f"2026-{n:06}", 3 if n % 2 else 1) for n in range(200)]


def test_the_same_list_and_seed_draw_the_same():
    first = sampling.draw(POPULATION, 20, "seed")
    assert first == sampling.draw(list(reversed(POPULATION)), 20, "seed")
    assert first != sampling.draw(POPULATION, 20, "another")
    assert len(set(first)) == 20


def test_by_hand_it_is_the_same():
    """What the page says can be done with a calculator."""

    def key(number, weight):
        digest = hashlib.sha256(f"seed:{number}".encode()).hexdigest()
        return math.log((int(digest, 16) + 0.5) / 2**256) / weight

    best = max(POPULATION, key=lambda pair: key(*pair))
    assert sampling.draw(POPULATION, 1, "seed") == [best[0]]


@pytest.mark.slow
def test_a_weight_of_three_is_drawn_three_times_as_often():
    heavy = sum(
        int(number[-1]) % 2
        for seed in range(2000)
        for number in sampling.draw(POPULATION, 1, str(seed))
    )
    # 1500 expected, five standard deviations allowed.
    assert abs(heavy - 1500) < 100


@pytest.mark.parametrize(
    ("population", "percent", "number", "size"),
    [
        (0, 10, None, 0),
        (3, 1, None, 1),
        (200, 5, None, 10),
        (201, 5, None, 11),
        (10, None, 50, 10),
        (10, None, 3, 3),
        (10, 100, None, 10),
    ],
)
def test_how_many_are_drawn(population, percent, number, size):
    assert sampling.size_of(population, percent=percent, number=number) == size


def test_a_sample_keeps_seed_and_list_and_can_be_drawn_again(cast):
    tickets_closed = [closed(cast) for _ in range(3)]
    sample = drawn(cast, number=2)
    assert (sample.size, sample.population_count) == (2, 3)
    assert len(sample.seed) == 32
    assert [pair[0] for pair in sample.population] == sorted(
        one.number for one in tickets_closed
    )
    assert samples.is_as_drawn(sample)
    event = Event.objects.get(action="sample.drawn")
    assert event.changes["seed"] == [None, sample.seed]
    SampledCall.objects.filter(sample=sample, place=1).update(place=9)
    assert not samples.is_as_drawn(sample)


def test_an_officials_word_weighs_three(cast):
    own, officials = closed(cast), by_call(cast)
    sample = drawn(cast)
    assert dict(map(tuple, sample.population)) == {own.number: 1, officials.number: 3}


def test_what_was_drawn_once_is_not_drawn_again(cast):
    ticket = closed(cast)
    drawn(cast)
    with pytest.raises(DomainError) as refusal:
        drawn(cast)
    assert refusal.value.code == "nothing_closed"
    row = SampledCall.objects.get()
    other = closed(cast)
    second = drawn(cast)
    assert [one.ticket for one in second.calls.all()] == [other]
    with pytest.raises(IntegrityError), transaction.atomic():
        SampledCall.objects.create(
            sample=second,
            place=7,
            ticket=ticket,
            closed_at=row.closed_at,
            outcome="solved",
            sign_off="company",
        )


def test_after_a_reopening_the_next_closing_can_be_drawn(cast):
    ticket = closed(cast)
    drawn(cast)
    at = NOON + 4 * HOUR
    tickets.reopen_ticket(ticket, actor=cast.otto, reason="又走了", now=at)
    tickets.answer_ticket(
        ticket, actor=cast.hana, text="又办。", proposed="solved", now=at + HOUR
    )
    tickets.confirm_ticket(ticket, actor=cast.otto, outcome="solved", now=at + 2 * HOUR)
    assert drawn(cast).calls.get().ticket == ticket


def test_days_category_and_department_narrow_it(cast):
    closed(cast, assistants=[(cast.other_bureau, "核实")])
    day = timedelta(days=1)
    environment = CategoryFactory(key="environment", name="环保安全")
    other_days = {"first_on": NOON.date() + day, "last_on": NOON.date() + day}
    lead = {"department": cast.other_bureau}
    for narrowing in (other_days, lead, {"category": environment}):
        with pytest.raises(DomainError):
            drawn(cast, **narrowing)
    assert drawn(cast, department=cast.bureau).size == 1


def test_more_than_anybody_calls_is_not_drawn(cast, monkeypatch):
    monkeypatch.setattr(samples, "MOST_CALLS", 1)
    for _ in range(2):
        closed(cast)
    with pytest.raises(DomainError) as refusal:
        drawn(cast)
    assert refusal.value.code == "too_many_calls"
    assert not Sample.objects.exists()


@pytest.mark.slow
def test_only_present_companies_of_the_region_are_asked(cast):
    gone = CompanyFactory(region=cast.town, archived_at=NOON)
    for company in (gone, cast.foreign):
        Ticket.objects.filter(pk=closed(cast).pk).update(company=company)
    ours = closed(cast)
    assert [number for number, _weight in drawn(cast).population] == [ours.number]


@pytest.mark.parametrize(
    "days",
    [
        {"first_on": NOON.date(), "last_on": NOON.date() - timedelta(days=1)},
        {"first_on": NOON.date(), "last_on": TODAY.date() + timedelta(days=1)},
        {"first_on": NOON.date() - timedelta(days=400), "last_on": NOON.date()},
        {"number": None},
        {"percent": 5},
    ],
)
def test_what_cannot_be_drawn_is_said(cast, days):
    closed(cast)
    with pytest.raises(DomainError):
        drawn(cast, **days)
    assert not Sample.objects.exists()


@pytest.mark.parametrize("who", ["olga", "hana", "uma", "dora", "maria", "otto"])
def test_only_a_supervisor_of_the_region_draws(cast, who):
    closed(cast)
    with pytest.raises(PermissionDenied):
        draw_sample(wanted(cast), actor=getattr(cast, who), now=TODAY)
    with pytest.raises(PermissionDenied):
        draw_sample(wanted(cast, region=cast.elsewhere), actor=cast.axel, now=TODAY)


def test_nobody_else_sees_who_is_in_it(cast):
    closed(cast)
    sample = drawn(cast)
    people = ("olga", "bela", "hana", "uma", "dora", "maria", "otto", "dirk")
    for who in people:
        user = getattr(cast, who)
        assert not Sample.objects.visible_to(user)
        assert not SampledCall.objects.visible_to(user)
    assert list(Sample.objects.visible_to(cast.axel)) == [sample]
    # Nor does a stream that they read.
    events = Event.objects.filter(action__startswith="sample.")
    assert not events.exclude(company=None)


# --- The call ----------------------------------------------------------------------


def test_the_same_word_again_is_written_beside_the_first(cast):
    ticket = closed(cast)
    call = drawn(cast).calls.get()
    record(call, cast.axel, "confirmed", words="")
    call.refresh_from_db()
    ticket.refresh_from_db()
    assert (call.result, call.outcome, ticket.outcome) == (
        "confirmed",
        "solved",
        "solved",
    )
    assert not Event.objects.filter(action="callback.contradicted").exists()


def test_a_contradiction_overwrites_nothing(cast):
    ticket = by_call(cast)
    call = record(drawn(cast).calls.get(), cast.axel)
    before = Ticket.objects.get(pk=ticket.pk)
    assert (before.status, before.outcome, before.sign_off) == (
        "closed",
        "solved",
        "call",
    )
    event = Event.objects.get(action="callback.contradicted")
    assert event.company_id is None
    assert "一个人也没来" not in str(event.changes)
    assert call.words == "一个人也没来"


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("olga", False),  # the company's officer
        ("bela", False),  # its B
        ("hana", False),  # who answered
        ("uma", False),  # the head of the unit that answered
        ("oleg", True),  # another company's officer
        ("tom", True),  # of a unit without a part in it
    ],
)
def test_nobody_asks_again_about_his_own_work(cast, who, may):
    by_call(cast)
    call, user = drawn(cast).calls.get(), getattr(cast, who)
    GrantFactory(user=user, role=Role.SUPERVISOR, region=cast.county)
    user = User.objects.get(pk=user.pk)
    with nullcontext() if may else pytest.raises(PermissionDenied):
        record(call, user, "confirmed", words="")
    call.refresh_from_db()
    assert bool(call.result) == may


def test_nor_does_an_officer_who_has_handed_the_company_on(cast):
    by_call(cast)
    call = drawn(cast).calls.get()
    liaisons = CompanyLiaison.objects.filter(officer=cast.olga)
    liaisons.update(ended_on=NOON.date())
    GrantFactory(user=cast.olga, role=Role.SUPERVISOR, region=cast.county)
    contact = ContactFactory(company=cast.company)
    with pytest.raises(PermissionDenied):
        samples.show_number(call, contact, actor=User.objects.get(pk=cast.olga.pk))


@pytest.mark.parametrize(
    ("who", "reads"),
    [
        ("axel", 1),
        ("maria", 1),
        ("dora", 1),
        ("olga", 0),
        ("hana", 0),
        ("uma", 0),
        ("otto", 0),
        ("dirk", 0),
    ],
)
def test_who_reads_a_contradiction_on_the_ticket(cast, who, reads):
    ticket = closed(cast)
    record(drawn(cast).calls.get(), cast.axel)
    assert len(samples.contradictions_on(ticket, getattr(cast, who))) == reads


@pytest.mark.parametrize(
    ("result", "more", "field"),
    [
        ("confirmed", {"person": ""}, "person"),
        ("contradicts", {"phone": " "}, "phone"),
        ("contradicts", {"words": ""}, "words"),
        ("perhaps", {}, "result"),
        ("confirmed", {"at": TODAY - DAY}, "called_at"),
    ],
)
def test_a_call_says_whom_when_and_what(cast, result, more, field):
    closed(cast)
    call = drawn(cast).calls.get()
    with pytest.raises(DomainError) as refusal:
        record(call, cast.axel, result, **more)
    assert refusal.value.field == field


def test_a_call_recorded_by_two_presses_is_recorded_once(cast):
    closed(cast)
    call = drawn(cast).calls.get()
    for _ in range(2):
        record(call, cast.axel, version=1)
    call.refresh_from_db()
    assert call.version == 2
    assert Event.objects.filter(action="sample.call_recorded").count() == 1


def test_what_was_recorded_stands(cast):
    closed(cast)
    call = drawn(cast).calls.get()
    record(call, cast.axel, "unreached", person="", phone="", words="")
    record(call, cast.axel, "confirmed", at=CALLED + HOUR)
    with pytest.raises(WrongStatus):
        record(call, cast.axel, "contradicts", at=CALLED + 2 * HOUR)


def test_two_supervisors_at_once(cast):
    closed(cast)
    call = drawn(cast).calls.get()
    record(call, cast.axel, "unreached", words="", version=1)
    with pytest.raises(StaleVersion):
        record(call, cast.axel, "confirmed", at=CALLED + HOUR, version=1)


def test_the_number_is_shown_for_the_call_and_noted_where_nobody_reads_it(cast):
    contact = ContactFactory(company=cast.company, phone="13812345678")
    closed(cast)
    call = drawn(cast).calls.get()
    assert samples.show_number(call, contact, actor=cast.axel) == "13812345678"
    event = Event.objects.get(action="sample.number_shown")
    assert (event.company_id, event.subject_type) == (None, "visits.sampledcall")
    foreign = ContactFactory(company=cast.foreign)
    with pytest.raises(PermissionDenied):
        samples.show_number(call, foreign, actor=cast.axel)
    record(call, cast.axel)
    with pytest.raises(PermissionDenied):
        samples.show_number(call, contact, actor=cast.axel)
