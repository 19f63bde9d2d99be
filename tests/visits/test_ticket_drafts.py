"""草稿: kept from the form, seen by its author alone, sent or thrown away."""

import uuid

import pytest
from django.urls import reverse

from crm.models import Attachment, Event, subject_of
from tests.factories import ProjectFactory
from visits.models import Ticket, TicketDraft
from visits.services import drafts

from .ticket_stories import picture

pytestmark = pytest.mark.django_db
URL = reverse("visits:raise")
KEY = "6f1d3f64-2f62-4a8f-9f57-0d5d7f3a1c11"


def save(client, url=URL, **typed):
    return client.post(url, {"save": "draft", "client_key": KEY, **typed})


def test_what_was_typed_comes_back(cast, as_user):
    client = as_user(cast.otto)
    response = save(client, text="门口的路坏了", papers=[picture()])
    assert response.status_code == 302
    page = client.get(response.url)
    assert page.context["form"]["text"].value() == "门口的路坏了"
    assert page.context["form"]["client_key"].value() == KEY
    assert "现场.png" in page.text
    assert not Ticket.objects.exists()


def test_a_draft_need_not_be_complete(cast, as_user):
    assert save(as_user(cast.otto), text="").status_code == 302
    assert TicketDraft.objects.get().values == {}


def test_saved_again_it_is_the_same_draft(cast, as_user):
    client = as_user(cast.otto)
    save(client, text="门口的路")
    save(client, text="门口的路坏了")
    assert TicketDraft.objects.get().values == {"text": "门口的路坏了"}


def test_sent_it_is_a_ticket_with_its_files_and_a_draft_no_more(cast, as_user):
    client = as_user(cast.otto)
    save(client, text="门口的路坏了", papers=[picture()])
    response = client.post(URL, {"text": "门口的路坏了。", "client_key": KEY})
    ticket = Ticket.objects.get()
    assert response.url == ticket.get_absolute_url()
    kind, key = subject_of(ticket)
    assert Attachment.objects.get().subject_id == key
    assert Attachment.objects.get().subject_type == kind
    draft = TicketDraft.objects.get()
    assert (draft.ticket, draft.values) == (ticket, {})
    assert not TicketDraft.objects.visible_to(cast.otto).exists()
    again = save(client, text="noch etwas")
    assert again.status_code == 409
    assert "已提交或删除" in again.text


def test_sent_twice_from_its_own_page_it_is_one_ticket(cast, as_user):
    client = as_user(cast.otto)
    page = save(client, text="门口的路坏了").url
    typed = {"text": "门口的路坏了。", "client_key": KEY}
    first, second = client.post(page, typed), client.post(page, typed)
    assert first.url == second.url == Ticket.objects.get().get_absolute_url()
    assert "这份草稿已提交或已删除" in client.get(page).text


def test_saved_it_says_so(cast, as_user):
    client = as_user(cast.otto)
    assert "草稿已保存" in client.get(save(client, text="门口的路").url).text


def test_only_its_author_sees_a_draft(cast, as_user):
    save(as_user(cast.otto), text="秘密的草稿")
    draft = TicketDraft.objects.get()
    discard = reverse("visits:draft-discard", args=[draft.pk])
    company = reverse("crm:company", args=[cast.company.pk])
    for who in (cast.olga, cast.dora, cast.maria, cast.axel, cast.omar):
        client = as_user(who)
        for url in (f"{URL}?draft={draft.pk}", company):
            assert "秘密的草稿" not in client.get(url).text
        assert client.post(discard).status_code == 404
    url = f"{URL}?company={cast.company.pk}&draft={draft.pk}"
    assert as_user(cast.olga).get(url).status_code == 404
    assert TicketDraft.objects.get().ended_at is None


def test_discarded_its_words_are_gone(cast, as_user):
    client = as_user(cast.otto)
    save(client, text="门口的路坏了")
    draft = TicketDraft.objects.get()
    assert "门口的路坏了" in client.get(URL).text
    client.post(reverse("visits:draft-discard", args=[draft.pk]))
    draft.refresh_from_db()
    assert draft.ended_at and draft.values == {}
    assert "门口的路坏了" not in client.get(URL).text
    back = client.get(URL, {"draft": draft.pk})
    assert back.status_code == 200
    assert "这份草稿已提交或已删除" in back.text
    event = Event.objects.get(action="ticket.draft_discarded")
    assert (event.company_id, event.is_public) == (None, False)


def test_an_officer_keeps_a_draft_of_one_company(cast, as_user):
    client = as_user(cast.olga)
    url = f"{URL}?company={cast.company.pk}"
    typed = {"text": "缺人", "source": "company", "title": "用工", "urgency": "urgent"}
    page = client.get(save(client, url, **typed).url)
    assert page.context["company"] == cast.company
    assert page.context["form"]["urgency"].value() == "urgent"


@pytest.mark.parametrize(
    "typed", [{"text": "x" * 4001}, {"text": "x", "category": "999999"}]
)
def test_what_does_not_fit_is_said_and_nothing_is_kept(cast, as_user, typed):
    response = save(as_user(cast.otto), **typed)
    assert response.status_code == 422
    assert not TicketDraft.objects.exists()


def test_a_foreign_project_is_not_kept(cast, as_user):
    foreign = ProjectFactory(company=cast.foreign)
    save(as_user(cast.otto), text="x", project=foreign.pk)
    assert TicketDraft.objects.get().values == {"text": "x"}


def test_a_heap_of_drafts_is_refused(cast, as_user, monkeypatch):
    monkeypatch.setattr(drafts, "MOST_DRAFTS", 1)
    client = as_user(cast.otto)
    save(client, text="一")
    response = client.post(
        URL, {"save": "draft", "client_key": str(uuid.uuid4()), "text": "二"}
    )
    assert response.status_code == 409
    assert TicketDraft.objects.count() == 1
