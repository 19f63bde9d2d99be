"""包挂: a leader takes a ticket or project on; his name stands on it until it ends."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse

from crm.lib.errors import DomainError
from crm.models import Event
from tests.factories import NOON, ProjectFactory
from tests.visits.ticket_stories import closed, dispatched, refused
from visits.models import Adoption
from visits.services import directives

WHO = [
    *("maria", "lena", "walter", "olga", "hana", "uma"),
    *("dora", "axel", "otto", "oleg", "dirk", "sven"),
]


@pytest.mark.parametrize("who", WHO)
def test_who_may_take_a_ticket_on(ticket, someone, who):
    if who in {"maria", "lena"}:
        assert directives.adopt(ticket, actor=someone(who), now=NOON).ticket == ticket
    else:
        with pytest.raises(PermissionDenied):
            directives.adopt(ticket, actor=someone(who), now=NOON)
        assert not Adoption.objects.exists()


def test_pressed_twice_it_is_taken_on_once(cast, ticket):
    one, two = (directives.adopt(ticket, actor=cast.maria, now=NOON) for _ in range(2))
    assert one == two
    assert Event.objects.filter(action="ticket.adopted", is_public=True).count() == 1


def test_two_leaders_may_see_to_the_same(cast, ticket, lena):
    for who in (cast.maria, lena):
        directives.adopt(ticket, actor=who, now=NOON)
    assert Adoption.objects.held().count() == 2


def test_it_ends_with_the_ticket_and_comes_back_with_it(cast, category):
    ticket = dispatched(cast)
    adoption = directives.adopt(ticket, actor=cast.maria, now=NOON)
    assert list(Adoption.objects.held()) == [adoption]
    ended = closed(cast)
    Adoption.objects.update(ticket=ended)
    assert not Adoption.objects.held().exists()
    Adoption.objects.update(ticket=ticket)
    assert Adoption.objects.held().exists()


@pytest.mark.parametrize("tell", [closed, refused])
def test_what_has_ended_cannot_be_taken_on(cast, category, tell):
    with pytest.raises(DomainError) as told:
        directives.adopt(tell(cast), actor=cast.maria, now=NOON)
    assert told.value.code == "ticket_ended"


def test_handed_back_with_a_reason(cast, ticket, lena):
    adoption = directives.adopt(ticket, actor=cast.maria, now=NOON)
    with pytest.raises(DomainError) as told:
        directives.hand_back(adoption, actor=cast.maria, reason=" ")
    assert told.value.code == "reason_missing"
    with pytest.raises(PermissionDenied):
        directives.hand_back(adoption, actor=lena, reason="x")
    later = NOON + timedelta(days=1)
    back = directives.hand_back(
        adoption, actor=cast.maria, reason="分工调整", now=later
    )
    assert (back.ended_at, back.reason) == (later, "分工调整")
    assert not Adoption.objects.held().exists()
    again = directives.adopt(ticket, actor=cast.maria, now=later)
    assert again != back


def test_a_project_ends_when_it_is_at_full_capacity(cast, lena, walter):
    project = ProjectFactory(company=cast.company, lead_department=cast.bureau)
    for leader, may in ((cast.maria, True), (lena, True), (walter, False)):
        if may:
            assert directives.adopt(project, actor=leader, now=NOON).project == project
        else:
            with pytest.raises(PermissionDenied):
                directives.adopt(project, actor=leader, now=NOON)
    assert Adoption.objects.held().count() == 2
    project.stage = "capacity"
    project.save(update_fields=["stage"])
    assert not Adoption.objects.held().exists()
    with pytest.raises(DomainError) as told:
        directives.adopt(project, actor=cast.maria, now=NOON)
    assert told.value.code == "project_ended"


def test_the_database_keeps_one_of_each(cast, ticket):
    adoption = directives.adopt(ticket, actor=cast.maria, now=NOON)
    for change in ({"ticket": None}, {"ended_at": NOON}, {"reason": "x"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Adoption.objects.filter(pk=adoption.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        Adoption.objects.create(ticket=ticket, leader=cast.maria, adopted_at=NOON)


@pytest.mark.parametrize(
    ("who", "sees"),
    [("otto", True), ("hana", True), ("olga", True), ("tom", None), ("omar", None)],
)
def test_the_name_stands_on_the_ticket_for_everybody_there(
    cast, ticket, as_user, who, sees
):
    directives.adopt(ticket, actor=cast.maria, now=NOON)
    response = as_user(getattr(cast, who)).get(ticket.get_absolute_url())
    assert response.status_code == (200 if sees else 404)
    if sees:
        page = response.content.decode()
        assert "Maria" in page
        assert "包挂" in page


def test_taken_on_and_handed_back_on_the_pages(cast, ticket, as_user):
    client = as_user(cast.maria)
    url = ticket.get_absolute_url()
    take = reverse("visits:ticket-adopt", args=[ticket.pk])
    assert take in client.get(url).content.decode()
    assert client.post(take).url == url
    adoption = Adoption.objects.get()
    back = reverse("visits:adoption-hand-back", args=[adoption.pk])
    page = client.get(url).content.decode()
    assert back in page
    assert take not in page
    assert client.post(back, {"reason": " "}).status_code == 422
    assert client.post(back, {"reason": "分工调整"}).url == url
    assert not Adoption.objects.held().exists()


@pytest.mark.slow
def test_nobody_else_is_offered_what_leaders_do(cast, ticket, as_user):
    directives.adopt(ticket, actor=cast.maria, now=NOON)
    for who in (cast.hana, cast.dora, cast.axel, cast.otto, cast.olga):
        page = as_user(who).get(ticket.get_absolute_url()).content.decode()
        assert reverse("visits:ticket-adopt", args=[ticket.pk]) not in page
        assert reverse("visits:directive-new") not in page
        assert reverse("visits:meeting-new") not in page
