import uuid

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction

from crm.lib.errors import DomainError
from crm.models import Event
from tests.factories import NOON, CategoryFactory, VisitFactory
from visits.models import Finding, Ticket, TicketNumber
from visits.services import numbers, tickets

from .ticket_stories import TEXT, raised


def finding(cast, **more):
    visit = VisitFactory(company=cast.company, logged_by=cast.olga, held=True)
    return Finding.objects.create(
        visit=visit,
        key="1",
        order=1,
        category=CategoryFactory(),
        symptom=TEXT,
        wish="帮忙招二十名挡车工",
        result="ticket",
        **more,
    )


def test_a_finding_becomes_one_ticket_however_often_it_is_asked_for(cast):
    heard = finding(cast)
    first = tickets.raise_from_finding(heard, actor=cast.olga, now=NOON)
    again = tickets.raise_from_finding(heard, actor=cast.olga, now=NOON)
    assert again == first
    assert (first.status, first.source) == ("queued", "visit")
    assert first.first_receiver == cast.olga
    assert first.title == "招不到挡车工"
    assert first.solve_by is None


def test_only_who_logged_the_visit_or_serves_the_company_makes_a_ticket_of_it(cast):
    with pytest.raises(PermissionDenied):
        tickets.raise_from_finding(finding(cast), actor=cast.tom, now=NOON)


def test_a_companys_own_ticket_waits_to_be_admitted_and_has_its_officer(cast):
    ticket = raised(cast, by="otto")
    assert (ticket.status, ticket.source) == ("submitted", "company")
    assert ticket.first_receiver == cast.olga
    assert ticket.category.key == "other"


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("olga", True),
        ("bela", True),
        ("dora", True),
        ("otto", True),
        ("oleg", False),
        ("tom", False),
        ("hana", False),
        ("uma", False),
        ("dirk", False),
        ("maria", False),
        ("axel", False),
        ("omar", False),
        ("sven", False),
        ("selma", False),
        ("alma", False),
    ],
)
def test_who_may_raise_a_ticket(cast, who, may):
    if may:
        assert raised(cast, by=who).raised_by == getattr(cast, who)
    else:
        with pytest.raises(PermissionDenied):
            raised(cast, by=who)
    assert Ticket.objects.count() == may


def test_nobody_raises_a_ticket_of_an_archived_company(cast):
    cast.company.archived_at = NOON
    cast.company.save(update_fields=["archived_at"])
    for who in ("olga", "dora", "otto"):
        with pytest.raises(PermissionDenied):
            raised(cast, by=who)


def test_sending_twice_makes_one_ticket(cast):
    key = uuid.uuid4()
    assert raised(cast, client_key=key) == raised(cast, client_key=key)
    assert raised(cast, by="bela", client_key=key) != raised(cast, client_key=key)
    assert Event.objects.filter(action="ticket.raised").count() == 2


def test_an_empty_problem_is_refused(cast):
    with pytest.raises(DomainError) as refusal:
        tickets.raise_ticket(actor=cast.olga, company=cast.company, text="  \n")
    assert refusal.value.field == "text"


def test_numbers_count_up_within_a_year_and_start_anew(cast):
    assert [raised(cast).number for _ in range(2)] == ["2026-000001", "2026-000002"]
    with transaction.atomic():
        assert numbers.take(2027) == "2027-000001"
        assert numbers.take_many(2027, 3)[-1] == "2027-000004"


def test_a_number_is_given_back_when_the_ticket_is_not_written(cast):
    raised(cast)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        raised(cast)
        raise ZeroDivisionError
    assert TicketNumber.objects.get(year=2026).last == 1
    assert raised(cast).number == "2026-000002"


def test_a_number_outside_a_transaction_is_refused(cast):
    with pytest.raises(transaction.TransactionManagementError):
        numbers.take(2026)


def test_the_event_is_for_the_company_to_read_and_names_nobody(cast):
    event = Event.objects.for_subject(raised(cast)).get()
    assert event.action == "ticket.raised"
    assert event.is_public
    assert event.company == cast.company
    assert set(event.changes) == {"number", "status", "source", "category"}
