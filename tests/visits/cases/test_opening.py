"""A case is opened of tickets of one kind; what is told alike joins."""

import uuid

import pytest
from django.core.exceptions import PermissionDenied

from crm.lib.errors import DomainError, StaleVersion
from crm.models import Event
from tests.factories import NOON, CompanyFactory, GrantFactory, UserFactory
from tests.visits.cases.conftest import LITTLE, PERMIT, POWER
from visits.models import Case, CaseTicket
from visits.services import cases, tickets

Status = Case.Status


def keys_of(case, **narrow):
    members = CaseTicket.objects.present().filter(case=case, **narrow)
    return set(members.values_list("ticket", flat=True))


def test_the_chosen_ones_are_in_it_and_whatever_is_told_like_them(
    cast, permits, raised, opened
):
    power = raised(POWER)
    case = opened()
    assert keys_of(case, how="chosen") == {permits[0].pk, permits[1].pk}
    assert keys_of(case, how="alike") == {permits[2].pk}
    assert power.pk not in keys_of(case)
    assert (case.region, case.status) == (cast.county, Status.OPEN)
    event = Event.objects.get(action="case.opened")
    assert event.changes["joined"][1] == 1


def test_a_new_ticket_of_the_kind_joins_by_itself(opened, raised):
    case = opened()
    later, power = raised(PERMIT[3]), raised(POWER)
    assert later.pk in keys_of(case, how="alike")
    assert power.pk not in keys_of(case)
    assert Event.objects.filter(action="case.ticket_joined", actor=None).count() == 1


def test_nothing_joins_a_case_that_has_ended(cast, opened, raised):
    case = opened()
    cases.drop_case(case, actor=cast.dora, reason="各是各的", now=NOON)
    raised(PERMIT[3])
    assert keys_of(case) == set()


def test_what_was_taken_out_stays_out_however_alike(cast, permits, opened):
    case = opened()
    for ticket in permits[1:]:
        cases.remove_ticket(case, actor=cast.dora, ticket=ticket, now=NOON)
    # What is told like this one is looked for anew.
    cases.add_ticket(case, actor=cast.dora, ticket=permits[1], now=NOON)
    assert permits[2].pk not in keys_of(case)
    cases.add_ticket(case, actor=cast.dora, ticket=permits[2], now=NOON)
    assert permits[2].pk in keys_of(case, how="chosen")


def test_a_ticket_is_in_one_case_at_most(cast, permits, opened, raised):
    opened()
    with pytest.raises(DomainError, match="其他类案"):
        opened(chosen=[permits[0], raised(POWER)])
    assert Case.objects.count() == 1


def test_of_a_dropped_case_the_tickets_are_free(cast, opened):
    case = opened()
    cases.drop_case(case, actor=cast.dora, reason="各是各的", now=NOON)
    assert keys_of(opened()) != set()


def test_a_second_press_finds_the_first(cast, permits):
    key = uuid.uuid4()
    made = [
        cases.open_case(
            actor=cast.dora, title="退件", tickets=permits, client_key=key, now=NOON
        )
        for _ in range(2)
    ]
    assert made[0] == made[1]
    assert Case.objects.count() == 1


@pytest.mark.parametrize(
    ("title", "count"), [("", 2), ("  ", 2), ("退件", 1), ("退件", 0)]
)
def test_a_case_needs_a_name_and_two_tickets(cast, permits, title, count):
    with pytest.raises(DomainError):
        cases.open_case(actor=cast.dora, title=title, tickets=permits[:count], now=NOON)


@pytest.mark.parametrize("who", ["olga", "hana", "uma", "axel", "otto", "dirk"])
def test_only_who_keeps_the_region_opens_cases(cast, permits, who):
    with pytest.raises(PermissionDenied):
        cases.open_case(
            actor=getattr(cast, who), title="退件", tickets=permits, now=NOON
        )


@pytest.mark.parametrize("who", ["dora", "maria"])
def test_dispatchers_and_leaders_do(cast, permits, who):
    case = cases.open_case(
        actor=getattr(cast, who), title="退件", tickets=permits, now=NOON
    )
    assert case.opened_by == getattr(cast, who)


