"""Roles: given by the security administrator, to others, one kind per person."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from crm.lib.errors import DomainError
from crm.models import Event, Grant, Role, User, UserSession
from crm.services import grants, sessions
from crm.services.grants import Scope
from tests.factories import GrantFactory, UserFactory


@pytest.fixture
def new(cast):
    return UserFactory(login="new", name="新人", department=cast.bureau)


@pytest.fixture
def client(cast, as_user):
    return as_user(cast.selma)


def give(cast, user, role, **scope):
    return grants.add_grant(user, actor=cast.selma, role=role, scope=Scope(**scope))


def access(user):
    return User.objects.get(pk=user.pk).access


def code_of(act):
    with pytest.raises(DomainError) as refused:
        act()
    return refused.value.code


@pytest.mark.parametrize("role", ["dispatcher", "leader", "supervisor"])
def test_region_roles_are_given_for_a_region(cast, client, new, role):
    data = {"scope": "region", "role": role, "region": cast.county.pk}
    assert client.post(f"/grants/{new.pk}/", data).status_code == 302
    assert access(new).region_ranges(role)[0].path == cast.county.path


@pytest.mark.parametrize("role", ["officer", "handler", "unit_head", "leader"])
def test_unit_roles_are_given_for_a_unit(cast, client, new, role):
    data = {"scope": "department", "role": role, "department": cast.bureau.pk}
    assert client.post(f"/grants/{new.pk}/", data).status_code == 302
    assert access(new).department_ranges(role)[0].path == cast.bureau.path


def test_an_administrator_is_given_for_the_site(cast, client, new):
    data = {"scope": "site", "role": "audit_admin"}
    assert client.post(f"/grants/{new.pk}/", data).status_code == 302
    assert access(new).roles == {Role.AUDIT_ADMIN}
    event = Event.objects.get(action="grant.added")
    assert event.actor == cast.selma
    assert event.changes["role"] == [None, "audit_admin"]


@pytest.mark.parametrize(
    "data",
    [
        {"scope": "region", "role": "handler"},
        {"scope": "region", "role": "owner"},
        {"scope": "region", "role": "dispatcher", "region": ""},
        {"scope": "department", "role": "dispatcher"},
        {"scope": "site", "role": "dispatcher"},
        {"scope": "site", "role": "owner"},
        {"scope": "site", "role": "nonsense"},
        {"scope": "region", "role": "dispatcher", "region": "999999"},
        {"scope": "site", "role": "audit_admin", "ends_on": "2026-02-30"},
        {"scope": "site", "role": "audit_admin", "ends_on": "2001-01-01"},
    ],
)
def test_a_role_without_its_scope_is_refused(cast, client, new, data):
    answer = client.post(
        f"/grants/{new.pk}/",
        {"region": cast.county.pk, "department": cast.bureau.pk, **data},
    )
    assert answer.status_code == 422
    assert not Grant.objects.filter(user=new).exists()


def test_a_scope_beside_the_form_is_ignored(cast, client, new):
    data = {
        "scope": "department",
        "role": "handler",
        "department": cast.bureau.pk,
        "region": cast.county.pk,
        "company": cast.company.pk,
        "user": cast.olga.pk,
        "granted_by": cast.sven.pk,
        "revoked_at": "2020-01-01",
    }
    client.post(f"/grants/{new.pk}/", data)
    grant = Grant.objects.get(user=new)
    assert (grant.region, grant.company, grant.revoked_at) == (None, None, None)
    assert grant.granted_by == cast.selma


def test_the_database_refuses_a_role_without_scope_too(cast, new):
    for role, scope in [
        ("dispatcher", {}),
        ("handler", {"region": cast.county}),
        ("owner", {"department": cast.bureau}),
        ("system_admin", {"region": cast.county}),
        ("leader", {"region": cast.county, "department": cast.bureau}),
    ]:
        with pytest.raises(IntegrityError), transaction.atomic():
            Grant.objects.create(user=new, role=role, **scope)


def test_nobody_gives_a_role_to_himself(cast, client):
    data = {"scope": "site", "role": "system_admin"}
    answer = client.post(f"/grants/{cast.selma.pk}/", data)
    assert answer.status_code == 422
    assert access(cast.selma).roles == {Role.SECURITY_ADMIN}
    own = lambda: give(cast, cast.selma, Role.SYSTEM_ADMIN)  # noqa: E731
    assert code_of(own) == "own_grant"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("system_admin", "security_admin"),
        ("security_admin", "audit_admin"),
        ("audit_admin", "dispatcher"),
        ("dispatcher", "audit_admin"),
        ("officer", "system_admin"),
    ],
)
def test_an_administrator_is_nothing_else(cast, new, first, second):
    scopes = {
        "dispatcher": {"region": cast.county},
        "officer": {"department": cast.bureau},
    }
    give(cast, new, Role(first), **scopes.get(first, {}))
    again = lambda: give(cast, new, Role(second), **scopes.get(second, {}))  # noqa: E731
    assert code_of(again) == "separated_roles"


def test_a_future_administrator_is_nothing_else_either(cast, new):
    tomorrow = timezone.localdate() + timedelta(days=1)
    GrantFactory(user=new, role=Role.AUDIT_ADMIN, starts_on=tomorrow)
    dispatch = lambda: give(cast, new, Role.DISPATCHER, region=cast.county)  # noqa: E731
    assert code_of(dispatch) == "separated_roles"


def test_the_same_role_is_not_given_twice(cast, new):
    give(cast, new, Role.DISPATCHER, region=cast.county)
    again = lambda: give(cast, new, Role.DISPATCHER, region=cast.county)  # noqa: E731
    assert code_of(again) == "granted_already"
    give(cast, new, Role.DISPATCHER, region=cast.elsewhere)


def test_company_roles_come_by_invitation_only(cast, new):
    own = lambda: give(cast, new, Role.OWNER, company=cast.company)  # noqa: E731
    assert code_of(own) == "wrong_scope"


def test_a_closed_account_gets_no_role(cast):
    user = UserFactory(is_active=False)
    act = lambda: give(cast, user, Role.AUDIT_ADMIN)  # noqa: E731
    assert code_of(act) == "is_closed"


def test_a_new_role_signs_the_person_out(cast, new, as_user):
    session = as_user(new)
    give(cast, new, Role.DISPATCHER, region=cast.county)
    assert session.get("/me/").status_code == 302


def test_a_role_lasts_from_its_first_to_its_last_day(cast, new):
    grants.add_grant(
        new,
        actor=cast.selma,
        role=Role.DISPATCHER,
        scope=Scope(region=cast.county),
        starts_on=date(2030, 1, 10),
        ends_on=date(2030, 1, 20),
    )
    days = [9, 10, 20, 21]
    held = [new.access_on(date(2030, 1, day)).has("dispatcher") for day in days]
    assert held == [False, True, True, False]


def test_a_role_taken_back_is_gone_at_once(cast, client, as_user):
    session, grant = as_user(cast.dora), cast.dora.grants.get()
    assert client.post(f"/grants/end/{grant.pk}/").status_code == 302
    assert access(cast.dora).roles == set()
    assert session.get("/me/").status_code == 302
    assert client.post(f"/grants/end/{grant.pk}/").status_code == 409
    # Also one that was given today, and it stays in the history.
    page = client.get(f"/grants/{cast.dora.pk}/")
    assert [one.pk for one in page.context["past"]] == [grant.pk]


@pytest.mark.parametrize("who", ["sven", "selma"])
def test_the_last_of_a_kind_cannot_be_removed(cast, who):
    grant = getattr(cast, who).grants.get()
    end = lambda: grants.end_grant(grant, actor=cast.selma)  # noqa: E731
    assert code_of(end) == "last_administrator"
    GrantFactory(user=UserFactory(), role=grant.role)
    grants.end_grant(grant, actor=cast.selma)


def test_an_auditor_can_be_removed(cast):
    grants.end_grant(cast.alma.grants.get(), actor=cast.selma)
    assert access(cast.alma).roles == set()


@pytest.mark.parametrize(
    "who", ["olga", "hana", "uma", "dora", "maria", "axel", "otto", "sven", "alma"]
)
def test_the_screens_are_the_security_administrators_alone(cast, as_user, who, new):
    client = as_user(getattr(cast, who))
    record = 403 if who in {"sven", "alma"} else 404
    data = {"scope": "site", "role": "audit_admin"}
    grant = cast.dora.grants.get()
    assert client.get("/grants/").status_code == 403
    assert client.get("/locks/").status_code == 403
    assert client.post(f"/grants/end/{grant.pk}/").status_code == 403
    assert client.get(f"/grants/{new.pk}/").status_code == record
    assert client.post(f"/grants/{new.pk}/", data).status_code == record
    assert client.post(f"/grants/{new.pk}/unlock/").status_code == record
    assert client.post(f"/grants/{new.pk}/end-sessions/").status_code == record
    assert not Grant.objects.filter(user=new).exists()
    assert access(cast.dora).has("dispatcher")


@pytest.mark.parametrize("who", ["sven", "alma", "dora", "otto"])
def test_services_ask_for_the_role_themselves(cast, new, who):
    actor = getattr(cast, who)
    for act in [
        lambda: grants.add_grant(new, actor=actor, role=Role.AUDIT_ADMIN),
        lambda: grants.end_grant(cast.dora.grants.get(), actor=actor),
        lambda: sessions.end_sessions(new, actor=actor),
        lambda: sessions.unlock(new, actor=actor),
    ]:
        with pytest.raises(PermissionDenied):
            act()


def test_all_sessions_of_a_person_can_be_ended(cast, client, as_user):
    there = as_user(cast.olga)
    page = client.get(f"/grants/{cast.olga.pk}/")
    assert len(page.context["sessions"]) == 1
    key = UserSession.objects.get(user=cast.olga).session_key
    assert key not in page.content.decode()
    assert client.post(f"/grants/{cast.olga.pk}/end-sessions/").status_code == 302
    assert there.get("/me/").status_code == 302


def test_a_lock_is_listed_and_lifted(cast, client):
    for _ in range(5):
        Client().post("/login/", {"username": cast.olga.phone, "password": "no"})
    page = client.get("/locks/")
    assert [lock.user for lock in page.context["locks"]] == [cast.olga]
    assert client.get(f"/grants/{cast.olga.pk}/").context["locked_until"]
    assert client.post(f"/grants/{cast.olga.pk}/unlock/").status_code == 302
    assert client.post(f"/grants/{cast.olga.pk}/unlock/").status_code == 409
    assert client.get("/locks/").context["locks"] == []
    assert Event.objects.filter(action="user.unlocked", actor=cast.selma).exists()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=olga", {"olga"}),
        ("role=leader", {"maria"}),
        ("role=none", {"idle"}),
        ("role=bad&q=olga", {"olga"}),
    ],
)
def test_the_list_can_be_searched_and_narrowed(cast, client, query, found):
    UserFactory(login="idle")
    page = client.get(f"/grants/?{query}")
    assert {user.login for user in page.context["page"].rows} == found


def test_the_list_costs_the_same_for_one_and_many(cast, client, queries_of):
    one = queries_of(lambda: client.get("/grants/?q=olga"))
    assert queries_of(lambda: client.get("/grants/")) == one
    assert one <= 6
