"""What a password must be, and how one is changed."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from crm.lib.errors import DomainError
from crm.models import Event, OldPassword
from crm.passwords import kinds, must_change, one_time_password
from crm.services import people
from tests.factories import PASSWORD, DepartmentFactory, RegionFactory, UserFactory

GOOD = "Velvet-93-tuba"


@pytest.fixture
def zhang(db):
    county = RegionFactory(name="云州县", kind="county")
    unit = DepartmentFactory(name="人社局", region=county)
    return UserFactory(
        login="zhangsf",
        name="张三丰",
        phone="13912345678",
        email="taiji@example.org",
        department=unit,
    )


def codes(password, user=None):
    try:
        validate_password(password, user)
    except ValidationError as error:
        return {one.code for one in error.error_list}
    return set()


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("Short-7x", "short"),
        ("alllowercase", "kinds"),
        ("lower-and-signs", "kinds"),
        ("x" * 130 + "A1", "long"),
    ],
)
def test_djbh_wants_ten_characters_of_three_kinds(db, password, code):
    assert code in codes(password)


@pytest.mark.parametrize(
    "password", [GOOD, "盐田风车路过秋-Ab9", "Tr0ub4dor&3x", "kupfer9Ente"]
)
def test_good_passwords_pass(zhang, password):
    assert codes(password, zhang) == set()


@pytest.mark.parametrize(
    "password",
    [
        "Password123!",
        "P@ssw0rd2026",
        "Qwer1234!@#$",
        "1qaz2wsx!QAZ",
        "Abc1234567!",
        "aaaBBB111!!!",
        "Woaini520!1314",
        "Admin@20261122",
        "Iloveyou-2026",
        "Guanliyuan#1",
        "Lianluoyuan-1",
    ],
)
def test_common_passwords_are_refused_decorated_too(db, password):
    assert codes(password) == {"guessable"}


@pytest.mark.parametrize(
    "password",
    [
        "Zhangsanfeng@8",
        "Sanfeng-2026!",
        "张三丰-Abcd-12",
        "Zhangsf!20261",
        "A!13912345678",
        "Ab-12345678!x",
        "Taiji!2026#A",
        "Yunzhou@2026!",
        "Yunzhouxian#1",
        "云州-Abc-1234",
        "Renshejv-Renshe1",
    ],
)
def test_ones_own_data_and_the_county_are_refused(zhang, password):
    assert codes(password, zhang) == {"guessable"}


def test_asvs_wants_length_and_nothing_else(zhang, settings):
    settings.CRM_PASSWORD_PROFILE = "asvs"
    assert codes(GOOD, zhang) == {"short"}
    assert codes("quiet river lamp eleven", zhang) == set()
    assert codes("passwordpassword1", zhang) == {"guessable"}


@pytest.mark.slow
def test_none_of_the_last_five_comes_back(zhang):
    chosen = [f"Velvet-93-tub{n}" for n in "abcdef"]
    for password in chosen:
        people.change_password(zhang, password=password)
        zhang.refresh_from_db()
    for password in chosen[1:]:
        assert codes(password, zhang) == {"reused"}
    # The sixth from the end may.
    assert codes(chosen[0], zhang) == set()
    assert OldPassword.objects.filter(user=zhang).count() <= 5


def test_ninety_days_age_a_password_under_djbh_only(zhang, settings):
    now = timezone.now()
    zhang.password_changed_at = now - timedelta(days=90, seconds=1)
    assert must_change(zhang, now)
    zhang.password_changed_at = now - timedelta(days=89)
    assert not must_change(zhang, now)
    zhang.password_changed_at = None
    assert must_change(zhang, now)
    settings.CRM_PASSWORD_PROFILE = "asvs"
    assert not must_change(zhang, now)


@pytest.mark.slow
def test_one_time_passwords_are_strong_and_differ(db):
    made = {one_time_password() for _ in range(50)}
    assert len(made) == 50
    assert all(codes(one) == set() and kinds(one) == 4 for one in made)


def test_the_service_says_at_which_field(zhang):
    with pytest.raises(DomainError) as refused:
        people.change_password(zhang, password="Password123!")
    assert refused.value.field == "password"
    zhang.refresh_from_db()
    assert zhang.check_password(PASSWORD)


# --- The page --------------------------------------------------------------------


def change(client, old=PASSWORD, new=GOOD, again=None, **more):
    data = {"old": old, "password": new, "again": again or new, **more}
    return client.post("/password/", data)


def test_changing_keeps_this_session_and_ends_the_others(zhang):
    here, there = Client(), Client()
    here.force_login(zhang)
    there.force_login(zhang)
    assert change(here).status_code == 302
    assert here.get("/me/").status_code == 200
    assert there.get("/me/").status_code == 302
    zhang.refresh_from_db()
    assert zhang.check_password(GOOD)
    event = Event.objects.get(action="user.password_changed")
    assert event.changes == {}


def test_the_present_password_is_asked_and_counted(zhang, as_user):
    client = as_user(zhang)
    for _ in range(5):
        assert change(client, old="Wrong-horse-7").status_code == 422
    # Guessing here locks as guessing at the door does.
    assert change(client).status_code == 422
    zhang.refresh_from_db()
    assert zhang.check_password(PASSWORD)


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"again": "Other-93-tuba"}, "again"),
        ({"new": "Password123!"}, "password"),
        ({"new": PASSWORD}, "password"),
        ({"old": "Wrong-horse-7"}, "old"),
    ],
)
def test_what_is_wrong_stands_at_its_field(zhang, as_user, data, field):
    answer = change(as_user(zhang), **data)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert PASSWORD not in answer.content.decode()
    assert GOOD not in answer.content.decode()


def test_a_first_password_opens_nothing_but_its_change(zhang, as_user):
    zhang.must_change_password = True
    zhang.save(update_fields=["must_change_password"])
    client = as_user(zhang)
    answer = client.get("/me/?a=1")
    assert answer.headers["Location"] == "/password/?next=%2Fme%2F%3Fa%3D1"
    assert client.post("/me/end-all/").headers["Location"] == "/password/"
    assert client.get("/api/v1/visits/").status_code == 403
    assert client.get("/password/").status_code == 200
    assert change(client, next="/me/").headers["Location"] == "/me/"
    assert client.get("/me/").status_code == 200


def test_an_old_password_is_replaced_before_going_on(zhang, as_user):
    client = as_user(zhang)
    with time_machine.travel(timezone.now() + timedelta(days=91)):
        client.force_login(zhang)
        answer = client.get("/me/")
        assert answer.headers["Location"].startswith("/password/")
        # What was being typed when it ran out is not lost.
        assert client.post("/appearance/", {"theme": "dark"}).status_code == 302


def test_nobody_smuggles_fields_into_the_change(zhang, as_user):
    change(
        as_user(zhang),
        is_superuser="on",
        is_demo="1",
        must_change_password="1",
        login="root",
        user="1",
    )
    zhang.refresh_from_db()
    assert (zhang.login, zhang.is_superuser, zhang.is_demo) == ("zhangsf", False, False)
