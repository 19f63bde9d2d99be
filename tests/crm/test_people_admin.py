"""Accounts: the system administrator's screens and services."""

import re

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from crm.lib.errors import DomainError, StaleVersion
from crm.models import Event, Grant, Role, User
from crm.services import people
from crm.services.people import Profile
from tests.factories import GrantFactory, UserFactory

NEW = {"login": "lin.zy", "name": "林知远", "phone": "13900001111", "title": "科员"}
SMUGGLED = {
    "is_superuser": "1",
    "is_staff": "1",
    "is_active": "",
    "is_demo": "1",
    "role": "dispatcher",
    "scope": "1",
    "password": "Velvet-93-tuba",
    "must_change_password": "",
    "sessions_epoch": "7",
    "id": "1",
    "created_at": "2001-01-01",
}


@pytest.fixture
def admin(cast, as_user):
    return as_user(cast.sven)


def form_of(user, **changes):
    values = {
        "login": user.login,
        "name": user.name,
        "phone": user.phone,
        "email": user.email,
        "title": user.title,
        "department": user.department_id or "",
        "version": user.version,
    }
    return {**values, **changes}


def test_an_account_begins_with_a_password_shown_once(cast, admin):
    page = admin.post("/people/new/", {**NEW, "department": cast.bureau.pk})
    assert page.status_code == 200
    user = User.objects.get(login="lin.zy")
    shown = page.context["password"]
    assert shown in page.content.decode()
    assert page.headers["Cache-Control"] == "no-store"
    assert user.check_password(shown)
    assert user.must_change_password
    assert shown not in admin.get(f"/people/{user.pk}/").content.decode()
    event = Event.objects.get(action="user.created")
    assert (event.actor, event.subject_id) == (cast.sven, user.pk)
    assert shown not in str((event.changes, event.personal.values))
    assert "13900001111" not in str(event.changes)


def test_the_first_sign_in_leads_to_an_own_password(cast, admin):
    password = admin.post("/people/new/", NEW).context["password"]
    client = Client()
    client.post("/login/", {"username": "lin.zy", "password": password})
    assert client.get("/me/").headers["Location"].startswith("/password/")


def test_nothing_can_be_smuggled_into_an_account(cast, admin):
    admin.post("/people/new/", {**NEW, **SMUGGLED})
    user = User.objects.get(login="lin.zy")
    assert not user.is_superuser
    assert not user.is_demo
    assert user.is_active
    assert user.must_change_password
    assert not user.check_password("Velvet-93-tuba")
    assert not Grant.objects.filter(user=user).exists()
    admin.post(f"/people/{user.pk}/", form_of(user, name="新名", **SMUGGLED))
    user.refresh_from_db()
    assert user.name == "新名"
    assert not user.is_superuser
    assert user.is_active
    assert user.sessions_epoch == 0
    assert not Grant.objects.filter(user=user).exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"login": ""}, "login"),
        ({"login": "a b"}, "login"),
        ({"login": "x" * 41}, "login"),
        ({"login": "OLGA"}, "login"),
        ({"name": ""}, "name"),
        ({"name": "名" * 41}, "name"),
        ({"phone": "abc"}, "phone"),
        ({"email": "no"}, "email"),
        ({"department": "999999"}, "department"),
        ({"department": "x"}, "department"),
    ],
)
def test_each_mistake_stands_at_its_field_and_keeps_the_rest(admin, change, field):
    page = admin.post("/people/new/", {**NEW, **change})
    assert page.status_code == 422
    assert field in page.context["form"].errors
    assert field == "name" or "林知远" in page.content.decode()
    assert not User.objects.filter(login="lin.zy").exists()


def test_an_account_cannot_take_somebodys_phone_as_its_name(cast, admin):
    page = admin.post("/people/new/", {**NEW, "login": cast.olga.phone})
    assert "login" in page.context["form"].errors


def test_two_editors_do_not_undo_each_other(cast, admin):
    olga = cast.olga
    first = form_of(olga, name="Olga One")
    admin.post(f"/people/{olga.pk}/", first)
    page = admin.post(f"/people/{olga.pk}/", form_of(olga, name="Olga Two"))
    assert page.status_code == 409
    olga.refresh_from_db()
    assert olga.name == "Olga One"