def test_a_foreign_ticket_cannot_be_chosen(cast, permits):
    foreign = tickets.raise_ticket(
        actor=cast.dirk, company=cast.foreign, text=PERMIT[3], now=NOON
    )
    with pytest.raises(PermissionDenied):
        cases.open_case(
            actor=cast.dora, title="退件", tickets=[permits[0], foreign], now=NOON
        )
    case = cases.open_case(actor=cast.dora, title="退件", tickets=permits, now=NOON)
    assert foreign.pk not in keys_of(case)
    with pytest.raises(PermissionDenied):
        cases.add_ticket(case, actor=cast.dora, ticket=foreign, now=NOON)


def test_who_oversees_a_town_opens_cases_of_the_town(cast, permits, raised):
    tina = UserFactory(login="tina", department=cast.dora.department)
    GrantFactory(user=tina, role="dispatcher", region=cast.town)
    beside = raised(PERMIT[3], company=CompanyFactory(region=cast.county))
    case = cases.open_case(actor=tina, title="退件", tickets=permits, now=NOON)
    assert case.region == cast.town
    assert beside.pk not in keys_of(case)


def test_an_old_page_is_told(cast, opened):
    case = opened()
    version = case.version
    cases.edit_case(case, actor=cast.dora, title="新名", root_cause="原因", now=NOON)
    with pytest.raises(StaleVersion):
        cases.edit_case(
            case, actor=cast.dora, title="旧名", root_cause="", version=version
        )


def test_departments_see_the_cases_of_their_tickets(cast, permits, opened):
    case = opened()
    for who in ("hana", "uma", "olga", "otto", "dirk", "tom"):
        assert not Case.objects.visible_to(getattr(cast, who)).exists()
    tickets.dispatch_ticket(permits[0], actor=cast.dora, lead=cast.bureau, now=NOON)
    for who in ("hana", "uma", "dora", "maria", "axel"):
        assert Case.objects.visible_to(getattr(cast, who)).get() == case
    for who in ("olga", "otto", "dirk", "tom"):
        assert not Case.objects.visible_to(getattr(cast, who)).exists()
    for who in ("hana", "uma"):
        assert not Case.objects.changeable_by(getattr(cast, who)).exists()


def test_a_taken_out_ticket_shows_its_department_nothing(cast, permits, opened):
    case = opened()
    tickets.dispatch_ticket(permits[0], actor=cast.dora, lead=cast.bureau, now=NOON)
    cases.remove_ticket(case, actor=cast.dora, ticket=permits[0], now=NOON)
    assert not Case.objects.visible_to(cast.hana).exists()


def test_what_is_only_a_little_alike_is_another_matter(opened, raised):
    early = raised(LITTLE)
    case = opened()
    late = raised(LITTLE)
    assert not keys_of(case) & {early.pk, late.pk}


def test_what_is_told_like_an_added_one_joins_with_it(cast, opened, raised):
    case = opened()
    first, second = raised(POWER), raised(POWER)
    assert keys_of(case) & {first.pk, second.pk} == set()
    cases.add_ticket(case, actor=cast.dora, ticket=first, now=NOON)
    assert {first.pk, second.pk} <= keys_of(case)


def test_a_case_stays_in_one_county_whoever_opens_it(cast, permits, opened, raised):
    both = UserFactory(login="both", department=cast.dora.department)
    for region in (cast.county, cast.elsewhere):
        GrantFactory(user=both, role="dispatcher", region=region)
    foreign = raised(PERMIT[3], company=cast.foreign, actor=both)
    with pytest.raises(DomainError) as refusal:
        opened(actor=both, chosen=[permits[0], foreign])
    assert refusal.value.field == "tickets"
    case = opened(actor=both)
    with pytest.raises(DomainError) as refusal:
        cases.add_ticket(case, actor=both, ticket=foreign, now=NOON)
    assert refusal.value.field == "number"
    assert foreign.pk not in keys_of(case)


def test_what_joined_by_itself_is_no_example(cast, opened, raised):
    both_matters = raised(f"{PERMIT[0]}，{POWER}")
    case = opened()
    assert both_matters.pk in keys_of(case, how="alike")
    assert raised(POWER).pk not in keys_of(case)


def test_each_countys_new_ones_join_its_own_case(cast, opened, raised):
    case = opened()
    foreign = [
        raised(
            PERMIT[3], company=CompanyFactory(region=cast.elsewhere), actor=cast.dirk
        )
        for _ in range(2)
    ]
    other = opened(actor=cast.dirk, chosen=foreign)
    # Word for word what the other county has chosen.
    assert raised(PERMIT[3]).pk in keys_of(case)
    assert keys_of(other) == {one.pk for one in foreign}
