"""A company rates what has ended: once, by itself, in five levels."""

import uuid
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from crm.lib.errors import DomainError
from crm.models import Event
from projects.models import AgencyState
from projects.services import agencies
from tests.access_world import stored
from tests.factories import NOON, ProjectFactory, VisitFactory
from tests.visits.ticket_stories import TELL, dispatched, in_state
from visits.models import Correction, Rating, Ticket
from visits.services import ratings, tickets
from visits.services.ratings import NotEndedError, RatedAlreadyError, Said

from .conftest import DAY, LATER


def test_a_rating_knows_whose_work_it_is_about(cast, ticket, rated):
    rating = rated(4, words="办得快", tags=["fast", "kind"])
    assert rating.department == cast.bureau
    assert rating.officer == cast.hana
    assert rating.category == ticket.category
    assert rating.ended_on == NOON.date()
    assert (rating.rated_by, rating.way) == (cast.otto, "login")
    assert rating.tags == ["kind", "fast"]
    assert not Correction.objects.exists()


def test_its_event_is_the_companys_and_public(cast, rated):
    rating = rated(2)
    event = Event.objects.for_subject(rating).get(action="rating.given")
    assert (event.actor, event.company, event.is_public) == (
        cast.otto,
        cast.company,
        True,
    )
    assert event.changes["level"] == [None, 2]


def test_a_visit_is_rated_for_the_unit_that_made_it(cast, visit, rated):
    rating = rated(5, record=visit)
    assert (rating.department, rating.officer) == (visit.unit, cast.olga)
    assert rating.category is None


def test_a_finished_agency_is_rated_and_one_at_work_is_not(cast, rated):
    project = ProjectFactory(company=cast.company)
    agency = agencies.ask_for_agency(project, actor=cast.dora, stages=[1], now=NOON)
    with pytest.raises(NotEndedError, match="办结后可评价"):
        rated(5, record=agency)
    picture = stored(cast.company, cast.otto, "signature")
    agency.state, agency.ended_at, agency.signed_at = AgencyState.FINISHED, NOON, NOON
    agency.agent, agency.centre = cast.olga, cast.olga.department
    agency.signature = agency.end_signature = picture
    agency.save()
    rating = rated(5, record=agency)
    assert (rating.department, rating.officer) == (agency.centre, cast.olga)


@pytest.mark.parametrize("state", [one for one in TELL if one != Ticket.Status.CLOSED])
def test_a_ticket_is_not_rated_before_its_end(cast, category, rated, state):
    with pytest.raises(NotEndedError):
        rated(5, record=in_state(cast, state))
    assert not Rating.objects.exists()


def test_a_planned_visit_is_not_rated(cast, rated):
    with pytest.raises(NotEndedError):
        rated(5, record=VisitFactory(company=cast.company, logged_by=cast.olga))


def test_a_second_rating_is_refused_and_shows_the_first(rated):
    first = rated(5)
    with pytest.raises(RatedAlreadyError) as refused:
        rated(1, words="改主意了")
    assert refused.value.rating == first
    assert Rating.objects.get().level == 5


def test_the_same_form_sent_twice_is_one_rating(rated):
    key = uuid.uuid4()
    assert rated(1, client_key=key) == rated(1, client_key=key)
    assert Rating.objects.count() == Correction.objects.count() == 1
    assert Event.objects.filter(action="rating.given").count() == 1


def test_the_database_keeps_one_rating_for_each_thing(rated):
    rating = rated(5)
    rating.pk += 1
    with pytest.raises(IntegrityError), transaction.atomic():
        rating.save(force_insert=True)


@pytest.mark.parametrize(
    "who", ["olga", "tom", "hana", "uma", "dora", "maria", "axel", "omar", "sven"]
)
def test_nobody_rates_but_the_company(cast, ticket, who):
    said = Said(level=5)
    with pytest.raises(PermissionDenied):
        ratings.rate(ticket, actor=getattr(cast, who), said=said, now=LATER)
    assert not Rating.objects.exists()


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        ({"level": 0}, "level"), ({"level": 6}, "level"), ({"level": -1}, "level"),
        ({"level": 5, "words": "长" * 1001}, "words"),
        ({"level": 5, "words": "长" * 5000}, "words"),
        ({"level": 5, "tags": ["kind", "hack"]}, "tags"),
        ({"level": 5, "tags": ["kind", "fast", "clear", "solved", "came", "slow"]},
         "tags"),
    ],
)  # fmt: skip
def test_what_is_no_rating_is_refused_at_its_field(rated, bad, field):
    with pytest.raises(DomainError) as refused:
        rated(**bad)
    assert refused.value.field == field
    assert not Rating.objects.exists()


