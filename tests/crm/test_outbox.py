"""What leaves the house: for whom, which way, when, and never twice."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from crm import events, notices
from crm.lib.errors import DomainError
from crm.models import Delivery, Event, Notice, NoticeChoices, Robot, Role, User
from crm.notices import Kind
from crm.services.notices import claims, digests, hours, retry
from tests.factories import NOON, SHANGHAI, DepartmentFactory

pytestmark = pytest.mark.django_db
EDITED = "company.edited"
State = Delivery.State
MINUTE = timedelta(minutes=1)


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.fixture
def mails(settings):
    settings.EMAIL_HOST = "mail.example.gov.cn"
    settings.CRM_BASE_URL = "https://crm.example.gov.cn"
    User.objects.filter(login__in=["olga", "dora", "maria"]).update(
        email="someone@example.gov.cn"
    )


@pytest.fixture
def speaks(settings):
    settings.CRM_NOTICE_HOSTS = ["qyapi.weixin.qq.com"]


@pytest.fixture
def told(cast, monkeypatch, mails):
    """`told(olga, dora, now=…)`: an event of which these people are told."""
    people = []
    monkeypatch.setattr(notices, "_rules", {})
    monkeypatch.setattr(notices, "_kinds", {})

    def kind(**more):
        values = {"mail": "now", "robot": True, **more}
        key = "urgent" if values.get("is_urgent") else "told"
        return notices.register(Kind(key, "Told", "bell", set(Role.values), **values))

    def tell(*whom, now=NOON, **more):
        people[:] = [one.pk for one in whom]
        notices._rules.clear()
        notices.on(EDITED, kind(**more), lambda event, about: people)
        with transaction.atomic():
            return events.record(None, EDITED, cast.company, now=now)

    return tell


def robot_for(**place):
    return Robot.objects.create(
        service="wecom",
        name="工作群",
        host="qyapi.weixin.qq.com",
        token="12345678",
        **place,
    )


def sent_to():
    return {
        (one.channel, (one.recipient or one.robot).pk) for one in Delivery.objects.all()
    }


# --- Who gets a mail


def test_a_mail_is_left_with_the_notice(cast, told):
    event = told(cast.olga)
    mail = Delivery.objects.get()
    assert (mail.channel, mail.event, mail.recipient) == ("mail", event, cast.olga)
    assert mail.notice == Notice.objects.get()
    assert (mail.state, mail.next_at, mail.tries) == (State.WAITING, NOON, 0)
    assert mail.message_id.endswith("@crm.example.gov.cn>")


def test_who_has_no_address_gets_none(cast, told):
    told(cast.olga, cast.bela)
    assert sent_to() == {("mail", cast.olga.pk)}


def test_without_a_mail_server_nothing_is_left(cast, told, settings):
    settings.EMAIL_HOST = ""
    told(cast.olga)
    assert Notice.objects.exists()
    assert not Delivery.objects.exists()


@pytest.mark.parametrize("choice", ["digest", "no"])
def test_who_chose_otherwise_gets_none(cast, told, choice):
    kinds = {"told": {"mail": choice, "robot": True}}
    NoticeChoices.objects.create(user=cast.olga, kinds=kinds)
    told(cast.olga, cast.dora)
    assert sent_to() == {("mail", cast.dora.pk)}


def test_a_choice_can_be_more_than_what_is_usual(cast, told):
    kinds = {"told": {"mail": "now", "robot": False}}
    NoticeChoices.objects.create(user=cast.olga, kinds=kinds)
    told(cast.olga, cast.dora, mail="digest")
    assert sent_to() == {("mail", cast.olga.pk)}


def test_a_choice_that_is_none_any_more_is_as_usual(cast, told):
    kinds = {"told": {"mail": "pigeon"}}
    NoticeChoices.objects.create(user=cast.olga, kinds=kinds)
    told(cast.olga)
    assert sent_to() == {("mail", cast.olga.pk)}


def test_a_flood_of_mails_stops_by_itself(cast, told):
    for minute in range(15):
        told(cast.olga, now=NOON + minute * MINUTE)
    assert Delivery.objects.count() == 10
    assert Notice.objects.count() == 15
    told(cast.olga, now=NOON + 20 * MINUTE, is_urgent=True)
    told(cast.olga, now=NOON + 90 * MINUTE)
    assert Delivery.objects.count() == 12


def test_a_flood_at_once_stops_too(cast, told):
    with transaction.atomic(), events.together():
        for _ in range(15):
            told(cast.olga, cast.dora)
    assert Delivery.objects.filter(recipient=cast.olga).count() == 10
    assert Delivery.objects.filter(recipient=cast.dora).count() == 10


def test_the_database_keeps_one_of_each(cast, told):
    told(cast.olga)
    first = Delivery.objects.get()
    first.pk, first.message_id = None, "<other@liaison>"
    with pytest.raises(IntegrityError), transaction.atomic():
        first.save(force_insert=True)


# --- Which robot says it


def test_the_units_robot_says_it_once_for_all_of_its_people(cast, told, speaks):
    robot = robot_for(department=cast.olga.department)
    told(cast.olga, cast.dora, cast.maria)
    line = Delivery.objects.get(channel="robot")
    assert line.robot == robot
    assert line.recipient is None


def test_the_nearest_unit_above_has_the_robot(cast, told, speaks):
    section = DepartmentFactory(
        code="section", region=cast.county, parent=cast.olga.department
    )
    cast.olga.department = section
    cast.olga.save(update_fields=["department"])
    robot_for(region=cast.county)
    near = robot_for(department=section.parent)
    told(cast.olga)
    assert Delivery.objects.get(channel="robot").robot == near


def test_without_one_the_regions_robot_says_it(cast, told, speaks):
    robot_for(department=cast.bureau)
    region = robot_for(region=cast.county)
    told(cast.olga)
    assert Delivery.objects.get(channel="robot").robot == region


def test_it_is_silent_if_none_of_its_people_wants_it(cast, told, speaks):
    robot_for(region=cast.county)
    for person in (cast.olga, cast.dora):
        kinds = {"told": {"mail": "no", "robot": False}}
        NoticeChoices.objects.create(user=person, kinds=kinds)
    told(cast.olga, cast.dora)
    assert not Delivery.objects.exists()
    told(cast.olga, cast.dora, cast.maria)
    assert Delivery.objects.filter(channel="robot").count() == 1


def test_of_a_company_s_own_people_no_robot_speaks(cast, told, speaks):
    robot_for(region=cast.county)
    told(cast.otto)
    assert not Delivery.objects.exists()


def test_no_robot_speaks_where_no_host_may_be_called(cast, told):
    robot_for(region=cast.county)
    told(cast.olga)
    assert sent_to() == {("mail", cast.olga.pk)}


def test_one_out_of_use_says_nothing(cast, told, speaks):
    robot_for(region=cast.county, is_active=False)
    told(cast.olga)
    assert sent_to() == {("mail", cast.olga.pk)}


# --- When


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2026-03-18 08:29:59", "2026-03-18 08:30"),
        ("2026-03-18 08:30", "2026-03-18 08:30"),
        ("2026-03-18 17:59:59", "2026-03-18 17:59:59"),
        ("2026-03-18 18:00", "2026-03-19 08:30"),
        ("2026-03-18 23:59", "2026-03-19 08:30"),
        ("2026-03-20 18:00", "2026-03-23 08:30"),  # Friday evening
        ("2026-03-21 12:00", "2026-03-23 08:30"),  # Saturday noon
        # 调休: the Sunday before the holiday of October is worked.
        ("2026-09-20 12:00", "2026-09-20 12:00"),
        ("2026-09-19 12:00", "2026-09-20 08:30"),
        ("2026-09-18 19:00", "2026-09-20 08:30"),
        ("2026-09-20 19:00", "2026-09-21 08:30"),
        # 国庆, and the Saturday after it that is worked.
        ("2026-09-30 18:30", "2026-10-08 08:30"),
        ("2026-10-10 09:00", "2026-10-10 09:00"),
        # 春节
        ("2026-02-14 20:00", "2026-02-24 08:30"),
    ],
)
def test_quiet_hours_follow_the_working_calendar(cast, told, now, opens):
    assert hours.opening(at(now)) == at(opens)
    told(cast.olga, now=at(now))
    assert Delivery.objects.get().next_at == at(opens)


def test_quiet_hours_are_the_operators(settings):
    settings.CRM_QUIET_FROM = at("2026-01-01 20:00").time()
    settings.CRM_QUIET_UNTIL = at("2026-01-01 07:00").time()
    assert hours.opening(at("2026-03-18 19:30")) == at("2026-03-18 19:30")
    assert hours.opening(at("2026-03-18 20:30")) == at("2026-03-19 07:00")


def test_urgent_ones_go_out_at_night_unless_the_person_wants_to_sleep(cast, told):
    night = at("2026-03-21 23:00")
    NoticeChoices.objects.create(user=cast.dora, has_urgent_at_night=False)
    told(cast.olga, cast.dora, now=night, is_urgent=True)
    times = dict(Delivery.objects.values_list("recipient", "next_at"))
    assert times == {cast.olga.pk: night, cast.dora.pk: at("2026-03-23 08:30")}


# --- Claims


@pytest.fixture
def mail(cast, told):
    told(cast.olga)
    return Delivery.objects.get()


def due(now=NOON, resting=()):
    return [one.pk for one in claims.due(now, resting=resting, most=20)]


def test_one_that_is_not_due_is_not_taken(mail):
    early = NOON - MINUTE
    assert due(early) == []
    assert claims.claim(mail.pk, now=early) is None


def test_two_workers_never_take_the_same(mail):
    assert claims.claim(mail.pk, now=NOON) is not None
    assert claims.claim(mail.pk, now=NOON) is None
    assert due() == []


def test_a_claim_that_nobody_settled_runs_out(mail):
    first = claims.claim(mail.pk, now=NOON)
    later = NOON + claims.LEASE
    assert due(later - timedelta(seconds=1)) == []
    assert due(later) == [mail.pk]
    second = claims.claim(mail.pk, now=later)
    assert (second.message_id, second.tries) == (first.message_id, 2)
    # The first one comes back after all: the word of the second counts.
    assert not claims.settle(first, State.SENT, now=later)
    assert not claims.fail(first, "timeout", is_final=True, now=later)
    assert claims.settle(second, State.SENT, now=later)
    assert Delivery.objects.get().state == State.SENT


def test_it_is_tried_for_two_days_and_then_given_up(mail):
    now, waited = NOON, []
    while (taken := claims.claim(mail.pk, now=now)) is not None:
        claims.fail(taken, "smtp_451", is_final=False, now=now)
        mail.refresh_from_db()
        waited.append((mail.next_at - now) / MINUTE)
        now = mail.next_at
    assert waited == [*claims.PAUSES, 0]
    assert now - NOON > timedelta(days=1)
    assert (mail.state, mail.error, mail.tries) == (State.DEAD, "smtp_451", 9)


def test_what_is_final_is_not_tried_again_and_is_told(cast, mail):
    taken = claims.claim(mail.pk, now=NOON)
    claims.fail(taken, "smtp_550", is_final=True, now=NOON)
    mail.refresh_from_db()
    assert (mail.state, mail.settled_at) == (State.DEAD, NOON)
    event = Event.objects.get(action="delivery.failed")
    assert event.changes["error"] == [None, "smtp_550"]
    assert event.subject_id == mail.pk


def test_a_way_that_rests_leaves_the_others_alone(cast, told, speaks):
    robot = robot_for(region=cast.county)
    told(cast.olga)
    mail, line = Delivery.objects.order_by("channel")
    assert (mail.channel, line.channel) == ("mail", "robot")
    assert set(due()) == {mail.pk, line.pk}
    assert due(resting=[claims.MAIL_SERVER]) == [line.pk]
    assert due(resting=[robot.pk]) == [mail.pk]
    assert due(resting=[robot.pk, claims.MAIL_SERVER]) == []


def test_the_administrator_has_it_tried_again(cast, mail):
    claims.fail(claims.claim(mail.pk, now=NOON), "smtp_550", is_final=True, now=NOON)
    again = retry(mail, actor=cast.sven, now=NOON + MINUTE)
    assert (again.state, again.tries, again.error) == (State.WAITING, 0, "")
    assert again.message_id == mail.message_id
    assert retry(mail, actor=cast.sven).state == State.WAITING  # pressed twice
    assert Event.objects.filter(action="delivery.retried").count() == 1


def test_what_was_sent_is_not_sent_again(cast, mail):
    claims.settle(claims.claim(mail.pk, now=NOON), State.SENT, now=NOON)
    with pytest.raises(DomainError):
        retry(mail, actor=cast.sven)
    assert Delivery.objects.get().state == State.SENT


# --- The daily summary

MORNING = at("2026-03-19 08:30")


def digests_of(now=MORNING):
    digests.write_digests(now=now)
    rows = Delivery.objects.filter(channel="digest", day=now.date())
    return set(rows.values_list("recipient__login", flat=True))


@pytest.fixture
def unread(cast, told):
    told(cast.olga, cast.dora, cast.bela, mail="digest")


def test_in_the_morning_each_who_has_something_unread_gets_one(cast, unread):
    assert digests_of() == {"olga", "dora"}  # bela has no address
    assert digests_of() == {"olga", "dora"}
    assert Delivery.objects.count() == 2


def test_written_before_the_morning_it_waits_for_it(cast, unread):
    assert digests_of(at("2026-03-19 05:00")) == {"olga", "dora"}
    times = Delivery.objects.values_list("next_at", flat=True)
    assert set(times) == {MORNING}


def test_who_read_everything_or_wants_none_gets_none(cast, unread):
    Notice.objects.filter(recipient=cast.olga).update(read_at=NOON)
    NoticeChoices.objects.create(user=cast.dora, has_digest=False)
    assert digests_of() == set()


def test_on_a_day_off_there_is_none_and_on_a_worked_sunday_there_is(cast, told):
    told(cast.olga, now=at("2026-09-18 12:00"))
    assert digests_of(at("2026-09-19 08:30")) == set()
    assert digests_of(at("2026-09-20 08:30")) == {"olga"}


def test_nobody_is_told_the_same_each_day(cast, told, unread):
    assert digests_of() == {"olga", "dora"}
    next_day = at("2026-03-20 08:30")
    assert digests_of(next_day) == set()
    told(cast.olga, now=at("2026-03-20 10:00"), mail="digest")
    assert digests_of(at("2026-03-23 08:30")) == {"olga"}


def test_without_a_mail_server_there_is_none(unread, settings):
    settings.EMAIL_HOST = ""
    assert digests_of() == set()


def test_it_costs_the_same_for_two_people_and_for_all(cast, told, unread, queries_of):
    cost = queries_of(lambda: digests.write_digests(now=MORNING))
    User.objects.update(email="x@example.gov.cn")
    told(cast.olga, cast.bela, cast.dora, cast.maria, cast.axel, cast.otto)
    Notice.objects.update(created_at=at("2026-03-20 09:00"))
    later = at("2026-03-23 08:30")
    assert queries_of(lambda: digests.write_digests(now=later)) == cost
    assert Delivery.objects.filter(channel="digest").count() > 6
