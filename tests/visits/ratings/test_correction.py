"""整改: reported by the unit, asked back by somebody else, looked at by the company."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from crm.lib.errors import DomainError, StaleVersion, WrongStatus
from crm.models import Event, Role
from crm.services import calendar, deadlines
from crm.services.attaching import received
from tests.factories import GrantFactory
from tests.visits.ticket_stories import picture
from visits.models import Correction, Rating
from visits.services import ratings
from visits.services.ratings.second import LookedAlreadyError

from .conftest import DAY, LATER

State = Correction.State


def fresh(rating):
    return Correction.objects.select_related("fix_by", "look_by").get(rating=rating)


@pytest.mark.slow
def test_the_unit_reports_what_it_did_with_papers(cast, rated):
    rating = rated(1)
    with received([picture()]) as files:
        ratings.send_correction(
            rating.correction, actor=cast.hana, done="已重办。", files=files, now=LATER
        )
    correction = fresh(rating)
    assert (correction.state, correction.sent_by) == (State.SENT, cast.hana)
    assert correction.fix_by.met_at == LATER
    event = Event.objects.for_subject(correction).get(action="correction.sent")
    assert (event.actor, event.is_public) == (cast.hana, True)
    assert event.changes["file_count"] == [None, 1]


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("hana", True), ("uma", True), ("tom", False), ("olga", False),
        ("dora", False), ("maria", False), ("axel", False), ("otto", False),
    ],
)  # fmt: skip
def test_only_the_rated_unit_reports(cast, rated, who, may):
    correction = rated(1).correction
    report = {"actor": getattr(cast, who), "done": "已重办。", "now": LATER}
    if may:
        ratings.send_correction(correction, **report)
    else:
        with pytest.raises(PermissionDenied):
            ratings.send_correction(correction, **report)
    correction.refresh_from_db()
    assert (correction.state == State.SENT) == may


def test_a_report_says_something_and_is_given_once(cast, rated):
    correction = rated(1).correction
    with pytest.raises(DomainError):
        ratings.send_correction(correction, actor=cast.hana, done=" ", now=LATER)
    for _ in range(2):
        ratings.send_correction(correction, actor=cast.hana, done="好。", now=LATER)
    assert Event.objects.filter(action="correction.sent").count() == 1
    with pytest.raises(WrongStatus):
        ratings.send_correction(correction, actor=cast.uma, done="另一个", now=LATER)


def test_whoever_saw_an_older_version_is_told(cast, rated):
    correction = rated(1).correction
    ratings.hand_correction(correction, actor=cast.uma, handler=cast.uma, now=LATER)
    with pytest.raises(StaleVersion):
        ratings.send_correction(
            correction, actor=cast.hana, done="好。", version=1, now=LATER
        )


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("dora", True), ("olga", True), ("bela", True), ("axel", True),
        ("hana", False), ("uma", False), ("tom", False), ("dirk", False),
        ("maria", False), ("otto", False), ("oleg", False),
    ],
)  # fmt: skip
def test_who_asks_back(cast, sent, who, may):
    correction = sent().correction
    call = {"call": "corrected", "person": "王经理", "now": LATER + 2 * DAY}
    if may:
        ratings.record_call_back(correction, actor=getattr(cast, who), **call)
    else:
        with pytest.raises(PermissionDenied):
            ratings.record_call_back(correction, actor=getattr(cast, who), **call)
    correction.refresh_from_db()
    assert (correction.state == State.ASKED) == may


def test_the_rated_unit_never_asks_back_itself(cast, sent):
    """Not even its person who is a dispatcher or supervisor besides."""
    rating = sent()
    for role in (Role.DISPATCHER, Role.SUPERVISOR):
        GrantFactory(user=cast.uma, role=role, region=cast.county)
    assert not Rating.objects.asked_back_by(cast.uma).filter(pk=rating.pk).exists()
    assert not Rating.objects.ruled_by(cast.uma).filter(pk=rating.pk).exists()


def test_an_officers_own_visit_is_asked_back_by_others(cast, visit, rated, sonja):
    rating = rated(1, record=visit)
    GrantFactory(user=cast.olga, role=Role.DISPATCHER, region=cast.county)
    for user, may in ((cast.olga, False), (cast.bela, False), (sonja, True)):
        found = Rating.objects.asked_back_by(user).filter(pk=rating.pk)
        assert found.exists() == may


def test_what_was_said_on_the_phone_is_personal(cast, called):
    correction = fresh(called())
    event = Event.objects.for_subject(correction).get(action="correction.called_back")
    assert event.personal.values == {"person": "王经理"}
    assert "王经理" not in str(event.changes)


def test_a_call_names_whom_it_reached(cast, sent):
    correction = sent().correction
    with pytest.raises(DomainError, match="联系"):
        ratings.record_call_back(
            correction, actor=cast.dora, call="corrected", now=LATER + DAY
        )
    with pytest.raises(DomainError):
        ratings.record_call_back(
            correction, actor=cast.dora, call="hack", person="王", now=LATER + DAY
        )
    ratings.record_call_back(
        correction, actor=cast.dora, call="unreached", now=LATER + DAY
    )
    assert fresh(correction.rating).call == "unreached"


@pytest.mark.parametrize(
    ("level", "outcome"),
    [(5, "corrected"), (3, "corrected"), (2, "not_corrected"), (1, "not_corrected")],
)
def test_the_company_has_the_last_word(cast, called, level, outcome):
    rating = called(call="corrected")
    ratings.look_again(
        rating, actor=cast.otto, level=level, words="看了", now=LATER + 3 * DAY
    )
    rating.refresh_from_db()
    correction = fresh(rating)
    assert (rating.level, rating.second_level) == (1, level)
    assert (correction.state, correction.outcome) == (State.ENDED, outcome)
    assert correction.look_by.met_at == LATER + 3 * DAY


def test_a_second_look_is_given_once(cast, called):
    rating = called()
    look = {"actor": cast.otto, "now": LATER + 3 * DAY}
    ratings.look_again(rating, level=4, words="好", **look)
    ratings.look_again(rating, level=4, words="好", **look)  # the same press twice
    with pytest.raises(LookedAlreadyError):
        ratings.look_again(rating, level=1, **look)
    assert Event.objects.filter(action="rating.second_look").count() == 1


def test_nobody_looks_again_before_the_call_back(cast, rated, sent):
    rating = sent()
    with pytest.raises(DomainError) as refused:
        ratings.look_again(rating, actor=cast.otto, level=5, now=LATER + DAY)
    assert refused.value.code == "not_ended"


def test_a_good_rating_has_no_second_look(cast, rated):
    with pytest.raises(DomainError):
        ratings.look_again(rated(4), actor=cast.otto, level=5, now=LATER)


@pytest.mark.parametrize("who", ["hana", "dora", "axel", "omar"])
def test_nobody_looks_in_the_companys_place(cast, called, who):
    with pytest.raises(PermissionDenied):
        ratings.look_again(called(), actor=getattr(cast, who), level=5, now=LATER)


@pytest.mark.parametrize(
    ("call", "outcome"),
    [
        ("corrected", "corrected"),
        ("not_corrected", "not_corrected"),
        ("unreached", "unheard"),
    ],
)
def test_where_the_company_stays_silent_the_call_stands(cast, called, call, outcome):
    correction = fresh(called(call=call))
    assert correction.look_by.days == 10
    last = correction.look_by.due_on
    on_the_day = LATER.replace(year=last.year, month=last.month, day=last.day)
    assert ratings.end_unheard(now=on_the_day) == 0
    assert ratings.end_unheard(now=on_the_day + DAY) == 1
    assert ratings.end_unheard(now=on_the_day + DAY) == 0
    correction.refresh_from_db()
    assert (correction.state, correction.outcome) == (State.ENDED, outcome)


def test_the_unit_head_hands_it_to_a_colleague_and_its_clock_too(cast, rated):
    correction = rated(1).correction
    ratings.hand_correction(correction, actor=cast.uma, handler=cast.uma, now=LATER)
    correction = fresh(correction.rating)
    assert (correction.handler, correction.fix_by.handler) == (cast.uma, cast.uma)
    with pytest.raises(DomainError):
        ratings.hand_correction(correction, actor=cast.uma, handler=cast.tom, now=LATER)
    with pytest.raises(PermissionDenied):
        ratings.hand_correction(
            correction, actor=cast.hana, handler=cast.hana, now=LATER
        )


def test_the_dispatcher_hands_it_over_where_a_unit_has_no_head(cast, visit, rated):
    """A nameless rating of a visit is in nobody's hands at first."""
    rating = rated(1, record=visit, is_anonymous=True)
    ratings.tell_nameless(now=LATER + DAY)
    rating.refresh_from_db()
    assert not Rating.objects.visible_to(cast.bela).exists()
    ratings.hand_correction(
        rating.correction, actor=cast.dora, handler=cast.bela, now=LATER + DAY
    )
    assert Rating.objects.visible_to(cast.bela).get() == rating
    ratings.send_correction(
        rating.correction, actor=cast.bela, done="已改进。", now=LATER + DAY
    )


def test_a_deadline_that_moves_is_told(cast, rated):
    correction = fresh(rated(1))
    clock = correction.fix_by
    clock.due_on, clock.is_provisional = clock.due_on + timedelta(days=3), True
    clock.save()
    calendar.refresh()
    deadlines.recompute(now=LATER)
    event = Event.objects.for_subject(correction).get(action="correction.due_moved")
    assert event.changes["due_on"][1] == "2026-04-09"


def test_what_a_department_owes_holds_the_correction(cast, rated):
    clock = fresh(rated(1)).fix_by
    assert (clock.department, clock.handler, clock.met_at) == (
        cast.bureau,
        cast.hana,
        None,
    )
