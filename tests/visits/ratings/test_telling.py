"""Who is told of a rating; of one without a name nobody is told who gave it."""

import pytest
from django.apps import apps

from crm.models import Delivery, Event, Notice, User
from crm.services.notices import telling as services
from tests.visits.ratings.conftest import DAY, LATER
from visits.services import ratings

pytestmark = pytest.mark.django_db


def told_of(action):
    """Who was told of the last event of this kind, and as what."""
    event = Event.objects.filter(action=action).latest("pk")
    rows = Notice.objects.filter(event=event)
    return {(one.recipient.login, one.kind) for one in rows}


def test_who_did_well_hears_of_it(cast, rated):
    rated(5)
    assert told_of("rating.given") == {("hana", "rating"), ("uma", "rating")}


def test_of_a_bad_one_the_correction_is_told_and_nothing_twice(cast, rated):
    rated(1)
    assert told_of("rating.given") == set()
    assert told_of("correction.started") == {
        ("hana", "correction"),
        ("uma", "correction"),
    }


def test_who_asks_back_hears_of_the_report(cast, sent):
    sent()
    assert told_of("correction.sent") == {
        ("dora", "rating"),
        ("olga", "rating"),
        ("otto", "ours"),
    }


def test_one_without_a_name_is_told_the_next_morning_without_the_company(
    cast, rated, as_user, settings
):
    settings.EMAIL_HOST = "mail.example.gov.cn"
    User.objects.update(email="x@example.gov.cn")
    before = Notice.objects.count()
    rating = rated(1, is_anonymous=True)
    assert Notice.objects.count() == before
    ratings.tell_nameless(now=LATER + DAY)
    assert told_of("correction.started") == {("uma", "correction")}
    (notice,) = Notice.objects.filter(about_type="visits.rating")
    assert notice.created_at >= LATER + DAY
    assert Delivery.objects.filter(notice=notice).count() == 1
    lines = as_user(cast.uma).get("/notices/").context["lines"]
    (line,) = [one for one in lines if one.notice == notice]
    assert line.told.company == ""
    assert cast.otto.name not in line.sentence
    assert rating.words not in line.title + line.sentence


def test_the_supervisor_hears_of_an_objection_and_the_unit_of_the_ruling(
    cast, rated, sonja
):
    rating = rated(1)
    ratings.object_to(
        rating, actor=cast.uma, kind="mistake", reason="评错了对象。", now=LATER + DAY
    )
    assert {("sonja", "rating")} <= told_of("rating.objected")
    for one in Notice.objects.select_related("recipient"):
        record = apps.get_model(one.about_type)._default_manager.get(pk=one.about_id)
        assert services.is_visible(record, one.recipient), one
