"""A company's own people come in by a link for their number."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth import get_user
from django.test import Client
from django.utils import timezone

from crm.lib.errors import DomainError
from crm.models import Company, Event, Grant, Role, TokenLink, User
from crm.services import links
from tests.factories import PASSWORD, GrantFactory, UserFactory

PHONE = "13700001111"
NEW = {"name": "钱多", "password": "Velvet-93-tuba", "again": "Velvet-93-tuba"}


@pytest.fixture
def invited(cast):
    _link, token = links.invite_owner(
        cast.company, actor=cast.olga, name="钱多", phone=PHONE
    )
    return f"/invite/{token}/"


def owners(company):
    return set(
        company.grants.filter(role=Role.OWNER).values_list("user__login", flat=True)
    )


@pytest.mark.parametrize("who", ["olga", "bela", "dora"])
def test_officers_and_dispatchers_invite(cast, as_user, who):
    client = as_user(getattr(cast, who))
    page = client.post(
        f"/companies/{cast.company.pk}/invite/", {"name": "钱多", "phone": PHONE}
    )
    url = re.search(r"http://127[^\"<]+", page.content.decode())[0]
    assert "data:image/svg+xml" in page.content.decode()
    assert page.headers["Cache-Control"] == "no-store"
    assert Client().get(url.split("8000", 1)[1]).status_code == 200


@pytest.mark.parametrize(
    ("who", "status"),
    [
        *[(who, 403) for who in ["maria", "axel", "otto"]],
        *[(who, 404) for who in ["oleg", "dirk", "tom", "hana", "omar"]],
        *[(who, 404) for who in ["sven", "selma", "alma"]],
    ],
)
def test_others_cannot_invite(cast, as_user, who, status):
    url = f"/companies/{cast.company.pk}/invite/"
    client = as_user(getattr(cast, who))
    assert client.get(url).status_code == status
    assert client.post(url, {"name": "x", "phone": PHONE}).status_code == status
    assert not TokenLink.objects.exists()


def test_the_invited_person_becomes_owner_and_nothing_else(cast, invited):
    client = Client()
    answer = client.post(
        invited,
        {
            **NEW,
            "login": "root",
            "role": "dispatcher",
            "department": cast.bureau.pk,
            "region": cast.county.pk,
            "company": cast.foreign.pk,
            "is_superuser": "1",
        },
    )
    assert answer.status_code == 302
    user = User.objects.get(login=PHONE)
    assert get_user(client) == user
    assert (user.name, user.department, user.is_superuser) == ("钱多", None, False)
    grant = Grant.objects.get(user=user)
    assert (grant.role, grant.company) == (Role.OWNER, cast.company)
    assert grant.granted_by == cast.olga
    assert set(Company.objects.visible_to(user)) == {cast.company}


def test_an_invitation_works_once(invited):
    assert Client().post(invited, NEW).status_code == 302
    assert Client().get(invited).status_code == 410
    assert Client().post(invited, NEW).status_code == 410


def test_looking_and_mistakes_leave_it_usable(invited):
    client = Client()
    assert client.get(invited).status_code == 200
    for bad in [{"again": "x"}, {"name": ""}, {"password": "short", "again": "short"}]:
        assert client.post(invited, {**NEW, **bad}).status_code == 422
    assert not User.objects.filter(login=PHONE).exists()
    assert client.post(invited, NEW).status_code == 302


def test_it_ends_after_seven_days(invited):
    with time_machine.travel(timezone.now() + timedelta(days=7, seconds=1)):
        assert Client().get(invited).status_code == 410


def test_it_can_be_taken_back(cast, invited, as_user):
    link = TokenLink.objects.get()
    url = f"/companies/{cast.company.pk}/invite/{link.pk}/revoke/"
    assert as_user(cast.oleg).post(url).status_code == 404
    assert as_user(cast.maria).post(url).status_code == 403
    assert as_user(cast.bela).get(url).status_code == 405
    assert as_user(cast.bela).post(url).status_code == 302
    assert as_user(cast.bela).post(url).status_code == 404
    assert Client().post(invited, NEW).status_code == 410


def test_a_foreign_companys_invitation_is_not_found(cast, invited, as_user):
    link = TokenLink.objects.get()
    url = f"/companies/{cast.foreign.pk}/invite/{link.pk}/revoke/"
    assert as_user(cast.oleg).post(url).status_code == 404
    assert Client().get(invited).status_code == 200


def test_a_second_invitation_replaces_the_first(cast, invited):
    links.invite_owner(cast.company, actor=cast.dora, name="钱多", phone=PHONE)
    assert Client().get(invited).status_code == 410


def test_a_merged_or_archived_company_takes_nobody_in(cast, invited):
    Company.objects.filter(pk=cast.company.pk).update(archived_at=timezone.now())
    assert Client().post(invited, NEW).status_code == 410
    assert not User.objects.filter(login=PHONE).exists()


# --- The number has an account ------------------------------------------------------


@pytest.fixture
def known(cast):
    user = UserFactory(login=PHONE, phone=PHONE, department=None)
    GrantFactory(user=user, role=Role.OWNER, company=cast.foreign)
    return user


def test_who_has_an_account_signs_in_to_accept(cast, known, invited):
    client = Client()
    page = client.get(invited).content.decode()
    assert f"/login/?next={invited}" in page
    assert client.post(invited, NEW).status_code == 200
    assert owners(cast.company) == {"otto"}
    client.post("/login/", {"username": PHONE, "password": PASSWORD})
    assert client.post(f"{invited}accept/").status_code == 302
    assert owners(cast.company) == {"otto", PHONE}
    # The role is new, the session too.
    assert get_user(client) == known


def test_nobody_accepts_for_somebody_else(cast, known, invited, as_user):
    client = as_user(cast.omar)
    assert client.post(f"{invited}accept/").status_code == 409
    assert owners(cast.company) == {"otto"}
    assert Client().post(f"{invited}accept/").status_code in {302, 401}


def test_an_official_cannot_stand_for_a_company(cast):
    UserFactory(login=PHONE, department=cast.bureau)
    with pytest.raises(DomainError) as refused:
        links.invite_owner(cast.company, actor=cast.olga, name="x", phone=PHONE)
    assert refused.value.code == "official"


def test_who_is_in_already_is_not_invited_again(cast, known):
    with pytest.raises(DomainError) as refused:
        links.invite_owner(cast.foreign, actor=cast.oleg, name="x", phone=PHONE)
    assert refused.value.code == "owner_already"


@pytest.mark.parametrize(
    "phone", ["", "12345", "1380000", "abc", "１３７００００１１１１x"]
)
def test_a_number_that_is_none_is_named(cast, as_user, phone):
    url = f"/companies/{cast.company.pk}/invite/"
    answer = as_user(cast.olga).post(url, {"name": "x", "phone": phone})
    assert answer.status_code == 422
    assert "phone" in answer.context["form"].errors


def test_the_invitation_is_an_event_without_name_or_token(cast, invited):
    event = Event.objects.get(action="company.owner_invited")
    assert event.company == cast.company
    assert PHONE not in str(event.changes)
    assert event.personal.values == {"name": "钱多", "phone": PHONE}


def test_an_open_invitation_shows_the_number_masked(cast, invited, as_user):
    page = as_user(cast.olga).get(f"/companies/{cast.company.pk}/invite/")
    assert PHONE not in page.content.decode()
    assert "137****1111" in page.content.decode()