def test_moving_ends_sessions_and_the_work_for_the_old_unit(cast, as_user):
    uma, session = cast.uma, as_user(cast.uma)
    assert session.get("/me/").status_code == 200
    profile = Profile(login="uma", name="Uma", department=cast.other_bureau)
    people.edit_user(uma, profile, actor=cast.sven, version=uma.version)
    assert session.get("/me/").status_code == 302
    assert User.objects.get(pk=uma.pk).access.roles == set()
    ended = Event.objects.get(action="grant.ended")
    assert ended.changes["reason"] == [None, "transfer"]


def test_a_move_below_the_same_roof_keeps_the_role(cast):
    below = type(cast.bureau).objects.create(
        code="sub",
        name="股",
        kind="office",
        parent=cast.bureau,
        path=f"{cast.bureau.path}sub/",
        region=cast.county,
    )
    profile = Profile(login="uma", name="Uma", department=below)
    people.edit_user(cast.uma, profile, actor=cast.sven, version=1)
    assert User.objects.get(pk=cast.uma.pk).access.roles == {Role.UNIT_HEAD}


def test_closing_ends_everything_at_once_and_can_be_undone(cast, admin, as_user):
    session = as_user(cast.tom)
    assert admin.post(f"/people/{cast.tom.pk}/close/").status_code == 302
    assert session.get("/me/").status_code == 302
    assert admin.post(f"/people/{cast.tom.pk}/close/").status_code == 409
    assert admin.post(f"/people/{cast.tom.pk}/reopen/").status_code == 302
    # An ended session stays ended.
    assert session.get("/me/").status_code == 302
    actions = list(Event.objects.values_list("action", flat=True))
    assert "user.deactivated" in actions
    assert "user.activated" in actions


def test_nobody_closes_himself_nor_the_last_administrators(cast, admin):
    assert admin.post(f"/people/{cast.sven.pk}/close/").status_code == 409
    assert admin.post(f"/people/{cast.selma.pk}/close/").status_code == 409
    other = UserFactory()
    GrantFactory(user=other, role=Role.SECURITY_ADMIN)
    assert admin.post(f"/people/{cast.selma.pk}/close/").status_code == 302
    # Closed ones do not count as the other one.
    assert admin.post(f"/people/{other.pk}/close/").status_code == 409


def test_an_administrator_whose_role_ends_is_no_replacement(cast):
    other = UserFactory()
    GrantFactory(user=other, role=Role.SECURITY_ADMIN, ends_on="2099-01-01")
    with pytest.raises(DomainError):
        people.deactivate_user(cast.selma, actor=cast.sven)


def test_a_reset_gives_a_one_time_password_and_signs_out(cast, admin, as_user):
    session = as_user(cast.tom)
    page = admin.post(f"/people/{cast.tom.pk}/reset-password/")
    cast.tom.refresh_from_db()
    assert cast.tom.check_password(page.context["password"])
    assert cast.tom.must_change_password
    assert session.get("/me/").status_code == 302


@pytest.mark.parametrize("who", ["selma", "alma", "sven"])
def test_administrators_cannot_take_each_others_place(cast, admin, who):
    user = getattr(cast, who)
    page = admin.post(f"/people/{user.pk}/reset-password/")
    assert page.status_code == 409
    before = user.password
    user.refresh_from_db()
    assert user.password == before


@pytest.mark.parametrize(
    "who", ["olga", "hana", "uma", "dora", "maria", "axel", "otto", "selma", "alma"]
)
def test_the_screens_are_the_system_administrators_alone(cast, as_user, who):
    client, tom = as_user(getattr(cast, who)), cast.tom
    is_admin = who in {"selma", "alma"}
    assert client.get("/people/").status_code == 403
    assert client.get("/people/new/").status_code == 403
    assert client.post("/people/new/", NEW).status_code == 403
    for act in ["", "close/", "reset-password/", "reopen/"]:
        answer = client.post(f"/people/{tom.pk}/{act}", form_of(tom, name="x"))
        assert answer.status_code == (403 if is_admin else 404)
        absent = client.post(f"/people/999999/{act}", form_of(tom))
        assert absent.status_code == 404
    before = tom.password
    tom.refresh_from_db()
    assert (tom.name, tom.is_active, tom.password) == ("Tom", True, before)


