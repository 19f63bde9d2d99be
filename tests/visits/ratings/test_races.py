"""Several at once with one link or one thing: one rating, one second look."""

import pytest
from django.db import connection

from crm.lib.errors import DomainError
from tests.cast import make_cast
from tests.factories import NOON, VisitFactory
from tests.visits.test_intake_race import at_once
from visits.models import Correction, PublicTry, Rating, RatingLink
from visits.services import public_tries, ratings
from visits.services.public_tries import TooManyTriesError
from visits.services.ratings import Said

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
TOGETHER = 6


@pytest.fixture(autouse=True)
def that_day(time_machine):
    time_machine.move_to(NOON, tick=False)


@pytest.fixture
def cast():
    return make_cast()


@pytest.fixture
def visit(cast):
    return VisitFactory(held=True, company=cast.company, logged_by=cast.olga)


def outcome_of(work):
    """What came of it: the rating's key, or the code of the refusal."""

    def run():
        try:
            return work().pk
        except DomainError as error:
            return error.code

    return run


def test_one_link_used_at_once_is_used_once(cast, visit):
    token = ratings.make_link(visit, actor=cast.olga, now=NOON)[1]
    works = [
        outcome_of(lambda: ratings.rate_by_link(token, said=Said(level=1), now=NOON))
        for _ in range(TOGETHER)
    ]
    found = at_once(works)
    assert found.count("rated_already") == TOGETHER - 1
    assert Rating.objects.get().pk in found
    assert RatingLink.objects.get().rating == Rating.objects.get()
    assert Correction.objects.count() == 1


def test_two_links_and_a_login_at_once_are_one_rating(cast, visit):
    tokens = [ratings.make_link(visit, actor=cast.olga, now=NOON)[1] for _ in "12"]
    works = [
        outcome_of(
            lambda token=token: ratings.rate_by_link(
                token, said=Said(level=2), now=NOON
            )
        )
        for token in tokens
    ]
    said = Said(level=5)
    works.append(
        outcome_of(lambda: ratings.rate(visit, actor=cast.otto, said=said, now=NOON))
    )
    found = at_once(works)
    assert found.count("rated_already") == 2
    assert Rating.objects.count() == 1


def test_one_form_sent_several_times_at_once_is_one_success(cast, visit):
    token, said = ratings.make_link(visit, actor=cast.olga, now=NOON)[1], Said(level=3)
    works = [
        outcome_of(lambda: ratings.rate_by_link(token, said=said, now=NOON))
    ] * TOGETHER
    assert set(at_once(works)) == {Rating.objects.get().pk}


def test_two_second_looks_at_once_are_one(cast, visit):
    rating = ratings.rate(visit, actor=cast.otto, said=Said(level=1), now=NOON)
    clock = ratings.send_correction(
        rating.correction, actor=cast.olga, done="已改", now=NOON
    )
    Correction.objects.update(state="asked", look_by=clock.fix_by)
    works = [
        outcome_of(
            lambda level=level: ratings.look_again(
                rating, actor=cast.otto, level=level, now=NOON
            )
        )
        for level in (1, 5)
    ]
    found = at_once(works)
    assert sorted(map(str, found))[1] == "looked_already"
    assert Correction.objects.get().outcome in {"corrected", "not_corrected"}


def test_the_limit_of_a_network_holds_at_once(cast):
    def tried():
        try:
            public_tries.count_try("203.0.113.9", most=2, now=NOON)
        except TooManyTriesError:
            return False
        return True

    assert at_once([tried] * TOGETHER).count(True) == 2
    assert PublicTry.objects.get().count == 2


@pytest.mark.postgres
def test_the_thing_is_locked_until_the_rating_is_written(cast, visit):
    """A ticket that is taken up again meanwhile waits, or the rating does."""
    import threading

    from django.db import OperationalError, transaction

    with transaction.atomic():
        ratings.rate(visit, actor=cast.otto, said=Said(level=1), now=NOON)
        seen = []

        def look():
            try:
                with transaction.atomic():
                    type(visit).objects.select_for_update(nowait=True).get(pk=visit.pk)
                seen.append("free")
            except OperationalError:
                seen.append("locked")
            finally:
                connection.close()

        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
    assert seen == ["locked"]
