import uuid
from io import BytesIO

import pytest
from django.urls import reverse

from crm.models import Attachment, Comment, StoredFile
from visits.services import tickets

from .ticket_stories import (
    TODAY,
    accepted,
    act,
)


@pytest.fixture(autouse=True)
def today(time_machine):
    time_machine.move_to(TODAY, tick=False)


def test_commenting_by_the_page(cast, as_user):
    ticket = accepted(cast)
    client, url = as_user(cast.hana), act("comment", ticket)
    data = {"text": "已联系", "client_key": uuid.uuid4(), "is_internal": "on"}
    for _ in range(2):
        assert client.post(url, data).status_code == 302
    assert Comment.objects.get().is_internal
    assert client.post(url, {"text": ""}).status_code == 422
    assert as_user(cast.maria).post(url, {"text": "知悉"}).status_code == 403
    assert as_user(cast.omar).post(url, {"text": "知悉"}).status_code == 404


def test_a_company_cannot_make_its_comment_internal(cast, as_user):
    ticket = accepted(cast)
    data = {"text": "请尽快", "is_internal": "on"}
    as_user(cast.otto).post(act("comment", ticket), data)
    assert Comment.objects.get().is_internal is False


def stored(ticket, user, *, internal):
    comment = tickets.comment_ticket(
        ticket, actor=user, text="见附件", is_internal=internal
    )
    file = StoredFile.objects.create(
        kind="attachment",
        state="stored",
        company=ticket.company,
        name="材料.pdf",
        mime="application/pdf",
        size=4,
        received_sha256="0" * 64,
        stored_name="stored/x.pdf",
        uploaded_by=user,
        uploaded_at=TODAY,
    )
    Attachment.objects.create(
        subject_type="visits.ticket",
        subject_id=ticket.pk,
        comment=comment,
        file=file,
        is_internal=internal,
    )
    return reverse("visits:ticket-file", args=[ticket.pk, file.uuid])


@pytest.mark.parametrize(
    ("who", "public", "internal"),
    [
        ("olga", 200, 200),
        ("hana", 200, 200),
        ("axel", 200, 200),
        ("otto", 200, 404),
        ("omar", 404, 404),
        ("tom", 404, 404),
        ("sven", 404, 404),
    ],
)
def test_who_gets_an_attachment(cast, as_user, monkeypatch, who, public, internal):
    monkeypatch.setattr(
        "crm.downloads.default_storage.open", lambda name: BytesIO(b"%PDF")
    )
    ticket = accepted(cast)
    urls = [stored(ticket, cast.hana, internal=flag) for flag in (False, True)]
    client = as_user(getattr(cast, who))
    responses = [client.get(url) for url in urls]
    assert [one.status_code for one in responses] == [public, internal]
    if public == 200:
        assert responses[0]["X-Content-Type-Options"] == "nosniff"
        assert responses[0]["Content-Disposition"].startswith("attachment")


def test_a_file_of_another_ticket_is_not_served(cast, as_user, monkeypatch):
    first, second = accepted(cast), accepted(cast)
    url = stored(first, cast.hana, internal=False)
    other = url.replace(f"/{first.pk}/", f"/{second.pk}/")
    assert as_user(cast.hana).get(other).status_code == 404
