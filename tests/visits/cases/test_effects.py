"""What came of an improvement: equal windows, whole numbers, and cautions."""

import pytest

from crm.models import Company, Event
from tests.factories import NOON, CompanyFactory
from tests.visits.cases.conftest import DAY, PERMIT
from visits import case_effects
from visits.models import Ticket
from visits.services import cases, tickets

TODAY = (NOON + 20 * DAY).date()


@pytest.fixture
def done(cast):
    """`done(ticket, days, outcome)`: dispatched, and confirmed so many days later."""

    def make(ticket, days, outcome="solved"):
        now = ticket.raised_at
        tickets.dispatch_ticket(ticket, actor=cast.dora, lead=cast.bureau, now=now)
        tickets.accept_ticket(ticket, actor=cast.hana, now=now)
        tickets.start_work(ticket, actor=cast.hana, now=now)
        tickets.answer_ticket(
            ticket, actor=cast.hana, text="已办", proposed=outcome, now=now
        )
        proof = tickets.Proof(
            kind="call", person="王", phone="13900000000", called_at=now + days * DAY
        )
        tickets.confirm_ticket(
            ticket,
            actor=cast.olga,
            outcome=outcome,
            proof=proof,
            now=now + days * DAY,
        )

    return make


@pytest.fixture
def told(cast, permits, planned):
    """In effect since noon: three before it, and those after it that a test raises."""
    case = planned(now=NOON - 5 * DAY)
    Ticket.objects.filter(pk__in=[one.pk for one in permits]).update(
        raised_at=NOON - 2 * DAY
    )
    return cases.put_in_effect(
        case, actor=cast.dora, effective_on=NOON.date(), now=NOON
    )


def effect_of(case, today=TODAY):
    return case_effects.effect_of(case, case.improvements.get(), today)


def test_windows_are_of_one_length_and_meet_at_the_day(told):
    effect = effect_of(told)
    assert effect.length == 20
    assert effect.before.end == effect.after.first == NOON.date()
    assert (effect.before.end - effect.before.first).days == 20
    assert (effect.after.end - effect.after.first).days == 20
    long_after = effect_of(told, (NOON + 400 * DAY).date())
    assert long_after.length == 90
    assert effect_of(told, NOON.date()) is None


@pytest.mark.slow
def test_tickets_are_counted_on_the_side_on_which_they_were_raised(
    raised, told, permits
):
    raised(PERMIT[3], now=NOON + 3 * DAY)
    raised(PERMIT[3], now=NOON)  # on its first day
    for late in (20, 30):  # the window's end is the day after its last one
        raised(PERMIT[3], now=NOON + late * DAY)
    effect = effect_of(told)
    assert (effect.before.count, effect.after.count) == (3, 2)


def test_the_rate_is_per_100_companies_and_month(raised, told, permits, cast):
    Company.objects.update(created_at=NOON - 100 * DAY)
    CompanyFactory(region=cast.town, created_at=NOON + 2 * DAY)  # came later
    CompanyFactory(
        region=cast.town, created_at=NOON - 9 * DAY, merged_into=cast.company
    )
    before = effect_of(told).before
    # The cast's own and three of the tickets; the foreign one does not count.
    assert (before.count, before.companies) == (3, 4)
    assert before.rate == pytest.approx(100 * 3 / 4 / (20 / 30))


def test_without_companies_there_is_no_rate(told):
    Company.objects.update(archived_at=NOON - 900 * DAY)
    assert effect_of(told).after.rate is None


@pytest.mark.slow
def test_days_and_share_come_with_their_numbers(cast, raised, told, done, permits):
    late = [raised(PERMIT[3], now=NOON + 2 * DAY) for _ in range(3)]
    for ticket in late[:2]:
        ticket.company.liaisons.create(
            officer=cast.olga, role="A", started_on=NOON.date()
        )
    done(late[0], 5)
    done(late[1], 7, "explained")
    after = effect_of(told).after
    assert (after.count, after.closed, after.solved, after.open) == (3, 2, 1, 1)
    # Friday + 5 days is the Wednesday after, + 7 the Friday.
    assert after.median_days == 4
    before = effect_of(told).before
    assert before.median_days is None


