"""The first two administrators, by a link that works once."""

import re
from datetime import timedelta
from io import StringIO
from runpy import run_path

import pytest
import time_machine
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connections
from django.test import Client
from django.utils import timezone

from crm.lib.errors import DomainError
from crm.models import Event, Grant, Role, TokenLink, User
from crm.services import links
from crm.services.links import FirstPerson
from tests.factories import GrantFactory, UserFactory

GOOD = {
    "system_name": "沈文",
    "system_login": "shen",
    "system_password": "Velvet-93-tuba",
    "security_name": "安全",
    "security_login": "anna",
    "security_password": "Marble-41-oboe",
}


def printed():
    out = StringIO()
    call_command("setup_link", stdout=out)
    return out.getvalue()


@pytest.fixture
def url(db):
    return re.search(r"http\S+", printed())[0].split("8000", 1)[1]


def test_two_people_come_out_of_one_form(url):
    client = Client()
    assert client.get(url).status_code == 200
    assert client.post(url, GOOD).headers["Location"] == "/login/"
    roles = dict(Grant.objects.values_list("user__login", "role"))
    assert roles == {"shen": Role.SYSTEM_ADMIN, "anna": Role.SECURITY_ADMIN}
    assert User.objects.get(login="shen").check_password("Velvet-93-tuba")
    actions = set(Event.objects.values_list("action", flat=True))
    assert {"link.setup_made", "link.setup_used", "user.created"} <= actions


def test_looking_does_not_use_the_link_up(url):
    client = Client()
    for _ in range(3):
        assert client.get(url).status_code == 200
    assert client.head(url).status_code in {200, 405}
    assert client.post(url, GOOD).status_code == 302


def test_the_second_use_is_refused(url):
    Client().post(url, GOOD)
    again = {**GOOD, "system_login": "other", "security_login": "others"}
    assert Client().post(url, again).status_code == 410
    assert User.objects.count() == 2


def test_of_two_at_once_one_wins(db):
    token = links.create_setup_link()
    now = timezone.now()
    links.claim(TokenLink.Purpose.SETUP, token, now)
    with pytest.raises(links.UsedLinkError):
        links.claim(TokenLink.Purpose.SETUP, token, now)


def test_a_mistake_leaves_the_link_usable_and_nothing_half_done(url):
    client = Client()
    bad = {**GOOD, "security_password": "Password123!"}
    answer = client.post(url, bad)
    assert answer.status_code == 422
    assert "security_password" in answer.context["form"].errors
    assert not User.objects.exists()
    assert client.post(url, GOOD).status_code == 302


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"security_password": GOOD["system_password"]}, "security_password"),
        ({"security_login": "shen"}, "security_login"),
        ({"system_login": "no spaces"}, "system_login"),
        ({"system_name": ""}, "system_name"),
    ],
)
def test_two_people_and_two_passwords(url, change, field):
    answer = Client().post(url, {**GOOD, **change})
    assert answer.status_code == 422
    assert field in answer.context["form"].errors


def test_the_link_ends_after_a_day(url):
    with time_machine.travel(timezone.now() + timedelta(hours=24, seconds=1)):
        assert Client().get(url).status_code == 410


def test_a_new_link_ends_the_old_one(url):
    printed()
    assert Client().get(url).status_code == 410


def test_with_an_administrator_there_is_no_link(url):
    GrantFactory(role=Role.SYSTEM_ADMIN)
    assert printed() == ""
    assert Client().post(url, GOOD).status_code == 410
    with pytest.raises(DomainError):
        links.create_setup_link()


def test_a_closed_administrator_does_not_count(db):
    GrantFactory(role=Role.SYSTEM_ADMIN, user=UserFactory(is_active=False))
    assert "http" in printed()


@pytest.mark.parametrize("token", ["x", "A" * 43, "%00", "../../etc", "é" * 40])
def test_guessed_tokens_say_nothing(url, token):
    answer = Client().get(f"/setup/{token}/")
    assert answer.status_code in {400, 404, 410}


def test_a_link_opens_only_what_it_is_for(db):
    token = links.create_setup_link()
    for path in ("invite", "new-password"):
        assert Client().get(f"/{path}/{token}/").status_code == 410


def test_the_token_is_stored_as_a_hash_and_never_referred(url):
    token = url.split("/")[-2]
    row = TokenLink.objects.get()
    assert token not in str(vars(row))
    assert len(token) >= 43
    answer = Client().get(url)
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    # Under that policy alone browsers send "Origin: null", and the form is refused.
    assert '<meta name="referrer" content="strict-origin">' in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]
    assert not any(token in str(vars(event)) for event in Event.objects.all())


def test_a_password_typed_once_is_not_shown_again(url):
    answer = Client().post(url, {**GOOD, "security_login": ""})
    assert "Velvet-93-tuba" not in answer.content.decode()


# --- The operator's link to a new password --------------------------------------


@pytest.fixture
def selma(cast):
    return cast.selma


def password_url(login="selma"):
    out = StringIO()
    call_command("password_link", login, stdout=out)
    return re.search(r"http\S+", out.getvalue())[0].split("8000", 1)[1]


def test_an_administrator_gets_a_password_from_the_console(selma, as_user):
    signed_in = as_user(selma)
    url = password_url()
    new = {"password": "Velvet-93-tuba", "again": "Velvet-93-tuba"}
    assert Client().get(url).status_code == 200
    assert Client().post(url, {**new, "again": "x"}).status_code == 422
    assert Client().post(url, new).status_code == 302
    assert Client().post(url, new).status_code == 410
    selma.refresh_from_db()
    assert selma.check_password("Velvet-93-tuba")
    assert signed_in.get("/me/").status_code == 302


def test_the_console_knows_who_is_not_there(selma):
    with pytest.raises(CommandError, match="no account"):
        password_url("nobody")
    User.objects.filter(pk=selma.pk).update(is_active=False)
    with pytest.raises(CommandError):
        password_url()


def test_the_server_prints_the_link_when_it_starts(db, capsys, monkeypatch):
    monkeypatch.setattr(connections, "close_all", lambda: None)
    start = run_path(str(settings.BASE_DIR / "deploy/gunicorn.conf.py"))["when_ready"]
    start(None)
    assert "/setup/" in capsys.readouterr().out
    GrantFactory(role=Role.SYSTEM_ADMIN)
    start(None)
    assert capsys.readouterr().out == ""


def test_first_administrators_need_a_live_token(db):
    person = FirstPerson(login="a-b", name="x", password="Velvet-93-tuba")
    with pytest.raises(links.UsedLinkError):
        links.make_first_administrators("no", system=person, security=person)
