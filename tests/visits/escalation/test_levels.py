"""Who is at a level, nearest first; who is away is not there; nobody goes one up."""

from datetime import date

import pytest

from crm.models import Absence, Grant
from tests.factories import (
    DepartmentFactory,
    GrantFactory,
    RegionFactory,
    UserFactory,
)
from tests.visits.escalation.stories import late_ticket, leader_of, only, sweep
from tests.visits.ticket_stories import dispatched
from visits.escalation_words import facts_of, notes
from visits.models import Escalation
from visits.models.escalation_rules import Level
from visits.services import escalations, tickets
from visits.services.escalations.levels import Placed, Posts

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 30)


def away(user, first=TODAY, last=TODAY):
    return Absence.objects.create(
        officer=user,
        kind="leave",
        starts_on=first,
        ends_on=last,
        created_by=user,
        created_at=user.created_at,
    )


def person(login, role, **scope):
    user = UserFactory(login=login)
    GrantFactory(user=user, role=role, **scope)
    return user


def place(cast, level, unit=None, **more):
    posts = Posts.on(TODAY)
    unit = unit or cast.bureau
    region = cast.company.region_id
    return posts.place(level, department=unit.pk, region=region, **more)


def late(cast):
    """One late ticket of the bureau, with its head."""
    only("ticket_late")
    dispatched(cast)
    sweep(3, 30)
    return Escalation.objects.get()


def people(escalation, today=TODAY):
    return {user.login for user in escalations.people_of(escalation, today)}


# --- At which level -----------------------------------------------------------------


def test_each_level_where_somebody_is(cast):
    leader_of(cast, cast.bureau)
    for level in Level:
        assert place(cast, level) == Placed(level)


def test_a_level_without_anybody_is_passed_over_and_says_so(cast):
    assert place(cast, Level.CHARGE) == Placed(Level.TOP, ((2, "nobody"),))
    water = place(cast, Level.HEAD, cast.other_bureau)
    assert water == Placed(Level.TOP, ((1, "nobody"), (2, "nobody")))


def test_where_all_are_away_the_next_level_stands_in(cast):
    away(cast.uma)
    leader_of(cast, cast.bureau)
    assert place(cast, Level.HEAD) == Placed(Level.CHARGE, ((1, "away"),))


def test_one_of_two_heads_is_enough(cast):
    away(cast.uma)
    person("ulla", "unit_head", department=cast.bureau)
    assert place(cast, Level.HEAD) == Placed(Level.HEAD)


def test_an_ended_grant_and_a_closed_account_are_nobody(cast):
    Grant.objects.filter(user=cast.uma).update(ends_on=date(2026, 3, 29))
    assert place(cast, Level.HEAD).level == Level.TOP
    Grant.objects.filter(user=cast.uma).update(ends_on=None)
    cast.uma.is_active = False
    cast.uma.save(update_fields=["is_active"])
    assert place(cast, Level.HEAD).level == Level.TOP


def test_nobody_at_all_stands_with_the_top(cast):
    Grant.objects.filter(role="leader").update(ends_on=date(2026, 1, 1))
    placed = place(cast, Level.CHARGE)
    assert placed == Placed(Level.TOP, ((2, "nobody"), (3, "nobody")))


def test_a_section_without_a_head_has_that_of_its_bureau(cast):
    section = DepartmentFactory(code="hr1", parent=cast.bureau, region=cast.county)
    assert place(cast, Level.HEAD, section) == Placed(Level.HEAD)


def test_a_named_handler_who_is_away_is_stood_in_for(cast):
    assert place(cast, Level.HANDLER, handler=cast.hana.pk) == Placed(Level.HANDLER)
    away(cast.hana)
    person("hugo", "handler", department=cast.bureau)
    placed = place(cast, Level.HANDLER, handler=cast.hana.pk)
    assert placed == Placed(Level.HANDLER, is_stood_in=True)


def test_with_the_only_handler_away_it_is_the_heads(cast):
    away(cast.hana)
    placed = place(cast, Level.HANDLER, handler=cast.hana.pk)
    assert placed == Placed(Level.HEAD, ((0, "away"),), is_stood_in=True)


