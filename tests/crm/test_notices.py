"""Who is told of an event, and who is not."""

from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crm import events, notices
from crm.events import Entry
from crm.models import Event, Notice, Role
from crm.notices import Kind
from crm.services import absences, grants
from crm.services.notices import telling
from tests.factories import NOON, CompanyFactory, GrantFactory, UserFactory

pytestmark = pytest.mark.django_db
EDITED = "company.edited"
ALL_ROLES = set(Role.values)


@pytest.fixture
def rules(monkeypatch):
    """Tables of the test's own; what is known of records stays."""
    monkeypatch.setattr(notices, "_rules", {})
    monkeypatch.setattr(notices, "_kinds", {})
    return notices.register(Kind("told", "Told", "bell", ALL_ROLES))


def to(*people):
    return lambda event, about: [one.pk for one in people]


@transaction.atomic
def edit(company, actor=None, now=NOON, **more):
    return events.record(actor, EDITED, company, now=now, **more)


def told():
    return {(one.recipient.login, one.kind) for one in Notice.objects.all()}


def test_whom_the_rule_names_is_told(cast, rules):
    notices.on(EDITED, rules, to(cast.olga, cast.dora))
    event = edit(cast.company)
    notice = Notice.objects.get(recipient=cast.olga)
    assert (notice.event, notice.kind, notice.created_at) == (event, "told", NOON)
    assert (notice.about_type, notice.about_id) == ("crm.company", cast.company.pk)
    assert notice.read_at is None
    assert told() == {("olga", "told"), ("dora", "told")}


def test_whoever_did_it_is_not_told(cast, rules):
    notices.on(EDITED, rules, to(cast.olga, cast.dora))
    edit(cast.company, actor=cast.dora)
    assert told() == {("olga", "told")}


def test_whose_account_is_closed_is_not_told(cast, rules):
    cast.olga.is_active = False
    cast.olga.save(update_fields=["is_active"])
    notices.on(EDITED, rules, to(cast.olga, cast.dora))
    edit(cast.company)
    assert told() == {("dora", "told")}


def test_who_may_not_see_the_record_is_not_told(cast, rules):
    notices.on(EDITED, rules, to(cast.olga, cast.tom, cast.dirk, cast.omar, cast.sven))
    edit(cast.company)
    assert told() == {("olga", "told")}


def test_a_right_that_ended_yesterday_counts_no_more(cast, rules):
    notices.on(EDITED, rules, to(cast.dora))
    yesterday = timezone.localdate() - timedelta(days=1)
    cast.dora.grants.update(ends_on=yesterday)
    edit(cast.company, now=timezone.now())
    assert told() == set()


def test_the_first_rule_that_names_a_person_counts(cast, rules):
    second = notices.register(Kind("second", "Second", "bell", ALL_ROLES))
    notices.on(EDITED, rules, to(cast.olga))
    notices.on(EDITED, second, to(cast.olga, cast.dora))
    edit(cast.company)
    assert told() == {("olga", "told"), ("dora", "second")}


def test_an_event_without_a_rule_asks_the_database_nothing(cast, rules):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            edit(cast.company)
        return len(captured)

    notices.on("company.archived", rules, to(cast.olga))
    # Savepoint, event, its wait for the seal, savepoint.
    assert queries() == 4


def test_no_more_is_asked_for_ten_people_than_for_two(cast, rules):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            edit(cast.company)
        return len(captured)

    people = [cast.dora, cast.maria]
    who = notices.sees(lambda event, about: [one.pk for one in people])
    notices.on(EDITED, rules, who)
    # As above; who is away, people, their grants, the notices.
    assert queries() == 8
    for number in range(8):
        user = UserFactory(login=f"extra{number}")
        GrantFactory(user=user, role=Role.DISPATCHER, region=cast.county)
        people.append(user)
    assert queries() == 8
    assert Notice.objects.count() == 12


