"""A blocker that the officers cannot remove themselves is raised as a ticket."""

import pytest
from django.urls import reverse

from projects.models import Blocker, Project
from tests.factories import NOON, ProjectFactory
from visits.models import Ticket


@pytest.fixture
def blocker(cast):
    project = ProjectFactory(company=cast.company)
    project.liaisons.create(role="A", officer=cast.olga, started_on=NOON.date())
    return Blocker.objects.create(
        project=project,
        kind="land",
        text="两户未搬迁",
        since=NOON.date(),
        reported_by=cast.olga,
        reported_at=NOON,
    )


def page(cast, blocker):
    address = reverse("visits:raise")
    return f"{address}?company={cast.company.pk}&blocker={blocker.pk}"


def test_its_words_are_there_already(cast, blocker, as_user, category):
    body = as_user(cast.olga).get(page(cast, blocker)).content.decode()
    assert "两户未搬迁</textarea>" in body


def test_the_project_shows_what_was_made_of_it(cast, blocker, as_user, category):
    client = as_user(cast.olga)
    data = {"text": "两户未搬迁", "source": "other", "blocker": blocker.pk}
    client.post(page(cast, blocker), data)
    ticket = Ticket.objects.get()
    assert (ticket.blocker, ticket.project) == (blocker, blocker.project)
    shown = client.get(blocker.project.get_absolute_url()).content.decode()
    assert ticket.number in shown
    # Once raised, it is not offered to be raised again.
    assert f"blocker={blocker.pk}" not in shown


@pytest.mark.parametrize("who", ["oleg", "dirk"])
def test_a_foreign_blocker_is_no_choice(cast, blocker, as_user, category, who):
    Project.objects.update(company=cast.foreign)
    data = {"text": "两户未搬迁", "source": "other", "blocker": blocker.pk}
    client = as_user(getattr(cast, who))
    address = f"{reverse('visits:raise')}?company={cast.foreign.pk}"
    assert client.post(address, data).status_code == 422
    assert not Ticket.objects.exists()