def test_what_was_passed_over_is_told(cast):
    away(cast.uma)
    late_ticket(cast)
    assert sweep(3, 30) == [("ticket_due_soon", 0), ("ticket_late", 3)]
    one = Escalation.objects.get(rule__key="ticket_late")
    assert one.why["passed"] == [[1, "away"], [2, "nobody"]]
    assert len(notes(facts_of(one))) == 2


# --- Who that is --------------------------------------------------------------------


def test_the_head_is_the_nearest_one(cast):
    office = DepartmentFactory(code="gov", region=cast.county)
    cast.bureau.parent, cast.bureau.path = office, f"{office.path}hrss/"
    cast.bureau.save(update_fields=["parent", "path"])
    greta = person("greta", "unit_head", department=office)
    one = late(cast)
    assert people(one) == {"uma"}
    assert waiting(cast.uma) == [one]
    assert waiting(greta) == []
    away(cast.uma)
    assert people(one) == {"greta"}
    assert waiting(greta) == [one]
    # Back again, or still looking: the post's own list keeps it.
    assert waiting(cast.uma) == [one]


def test_a_new_holder_of_the_post_finds_what_waits(cast):
    one = late(cast)
    Grant.objects.filter(user=cast.uma).update(revoked_at=cast.uma.created_at)
    ulla = person("ulla", "unit_head", department=cast.bureau)
    cast.uma.__dict__.pop("access", None)
    assert people(one) == {"ulla"}
    assert waiting(ulla) == [one]
    assert waiting(cast.uma) == []


def test_the_leader_in_charge_is_by_department_the_chief_by_region(cast):
    lena = leader_of(cast, cast.bureau)
    late(cast)
    only("ticket_late_3", "ticket_late_10")
    sweep(6, 1)
    charge = Escalation.objects.get(rule__key="ticket_late_3")
    top = Escalation.objects.get(rule__key="ticket_late_10")
    assert (people(charge), people(top)) == ({"lena"}, {"maria"})
    assert waiting(lena) == [charge]
    assert waiting(cast.maria) == [top]


def test_the_county_comes_before_the_city(cast):
    city = RegionFactory(code="5301", kind="city")
    for region in (cast.county, cast.town):
        region.path = f"5301/{region.path}"
        region.save(update_fields=["path"])
    cast.company.region_path = cast.town.path
    cast.company.save(update_fields=["region_path"])
    mayor = person("mayor", "leader", region=city)
    only("ticket_late_10")
    dispatched(cast)
    sweep(6, 1)
    one = Escalation.objects.get()
    assert people(one) == {"maria"}
    assert (waiting(cast.maria), waiting(mayor)) == ([one], [])
    away(cast.maria, last=date(2026, 12, 31))
    assert people(one) == {"mayor"}
    assert waiting(mayor) == [one]


def test_the_handler_is_the_named_one_else_the_unit(cast):
    only("ticket_due_soon")
    hugo = person("hugo", "handler", department=cast.bureau)
    ticket = dispatched(cast)
    sweep(3, 26)
    one = Escalation.objects.get()
    assert people(one) == {"hana", "hugo"}
    assert waiting(cast.hana) == waiting(hugo) == [one]
    tickets.accept_ticket(ticket, actor=cast.hana)
    one.refresh_from_db()
    assert people(one) == {"hana"}
    assert (waiting(cast.hana), waiting(hugo)) == ([one], [])
    away(cast.hana)
    assert people(one) == {"hugo"}
    assert waiting(hugo) == [one]


def test_whoever_is_nobody_waits_for_nothing(cast):
    late(cast)
    for user in (cast.tom, cast.olga, cast.dora, cast.axel, cast.otto, cast.sven):
        assert waiting(user) == []


def test_what_was_answered_a_moment_ago_waits_no_more(cast):
    one = late(cast)
    one.deadline.met_at = one.raised_at
    one.deadline.save(update_fields=["met_at"])
    assert waiting(cast.uma) == []


def waiting(user, today=TODAY):
    user.__dict__.pop("access", None)
    return list(Escalation.objects.waiting_for(user, today).order_by("pk"))