def test_words_are_kept_as_they_were_typed(rated):
    words = "<script>alert(1)</script> 𠮷䶮"
    assert Rating.objects.get(pk=rated(3, words=f" {words}\n").pk).words == words


def test_the_days_of_rating_end(settings, rated):
    settings.CRM_RATE_DAYS = 90
    with pytest.raises(DomainError, match="90"):
        rated(5, now=NOON + timedelta(days=91))
    assert rated(5, now=NOON + timedelta(days=90)).pk


def test_an_archived_company_rates_nothing(cast, ticket, rated):
    cast.company.archived_at = NOON
    cast.company.save()
    ticket.refresh_from_db()
    with pytest.raises(DomainError):
        rated(5)


def test_keys_are_in_no_order(rated, visit):
    """A key between two others would tell when a rating without a name was given."""
    keys = [rated(5).pk, rated(5, record=visit).pk]
    assert abs(keys[0] - keys[1]) > 1000


@pytest.mark.parametrize(("level", "bad"), [(1, True), (2, True), (3, False)])
def test_a_bad_rating_begins_a_correction_of_fifteen_days(cast, rated, level, bad):
    rating = rated(level)
    assert Correction.objects.filter(rating=rating).exists() == bad
    if bad:
        clock = Correction.objects.get().fix_by
        assert (clock.kind, clock.days, clock.unit) == ("correction", 15, "working")
        assert (clock.department, clock.handler) == (cast.bureau, cast.hana)
        assert clock.due_on.isoformat() == "2026-04-09"  # 清明 lies between


def test_bad_is_what_escalation_reads(cast, rated, visit):
    rated(5, record=visit)
    rating = rated(2)
    found = Rating.objects.bad().select_related("correction__fix_by").get()
    assert (found.company, found.department) == (cast.company, cast.bureau)
    assert found.created_at == LATER
    assert found.correction.fix_by.due_on
    assert found == rating


@pytest.mark.parametrize(
    ("who", "ticket_seen", "visit_seen"),
    [
        ("olga", True, True), ("bela", True, False), ("oleg", False, False),
        ("tom", False, False), ("hana", True, False), ("uma", True, False),
        ("dora", True, True), ("dirk", False, False), ("maria", True, True),
        ("axel", True, True), ("otto", True, True), ("omar", False, False),
        ("sven", False, False), ("selma", False, False), ("alma", False, False),
    ],
)  # fmt: skip
def test_who_reads_a_rating_with_its_name(
    cast, rated, visit, who, ticket_seen, visit_seen
):
    """bela is of the same unit's officers, and reads what own companies say of tickets:
    a colleague's visit is the colleague's."""
    of_ticket, of_visit = rated(2), rated(2, record=visit)
    seen = set(Rating.objects.visible_to(getattr(cast, who)))
    expected = {of_ticket} if ticket_seen else set()
    expected |= {of_visit} if visit_seen else set()
    assert seen == expected


def test_days_count_from_the_day_it_was_told(cast, nameless):
    assert nameless(1).correction.fix_by.started_on == (LATER + DAY).date()


def test_a_merged_ticket_is_rated_by_the_one_it_was_merged_into(cast, category, rated):
    first, double = dispatched(cast), dispatched(cast)
    tickets.merge_tickets(double, actor=cast.dora, into=first, now=NOON)
    with pytest.raises(NotEndedError, match=first.number):
        rated(5, record=double)
    assert not Rating.objects.exists()


def test_a_ticket_that_was_taken_up_again_keeps_its_first_rating(cast, ticket, rated):
    rating = rated(5)
    tickets.reopen_ticket(ticket, actor=cast.otto, reason="又坏了", now=LATER)
    with pytest.raises(NotEndedError):
        rated(1)
    assert Rating.objects.get() == rating
