"""Two first sendings at once: one visit, and both are told that it is there."""

import threading
import uuid

import pytest
from django.db import connection

from tests.cast import make_cast
from tests.factories import NOON
from visits.models import IntakeConflict, Visit
from visits.services import intake
from visits.services.content import Content

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
TOGETHER = 6


def words(**changes):
    return Content(mode="onsite", purpose="了解用工", starts_at=NOON, **changes)


def at_once(works):
    """Run all of them at the same moment, each on a connection of its own."""
    gate, answers = threading.Barrier(len(works)), []

    def run(work):
        try:
            gate.wait()
            answers.append(work())
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == len(works)
    return answers


def test_the_same_visit_at_once_is_written_once():
    cast, key = make_cast(), uuid.uuid4()
    sending = intake.Sending(uuid=key, company=cast.company.pk, content=words())
    outcomes = at_once(
        [lambda: intake.receive(sending, actor=cast.olga, now=NOON)] * TOGETHER
    )
    assert sorted(one.is_new for one in outcomes) == [False] * (TOGETHER - 1) + [True]
    assert {one.visit.pk for one in outcomes} == {Visit.objects.get().pk}


def test_different_visits_with_one_id_at_once_are_both_kept():
    cast, key = make_cast(), uuid.uuid4()
    works = [
        lambda note=note: intake.receive(
            intake.Sending(
                uuid=key, company=cast.company.pk, content=words(note=str(note))
            ),
            actor=cast.olga,
            now=NOON,
        )
        for note in range(3)
    ]
    outcomes = at_once(works)
    assert sum(one.is_new for one in outcomes) == 1
    assert Visit.objects.count() == 1
    assert IntakeConflict.objects.count() == 2
