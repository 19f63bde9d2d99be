"""Photos of the site: shown on the project's page and on the company's."""

import pytest
from django.urls import reverse

from crm.models import Attachment
from projects.models import ProgressNote
from tests.access_world import stored, subject
from tests.factories import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def note(cast, project):
    return ProgressNote.objects.create(
        project=project,
        on=NOON.date(),
        percent=35,
        text="桩基完成",
        noted_by=cast.olga,
        noted_at=NOON,
    )


def hang(note, officer, *, is_internal=False, mime="image/jpeg"):
    file = stored(note.project.company, officer, "attachment")
    file.mime = mime
    file.save(update_fields=["mime"])
    Attachment.objects.create(**subject(note), file=file, is_internal=is_internal)
    return reverse("projects:project-photo", args=[note.project_id, file.uuid])


def company_page(project):
    return reverse("projects:progress", args=[project.pk])


def test_officer_and_company_see_the_photos_of_the_site(cast, note, as_user):
    photo = hang(note, cast.olga)
    for who, page in (
        (cast.olga, note.project.get_absolute_url()),
        (cast.otto, company_page(note.project)),
    ):
        client = as_user(who)
        text = client.get(page).text
        assert "35%" in text and "桩基完成" in text
        assert f'src="{photo}?size=report"' in text
        answer = client.get(photo)
        assert answer["Content-Disposition"].startswith("inline")


def test_an_internal_photo_is_none_for_the_company(cast, note, as_user):
    photo = hang(note, cast.olga, is_internal=True)
    client = as_user(cast.otto)
    assert photo not in client.get(company_page(note.project)).text
    assert client.get(photo).status_code == 404
    assert as_user(cast.olga).get(photo).status_code == 200


def test_only_pictures_are_shown_in_the_page(cast, note, as_user):
    """A paper may hold anything: it is downloaded by officials, never opened."""
    paper = hang(note, cast.olga, mime="application/pdf")
    assert as_user(cast.olga).get(paper).status_code == 404
    assert paper not in as_user(cast.otto).get(company_page(note.project)).text


def test_the_photos_cost_the_same_for_1_and_10(cast, note, as_user, queries_of):
    hang(note, cast.olga)
    client, page = as_user(cast.otto), company_page(note.project)
    client.get(page)
    cost = queries_of(lambda: client.get(page))
    for _ in range(9):
        hang(note, cast.olga)
    assert queries_of(lambda: client.get(page)) == cost