@pytest.mark.parametrize("who", ["selma", "alma", "dora", "otto"])
def test_services_ask_for_the_role_themselves(cast, who):
    actor = getattr(cast, who)
    profile = Profile(login="x", name="x")
    for act in [
        lambda: people.create_user(profile, actor=actor),
        lambda: people.edit_user(cast.tom, profile, actor=actor, version=1),
        lambda: people.deactivate_user(cast.tom, actor=actor),
        lambda: people.activate_user(cast.tom, actor=actor),
        lambda: people.reset_password(cast.tom, actor=actor),
    ]:
        with pytest.raises(PermissionDenied):
            act()


def test_state_changes_only_by_post(cast, admin):
    for act in ["close", "reopen", "reset-password"]:
        assert admin.get(f"/people/{cast.tom.pk}/{act}/").status_code == 405


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=olg", {"olga"}),
        ("q=Olga", {"olga"}),
        ("q=%25", set()),
        ("q=nobody", set()),
        ("state=closed", {"shut"}),
        ("state=bad", None),
        ("unit=99999999999999999999", None),
        ("unit=x", None),
        ("cursor=broken", None),
    ],
)
def test_the_list_can_be_searched_and_narrowed(cast, admin, query, found):
    UserFactory(login="shut", is_active=False)
    page = admin.get(f"/people/?{query}")
    assert page.status_code == 200
    if found is not None:
        assert {user.login for user in page.context["page"].rows} == found


def test_the_list_narrows_to_a_unit_with_what_is_below(cast, admin):
    page = admin.get(f"/people/?unit={cast.bureau.pk}")
    assert {user.login for user in page.context["page"].rows} == {"hana", "uma"}


def test_pages_follow_each_other_and_keep_the_filter(cast, admin):
    for number in range(60):
        UserFactory(login=f"batch{number:02}")
    seen, url = [], "/people/?q=batch"
    while url:
        page = admin.get(url).context["page"]
        seen += [user.login for user in page.rows]
        url = f"/people/{page.next}" if page.next else None
    assert seen == [f"batch{number:02}" for number in range(60)]


def test_the_list_costs_the_same_for_one_and_many(cast, admin, queries_of):
    admin.get("/people/")
    one = queries_of(lambda: admin.get("/people/?q=olga"))
    UserFactory.create_batch(20)
    assert queries_of(lambda: admin.get("/people/")) == one
    assert one <= 6


def test_administrators_see_no_company_anywhere(cast, as_user):
    """A marked company's name is in no byte of any of their pages."""
    marked = [cast.company.name, cast.foreign.name]
    urls = {
        "sven": ["/people/", f"/people/{cast.otto.pk}/", "/departments/", "/regions/"],
        "selma": ["/grants/", f"/grants/{cast.otto.pk}/", "/locks/"],
        "alma": ["/audit/", "/audit/?company=1"],
    }
    for who, pages in urls.items():
        client = as_user(getattr(cast, who))
        for url in [*pages, "/me/"]:
            answer = client.get(url)
            assert answer.status_code == 200, url
            assert not any(name in answer.content.decode() for name in marked), url


def test_stale_edits_carry_what_is_stored(cast):
    with pytest.raises(StaleVersion) as refused:
        people.edit_user(
            cast.tom, Profile(login="tom", name="T"), actor=cast.sven, version=0
        )
    assert refused.value.current == cast.tom


def test_names_are_shown_as_text(cast, admin):
    UserFactory(login="xss", name="<script>alert(1)</script>")
    page = admin.get("/people/?q=xss").content.decode()
    assert "&lt;script&gt;alert(1)" in page
    assert not re.search(r"<script>alert", page)


def test_nul_bytes_and_surrogates_are_400(admin):
    assert admin.get("/people/?q=%00").status_code == 400
    assert admin.post("/people/new/", {**NEW, "name": "a\x00b"}).status_code == 400
