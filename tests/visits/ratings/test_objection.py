"""申诉: asked once by the rated unit, ruled on by a supervisor of no part in it."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from crm.lib.errors import DomainError
from crm.models import Event, Role
from reports.rating_figures import lines_of, period_of
from tests.factories import GrantFactory
from visits.models import Correction, Objection, Rating
from visits.services import ratings
from visits.services.ratings import RatedAlreadyError

from .conftest import DAY, LATER


@pytest.fixture
def objected(cast, rated):
    def make(level=1, **more):
        rating = rated(level, **more)
        ratings.object_to(
            rating, actor=cast.uma, kind="mistake", reason="评错了单位", now=LATER
        )
        return rating

    return make


def ruled(rating, actor, *, is_upheld=True, reason="情况属实"):
    return ratings.rule_on_objection(
        rating, actor=actor, is_upheld=is_upheld, reason=reason, now=LATER + DAY
    )


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("hana", True), ("uma", True), ("tom", False), ("dora", False),
        ("maria", False), ("axel", False), ("otto", False), ("olga", False),
    ],
)  # fmt: skip
def test_only_the_rated_unit_objects(cast, rated, who, may):
    rating, actor = rated(1), getattr(cast, who)
    ask = {"actor": actor, "kind": "malicious", "reason": "无此事", "now": LATER}
    if may:
        ratings.object_to(rating, **ask)
    else:
        with pytest.raises(PermissionDenied):
            ratings.object_to(rating, **ask)
    assert Objection.objects.exists() == may


def test_it_is_asked_once_with_a_reason_and_in_time(cast, rated, objected):
    rating = objected()
    again = {"actor": cast.uma, "kind": "mistake"}
    with pytest.raises(DomainError, match="已有申诉"):
        ratings.object_to(rating, reason="再说一次", now=LATER, **again)
    assert Objection.objects.count() == 1


@pytest.mark.parametrize(
    "bad", [{"reason": " "}, {"kind": "hack"}, {"reason": "长" * 5000}]
)
def test_an_objection_without_substance_is_refused(cast, rated, bad):
    ask = {"kind": "mistake", "reason": "评错了", **bad}
    with pytest.raises(DomainError):
        ratings.object_to(rated(1), actor=cast.uma, now=LATER, **ask)
    assert not Objection.objects.exists()


def test_the_days_for_it_are_five_working_days(cast, rated):
    rating = rated(1)  # on a Wednesday
    ask = {"actor": cast.uma, "kind": "mistake", "reason": "评错了"}
    assert ratings.last_day(rating).isoformat() == "2026-03-25"
    with pytest.raises(DomainError, match="期限已过"):
        ratings.object_to(rating, now=LATER + timedelta(days=8), **ask)
    ratings.object_to(rating, now=LATER + timedelta(days=7), **ask)


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("axel", True), ("hana", False), ("uma", False), ("dora", False),
        ("maria", False), ("olga", False), ("otto", False), ("tom", False),
    ],
)  # fmt: skip
def test_who_rules(cast, objected, who, may):
    rating, actor = objected(), getattr(cast, who)
    if may:
        ruled(rating, actor)
    else:
        with pytest.raises(PermissionDenied):
            ruled(rating, actor)
    rating.refresh_from_db()
    assert rating.is_excluded == may


@pytest.mark.parametrize(
    "grant",
    [
        {"role": Role.LEADER, "region": "county"},
        {"role": Role.LEADER, "department": "bureau"},
        {"role": Role.HANDLER, "department": "bureau"},
    ],
)
def test_a_supervisor_with_a_part_in_it_does_not_rule(cast, objected, grant):
    rating = objected()
    scope = {
        name: getattr(cast, value) for name, value in grant.items() if name != "role"
    }
    GrantFactory(user=cast.axel, role=grant["role"], **scope)
    with pytest.raises(PermissionDenied):
        ruled(rating, cast.axel)


def test_a_supervisor_of_the_rated_unit_does_not_rule(cast, objected):
    cast.axel.department = cast.bureau
    cast.axel.save()
    with pytest.raises(PermissionDenied):
        ruled(objected(), cast.axel)


def test_upheld_it_is_left_out_and_nothing_is_to_be_corrected(cast, objected):
    rating = objected()
    ruled(rating, cast.axel)
    rating.refresh_from_db()
    correction = Correction.objects.select_related("fix_by").get(rating=rating)
    assert rating.is_excluded
    assert (correction.state, correction.outcome) == ("void", "")
    assert correction.fix_by.met_at == LATER + DAY
    assert not Rating.objects.bad().exists()
    # Read on by those who could.
    for user in (cast.hana, cast.axel, cast.otto):
        assert Rating.objects.visible_to(user).get() == rating
    with pytest.raises(RatedAlreadyError):
        ratings.rate(
            ratings.record_of(rating.subject_type, rating.subject_id),
            actor=cast.otto,
            said=ratings.Said(level=1),
            now=LATER + DAY,
        )
    with pytest.raises(DomainError):
        ratings.look_again(rating, actor=cast.otto, level=5, now=LATER + DAY)


def test_rejected_it_stands_and_the_clock_has_run_on(cast, objected):
    rating = objected()
    ruled(rating, cast.axel, is_upheld=False, reason="与录音不符")
    rating.refresh_from_db()
    assert not rating.is_excluded
    correction = Correction.objects.select_related("fix_by").get(rating=rating)
    assert (correction.state, correction.fix_by.met_at) == ("fixing", None)
    assert Rating.objects.bad().get() == rating


def test_a_ruling_has_a_reason_and_is_final(cast, sonja, objected):
    rating = objected()
    with pytest.raises(DomainError):
        ruled(rating, cast.axel, reason=" ")
    ruled(rating, cast.axel, is_upheld=False)
    ruled(rating, cast.axel, is_upheld=False)  # the same press twice
    with pytest.raises(DomainError, match="已裁定"):
        ruled(rating, sonja, is_upheld=True)
    rating.refresh_from_db()
    assert not rating.is_excluded
    assert Event.objects.filter(action="rating.objection_ruled").count() == 1


def test_without_an_objection_there_is_nothing_to_rule(cast, rated):
    with pytest.raises(DomainError):
        ruled(rated(1), cast.axel)


def test_figures_leave_it_out_and_say_how_many(cast, objected, rated, visit):
    rated(5, record=visit)
    rating = objected(1)
    period = period_of(None, None, LATER.date())
    total = lines_of(cast.axel, "unit", period)[1].numbers
    assert (total.rated, total.good, total.bad, total.excluded) == (2, 1, 1, 0)
    ruled(rating, cast.axel)
    total = lines_of(cast.axel, "unit", period)[1].numbers
    assert (total.rated, total.good, total.bad, total.excluded) == (1, 1, 0, 1)


def test_of_a_nameless_rating_the_objection_is_no_companys_event(cast, nameless):
    rating = nameless(1)
    ratings.object_to(
        rating, actor=cast.uma, kind="malicious", reason="无此事", now=LATER + DAY
    )
    event = Event.objects.get(action="rating.objected")
    assert (event.company, event.is_public) == (None, False)


@pytest.fixture
def by_link(cast, ticket):
    """Somebody rated with a link; the company finds it on its page."""

    def make(**said):
        token = ratings.make_link(ticket, actor=cast.hana, now=LATER)[1]
        said = ratings.Said(level=5, words="好得很", **said)
        rating = ratings.rate_by_link(token, said=said, now=LATER)
        ratings.tell_nameless(now=LATER + DAY)
        rating.refresh_from_db()
        return rating

    return make


@pytest.mark.parametrize("nameless", [False, True])
def test_a_company_says_that_it_was_somebody_else(cast, by_link, nameless):
    """A unit could praise itself with the link that it should hand out."""
    rating = by_link(is_anonymous=nameless)
    objection = ratings.disown(
        rating, actor=cast.otto, reason="当天没有人收到链接", now=LATER + DAY
    )
    assert (objection.kind, objection.asked_by) == ("foreign", None)
    event = Event.objects.get(action="rating.objected")
    hidden = (None, None) if nameless else (cast.otto, cast.company)
    assert (event.actor, event.company) == hidden
    ruled(rating, cast.axel)
    rating.refresh_from_db()
    assert rating.is_excluded


def test_what_it_gave_signed_in_a_company_does_not_disown(cast, rated):
    with pytest.raises(DomainError, match="登录"):
        ratings.disown(rated(1), actor=cast.otto, reason="x", now=LATER)


@pytest.mark.parametrize("who", ["hana", "uma", "dora", "axel", "omar"])
def test_nobody_disowns_in_its_place(cast, by_link, who):
    with pytest.raises(PermissionDenied):
        ratings.disown(by_link(), actor=getattr(cast, who), reason="x", now=LATER)


def test_a_nameless_one_is_disowned_from_the_next_day_on(cast, ticket):
    """Before, the event would come first and tell the day's order."""
    token = ratings.make_link(ticket, actor=cast.hana, now=LATER)[1]
    said = ratings.Said(level=5, is_anonymous=True)
    rating = ratings.rate_by_link(token, said=said, now=LATER)
    with pytest.raises(DomainError, match="明天"):
        ratings.disown(rating, actor=cast.otto, reason="不是我们", now=LATER)
    assert not Event.objects.filter(action="rating.objected").exists()


def test_the_company_disowns_on_the_page(cast, by_link, as_user, time_machine):
    rating = by_link()
    time_machine.move_to(LATER + DAY, tick=False)
    client = as_user(cast.otto)
    address = reverse("visits:rating-disown", args=[rating.pk])
    assert address in client.get(rating.get_absolute_url()).content.decode()
    assert client.post(address, {"reason": "不是我们评的"}).status_code == 302
    assert address not in client.get(rating.get_absolute_url()).content.decode()
