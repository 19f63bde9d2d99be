"""Signing in: by account or phone, with one sentence for everything that is wrong."""

from datetime import timedelta

import pytest
import time_machine
from axes.models import AccessAttempt
from django.contrib.auth import get_user
from django.test import Client
from django.utils import timezone

from crm.auth import locked_until
from crm.models import Event, Role, UserSession
from tests.factories import PASSWORD, GrantFactory, UserFactory

WRONG = "Account or password is not right. Please check both and try again."
URL = "/login/"


@pytest.fixture
def lin(db):
    return UserFactory(login="lin", name="林知远", phone="13900001111")


@pytest.fixture
def client():
    return Client(headers={"accept-language": "en"})


def try_as(client, username, password=PASSWORD, **more):
    return client.post(URL, {"username": username, "password": password, **more})


def is_in(client, user):
    return get_user(client).pk == user.pk


@pytest.mark.parametrize(
    "typed", ["lin", "13900001111", " LIN ", "ｌｉｎ", "139０0001111"]
)
def test_account_and_phone_open_the_same_door(client, lin, typed):
    assert try_as(client, typed).status_code == 302
    assert is_in(client, lin)


def test_a_phone_of_two_people_is_nobodys(client, lin):
    UserFactory(login="lan", phone=lin.phone)
    assert try_as(client, lin.phone).status_code == 422
    assert try_as(client, "lin").status_code == 302


def test_an_account_name_goes_before_somebody_elses_phone(client, lin):
    other = UserFactory(login="13900002222", phone="")
    UserFactory(login="lan", phone="13900002222")
    try_as(client, "13900002222")
    assert is_in(client, other)


@pytest.mark.parametrize(
    ("username", "password"),
    [("lin", "Wrong-horse-7"), ("nobody", PASSWORD), ("shut", PASSWORD), ("demo", "")],
)
def test_whatever_is_wrong_the_sentence_is_the_same(client, lin, username, password):
    UserFactory(login="shut", is_active=False)
    UserFactory(login="demo", password=None)
    answer = try_as(client, username, password or "!")
    assert answer.status_code == 422
    assert WRONG in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_an_unknown_name_costs_a_hash_too(client, lin, monkeypatch):
    spent = []
    monkeypatch.setattr("crm.auth.make_password", spent.append)
    try_as(client, "nobody", "Some-guess-1")
    assert spent == ["Some-guess-1"]


def test_five_failures_lock_account_and_phone_together(client, lin):
    for username in ["lin", "13900001111", "LIN", "lin"]:
        assert WRONG in try_as(client, username, "no").content.decode()
    answer = try_as(client, "13900001111", "no")
    assert "Too many failed attempts" in answer.content.decode()
    # The right password does not help while it is locked.
    assert try_as(client, "lin").status_code == 422
    assert not is_in(client, lin)


def test_unknown_names_are_locked_with_the_same_words(client, db):
    for _ in range(5):
        answer = try_as(client, "nobody", "no")
    assert "Too many failed attempts" in answer.content.decode()


def test_a_lock_ends_by_itself_and_trying_does_not_prolong_it(client, lin):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(5):
            try_as(client, "lin", "no")
        until = locked_until("lin", timezone.now())
        assert until == timezone.now() + timedelta(minutes=15)
        clock.shift(timedelta(minutes=10))
        try_as(client, "lin", "no")
        assert locked_until("lin", timezone.now()) == until
        clock.shift(timedelta(minutes=5, seconds=1))
        assert try_as(client, "lin").status_code == 302


@pytest.mark.slow
def test_at_most_twenty_guesses_an_hour_from_however_many_browsers(lin):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for second in range(0, 3600, 60):
            browser = Client(headers={"user-agent": f"browser {second}"})
            try_as(browser, "lin", "no")
            clock.shift(timedelta(seconds=60))
    # A locked attempt is not checked, so it leaves no event.
    assert Event.objects.count() <= 20


def test_nothing_of_what_was_sent_is_kept_with_a_failure(client, lin, as_user):
    unsent, inside = "kept text", as_user(lin)
    try_as(client, "lin", "Wrong-horse-7", unsent=unsent, extra="Secret-1")
    inside.post(
        "/password/?next=/me/",
        {"old": "Wrong-horse-8", "password": "New-tuba-93", "again": "New-tuba-93"},
    )
    kept = str([vars(row) for row in AccessAttempt.objects.all()])
    assert AccessAttempt.objects.get().failures_since_start == 2
    for text in ["horse", "tuba", unsent, "Secret-1", "next"]:
        assert text not in kept


def test_success_forgets_earlier_failures(client, lin):
    for _ in range(4):
        try_as(client, "lin", "no")
    try_as(client, "lin")
    client.post("/logout/")
    for _ in range(4):
        assert WRONG in try_as(client, "lin", "no").content.decode()


