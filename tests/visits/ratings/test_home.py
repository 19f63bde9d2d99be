"""What of ratings stands on the first page: only what waits for this person."""

from django.urls import reverse

from tests.factories import VisitFactory
from visits.services import ratings

from .conftest import LATER


def text(client):
    response = client.get(reverse("reports:home"))
    assert response.status_code == 200
    return response.content.decode()


def test_a_bad_rating_waits_for_its_unit(cast, rated, as_user):
    rating = rated(1)
    for who in (cast.hana, cast.uma):
        body = text(as_user(who))
        assert "待整改差评" in body
        assert rating.get_absolute_url() in body
    for who in (cast.tom, cast.axel, cast.olga):
        assert "待整改差评" not in text(as_user(who))


def test_a_reported_one_waits_for_the_call_back(cast, sent, as_user):
    sent()
    assert "待整改差评" not in text(as_user(cast.hana))
    for who in (cast.dora, cast.olga):
        assert "待回访整改" in text(as_user(who))


def test_an_objection_waits_for_the_supervisor(cast, rated, as_user):
    rating = rated(1)
    ratings.object_to(
        rating, actor=cast.uma, kind="mistake", reason="评错了", now=LATER
    )
    assert "待裁定评价申诉" in text(as_user(cast.axel))
    assert "待裁定评价申诉" not in text(as_user(cast.dora))


def test_a_company_sees_what_it_may_rate_and_look_at_again(cast, called, as_user):
    visit = VisitFactory(held=True, company=cast.company, logged_by=cast.olga)
    called()
    body = text(as_user(cast.otto))
    assert reverse("visits:rate-visit", args=[visit.pk]) in body
    assert "请追评" in body


def test_the_administrator_finds_the_rules(cast, as_user):
    assert reverse("visits:rating-rules") in text(as_user(cast.sven))
