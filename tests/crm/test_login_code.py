"""Signing in with a code that is sent to the phone of a company's person."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth import get_user
from django.test import Client
from django.utils import timezone

from crm.jobs import clean_up, send_login_code
from crm.lib.errors import DomainError
from crm.models import Event, EventPersonal, LoginCode, Role
from crm.models.login_codes import TRIES
from crm.services import login_codes
from tests.factories import NOON, CompanyFactory, GrantFactory, UserFactory

ASK = "/login/code/"
PHONE = "13900001111"
UNKNOWN = "13700009999"
WRONG = "This is not the code."
sent = []


def keep_code(*, phone, code, minutes):
    sent.append((phone, code))


@pytest.fixture(autouse=True)
def sender(settings):
    sent.clear()
    settings.CRM_CODE_SENDER = "tests.crm.test_login_code.keep_code"


@pytest.fixture
def otto(cast):
    cast.otto.phone = PHONE
    cast.otto.save(update_fields=["phone"])
    return cast.otto


@pytest.fixture
def client():
    return Client(headers={"accept-language": "en"})


def ask(client, phone=PHONE, **more):
    return client.post(ASK, {"phone": phone, **more}).headers["Location"]


def type_in(client, url, code, **more):
    return client.post(url, {"code": code, **more})


def wrong(code):
    return f"{(int(code) + 1) % 10**6:06}"


def test_the_code_that_was_sent_opens_the_account(client, otto):
    url = ask(client)
    [(phone, code)] = sent
    assert phone == PHONE
    assert re.fullmatch("[0-9]{6}", code)
    assert type_in(client, url, f" {code[:3]} {code[3:]} ").status_code == 302
    assert get_user(client) == otto
    event = Event.objects.get(action="session.started")
    assert event.changes == {"way": [None, "code"]}


@pytest.mark.parametrize(
    "typed",
    ["139 0000 1111", "+86 139-0000-1111", "１３９００００１１１１", "8613900001111"],
)
def test_a_number_may_be_typed_as_people_write_it(client, otto, typed):
    ask(client, typed)
    assert sent


@pytest.mark.parametrize(
    "typed", ["", "1390000111", "0871-63121234", "otto", "1\x00", "1" * 31]
)
def test_what_is_no_mobile_number_is_said_to_be_none(client, otto, typed):
    assert client.post(ASK, {"phone": typed}).status_code in {400, 422}
    assert not LoginCode.objects.exists()


def test_an_unknown_phone_is_answered_alike_and_gets_nothing(client, otto):
    urls = [ask(client, phone) for phone in (PHONE, UNKNOWN)]
    assert [phone for phone, _ in sent] == [PHONE]
    typed = wrong(sent[0][1])
    pages = [client.get(url).content.decode() for url in urls]
    pages += [type_in(client, url, typed).content.decode() for url in urls]
    # Apart from the number itself and the tokens of the forms.
    same = [re.sub(r"\d{3}\*{4}\d{4}|[\w-]{30,}", "", page) for page in pages]
    assert same[0] == same[1]
    assert same[2] == same[3]
    assert WRONG in same[3]
    assert "None" not in same[3]


def test_known_and_unknown_phones_cost_the_same(otto, queries_of, monkeypatch):
    monkeypatch.setattr(login_codes, "enqueue", lambda *of: None)
    known, unknown = (
        queries_of(lambda phone=phone: login_codes.ask_for_code(phone, address=""))
        for phone in (PHONE, UNKNOWN)
    )
    assert known == unknown


@pytest.mark.parametrize("role", [Role.OFFICER, Role.HANDLER, Role.UNIT_HEAD])
def test_officials_keep_their_password(cast, role):
    user = {"officer": cast.olga, "handler": cast.hana, "unit_head": cast.uma}[role]
    login_codes.ask_for_code(user.phone, address="")
    assert sent == []


def test_an_owner_who_became_an_administrator_keeps_the_password(cast, otto):
    GrantFactory(user=otto, role=Role.AUDIT_ADMIN)
    login_codes.ask_for_code(PHONE, address="")
    assert sent == []


def test_who_belongs_to_a_unit_is_an_official_whatever_else(cast):
    GrantFactory(user=cast.olga, role=Role.OWNER, company=cast.company)
    cast.olga.grants.filter(role=Role.OFFICER).update(revoked_at=timezone.now())
    login_codes.ask_for_code(cast.olga.phone, address="")
    assert sent == []


def test_a_closed_account_or_an_ended_role_gets_no_code(otto):
    otto.grants.update(revoked_at=timezone.now())
    login_codes.ask_for_code(PHONE, address="")
    otto.grants.update(revoked_at=None)
    type(otto).objects.filter(pk=otto.pk).update(is_active=False)
    later = timezone.now() + timedelta(minutes=2)
    login_codes.ask_for_code(PHONE, address="", now=later)
    assert sent == []


def test_a_code_whose_role_ended_meanwhile_opens_nothing(client, otto):
    url = ask(client)
    otto.grants.update(revoked_at=timezone.now())
    assert WRONG in type_in(client, url, sent[0][1]).content.decode()


def test_a_code_is_used_once(client, otto):
    url = ask(client)
    type_in(client, url, sent[0][1])
    again = Client()
    assert type_in(again, url, sent[0][1]).status_code == 410
    assert "_auth_user_id" not in again.session


def test_a_code_is_good_for_five_minutes(client, otto):
    with time_machine.travel(NOON, tick=False) as clock:
        url = ask(client)
        clock.shift(timedelta(minutes=5))
        assert type_in(client, url, sent[0][1]).status_code == 410
        assert client.get(url).status_code == 410


def test_four_wrong_tries_end_a_code_and_the_right_one_comes_too_late(client, otto):
    url = ask(client)
    right = sent[0][1]
    answers = [type_in(client, url, wrong(right)).status_code for _ in range(TRIES)]
    assert answers == [422] * (TRIES - 1) + [410]
    assert type_in(client, url, right).status_code == 410
    assert "_auth_user_id" not in client.session


def test_a_code_works_only_on_the_page_it_was_asked_for(client, otto, cast):
    cast.omar.phone = UNKNOWN
    cast.omar.save(update_fields=["phone"])
    mine, other = ask(client, PHONE), ask(client, UNKNOWN)
    codes = dict(sent)
    if codes[PHONE] != codes[UNKNOWN]:
        assert type_in(client, other, codes[PHONE]).status_code == 422
    type_in(client, mine, codes[PHONE])
    assert get_user(client) == otto


def test_a_made_up_address_looks_like_one_that_is_over(client, otto):
    url = f"{ASK}00000000-0000-4000-8000-000000000000/"
    assert client.get(url).status_code == 410
    assert type_in(client, url, "123456").status_code == 410


@pytest.mark.parametrize(
    "typed", ["", "12345", "1234567", "abcdef", "１２３４５", "\x00"]
)
def test_what_is_no_code_costs_no_try(client, otto, typed):
    url = ask(client)
    assert type_in(client, url, typed).status_code in {400, 422}
    assert LoginCode.objects.get().tries == 0


def test_one_code_a_minute_and_five_an_hour(otto):
    with time_machine.travel(NOON, tick=False) as clock:
        for _ in range(5):
            login_codes.ask_for_code(PHONE, address="")
            with pytest.raises(DomainError):
                login_codes.ask_for_code(PHONE, address="")
            clock.shift(timedelta(minutes=1))
        with pytest.raises(DomainError, match="13:00:00"):
            login_codes.ask_for_code(PHONE, address="")
        clock.move_to(NOON + timedelta(hours=1))
        login_codes.ask_for_code(PHONE, address="")


def test_a_minute_is_sixty_seconds_not_the_next_on_the_clock(otto):
    login_codes.ask_for_code(PHONE, address="", now=NOON + timedelta(seconds=45))
    with pytest.raises(DomainError, match="12:01:45"):
        login_codes.ask_for_code(PHONE, address="", now=NOON + timedelta(seconds=75))


def test_two_in_the_same_minute_are_refused_by_the_table_itself(otto, monkeypatch):
    monkeypatch.setattr(login_codes, "refuse_too_many", lambda *of: None)
    login_codes.ask_for_code(PHONE, address="", now=NOON)
    with pytest.raises(DomainError):
        login_codes.ask_for_code(PHONE, address="", now=NOON)


def test_an_address_has_its_share_whatever_phones_it_names(client, otto, settings):
    settings.CRM_CODES_PER_ADDRESS = 3
    for number in range(3):
        ask(client, f"1370000000{number}")
    answer = client.post(ASK, {"phone": PHONE})
    assert answer.status_code == 422
    assert "You can ask for another at" in answer.content.decode()
    elsewhere = Client(headers={"x-forwarded-for": "203.0.113.7"})
    assert elsewhere.post(ASK, {"phone": PHONE}).status_code == 302


def from_address(address):
    return Client(headers={"x-forwarded-for": address})


def test_the_addresses_of_one_line_have_one_share(otto, settings):
    """A customer of IPv6 has a whole /64; a mapped IPv4 address is that address."""
    settings.CRM_CODES_PER_ADDRESS = 2
    ask(from_address("2001:db8:1:2::1"), "13700000001")
    ask(from_address("2001:db8:1:2:ffff:ffff:ffff:ffff"), "13700000002")
    third = from_address("2001:db8:1:2:abcd::").post(ASK, {"phone": PHONE})
    assert third.status_code == 422
    assert (
        from_address("2001:db8:1:3::1").post(ASK, {"phone": PHONE}).status_code == 302
    )
    for number, one in enumerate(["203.0.113.7", "::ffff:203.0.113.7"]):
        ask(from_address(one), f"1370000001{number}")
    answer = from_address("203.0.113.7").post(ASK, {"phone": UNKNOWN})
    assert answer.status_code == 422


def test_somebody_elses_guesses_do_not_use_up_ones_own_tries(client, otto):
    with time_machine.travel(NOON, tick=False) as clock:
        theirs = ask(Client())
        for _ in range(TRIES):
            type_in(Client(), theirs, wrong(sent[0][1]))
        clock.shift(timedelta(minutes=1))
        mine = ask(client)
        assert type_in(client, mine, sent[1][1]).status_code == 302


def test_a_phone_with_several_accounts_is_asked_which(client, otto, cast):
    twin = UserFactory(login="twin", name="王双", phone=PHONE, department=None)
    second = CompanyFactory(name="双星纸业有限公司")
    GrantFactory(user=twin, role=Role.OWNER, company=second)
    url = ask(client)
    body = type_in(client, url, sent[0][1]).content.decode()
    assert "王双 · 双星纸业有限公司" in body
    assert cast.company.name in body
    type_in(client, url, sent[0][1], account=twin.pk)
    assert get_user(client) == twin


@pytest.mark.parametrize("account", ["olga", "x", "9" * 400])
def test_a_code_opens_no_account_but_those_of_its_phone(client, otto, cast, account):
    url = ask(client)
    chosen = cast.olga.pk if account == "olga" else account
    assert type_in(client, url, sent[0][1], account=chosen).status_code == 422
    assert "_auth_user_id" not in client.session


def test_one_account_of_two_companies_is_one_account(client, otto, cast):
    GrantFactory(user=otto, role=Role.OWNER, company=cast.foreign)
    type_in(client, ask(client), sent[0][1])
    assert get_user(client) == otto


def test_an_old_password_does_not_stand_in_the_way_of_a_code(client, otto):
    type(otto).objects.filter(pk=otto.pk).update(must_change_password=True)
    type_in(client, ask(client), sent[0][1])
    assert client.get("/me/").status_code == 200
    by_password = Client()
    by_password.force_login(otto, backend="crm.auth.LoginNameBackend")
    assert by_password.get("/me/").headers["Location"].startswith("/password/")


def test_the_code_stands_nowhere_but_at_the_sender(client, otto):
    url = ask(client)
    code = sent[0][1]
    type_in(client, url, wrong(code))
    type_in(client, url, code)
    assert code not in LoginCode.objects.get().code_hash
    for event in Event.objects.all():
        assert code not in str(event.changes)
    for private in EventPersonal.objects.all():
        assert code not in str(private.values)


def test_a_second_try_of_the_worker_sends_another_code(client, otto):
    url = ask(client)
    send_login_code(LoginCode.objects.get().pk)
    assert len(sent) == 2
    if sent[0][1] != sent[1][1]:
        assert type_in(client, url, sent[0][1]).status_code == 422
    assert type_in(client, url, sent[1][1]).status_code == 302


def test_a_worker_that_comes_too_late_sends_nothing(otto):
    with time_machine.travel(NOON, tick=False) as clock:
        asked = login_codes.ask_for_code(PHONE, address="")
        sent.clear()
        clock.shift(timedelta(minutes=6))
        send_login_code(asked.pk)
    assert sent == []


@pytest.mark.slow
def test_refusals_are_events_without_the_code(client, otto):
    url = ask(client)
    type_in(client, url, wrong(sent[0][1]))
    refused = Event.objects.get(action="session.refused")
    assert refused.changes == {"reason": [None, "wrong_code"]}
    assert refused.subject_id == otto.pk
    assert refused.personal.values["typed"] == PHONE


def test_the_way_on_stays_on_this_site(client, otto):
    url = ask(client, next="//evil.example/")
    assert "evil" not in url
    way_on = ask(Client(), UNKNOWN, next="/me/")
    assert "next=%2Fme%2F" in way_on
    answer = type_in(client, url, sent[0][1], next="https://evil.example/")
    assert answer.headers["Location"] == "/"


def test_pages_are_stored_nowhere_and_forms_need_their_token(client, otto):
    for url in [ASK, ask(client)]:
        assert "no-store" in client.get(url).headers["Cache-Control"]
        strict = Client(enforce_csrf_checks=True)
        assert strict.post(url, {"phone": PHONE, "code": "1"}).status_code == 403


def test_who_is_in_goes_on(client, otto, as_user):
    inside = as_user(otto)
    assert inside.get(f"{ASK}?next=/me/").headers["Location"] == "/me/"
    assert inside.get(ask(client)).headers["Location"] == "/"


def test_without_a_sender_there_is_no_second_way(client, db, settings):
    assert ASK in client.get("/login/").content.decode()
    settings.CRM_CODE_SENDER = "none"
    assert ASK not in client.get("/login/").content.decode()
    assert client.get(ASK).status_code == 404
    assert client.post(ASK, {"phone": PHONE}).status_code == 404


def test_old_codes_are_forgotten(otto):
    day = timezone.now()
    for age in (timedelta(hours=25), timedelta(hours=2)):
        login_codes.ask_for_code(PHONE, address="", now=day - age)
    clean_up()
    assert LoginCode.objects.count() == 1
