"""Recording a call: whom of the company, and whose number is seen."""

import pytest

from crm.models import Event, Role
from tests.factories import NOON, ContactFactory, GrantFactory

from .ticket_stories import TODAY, accepted, act


@pytest.fixture(autouse=True)
def today(time_machine):
    time_machine.move_to(TODAY, tick=False)


@pytest.fixture
def contacts(cast):
    """The company's main contact, one more, one that left, and a stranger's."""
    made = {
        "main": ContactFactory(company=cast.company, name="王经理", title="厂长"),
        "more": ContactFactory(company=cast.company, name="李会计", is_main=False),
        "gone": ContactFactory(company=cast.company, name="赵离职", is_main=False),
        "foreign": ContactFactory(company=cast.foreign, name="钱外人"),
    }
    made["gone"].archived_at = NOON
    made["gone"].save(update_fields=["archived_at"])
    return made


def called(**said):
    return {"called_at": "2026-03-19T08:30", **said}


def personal_of(ticket):
    event = Event.objects.get(subject_id=ticket.pk, action="ticket.contacted")
    return event.personal.values


def test_the_companys_contacts_are_offered_with_masked_numbers(cast, as_user, contacts):
    url = act("contact", accepted(cast))
    page = as_user(cast.hana).get(url).content.decode()
    assert "王经理 · 厂长 · 138****0000" in page
    assert page.index("王经理") < page.index("李会计") < page.index("其他人")
    assert "13800000000" not in page
    assert "赵离职" not in page
    assert "钱外人" not in page


def test_the_officer_of_the_company_sees_the_numbers(cast, as_user, contacts):
    """Where one person is the handler of the ticket and the company's officer."""
    GrantFactory(user=cast.olga, role=Role.HANDLER, department=cast.bureau)
    page = as_user(cast.olga).get(act("contact", accepted(cast))).content.decode()
    assert "王经理 · 厂长 · 13800000000" in page


@pytest.mark.parametrize("moment", ["0001-01-01T00:00", "9999-12-31T23:59"])
def test_a_call_of_another_age_is_refused_in_words(cast, as_user, moment):
    said = called(person="王经理", called_at=moment)
    response = as_user(cast.hana).post(act("contact", accepted(cast)), said)
    assert response.status_code == 422
    assert "请填写本世纪的日期。" in response.content.decode()


def test_a_chosen_contact_needs_no_typing(cast, as_user, contacts):
    ticket = accepted(cast)
    said = called(contact=contacts["more"].pk, person="没看见", phone="110")
    response = as_user(cast.hana).post(act("contact", ticket), said, follow=True)
    assert personal_of(ticket) == {"person": "李会计", "phone": "13800000000"}
    assert "李会计" in response.content.decode()
    assert "13800000000" not in response.content.decode()


def test_somebody_else_is_typed(cast, as_user, contacts):
    ticket, client = accepted(cast), as_user(cast.hana)
    assert client.post(act("contact", ticket), called(contact="")).status_code == 422
    said = called(contact="", person="前台", phone="87654321")
    assert client.post(act("contact", ticket), said).status_code == 302
    assert personal_of(ticket) == {"person": "前台", "phone": "87654321"}


@pytest.mark.parametrize("who", ["gone", "foreign"])
def test_who_is_not_offered_is_refused(cast, as_user, contacts, who):
    ticket = accepted(cast)
    said = called(contact=contacts[who].pk, person="王", phone="")
    response = as_user(cast.hana).post(act("contact", ticket), said)
    assert response.status_code == 422
    assert contacts[who].name not in response.content.decode()