@pytest.mark.slow
def test_refused_and_doubled_tickets_are_no_problems_more(cast, raised, told):
    refused, doubled = (raised(PERMIT[3], now=NOON + 2 * DAY) for _ in range(2))
    kept = raised(PERMIT[3], now=NOON + 2 * DAY)
    tickets.refuse_ticket(
        refused, actor=cast.dora, refusal="empty", note="无", now=NOON + 2 * DAY
    )
    tickets.merge_tickets(doubled, into=kept, actor=cast.dora, now=NOON + 2 * DAY)
    assert effect_of(told).after.count == 1


def test_plain_cautions_stand_beside_the_figures(raised, told):
    raised(PERMIT[3], now=NOON + 2 * DAY)
    cautions = " ".join(effect_of(told).cautions())
    assert "20 天" in cautions  # short windows
    assert "1 件还没有办结" in cautions
    assert "只有" in cautions


def test_each_caution_has_its_reason(raised, told, monkeypatch):
    told.members.update(how="chosen")
    few, short, chosen = "多一件少一件", "前后各只有 20 天", "人工选入"
    found = " ".join(effect_of(told).cautions())
    assert few in found and short in found and chosen in found
    told.members.update(how="alike")
    monkeypatch.setattr(case_effects, "FEW", 3)
    monkeypatch.setattr(case_effects, "SHORT", 20)
    assert list(effect_of(told).cautions()) == []


def test_what_was_measured_is_kept_as_it_was(cast, raised, told):
    raised(PERMIT[3], now=NOON + 2 * DAY)
    cases.measure_case(told, actor=cast.dora, now=NOON + 20 * DAY)
    kept = case_effects.from_json(told.improvements.get().figures)
    assert kept == effect_of(told)
    raised(PERMIT[3], now=NOON + 3 * DAY)
    assert case_effects.from_json(told.improvements.get().figures) == kept
    assert effect_of(told).after.count == 2


def test_measured_twice_on_a_day_it_is_measured_once(cast, raised, told):
    for _ in range(2):
        cases.measure_case(told, actor=cast.dora, now=NOON + 20 * DAY)
    assert Event.objects.filter(action="case.measured").count() == 1
    raised(PERMIT[3], now=NOON + 3 * DAY)
    cases.measure_case(told, actor=cast.dora, now=NOON + 20 * DAY)
    assert Event.objects.filter(action="case.measured").count() == 2


@pytest.mark.slow
@pytest.mark.parametrize("window", ["before", "after"])
@pytest.mark.parametrize("which", ["all", "closed", "solved", "open"])
def test_each_number_opens_to_its_tickets(
    cast, raised, told, done, permits, window, which
):
    late = raised(PERMIT[3], now=NOON + 2 * DAY)
    late.company.liaisons.create(officer=cast.olga, role="A", started_on=NOON.date())
    done(late, 5)
    raised(PERMIT[2], now=NOON + 3 * DAY)
    shown = getattr(effect_of(told), window)
    counts = {
        "all": shown.count,
        "closed": shown.closed,
        "solved": shown.solved,
        "open": shown.open,
    }
    found = case_effects.tickets_behind(
        told, told.improvements.get(), window, which, TODAY
    )
    assert found.count() == counts[which]


def test_behind_a_number_stands_nothing_that_it_does_not_count(
    cast, raised, told, done, permits
):
    late = raised(PERMIT[3], now=NOON + 2 * DAY)
    late.company.liaisons.create(officer=cast.olga, role="A", started_on=NOON.date())
    done(late, 5, "partly")
    cases.remove_ticket(told, actor=cast.dora, ticket=permits[2], now=NOON + 9 * DAY)

    def behind(window, which):
        task = told.improvements.get()
        return case_effects.tickets_behind(told, task, window, which, TODAY).count()

    assert (behind("after", "closed"), behind("after", "solved")) == (1, 0)
    assert (behind("before", "all"), behind("", "all")) == (2, 3)
