"""How long one stays signed in, what ends it, and that typed text survives."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from crm.models import Event, UserSession
from crm.services import sessions
from tests.factories import PASSWORD, UserFactory

PAGE = "/me/"


@pytest.fixture
def lin(db):
    return UserFactory(login="lin")


@pytest.fixture
def clock():
    with time_machine.travel(timezone.now(), tick=False) as traveller:
        yield traveller


def is_in(client):
    return client.get(PAGE).status_code == 200


def test_thirty_idle_minutes_end_a_session(lin, clock, as_user):
    client = as_user(lin)
    clock.shift(timedelta(minutes=30))
    assert is_in(client)
    clock.shift(timedelta(minutes=30, seconds=1))
    assert not is_in(client)
    assert not UserSession.objects.exists()


@pytest.mark.slow
def test_twelve_hours_end_a_session_that_is_never_idle(lin, clock, as_user):
    client = as_user(lin)
    for _ in range(35):
        clock.shift(timedelta(minutes=20))
        assert is_in(client)
    clock.shift(timedelta(minutes=20, seconds=1))
    assert not is_in(client)


def test_the_last_sight_is_written_once_a_minute(lin, clock, as_user, queries_of):
    client = as_user(lin)
    quiet = queries_of(lambda: client.get(PAGE))
    clock.shift(timedelta(seconds=59))
    assert queries_of(lambda: client.get(PAGE)) == quiet
    clock.shift(timedelta(seconds=1))
    assert queries_of(lambda: client.get(PAGE)) == quiet + 1
    assert queries_of(lambda: client.get(PAGE)) == quiet
    assert UserSession.objects.get().seen_at == timezone.now()


def test_a_page_costs_two_queries_for_who_is_asking(lin, as_user, queries_of):
    client = as_user(lin)
    # Session and person; roles only where a page asks for them.
    assert queries_of(lambda: client.post("/appearance/", {"theme": "dark"})) == 2


def test_ending_is_immediate_even_for_a_session_that_is_being_saved(lin, as_user):
    client = as_user(lin)
    row = UserSession.objects.get()
    sessions.end_sessions(lin, actor=lin)
    row.save(force_insert=True)  # a request that was under way
    assert not is_in(client)


def test_a_closed_account_is_out_at_once(lin, as_user):
    client = as_user(lin)
    type(lin).objects.filter(pk=lin.pk).update(is_active=False)
    assert not is_in(client)


def test_pages_of_a_person_are_never_stored(lin, as_user):
    assert as_user(lin).get(PAGE).headers["Cache-Control"] == "no-store"


# --- Ended too early ---------------------------------------------------------------


def test_text_sent_with_an_ended_login_comes_back(lin, clock, as_user):
    client = as_user(lin)
    clock.shift(timedelta(hours=1))
    answer = client.post(
        "/people/new/?from=here",
        {"name": "林知远 <b>", "tags": ["a", "b"], "old_password": "Secret-77"},
    )
    assert answer.status_code == 401
    page = answer.content.decode()
    assert "Secret-77" not in page
    unsent = answer.context["unsent"]
    answer = client.post(
        "/login/", {"username": "lin", "password": PASSWORD, "unsent": unsent}
    )
    kept = answer.context["unsent"]
    assert kept.path == "/people/new/?from=here"
    assert ("name", "林知远 <b>") in kept.fields
    assert [v for n, v in kept.fields if n == "tags"] == ["a", "b"]
    assert "林知远 &lt;b&gt;" in answer.content.decode()
    assert is_in(client)


def test_text_comes_back_to_nobody_else(lin, clock, as_user):
    UserFactory(login="lan")
    client = as_user(lin)
    clock.shift(timedelta(hours=1))
    unsent = client.post("/people/new/", {"name": "geheim"}).context["unsent"]
    answer = client.post(
        "/login/", {"username": "lan", "password": PASSWORD, "unsent": unsent}
    )
    assert answer.status_code == 302


@pytest.mark.parametrize("forged", ["x", "", "a:b:c", "\ud83d\ude00" * 50])
def test_forged_text_is_ignored(lin, forged):
    client = Client()
    forged = forged.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    answer = client.post(
        "/login/", {"username": "lin", "password": PASSWORD, "unsent": forged}
    )
    assert answer.status_code == 302


def test_text_survives_wrong_passwords(lin, clock, as_user):
    client = as_user(lin)
    clock.shift(timedelta(hours=1))
    unsent = client.post("/people/new/", {"name": "林"}).context["unsent"]
    answer = client.post(
        "/login/", {"username": "lin", "password": "no", "unsent": unsent}
    )
    assert answer.context["unsent"] == unsent


def test_a_page_or_a_fragment_asks_to_sign_in(lin):
    client = Client()
    assert client.get("/me/?x=1").headers["Location"] == "/login/?next=/me/%3Fx%3D1"
    # htmx follows to the login page; the script there holds what was typed.
    fragment = client.post("/me/end-all/", headers={"hx-request": "true"})
    assert fragment.status_code == 302


def test_the_api_answers_401(lin):
    assert Client().get("/api/v1/visits/").status_code == 401


# --- Devices -------------------------------------------------------------------------


def test_devices_are_listed_without_their_keys(lin):
    wecom = "Mozilla/5.0 (Linux; Android 14) Chrome/120 wxwork/4.1 MicroMessenger/7"
    here, there = Client(), Client(headers={"user-agent": wecom})
    for client in (here, there):
        client.post("/login/", {"username": "lin", "password": PASSWORD})
    page = here.get(PAGE).content.decode()
    assert "WeCom · Android" in page
    for row in UserSession.objects.all():
        assert row.session_key not in page


def test_one_device_can_be_signed_out(lin):
    here, there = Client(), Client()
    for client in (here, there):
        client.post("/login/", {"username": "lin", "password": PASSWORD})
    row = UserSession.objects.get(session_key=there.session.session_key)
    assert here.post("/me/end-session/", {"session": row.mark}).status_code == 302
    assert is_in(here)
    assert not is_in(there)
    assert Event.objects.filter(action="session.ended_elsewhere").count() == 1


def test_nobody_ends_another_persons_device(lin, as_user):
    other = as_user(UserFactory())
    mine = as_user(lin)
    row = UserSession.objects.get(user=lin)
    assert other.post("/me/end-session/", {"session": row.mark}).status_code == 409
    assert is_in(mine)


def test_signing_out_everywhere_includes_here(lin, as_user):
    here, there = as_user(lin), as_user(lin)
    assert here.post("/me/end-all/").status_code == 302
    assert not is_in(here)
    assert not is_in(there)
