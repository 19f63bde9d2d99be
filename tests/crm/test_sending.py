"""Mails over real SMTP: what arrives, what does not, and what becomes of it."""

import time
from datetime import datetime, timedelta

import pytest
from django.db import transaction

from crm import events, notices
from crm.models import Delivery, Notice, NoticeChoices, Role, User
from crm.notices import Kind
from crm.sending import Sender
from crm.services.notices import digests
from tests.factories import NOON, SHANGHAI
from tests.post import free_port, post_office

pytestmark = pytest.mark.django_db
EDITED = "company.edited"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def office(settings, cast):
    settings.CRM_BASE_URL = "https://crm.example.gov.cn"
    for name in ("olga", "dora", "maria", "axel"):
        User.objects.filter(login=name).update(email=f"{name}@example.gov.cn")
    with post_office(settings) as office:
        yield office


@pytest.fixture
def told(cast, office, monkeypatch):
    """`told(olga, dora)`: an event that is mailed to these people at once."""
    people = []
    monkeypatch.setattr(notices, "_rules", {})
    roles = set(Role.values)

    def tell(*whom, now=NOON, actor=None, **more):
        kind = Kind("test", "企业有变化", "bell", roles, **{"mail": "now", **more})
        monkeypatch.setitem(notices._kinds, "test", kind)
        people[:] = [one.pk for one in whom]
        notices._rules[EDITED] = []
        notices.on(EDITED, kind, lambda event, about: people)
        with transaction.atomic():
            return events.record(actor, EDITED, cast.company, now=now)

    # What fails is told too; that has no mail.
    notices.on("delivery.failed", notices.kind_of("unreached"), who_was_meant)
    return tell


def who_was_meant(event, delivery):
    return [delivery.recipient_id]


def states():
    rows = Delivery.objects.order_by("pk")
    return list(rows.values_list("recipient__login", "state", "error"))


def test_a_mail_arrives_once(cast, told, office):
    told(cast.olga)
    sender = Sender()
    assert sender.turn(NOON) == 1
    assert sender.turn(NOON) == 0
    assert office.receivers == ["olga@example.gov.cn"]
    assert states() == [("olga", "sent", "")]


def test_what_stands_in_it(cast, told, office):
    told(cast.olga, actor=cast.dora)
    Sender().turn(NOON)
    ((_address, mail),) = office.mails
    delivery = Delivery.objects.get()
    assert mail["Message-ID"] == delivery.message_id
    assert mail["To"] == "olga@example.gov.cn"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Subject"] == "企业有变化：恒润纺织有限公司"
    body = mail.get_content()
    assert "恒润纺织有限公司" in body
    company = cast.company.get_absolute_url()
    assert f"https://crm.example.gov.cn{company}" in body
    assert "https://crm.example.gov.cn/me/notices/" in body
    assert cast.olga.phone not in body


def test_a_line_break_in_a_name_stays_out_of_the_head(cast, told, office):
    cast.company.name = "恒润\nBcc: all@example.gov.cn"
    cast.company.save(update_fields=["name"])
    told(cast.olga)
    Sender().turn(NOON)
    ((_address, mail),) = office.mails
    assert mail["Bcc"] is None
    assert mail["Subject"].strip() == "企业有变化：恒润 Bcc: all@example.gov.cn"


def test_a_dead_address_blocks_nobody(cast, told, office):
    office.refusals["dora@example.gov.cn"] = "550 5.1.1 No such user"
    told(cast.olga, cast.dora, cast.maria, cast.axel)
    Sender().turn(NOON)
    assert sorted(office.receivers) == [
        f"{name}@example.gov.cn" for name in ("axel", "maria", "olga")
    ]
    assert ("dora", "dead", "smtp_550") in states()
    notice = Notice.objects.get(kind="unreached")
    assert notice.recipient == cast.dora


def test_the_other_sides_words_are_not_kept(cast, told, office, caplog):
    caplog.set_level("DEBUG")
    office.refusals["dora@example.gov.cn"] = "550 verraten"
    told(cast.dora)
    Sender().turn(NOON)
    # The server of the tests has a log of its own.
    ours = [one.getMessage() for one in caplog.records if one.name != "mail.log"]
    assert ours
    assert not any("verraten" in line or "dora@" in line for line in ours)
    assert Delivery.objects.get().error == "smtp_550"


def test_who_is_put_off_is_tried_again_under_the_same_name(cast, told, office):
    office.refusals["olga@example.gov.cn"] = "451 4.7.1 Greylisted"
    told(cast.olga, cast.dora)
    Sender().turn(NOON)
    assert states()[0] == ("olga", "waiting", "smtp_451")
    assert office.receivers == ["dora@example.gov.cn"]
    office.refusals.clear()
    assert Sender().turn(NOON) == 0
    assert Sender().turn(NOON + MINUTE) == 1
    assert office.receivers[-1] == "olga@example.gov.cn"
    ids = {mail["Message-ID"] for _to, mail in office.mails}
    assert ids == set(Delivery.objects.values_list("message_id", flat=True))


def test_a_mail_that_is_refused_for_its_content_is_not_sent_for_ever(
    cast, told, office
):
    office.after_data = "554 5.7.1 Rejected"
    told(cast.olga)
    Sender().turn(NOON)
    assert states() == [("olga", "dead", "smtp_554")]