def test_signing_in_gives_a_new_session_key(client, lin):
    try_as(client, "lin")
    first = client.session.session_key
    try_as(client, "lin")
    assert client.session.session_key != first
    assert not UserSession.objects.filter(pk=first).exists()


@pytest.mark.parametrize(
    ("wanted", "reached"),
    [
        ("/me/", "/me/"),
        ("/me/?a=1", "/me/?a=1"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("http:///evil.example", "/"),
        ("", "/"),
    ],
)
def test_the_way_on_stays_on_this_site(client, lin, wanted, reached):
    assert try_as(client, "lin", next=wanted).headers["Location"] == reached


def test_sign_in_failure_and_sign_out_are_events_without_the_password(client, lin):
    try_as(client, "lin", "Wrong-horse-7")
    try_as(client, "13812345678", "Wrong-horse-7")
    try_as(client, "lin")
    client.post("/logout/")
    log = list(Event.objects.order_by("pk").select_related("personal"))
    assert [(e.action, e.actor_id, e.subject_id) for e in log] == [
        ("session.refused", None, lin.pk),
        ("session.refused", None, 0),
        ("session.started", lin.pk, lin.pk),
        ("session.ended", lin.pk, lin.pk),
    ]
    # What was typed can be erased; a phone does not stay in the chain.
    assert log[1].personal.values["typed"] == "13812345678"
    assert not any("horse" in str((e.changes, vars(e))) for e in log)
    assert "13812345678" not in str([e.changes for e in log])
    assert "Wrong-horse-7" not in str([e.personal.values for e in log[:3]])


def test_signing_out_is_a_post(client, lin):
    try_as(client, "lin")
    assert client.get("/logout/").status_code == 405
    assert is_in(client, lin)
    client.post("/logout/")
    assert "_auth_user_id" not in client.session


def test_who_is_in_does_not_see_the_login_page(client, lin):
    try_as(client, "lin")
    assert client.get("/login/?next=/me/").headers["Location"] == "/me/"


def test_forms_need_their_token(lin):
    client = Client(enforce_csrf_checks=True)
    assert try_as(client, "lin").status_code == 403
    client.force_login(lin)
    for url in ["/logout/", "/password/", "/me/end-all/", "/demo-enter/"]:
        assert client.post(url).status_code == 403


def test_the_login_page_is_never_stored(client, db):
    assert "no-store" in client.get(URL).headers["Cache-Control"]


@pytest.mark.parametrize("field", ["username", "password"])
def test_an_empty_field_is_named(client, lin, field):
    answer = try_as(client, **{"username": "lin", "password": "x", field: ""})
    assert answer.status_code == 422
    assert field in answer.context["form"].errors


def test_an_endless_password_is_refused_before_it_is_hashed(client, lin, monkeypatch):
    monkeypatch.setattr("crm.auth.user_named", None)
    assert try_as(client, "lin", "x" * 100_000).status_code == 422


# --- The demo's buttons ---------------------------------------------------------


@pytest.fixture
def demo_officer(cast):
    user = UserFactory(login="demo1", name="演示员", is_demo=True, password=None)
    GrantFactory(user=user, role=Role.OFFICER, department=cast.bureau)
    return user


def test_demo_buttons_stand_only_in_the_demo(client, demo_officer, settings):
    assert "演示员" not in client.get(URL).content.decode()
    settings.DEMO = True
    page = client.get(URL).content.decode()
    assert "演示员" in page
    assert "liaison officer" in page


def test_demo_entrance_does_not_exist_outside_the_demo(client, demo_officer):
    assert client.post("/demo-enter/", {"user": "demo1"}).status_code == 404
    assert "_auth_user_id" not in client.session


def test_one_enters_the_demo_as_its_people_only(client, demo_officer, settings, cast):
    settings.DEMO = True
    assert client.get("/demo-enter/").status_code == 405
    assert client.post("/demo-enter/", {"user": "olga"}).status_code == 404
    assert client.post("/demo-enter/", {"user": "demo1"}).status_code == 302
    assert is_in(client, demo_officer)


def test_demo_people_come_in_the_order_of_the_day(client, cast, settings):
    settings.DEMO = True
    roles = [
        (cast.alma, "audit administrator"),
        (cast.maria, "leader"),
        (cast.hana, "handler"),
        (cast.olga, "liaison officer"),
        (cast.otto, "company"),
    ]
    for user, _ in roles:
        type(user).objects.filter(pk=user.pk).update(is_demo=True)
    found = [one.role for one in client.get(URL).context["demo"]]
    assert found == [
        "liaison officer",
        "handler",
        "leader",
        "company",
        "audit administrator",
    ]


def test_a_page_can_be_asked_for_its_head_only(client, db):
    assert client.head("/login/").status_code == 200
