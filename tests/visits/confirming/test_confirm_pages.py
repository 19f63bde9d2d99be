"""The pages behind the link and around it."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from crm.models import Event
from tests.factories import NOON, GrantFactory
from tests.visits.ticket_stories import HOUR, act, answered, in_state, working
from visits.models import ConfirmLink, LinkWord, Ticket
from visits.services import confirm_links, tickets
from visits.services.callbacks import open_callbacks, record_call

from .stories import LATER, SAID, in_vain, linked, silent


def page_of(token):
    return reverse("visits:confirm-by-link", args=[token])


@pytest.fixture
def at_three(time_machine):
    time_machine.move_to(SAID + HOUR, tick=False)


@pytest.mark.slow
def test_looking_spends_nothing_and_shows_nothing_internal(cast, at_three, client):
    ticket, _link, token = linked(cast, assistants=[(cast.other_bureau, "仅供内部")])
    tickets.comment_ticket(
        ticket, actor=cast.hana, text="仅供内部", is_internal=True, now=SAID
    )
    for method in ("get", "head", "get"):
        answer = getattr(client, method)(page_of(token))
        assert answer.status_code == 200
    html = client.get(page_of(token)).content.decode()
    for shown in (ticket.title, ticket.number, "人社局", "已组织专场招聘"):
        assert shown in html
    for hidden in ("仅供内部", cast.hana.name, cast.olga.name, "水利局"):
        assert hidden not in html
    assert not LinkWord.objects.exists()
    assert Ticket.objects.get(pk=ticket.pk).status == "confirming"


def test_the_token_leaks_nowhere(cast, at_three, client):
    _ticket, _link, token = linked(cast)
    answer = client.get(page_of(token))
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["Cache-Control"] == "no-store"
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    main = answer.content.decode().split("<main")[1].split("</main>")[0]
    assert token not in main


@pytest.mark.parametrize(
    ("said", "words", "status"),
    [
        ("solved", "", "closed"),
        ("partly", "还差两人", "closed"),
        ("explained", "", "closed"),
        ("not_solved", "还差八人", "working"),
    ],
)
def test_each_of_the_four_answers(cast, at_three, client, said, words, status):
    ticket, _link, token = linked(cast)
    sent = {"said": said, "words": words, "person": "王经理"}
    answer = client.post(page_of(token), sent)
    assert answer.status_code == 302
    # Read again as often as one likes, it is thanked for and says nothing again.
    for _ in range(2):
        thanks = client.get(answer.url)
        assert thanks.status_code == 200
        assert "谢谢您的答复" in thanks.content.decode()
    assert LinkWord.objects.count() == 1
    ticket.refresh_from_db()
    assert ticket.status == status


def test_pressed_twice_the_second_reads_the_first(cast, at_three):
    ticket, _link, token = linked(cast)
    one, two = Client(), Client()
    assert one.post(page_of(token), {"said": "partly"}).status_code == 302
    again = two.post(page_of(token), {"said": "not_solved", "words": "不行"})
    assert again.status_code == 409
    assert "部分解决" in again.content.decode()
    looked = two.get(page_of(token))
    assert (looked.status_code, "<form" in looked.content.decode()) == (200, False) or (
        'name="said"' not in looked.content.decode()
    )
    assert Ticket.objects.get(pk=ticket.pk).outcome == "partly"
    assert Event.objects.filter(action="ticket.confirmed").count() == 1


def test_a_no_without_words_comes_back_with_the_rest(cast, at_three, client):
    _ticket, _link, token = linked(cast)
    answer = client.post(page_of(token), {"said": "not_solved", "person": "王经理"})
    assert answer.status_code == 422
    assert "王经理" in answer.content.decode()
    assert not LinkWord.objects.exists()


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"said": "closed"},
        {"said": "solved", "words": "长" * 401},
        {"said": "solved", "person": "长" * 41},
        {"said": ["solved", "not_solved", "x"]},
        {
            "said": "solved",
            "status": "closed",
            "outcome": "solved",
            "person": "𠮷䶮" * 30,
        },
    ],
)
def test_bad_words_change_nothing(cast, at_three, client, sent):
    ticket, _link, token = linked(cast)
    assert client.post(page_of(token), sent).status_code == 422
    assert Ticket.objects.get(pk=ticket.pk).status == "confirming"


def test_after_a_newer_answer_the_page_says_so(cast, at_three, client):
    ticket, _link, token = linked(cast)
    closed = tickets.confirm_ticket(ticket, actor=cast.otto, outcome="solved", now=SAID)
    tickets.reopen_ticket(closed, actor=cast.otto, reason="又走了", now=SAID)
    assert client.get(page_of(token)).status_code == 410
    posted = client.post(page_of(token), {"said": "solved"})
    assert posted.status_code == 410
    assert Ticket.objects.get(pk=ticket.pk).status == "working"


@pytest.mark.parametrize("token", ["x" * 43, "%00", "%ff", "a" * 500])
def test_unknown_links_are_gone_alike(client, db, token):
    for method in (client.get, client.post):
        assert method(f"/c/{token}/").status_code in (400, 410)


def test_guessing_and_hammering_are_slowed_down(cast, at_three, client, settings):
    settings.CRM_PUBLIC_TRIES = 3
    _ticket, _link, token = linked(cast)
    for _ in range(3):
        assert client.get(page_of("y" * 43)).status_code == 410
    refused = client.get(page_of("z" * 43))
    assert (refused.status_code, refused["Retry-After"]) == (429, "3600")
    assert refused["Referrer-Policy"] == "no-referrer"
    # Nor is anything sent; but looking at a good link is free.
    assert client.post(page_of(token), {"said": "solved"}).status_code == 429
    assert client.get(page_of(token)).status_code == 200
    assert not LinkWord.objects.exists()


def test_an_official_who_is_signed_in_is_sent_away(cast, at_three, as_user):
    ticket, _link, token = linked(cast)
    answer = as_user(cast.olga).post(page_of(token), {"said": "solved"})
    assert answer.status_code == 409
    assert Ticket.objects.get(pk=ticket.pk).status == "confirming"


def test_without_a_token_of_the_form_nothing_is_sent(cast, at_three):
    _ticket, _link, token = linked(cast)
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(page_of(token), {"said": "solved"}).status_code == 403
    assert not LinkWord.objects.exists()


# --- Handing it out -------------------------------------------------------------


def token_in(html):
    return re.search(r"/c/([\w-]{43})/", html).group(1)


def test_a_link_is_shown_once_with_code_and_message(cast, at_three, as_user):
    ticket = answered(cast)
    client = as_user(cast.hana)
    page = reverse("visits:ticket-confirm-link", args=[ticket.pk])
    made = client.post(page)
    html = made.content.decode()
    assert made["Cache-Control"] == "no-store"
    assert "data:image/svg+xml" in html
    assert (
        f"http://testserver/c/{token_in(html)}/"
        not in client.get(page).content.decode()
    )
    assert ticket.title in html
    # Only its hash is kept: the list cannot show it again.
    assert "/c/" not in client.get(page).content.decode()
    assert Client().get(page_of(token_in(html))).status_code == 200


def test_it_is_taken_back(cast, at_three, as_user):
    ticket, link, token = linked(cast)
    address = reverse("visits:ticket-confirm-link-revoke", args=[ticket.pk, link.pk])
    assert as_user(cast.olga).post(address).status_code == 302
    assert Client().get(page_of(token)).status_code == 410
    foreign = reverse("visits:ticket-confirm-link-revoke", args=[ticket.pk, 10**9])
    assert as_user(cast.olga).post(foreign).status_code == 404


@pytest.mark.parametrize("with_link", [True, False])
def test_with_the_answer_comes_its_link(cast, at_noon, as_user, with_link):
    ticket = working(cast)
    sent = {"text": "已办。", "proposed": "solved"}
    sent |= {"with_link": "on"} if with_link else {}
    answer = as_user(cast.hana).post(act("answer", ticket), sent)
    assert answer.status_code == (200 if with_link else 302)
    assert ConfirmLink.objects.filter(ticket=ticket).count() == int(with_link)


def test_it_is_proposed_where_nobody_has_an_account(cast, at_noon, as_user):
    ticket = working(cast)
    page = as_user(cast.hana).get(act("answer", ticket)).content.decode()
    box = re.search(r'<input[^>]*name="with_link"[^>]*>', page).group()
    assert "checked" not in box
    cast.company.grants.all().delete()
    page = as_user(cast.hana).get(act("answer", ticket)).content.decode()
    box = re.search(r'<input[^>]*name="with_link"[^>]*>', page).group()
    assert "checked" in box


def test_the_stream_says_whose_word_it_was(cast, at_three, as_user):
    ticket, _link, token = linked(cast)
    confirm_links.say_by_link(token, said="not_solved", words="还差八人", now=SAID)
    html = as_user(cast.hana).get(ticket.get_absolute_url()).content.decode()
    stream = html[html.index('id="stream"') : html.index("</main>")]
    assert "通过链接表示未解决" in stream
    assert "系统" not in stream


# --- What the ticket's page says ------------------------------------------------


PANEL = 'id="confirmation"'


@pytest.mark.parametrize(
    ("who", "sees"), [("olga", True), ("hana", True), ("axel", True), ("otto", False)]
)
def test_who_reads_that_nobody_has_spoken(cast, at_three, as_user, who, sees):
    ticket = answered(cast)
    html = as_user(getattr(cast, who)).get(ticket.get_absolute_url()).content.decode()
    assert (PANEL in html) == sees


@pytest.mark.slow
@pytest.mark.parametrize("state", ["working", "closed", "parked"])
def test_otherwise_there_is_nothing_to_say(cast, at_noon, as_user, state):
    ticket = in_state(cast, state)
    html = as_user(cast.hana).get(ticket.get_absolute_url()).content.decode()
    assert PANEL not in html


# --- Calling back by the pages --------------------------------------------------


def call(callback):
    return reverse("visits:callback", args=[callback.pk])


def sent(**more):
    return {
        "reached": "yes",
        "phone": "13812345678",
        "person": "王经理",
        "said": "solved",
        "called_at": "2026-03-26T09:00",
    } | more


def test_a_call_by_the_page_closes_the_ticket(cast, as_user, time_machine):
    ticket, callback = silent(cast)
    time_machine.move_to(LATER, tick=False)
    client = as_user(cast.olga)
    assert "恒润纺织" in client.get(reverse("visits:callbacks")).content.decode()
    answer = client.post(call(callback), sent())
    assert answer.status_code == 302
    assert Ticket.objects.get(pk=ticket.pk).sign_off == "call"
    assert client.post(call(callback), sent()).status_code == 422


def test_in_vain_needs_no_words(cast, as_user, time_machine):
    _ticket, callback = silent(cast)
    time_machine.move_to(LATER, tick=False)
    plain = {"reached": "no", "phone": "13812345678", "called_at": "2026-03-26T09:00"}
    assert as_user(cast.olga).post(call(callback), plain).status_code == 302
    callback.refresh_from_db()
    assert (callback.tries, callback.is_open) == (1, True)


@pytest.mark.parametrize(
    "change",
    [
        {"person": ""},
        {"said": ""},
        {"said": "not_solved"},
        {"called_at": ""},
        {"called_at": "2026-02-30T09:00"},
        {"reached": "perhaps"},
        {"phone": "1" * 31},
    ],
)
def test_a_call_without_its_proof_comes_back(cast, as_user, time_machine, change):
    ticket, callback = silent(cast)
    time_machine.move_to(LATER, tick=False)
    answer = as_user(cast.olga).post(call(callback), sent(**change))
    assert answer.status_code == 422
    assert Ticket.objects.get(pk=ticket.pk).status == "confirming"


@pytest.mark.parametrize(
    ("who", "get", "post"),
    [
        ("olga", 200, 302),
        ("bela", 200, 302),
        ("hana", 200, 403),
        ("dora", 200, 403),
        ("axel", 200, 403),
        ("oleg", 404, 404),
        ("otto", 404, 404),
    ],
)
def test_who_calls_by_the_page(cast, as_user, time_machine, who, get, post):
    _ticket, callback = silent(cast)
    time_machine.move_to(LATER, tick=False)
    client = as_user(getattr(cast, who))
    assert client.get(call(callback)).status_code == get
    assert client.post(call(callback), sent()).status_code == post


def test_the_unreached_have_a_list(cast, as_user, time_machine):
    ticket, callback = silent(cast)
    for n in range(3):
        at = LATER + n * 24 * HOUR
        record_call(callback, actor=cast.olga, call=in_vain(at), now=at)
    address = reverse("visits:callbacks")
    for who in ("olga", "dora", "axel", "maria", "hana"):
        html = as_user(getattr(cast, who)).get(f"{address}?tab=unreached")
        assert ticket.number in html.content.decode()
    assert as_user(cast.otto).get(address).status_code == 403


@pytest.mark.slow
def test_the_list_costs_the_same_for_1_and_20(cast, as_user, queries_of, time_machine):
    silent(cast)
    time_machine.move_to(LATER, tick=False)
    client, address = as_user(cast.dora), reverse("visits:callbacks")
    cost = queries_of(lambda: client.get(address))
    for _ in range(19):
        answered(cast)
    open_callbacks(now=LATER)
    assert queries_of(lambda: client.get(address)) == cost


def test_grants_of_long_ago_are_no_account(cast):
    today = NOON.date()
    assert confirm_links.has_account(cast.company, today)
    cast.company.grants.update(ends_on=today - HOUR * 48)
    assert not confirm_links.has_account(cast.company, today)
    GrantFactory(user=cast.otto, role="owner", company=cast.company)
    assert confirm_links.has_account(cast.company, today)