@pytest.mark.slow
def test_a_server_that_hangs_is_given_a_rest(cast, told, office, settings):
    settings.EMAIL_TIMEOUT = 0.2
    office.delay = 0.6
    told(cast.olga, cast.dora)
    sender, began = Sender(), time.monotonic()
    sender.turn(NOON)
    assert time.monotonic() - began < 1.5
    # One was tried; the other is not made to wait for the same.
    assert states() == [("olga", "waiting", "timeout"), ("dora", "waiting", "")]
    assert sender.turn(NOON + 5 * MINUTE) == 0
    office.delay, settings.EMAIL_TIMEOUT = 0, 2
    assert Sender().turn(NOON + 5 * MINUTE) == 2
    assert {state for _who, state, _error in states()} == {"sent"}


def test_a_server_that_is_not_there_costs_nothing_but_time(cast, told, settings):
    settings.EMAIL_PORT = free_port()
    told(cast.olga, cast.dora)
    sender = Sender()
    sender.turn(NOON)
    assert states() == [("olga", "waiting", "unreachable"), ("dora", "waiting", "")]
    assert sender.turn(NOON) == 0


def test_a_server_that_does_not_know_us_is_no_fault_of_the_mail(
    cast, told, office, settings
):
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "crm", "falsch"
    told(cast.olga)
    Sender().turn(NOON)
    ((_who, state, _error),) = states()
    assert state == "waiting"


def test_with_starttls_the_certificate_must_be_right(cast, told, office, settings):
    settings.EMAIL_USE_TLS = True
    told(cast.olga)
    Sender().turn(NOON)
    assert office.mails == []
    assert states()[0][1] == "waiting"


# --- What nobody needs any more is not sent


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda cast: Notice.objects.update(read_at=NOON), "read"),
        (lambda cast: User.objects.update(is_active=False), "inactive"),
        (lambda cast: User.objects.update(email=""), "no_address"),
        (
            lambda cast: cast.company.liaisons.update(ended_on=NOON.date()),
            "not_wanted",
        ),
    ],
)
def test_it_is_looked_at_again_when_it_is_sent(cast, told, office, change, error):
    told(cast.olga)
    change(cast)
    Sender().turn(NOON)
    assert office.mails == []
    assert states() == [("olga", "dropped", error)]


def test_a_worker_that_comes_up_at_night_waits_for_the_morning(cast, told, office):
    told(cast.olga)
    told(cast.dora, is_urgent=True)
    Sender().turn(NOON + timedelta(hours=10))
    assert office.receivers == ["dora@example.gov.cn"]
    mail = Delivery.objects.get(recipient=cast.olga)
    morning = datetime(2026, 3, 19, 8, 30, tzinfo=SHANGHAI)
    assert (mail.state, mail.next_at, mail.tries) == ("waiting", morning, 0)
    Sender().turn(morning)
    assert office.receivers[-1] == "olga@example.gov.cn"


@pytest.mark.slow
def test_a_few_are_sent_at_a_turn(cast, told, office):
    # Photos and papers wait in the same worker.
    for _ in range(3):
        told(cast.olga, cast.dora, cast.maria, cast.axel, is_urgent=True)
        told(cast.olga, cast.dora, cast.maria, cast.axel, is_urgent=True)
    sender = Sender()
    assert [sender.turn(NOON) for _ in range(3)] == [20, 4, 0]
    assert len(office.mails) == 24


# --- The summary

MORNING = datetime(2026, 3, 19, 8, 30, tzinfo=SHANGHAI)


def summary(office):
    digests.write_digests(now=MORNING)
    Sender().turn(MORNING)
    return [mail for _to, mail in office.mails]


def test_a_summary_tells_what_is_unread(cast, told, office):
    told(cast.olga, mail="digest")
    told(cast.olga, mail="digest")
    (mail,) = summary(office)
    body = mail.get_content()
    assert mail["Message-ID"] == Delivery.objects.get().message_id
    assert "2" in mail["Subject"]
    assert body.count(cast.company.get_absolute_url()) == 2
    assert "https://crm.example.gov.cn/notices/" in body


def test_a_long_one_is_cut_and_says_so(cast, told, office):
    for _ in range(25):
        told(cast.olga, mail="digest")
    (mail,) = summary(office)
    body = mail.get_content()
    assert body.count(cast.company.get_absolute_url()) == 20
    assert "5" in body.rsplit(cast.company.get_absolute_url(), 1)[1]


def test_of_kinds_that_he_wants_no_mail_of_it_says_nothing(cast, told, office):
    NoticeChoices.objects.create(
        user=cast.olga, kinds={"test": {"mail": "no", "robot": True}}
    )
    told(cast.olga)
    assert summary(office) == []
    assert states() == [("olga", "dropped", "not_wanted")]


def test_what_was_read_before_it_went_out_is_not_in_it(cast, told, office):
    told(cast.olga, mail="digest")
    digests.write_digests(now=MORNING)
    Notice.objects.update(read_at=MORNING)
    Sender().turn(MORNING)
    assert office.mails == []