def test_a_notice_goes_when_its_change_goes(cast, rules):
    notices.on(EDITED, rules, to(cast.olga))
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        events.record(None, EDITED, cast.company)
        raise ZeroDivisionError
    assert not Notice.objects.exists()


def test_events_that_are_written_together_are_told_too(cast, rules):
    notices.on(EDITED, rules, to(cast.olga))
    with transaction.atomic(), events.together():
        edit(cast.company)
        edit(cast.company)
        assert not Notice.objects.exists()
    with transaction.atomic():
        entry = Entry(actor=None, action=EDITED, subject=cast.company, now=NOON)
        events.record_many([entry])
    assert Notice.objects.filter(recipient=cast.olga).count() == 3
    assert set(Notice.objects.values_list("event", flat=True)) == set(
        Event.objects.filter(action=EDITED).values_list("pk", flat=True)
    )


def test_of_a_past_that_is_loaded_nobody_is_told(cast, rules):
    notices.on(EDITED, rules, to(cast.olga))
    with notices.only_since(NOON):
        edit(cast.company, now=NOON - timedelta(seconds=1))
        assert told() == set()
        edit(cast.company, now=NOON)
        assert told() == {("olga", "told")}
    with notices.only_since(notices.NEVER):
        edit(cast.company, now=NOON)
    assert Notice.objects.count() == 1


def test_a_record_that_no_app_describes_is_refused(cast, rules):
    notices.on("grant.ended", rules, to(cast.olga))
    grant = cast.tom.grants.get()
    with pytest.raises(LookupError, match=r"crm\.grant"):
        grants.end_grant(grant, actor=cast.selma)


# --- Who is away


def away(officer, first=date(2026, 3, 18), last=date(2026, 3, 20)):
    return absences.enter_absence(
        officer,
        actor=None,
        kind="leave",
        starts_on=first,
        ends_on=last,
        now=NOON,
    )


def test_for_who_is_away_the_stand_in_is_told(cast, rules):
    away(cast.olga)
    Notice.objects.all().delete()
    notices.on(EDITED, rules, to(cast.olga))
    edit(cast.company)
    (notice,) = Notice.objects.all()
    assert (notice.recipient, notice.instead_of) == (cast.bela, cast.olga)


def test_when_both_are_named_b_is_told_once(cast, rules):
    away(cast.olga)
    notices.on(EDITED, rules, to(cast.olga, cast.bela))
    edit(cast.company)
    assert told() == {("bela", "told")}


def test_the_stand_in_who_did_it_is_not_told(cast, rules):
    away(cast.olga)
    notices.on(EDITED, rules, to(cast.olga))
    edit(cast.company, actor=cast.bela)
    assert told() == set()


def test_who_is_away_and_has_no_stand_in_there_is_told_himself(cast, rules):
    away(cast.olga)
    other = CompanyFactory(region=cast.town)
    GrantFactory(user=cast.olga, role=Role.DISPATCHER, region=cast.county)
    notices.on(EDITED, rules, to(cast.olga))
    edit(other)
    assert told() == {("olga", "told")}


def test_back_again_he_is_told_himself(cast, rules):
    away(cast.olga)
    notices.on(EDITED, rules, to(cast.olga))
    edit(cast.company, now=NOON + timedelta(days=3))
    assert told() == {("olga", "told")}


# --- The tables of the ground


def test_a_new_officer_and_the_company_are_told(cast):
    from crm.services import liaisons

    liaisons.assign_officer(
        cast.company,
        actor=cast.dora,
        role="B",
        officer=cast.oleg,
        reason="调整",
        now=NOON,
    )
    assert told() == {("oleg", "served"), ("otto", "our_officer")}


def test_who_stands_in_is_told_of_the_absence(cast):
    absence = away(cast.olga)
    (notice,) = Notice.objects.all()
    assert notice.recipient == cast.bela
    assert telling.is_visible(absence, cast.bela)
    assert not telling.is_visible(absence, cast.oleg)
