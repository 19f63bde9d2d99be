from datetime import date, timedelta

import pytest

from crm.lib.errors import DomainError
from crm.models import Company, Deadline, Event, Involvement
from tests.factories import NOON, DepartmentFactory
from visits.models import Category, Ticket
from visits.services import categories, tickets

from .ticket_stories import dispatched, fire_brigade, raised


def test_the_clock_starts_at_dispatch_whoever_signs_later(cast):
    ticket = dispatched(cast)
    clocks = (ticket.contact_by, ticket.reply_by, ticket.solve_by)
    assert [one.started_on for one in clocks] == [date(2026, 3, 18)] * 3
    # A Wednesday; 1, 3 and 7 working days.
    assert [one.due_on for one in clocks] == [
        date(2026, 3, 19),
        date(2026, 3, 23),
        date(2026, 3, 27),
    ]
    accepted = tickets.accept_ticket(
        ticket, actor=cast.hana, now=NOON + timedelta(days=5)
    )
    assert accepted.solve_by.due_on == date(2026, 3, 27)


def test_a_complex_category_has_fifteen_days(cast):
    ticket = tickets.dispatch_ticket(
        raised(cast),
        actor=cast.dora,
        lead=cast.bureau,
        category=Category.objects.get(key="land"),
        now=NOON,
    )
    assert ticket.category.key == "land"
    assert ticket.solve_by.due_on == date(2026, 4, 9)  # 清明节 on the 6th


def test_assisting_departments_have_a_part_with_its_own_deadline(cast):
    fire = fire_brigade(cast)
    ticket = dispatched(cast, [(cast.other_bureau, "核实用水"), (fire, "现场检查")])
    lead, *others = ticket.parts.order_by("-is_lead", "pk")
    assert (lead.department, lead.answer_by) == (cast.bureau, None)
    assert [one.department for one in others] == [cast.other_bureau, fire]
    assert {one.answer_by.due_on for one in others} == {date(2026, 3, 23)}
    assert others[1].task == "现场检查"


def test_the_departments_see_the_company_until_the_ticket_ends(cast):
    assert not Company.objects.visible_to(cast.hana)
    ticket = dispatched(cast, [(cast.other_bureau, "核实用水")])
    assert cast.company in Company.objects.visible_to(cast.hana)
    assert cast.company in Company.objects.visible_to(cast.tom)
    tickets.accept_ticket(ticket, actor=cast.hana)
    tickets.answer_ticket(ticket, actor=cast.hana, text="已办。", proposed="solved")
    tickets.confirm_ticket(ticket, actor=cast.otto, outcome="solved")
    assert not Company.objects.visible_to(cast.hana)
    assert ticket in Ticket.objects.visible_to(cast.hana)
    assert not Involvement.objects.open().exists()


def test_the_same_dispatch_twice_starts_the_clock_once(cast):
    ticket = dispatched(cast)
    again = tickets.dispatch_ticket(
        ticket, actor=cast.dora, lead=cast.bureau, version=1, now=NOON
    )
    assert again.version == ticket.version
    assert Deadline.objects.count() == 3
    assert Event.objects.filter(action="ticket.dispatched").count() == 1


@pytest.mark.parametrize(
    ("code", "lead", "assistants"),
    [
        ("department_twice", "bureau", [("bureau", "做同一件事")]),
        (
            "department_twice",
            "bureau",
            [("other_bureau", "一"), ("other_bureau", "二")],
        ),
        ("task_missing", "bureau", [("other_bureau", " ")]),
        ("department_out_of_reach", "far", []),
        ("department_out_of_reach", "closed", []),
        ("department_out_of_reach", "bureau", [("far", "帮忙")]),
    ],
)
def test_departments_that_cannot_be_meant_are_refused(cast, code, lead, assistants):
    units = {
        "bureau": cast.bureau,
        "other_bureau": cast.other_bureau,
        "far": DepartmentFactory(code="far", region=cast.elsewhere),
        "closed": DepartmentFactory(code="shut", region=cast.county, is_active=False),
    }
    ticket = raised(cast)
    with pytest.raises(DomainError) as refusal:
        tickets.dispatch_ticket(
            ticket,
            actor=cast.dora,
            lead=units[lead],
            assistants=[(units[unit], task) for unit, task in assistants],
        )
    assert refusal.value.code == code
    assert Ticket.objects.get(pk=ticket.pk).status == "queued"
    assert not Deadline.objects.exists()


def test_a_refused_ticket_tells_the_company_why(cast):
    ticket = tickets.refuse_ticket(
        raised(cast, by="otto"),
        actor=cast.dora,
        refusal="petition",
        note="请走信访渠道。",
    )
    event = Event.objects.for_subject(ticket).newest_first().first()
    assert event.is_public
    assert event.changes["refusal"] == [None, "petition"]
    with pytest.raises(DomainError):
        tickets.refuse_ticket(
            raised(cast), actor=cast.dora, refusal="petition", note=" "
        )


def test_an_admitted_ticket_has_a_first_receiver(cast):
    cast.company.liaisons.all().delete()
    ticket = raised(cast, by="otto")
    assert ticket.first_receiver is None
    assert tickets.admit_ticket(ticket, actor=cast.dora).first_receiver == cast.dora


def test_the_public_event_holds_no_internal_word(cast):
    ticket = dispatched(cast, [(cast.other_bureau, "内部:先别告诉企业")])
    event = Event.objects.for_subject(ticket).newest_first().first()
    assert event.changes["assistants"] == [[], [cast.other_bureau.pk]]
    assert "内部" not in str(event.changes)


def test_the_usual_lead_is_the_categorys_or_the_companys_own_town(cast):
    labour = Category.objects.get(key="labour")
    life = Category.objects.get(key="life")
    assert categories.usual_lead(labour, cast.company) is None
    categories.link_default_leads()
    labour.refresh_from_db()
    assert categories.usual_lead(labour, cast.company) == cast.bureau
    assert categories.usual_lead(life, cast.company) is None
    hall = DepartmentFactory(code="town", kind="town", region=cast.town)
    DepartmentFactory(code="far", kind="town", region=cast.elsewhere)
    assert categories.usual_lead(life, cast.company) == hall


def test_every_county_has_its_own_bureau_of_the_same_name(cast):
    categories.link_default_leads()
    labour = Category.objects.get(key="labour")
    assert categories.usual_lead(labour, cast.foreign) is None
    own = DepartmentFactory(code="hrss-2", name="人社局", region=cast.elsewhere)
    assert categories.usual_lead(labour, cast.foreign) == own
