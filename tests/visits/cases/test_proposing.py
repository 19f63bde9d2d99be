"""By night: what may be a case, and what somebody said is none."""

import pytest
from django.core.exceptions import PermissionDenied

from crm.lib.errors import DomainError
from crm.models import Event
from tests.factories import NOON
from tests.visits.cases.conftest import DAY, LITTLE, PERMIT, POWER, WATER
from visits.jobs import propose_cases
from visits.models import CaseProposal
from visits.services import cases, tickets


def proposed(now=NOON):
    cases.propose_cases(now=now)
    return list(CaseProposal.objects.open())


def test_three_companies_with_one_matter_may_be_a_case(cast, permits, raised, kind):
    raised(POWER)
    (found,) = proposed()
    assert set(found.tickets) == {one.pk for one in permits}
    assert (found.ticket_count, found.company_count) == (3, 3)
    assert (found.region, found.category) == (cast.county, kind)


def test_one_company_that_writes_three_times_is_none(cast, raised):
    for text in PERMIT[:3]:
        raised(text, company=cast.company)
    assert proposed() == []


def test_what_was_raised_long_ago_is_none(permits):
    assert proposed(NOON + 91 * DAY) == []


def test_what_is_in_a_case_is_not_proposed_again(opened):
    opened()
    assert proposed() == []


def test_refused_ones_do_not_count(cast, permits):
    tickets.refuse_ticket(
        permits[0], actor=cast.dora, refusal="empty", note="无", now=NOON
    )
    assert proposed() == []


def test_doubles_do_not_count(cast, permits):
    tickets.merge_tickets(permits[0], into=permits[1], actor=cast.dora, now=NOON)
    assert proposed() == []


def test_some_words_in_common_are_no_kind(raised):
    for text in (PERMIT[0], LITTLE, WATER):
        raised(text)
    assert proposed() == []


def test_a_second_night_keeps_what_it_finds_again_and_nothing_else(permits, raised):
    (first,) = proposed()
    assert proposed() == [first]
    raised(PERMIT[3])
    (grown,) = proposed()
    assert (grown.ticket_count, grown == first) == (4, False)


def test_a_group_that_a_night_replaced_is_opened_all_the_same(cast, permits, raised):
    (old,) = proposed()
    raised(PERMIT[3])
    proposed()
    case = cases.open_case(
        actor=cast.dora, title="退件", tickets=permits, proposal=old, now=NOON
    )
    assert case.members.count() == 4


def test_what_was_put_aside_comes_back_only_when_it_has_grown(cast, permits, raised):
    (found,) = proposed()
    cases.dismiss_proposal(found, actor=cast.dora, reason="各是各的", now=NOON)
    assert proposed() == []
    raised(PERMIT[3])
    assert proposed() == []
    for text in PERMIT:
        raised(text)
    assert len(proposed()) == 1


def test_putting_aside_needs_a_reason_and_the_region(cast, permits):
    (found,) = proposed()
    with pytest.raises(DomainError):
        cases.dismiss_proposal(found, actor=cast.dora, reason=" ", now=NOON)
    for who in ("dirk", "olga", "hana", "otto"):
        with pytest.raises(PermissionDenied):
            cases.dismiss_proposal(
                found, actor=getattr(cast, who), reason="不是", now=NOON
            )
        assert not CaseProposal.objects.visible_to(getattr(cast, who)).exists()


def test_put_aside_by_a_second_press_it_is_put_aside_once(cast, permits):
    (found,) = proposed()
    for who in (cast.dora, cast.maria):
        cases.dismiss_proposal(found, actor=who, reason="各是各的", now=NOON)
    found.refresh_from_db()
    assert found.dismissed_by == cast.dora
    assert Event.objects.filter(action="case_proposal.dismissed").count() == 1


def test_a_case_made_of_a_proposal_takes_it_off_the_list(cast, permits):
    (found,) = proposed()
    case = cases.open_case(
        actor=cast.dora, title="退件", tickets=permits, proposal=found, now=NOON
    )
    found.refresh_from_db()
    assert found.case == case
    assert proposed() == []


def test_another_county_has_its_own(cast, permits):
    for text in PERMIT[:3]:
        tickets.raise_ticket(actor=cast.dirk, company=cast.foreign, text=text, now=NOON)
    (found,) = proposed()
    assert found.region == cast.county


def test_the_nightly_task_looks_through(permits, time_machine):
    time_machine.move_to(NOON)
    propose_cases()
    assert CaseProposal.objects.count() == 1
