"""What a ticket's page offers and says: only what this person can do, and how it is."""

from datetime import datetime, timedelta

import pytest
from django.urls import reverse

from tests.factories import NOON, SHANGHAI, DepartmentFactory, GrantFactory, UserFactory
from visits.models import Suggestion, Ticket
from visits.services import tickets
from visits.services.tickets import Act, possible_for

from .ticket_stories import (
    accepted,
    closed,
    contacted,
    dispatched,
    extension_asked,
    parked,
    pause_asked,
    paused,
    raised,
    replied,
    returned,
    working,
)


def on(day, month=3):
    return datetime(2026, month, day, 9, 0, tzinfo=SHANGHAI)


def offered(ticket, who, now):
    found = Ticket.objects.for_page().with_rights(who).get(pk=ticket.pk)
    return possible_for(found, now)


def opened(client, ticket, status=200):
    response = client.get(ticket.get_absolute_url())
    assert response.status_code == status
    return response.content.decode()


@pytest.mark.parametrize(("day", "is_offered"), [(18, True), (19, True), (20, False)])
def test_a_return_is_offered_within_a_working_day(cast, day, is_offered):
    ticket = dispatched(cast)
    assert (Act.RETURN in offered(ticket, cast.hana, on(day))) == is_offered


def test_a_return_is_not_offered_once_more_after_the_ruling(cast):
    raised(cast)  # so that no two keys are equal by chance
    ticket = tickets.rule_on_return(
        returned(cast),
        actor=cast.dora,
        is_upheld=False,
        note="属于你单位。",
        now=NOON + timedelta(hours=2),
    )
    assert Act.RETURN not in offered(ticket, cast.hana, on(18))


@pytest.mark.parametrize(("day", "is_offered"), [(26, True), (27, False), (31, False)])
def test_an_extension_is_offered_a_working_day_before_the_end(cast, day, is_offered):
    ticket = replied(cast)  # due on Friday 27 March
    assert (Act.EXTEND in offered(ticket, cast.hana, on(day))) == is_offered


def test_no_extension_is_offered_where_no_day_is_left_to_give(cast):
    ticket = working(cast)
    assert Act.EXTEND in offered(ticket, cast.hana, on(19))
    ticket.category.extended_days = ticket.solve_by.days
    ticket.category.save(update_fields=["extended_days"])
    assert Act.EXTEND not in offered(ticket, cast.hana, on(19))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("tell", "act", "until"),
    [(extension_asked, "decide-extension", 27), (pause_asked, "decide-pause", 7)],
)
def test_what_is_too_late_to_grant_can_only_be_refused(
    cast, as_user, time_machine, tell, act, until
):
    ticket = tell(cast)
    last = on(until) if act == "decide-extension" else on(until, month=4)
    for now, choices in [(last, 2), (last + timedelta(days=1), 1)]:
        time_machine.move_to(now, tick=False)
        page = as_user(cast.uma).get(f"/tickets/{ticket.pk}/{act}/")
        assert page.content.decode().count('name="decision"') == choices


def test_reopening_is_offered_as_long_as_it_is_taken(cast, settings):
    ticket = closed(cast)
    last = ticket.closed_at + timedelta(days=settings.CRM_REOPEN_DAYS)
    assert Act.REOPEN in offered(ticket, cast.otto, last)
    assert offered(ticket, cast.otto, last + timedelta(minutes=1)) == []


@pytest.mark.parametrize(
    ("act", "sentence"), [("return", "1 个工作日内"), ("extend", "延期应在")]
)
def test_the_page_of_an_act_whose_time_is_over_says_so(
    cast, as_user, time_machine, act, sentence
):
    ticket = accepted(cast)
    time_machine.move_to(on(30), tick=False)
    page = as_user(cast.hana).get(f"/tickets/{ticket.pk}/{act}/")
    assert page.status_code == 409
    assert sentence in page.content.decode()


@pytest.mark.parametrize(("day", "is_first"), [(18, False), (24, True)])
def test_who_may_takes_a_late_ticket_higher_from_its_head(
    cast, as_user, time_machine, day, is_first
):
    ticket = contacted(cast)  # its first reply is due on Monday 23 March
    time_machine.move_to(on(day), tick=False)
    address = reverse("visits:escalate", args=["ticket", ticket.pk])
    page = opened(as_user(cast.olga), ticket)
    assert page.count(address) == 1 + is_first
    assert opened(as_user(cast.hana), ticket).count(address) == 0


@pytest.mark.parametrize("kind", ["contact", "solve"])
def test_a_parked_ticket_says_since_when_and_when_the_company_hears(
    cast, as_user, time_machine, kind
):
    ticket = parked(cast)
    time_machine.move_to(on(19), tick=False)
    address = reverse("visits:ticket-why", args=[ticket.pk, kind])
    page = as_user(cast.hana).get(address).content.decode()
    assert "· 挂账" in page
    told = page.split("起挂账")
    assert "昨天" in told[0][-200:] or "03-18" in told[0][-200:]
    assert "03-27" in told[1][:200]


def test_the_company_sees_on_its_first_page_that_it_is_asked(cast, as_user):
    ticket = paused(cast)
    working(cast)
    page = as_user(cast.otto).get("/").content.decode()
    assert "轮到您" in page
    assert reverse("visits:ticket-supply", args=[ticket.pk]) in page
    tickets.supply_ticket(ticket, actor=cast.otto, text="岗位表已补。")
    page = as_user(cast.otto).get("/").content.decode()
    assert "轮到您" not in page


def test_other_pauses_are_not_the_companys_turn(cast, as_user):
    tickets.pause_ticket(
        contacted(cast),
        actor=cast.hana,
        kind="special",
        reason="专家评审。",
        until_on=on(19).date(),
        now=NOON + timedelta(hours=2),
    )
    page = as_user(cast.otto).get("/").content.decode()
    assert "轮到您" not in page and "暂停" in page


def test_of_a_return_nobody_says_that_look_alikes_are_sought(cast, as_user):
    ticket = returned(cast)
    Suggestion.objects.filter(ticket=ticket).delete()
    page = as_user(cast.dora).get(f"/tickets/desk/?at={ticket.pk}").content.decode()
    assert "属水利局职责" in page
    assert "相似问题" not in page


def test_a_ticket_of_the_desk_opened_by_itself_is_the_desk(cast, as_user, time_machine):
    ticket = returned(cast)
    client = as_user(cast.dora)
    address = reverse("visits:desk-detail", args=[ticket.pk])
    response = client.get(address, follow=True)
    page = response.content.decode()
    assert "<html" in page and f'data-pk="{ticket.pk}"' in page
    part = client.get(address, headers={"hx-request": "true"}).content.decode()
    assert "<html" not in part and f'data-pk="{ticket.pk}"' in part


def test_a_directive_names_only_people_of_the_units_with_a_part(cast, as_user):
    ticket = accepted(cast)
    strange = DepartmentFactory(region=cast.county, name="文旅局")
    head = UserFactory(name="Stranger", department=strange)
    GrantFactory(user=head, role="unit_head", department=strange)
    page = as_user(cast.maria).get(f"/directives/new/?ticket={ticket.pk}")
    people = page.context["form"].fields["person"].queryset
    assert set(people) == {cast.uma, cast.hana}
    free = as_user(cast.maria).get("/directives/new/").context["form"]
    assert head in free.fields["person"].queryset
