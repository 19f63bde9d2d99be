"""A company's people, and who sees their phones."""

import pytest
from django.core.exceptions import PermissionDenied

from crm.lib import phones
from crm.lib.errors import DomainError, StaleVersion
from crm.models import Company, Contact, Event
from crm.services import contacts


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("138 0013 8000", "13800138000"),
        ("１３８００１３８０００", "13800138000"),
        ("+86 13800138000", "+8613800138000"),
        ("(0871)63121234", "0871-63121234"),
        ("0871-63121234-801", "0871-63121234-801"),
        ("0871-63121234转801", "0871-63121234-801"),
        ("400-810-8888", "400-810-8888"),
        ("12345", "12345"),
    ],
)
def test_a_number_is_taken_as_people_write_it(typed, stored):
    assert phones.normalise(typed) == stored
    assert phones.problem_of(stored) == ""


@pytest.mark.parametrize(
    "typed", ["1380013800", "63121234", "abc", "13800138000/13900139000", "-", "99999"]
)
def test_a_wrong_number_is_refused(typed):
    assert phones.problem_of(phones.normalise(typed))


def add(cast, company, **values):
    given = {"name": "张三", "phone": "13800138000", **values}
    return contacts.add_contact(company, actor=cast.olga, **given)


def test_the_first_contact_is_the_main_one_and_the_same_again_is_the_same(
    cast, company
):
    first = add(cast, company)
    assert add(cast, company).pk == first.pk
    second = add(cast, company, name="李四", is_main=True)
    first.refresh_from_db()
    assert (first.is_main, second.is_main) == (False, True)


def test_names_and_phones_are_erasable_in_the_audit(cast, company):
    add(cast, company)
    event = Event.objects.get(action="contact.added")
    assert event.personal.values["phone"] == "13800138000"
    assert "13800138000" not in str(event.changes)


def test_a_company_is_found_by_its_present_contacts(cast, company):
    contact = add(cast, company, name="欧阳䶮")
    assert Company.objects.search("阳䶮").get() == company
    contacts.edit_contact(contact, actor=cast.olga, version=1, name="司马光")
    assert not Company.objects.search("欧阳").exists()
    contacts.archive_contact(contact, actor=cast.olga)
    assert not Company.objects.search("司马").exists()


def test_an_archived_main_contact_has_an_heir(cast, company):
    first, second = add(cast, company), add(cast, company, name="李四")
    contacts.archive_contact(first, actor=cast.olga)
    second.refresh_from_db()
    assert second.is_main


def test_the_second_of_two_editors_is_told(cast, company):
    contact = add(cast, company)
    contacts.edit_contact(contact, actor=cast.olga, version=1, name="张三丰")
    with pytest.raises(StaleVersion):
        contacts.edit_contact(contact, actor=cast.bela, version=1, name="张四")


@pytest.mark.parametrize(
    "changed",
    [
        {"title": "财务总监"},
        {"name": "张三丰", "title": "财务总监"},
        {"name": "张三丰", "title": "财务总监", "phone": "13900001111"},
        {"is_main": True},
    ],
)
def test_however_much_is_changed_it_is_told_which(cast, company, changed):
    add(cast, company, name="王五", is_main=True)
    contact = add(cast, company, title="会计")
    known = {name: getattr(contact, name) for name in ("name", "title", "phone")}
    contacts.edit_contact(contact, actor=cast.olga, version=1, **known | changed)
    contact.refresh_from_db()
    assert {name: getattr(contact, name) for name in changed} == changed
    told = Event.objects.get(action="contact.edited").changes
    fields = [one for one in changed if one != "is_main"]
    assert told.get("fields", [None, []]) == [None, fields]
    assert ("is_main" in told) == ("is_main" in changed)


@pytest.mark.parametrize(
    ("who", "allowed"),
    [
        ("olga", True),
        ("bela", True),
        ("dora", True),
        ("otto", True),
        ("maria", False),
        ("tom", False),
        ("oleg", False),
        ("omar", False),
    ],
)
def test_who_may_add_contacts(cast, company, who, allowed):
    actor = getattr(cast, who)
    if allowed:
        assert contacts.add_contact(company, actor=actor, name="王五")
    else:
        with pytest.raises(PermissionDenied):
            contacts.add_contact(company, actor=actor, name="王五")


@pytest.mark.parametrize("who", ["maria", "axel"])
def test_who_only_decides_or_watches_reveals_no_number(cast, company, who):
    contact = contacts.add_contact(
        company, actor=None, name="赵六", phone="13800001111"
    )
    with pytest.raises(PermissionDenied):
        contacts.reveal_phone(contact, actor=getattr(cast, who))


@pytest.mark.parametrize(("who", "logged"), [("olga", 0), ("otto", 0), ("dora", 1)])
def test_a_reveal_is_logged_for_who_sees_the_phone_masked(cast, company, who, logged):
    contact = add(cast, company)
    actor = getattr(cast, who)
    assert contacts.reveal_phone(contact, actor=actor) == "13800138000"
    assert Event.objects.filter(action="phone.revealed").count() == logged


def test_nobody_reveals_a_foreign_phone(cast, company):
    with pytest.raises(PermissionDenied):
        contacts.reveal_phone(add(cast, company), actor=cast.tom)


def test_a_bad_phone_is_refused_at_its_field(cast, company):
    with pytest.raises(DomainError) as caught:
        add(cast, company, phone="123")
    assert caught.value.field == "phone"
    assert not Contact.objects.exists()
