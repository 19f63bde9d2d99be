"""Links to rate without an account: one purpose, one thing, one use."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from crm.lib.errors import DomainError
from crm.models import Event
from crm.services.links import UsedLinkError, hash_of
from tests.factories import CompanyFactory, VisitFactory
from tests.visits.ticket_stories import answered, working
from visits.models import PublicTry, Rating, RatingLink
from visits.services import ratings
from visits.services.ratings import NotEndedError, RatedAlreadyError, Said

from .conftest import DAY, LATER


@pytest.fixture
def token(cast, ticket):
    return ratings.make_link(ticket, actor=cast.hana, now=LATER)[1]


def page(token, name="rate-by-link"):
    return reverse(f"visits:{name}", args=[token])


def test_only_the_hash_is_stored(token):
    assert len(token) == 43
    link = RatingLink.objects.get()
    assert link.token_hash == hash_of(token)
    stored = str([vars(link), *Event.objects.values()])
    assert token not in stored


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("olga", True), ("bela", True), ("oleg", False), ("tom", False),
        ("hana", True), ("uma", True), ("dora", True), ("dirk", False),
        ("maria", False), ("axel", False), ("otto", False), ("sven", False),
    ],
)  # fmt: skip
def test_who_hands_out_a_link_of_a_ticket(cast, ticket, who, may):
    actor = getattr(cast, who)
    if may:
        ratings.make_link(ticket, actor=actor, now=LATER)
    else:
        with pytest.raises(PermissionDenied):
            ratings.make_link(ticket, actor=actor, now=LATER)
    assert RatingLink.objects.exists() == may


def test_the_page_shows_code_and_message_once(cast, ticket, as_user):
    client = as_user(cast.hana)
    made = client.post(reverse("visits:rating-link-ticket", args=[ticket.pk]))
    body = made.content.decode()
    assert made.headers["Cache-Control"] == "no-store"
    assert "data:image/svg+xml" in body
    token = made.context["url"].split("/r/")[1].strip("/")
    assert made.context["url"] in made.context["message"]
    assert ticket.title in made.context["message"]
    assert Client().get(page(token)).status_code == 200


def test_a_company_rates_in_one_form(token, cast, client):
    response = client.post(
        page(token), {"level": "2", "words": "等了两周", "tags": ["slow"], "name": "王"}
    )
    assert response.status_code == 200
    rating = Rating.objects.get()
    assert (rating.level, rating.way, rating.rater_name) == (2, "link", "王")
    assert rating.company == cast.company
    event = Event.objects.get(action="rating.given")
    assert (event.actor, event.company) == (None, cast.company)
    assert event.personal.values == {"rater_name": "王"}


@pytest.mark.slow
def test_looking_spends_nothing(token, client):
    for _ in range(5):
        assert client.get(page(token)).status_code == 200
        assert client.head(page(token)).status_code == 200
    assert not Rating.objects.exists()
    assert RatingLink.objects.get().used_on is None
    assert not PublicTry.objects.exists()


def test_a_link_used_twice_is_refused_and_shows_the_first(token, client):
    client.post(page(token), {"level": "2", "words": "等了两周"})
    again = Client().post(page(token), {"level": "5", "words": "其实很好"})
    assert again.status_code == 409
    assert "一事一评" in again.content.decode()
    assert "等了两周" in again.content.decode()
    assert "等了两周" in Client().get(page(token)).content.decode()
    assert Rating.objects.get().level == 2


def test_another_link_of_the_same_thing_is_no_second_rating(
    token, cast, ticket, client
):
    other = ratings.make_link(ticket, actor=cast.olga, now=LATER)[1]
    client.post(page(token), {"level": "4"})
    with pytest.raises(RatedAlreadyError):
        ratings.rate_by_link(other, said=Said(level=1), now=LATER)
    with pytest.raises(RatedAlreadyError):
        ratings.make_link(ticket, actor=cast.olga, now=LATER)


def test_the_same_form_twice_is_one_rating(token, client):
    key = "5b8c7a0e-6b5e-4d0e-9f5a-2d6f8f2b1c3d"
    for _ in range(2):
        form = {"level": "1", "client_key": key}
        assert client.post(page(token), form).status_code == 200
    assert Rating.objects.count() == 1


def test_a_link_is_for_its_own_thing_and_purpose(token, cast, client):
    other = VisitFactory(held=True, company=cast.company, logged_by=cast.olga)
    form = {"level": "5", "subject_id": other.pk, "subject_type": "visits.visit"}
    client.post(page(token), form)
    assert Rating.objects.get().subject_type == "visits.ticket"
    assert client.get(page(token, "look-by-link")).status_code == 410


def test_what_else_is_sent_changes_nothing(token, cast, client):
    """Mass assignment: no column is taken from a form that has no such field."""
    form = {
        "level": "5", "department": cast.other_bureau.pk, "company": cast.foreign.pk,
        "officer": cast.tom.pk, "told_on": "2020-01-01", "excluded_at": "2020-01-01",
        "way": "login", "rated_by": cast.otto.pk, "id": 7, "rated_on": "2020-01-01",
    }  # fmt: skip
    client.post(page(token), form)
    rating = Rating.objects.get()
    assert (rating.department, rating.company) == (cast.bureau, cast.company)
    assert (rating.officer, rating.rated_by, rating.way) == (cast.hana, None, "link")
    assert (rating.rated_on, rating.excluded_at) == (LATER.date(), None)


@pytest.mark.parametrize(
    "bad",
    [
        {}, {"level": ""}, {"level": "9"}, {"level": "５"}, {"level": "x"},
        {"level": "5" * 500}, {"level": "5", "words": "长" * 5000},
        {"level": "5", "tags": ["hack"]}, {"level": "5", "words": "\x00"},
        {"level": "5", "client_key": "x"},
        {"level": "5", "name": "长" * 41},
    ],
)  # fmt: skip
def test_bad_input_is_said_and_spends_nothing(token, client, bad):
    response = client.post(page(token), bad)
    assert response.status_code in {400, 422}
    assert not Rating.objects.exists()
    assert client.get(page(token)).status_code == 200


def test_a_lone_surrogate_is_no_500(token, client):
    body = "level=5&words=%ED%A0%80"
    kind = "application/x-www-form-urlencoded"
    response = client.post(page(token), body, content_type=kind)
    assert response.status_code in {200, 400, 422}


def test_words_are_shown_as_text(token, client, cast, as_user):
    client.post(page(token), {"level": "1", "words": "<script>alert(1)</script>"})
    rating = Rating.objects.get()
    for address in (rating.get_absolute_url(), reverse("visits:ratings")):
        body = as_user(cast.dora).get(address).content.decode()
        assert "<script>alert" not in body
        assert "&lt;script&gt;" in body


def test_unknown_old_and_revoked_links_are_alike(token, client, time_machine):
    assert client.get(page("x" * 43)).status_code == 410
    RatingLink.objects.update(revoked_at=LATER)
    assert client.get(page(token)).status_code == 410
    RatingLink.objects.update(revoked_at=None)
    time_machine.move_to(LATER + timedelta(days=31), tick=False)
    assert client.get(page(token)).status_code == 410
    assert client.post(page(token), {"level": "5"}).status_code == 410
    with pytest.raises(UsedLinkError):
        ratings.rate_by_link(token, said=Said(level=5))


def test_pages_keep_the_token_to_themselves(token, client):
    response = client.get(page(token))
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in response.headers["X-Robots-Tag"]


def test_ten_links_of_a_thing_stay_open_and_the_eleventh_ends_the_oldest(
    cast, ticket, token
):
    for _ in range(10):
        ratings.make_link(ticket, actor=cast.hana, now=LATER)
    assert RatingLink.objects.open(LATER).count() == 10
    with pytest.raises(UsedLinkError):
        ratings.find_link(token, RatingLink.Purpose.RATE, LATER)


@pytest.mark.parametrize("who", ["olga", "hana", "dora", "axel", "sven"])
def test_an_official_who_is_signed_in_does_not_rate(token, cast, as_user, who):
    response = as_user(getattr(cast, who)).post(page(token), {"level": "5"})
    assert response.status_code == 409
    assert "请把链接交给企业" in response.content.decode()
    assert not Rating.objects.exists()


def test_a_companys_person_may_use_a_link_though_signed_in(token, cast, as_user):
    assert as_user(cast.otto).post(page(token), {"level": "5"}).status_code == 200
    assert Rating.objects.get().rated_by is None


@pytest.mark.slow
def test_a_link_goes_out_with_the_answer_and_waits_for_the_end(cast, category, client):
    ticket = answered(cast)
    _link, token = ratings.make_link(ticket, actor=cast.hana, now=LATER)
    response = client.get(page(token))
    assert response.status_code == 409
    assert "办结后可评价" in response.content.decode()
    assert client.post(page(token), {"level": "5"}).status_code == 409
    assert not Rating.objects.exists()
    with pytest.raises(NotEndedError):
        ratings.make_link(working(cast), actor=cast.hana, now=LATER)


def test_one_network_has_so_many_tries_an_hour(settings, token, client, time_machine):
    settings.CRM_PUBLIC_TRIES = 3
    for _ in range(3):
        assert client.get(page("x" * 43)).status_code == 410
    for method in (client.get, client.post):
        response = method(page("y" * 43))
        assert response.status_code == 429
        assert response.headers["Retry-After"] == "3600"
    # A good link can be looked at, but nothing more can be sent.
    assert client.get(page(token)).status_code == 200
    assert client.post(page(token), {"level": "5"}).status_code == 429
    other = Client(REMOTE_ADDR="198.51.100.7")
    assert other.get(page("x" * 43)).status_code == 410
    time_machine.move_to(LATER + timedelta(hours=1), tick=False)
    assert client.post(page(token), {"level": "5"}).status_code == 200
    assert "127.0.0.1" not in str(list(PublicTry.objects.values()))


@pytest.mark.slow
def test_a_rating_loop_leaves_one_rating(token, client):
    for level in "1234512345":
        client.post(page(token), {"level": level})
    assert Rating.objects.get().level == 1


def test_a_visit_has_its_code_on_its_page(cast, visit, as_user):
    client = as_user(cast.olga)
    address = reverse("visits:rating-link-visit", args=[visit.pk])
    assert address in client.get(visit.get_absolute_url()).content.decode()
    body = client.post(address).content.decode()
    assert "data:image/svg+xml" in body


def test_a_company_that_went_to_the_archive_rates_nothing(token, cast, client):
    cast.company.archived_at = LATER
    cast.company.save()
    assert client.post(page(token), {"level": "5"}).status_code == 409
    with pytest.raises(DomainError):
        ratings.rate_by_link(token, said=Said(level=5), now=LATER)


def test_a_link_of_another_company_rates_only_that_one(cast, token, client):
    far = CompanyFactory(region=cast.town)
    visit = VisitFactory(held=True, company=far, logged_by=cast.olga)
    other = ratings.make_link(visit, actor=cast.olga, now=LATER)[1]
    client.post(page(other), {"level": "1"})
    assert Rating.objects.get().company == far


@pytest.mark.slow
def test_the_giver_of_a_bad_rating_gets_a_link_to_look_again(token, cast, client):
    done = client.post(page(token), {"level": "1", "is_anonymous": "on"})
    after = done.context["after"]
    assert after.endswith("/look/")
    assert "工作人员" not in after
    look = client.get(after)
    assert look.status_code == 200
    # The same again, however often the page is sent.
    assert client.get(page(token)).context["after"] == after
    ratings.tell_nameless(now=LATER + DAY)
    rating = Rating.objects.get()
    assert client.post(after, {"level": "5"}).status_code == 409
    ratings.send_correction(
        rating.correction, actor=cast.uma, done="已道歉。", now=LATER + DAY
    )
    assert "已道歉。" in client.get(after).content.decode()
    assert client.post(after, {"level": "4", "words": "好了"}).status_code == 200
    rating.refresh_from_db()
    assert (rating.second_level, rating.second_words) == (4, "好了")
    assert rating.correction.outcome == "corrected"
    assert client.post(after, {"level": "1"}).status_code == 409
