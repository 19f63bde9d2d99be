"""Schedulers race, workers die: each escalation once and whole, on both databases."""

import importlib
import json
import multiprocessing
import os
import signal
import time
from collections import Counter
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connections

from crm.models import Event
from tests.cast import make_cast
from tests.factories import CategoryFactory
from tests.visits.escalation.stories import at
from tests.visits.ticket_stories import accepted
from visits import migrations
from visits.models import Escalation, Ticket
from visits.services import escalations
from visits.services.escalations import sweeping

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
FORK = multiprocessing.get_context("fork")
TICKETS, SCHEDULERS = 40, 4
LATE = at(3, 30)
# Contact and first reply late, due soon, late.
EACH = 4


@pytest.fixture
def cast():
    """A test that really commits leaves the tables empty: the rules come anew."""
    folder = Path(migrations.__file__).parent
    (name,) = [one.stem for one in folder.glob("*_shipped_escalation_rules.py")]
    shipped = importlib.import_module(f"visits.migrations.{name}")
    shipped.add_shipped(apps, None)
    CategoryFactory()
    cast = make_cast()
    for _ in range(TICKETS):
        accepted(cast)
    return cast


def told(fired):
    return [[one.subject, one.rule.key, one.escalation.cycle] for one in fired]


def apart(works):
    """Each in a process of its own, at the same moment; what they said, or None."""
    connections.close_all()
    gate = FORK.Barrier(len(works))
    pairs = [FORK.Pipe(duplex=False) for _ in works]
    children = [
        FORK.Process(target=child, args=(work, gate, pipe[1]))
        for work, pipe in zip(works, pairs, strict=True)
    ]
    for one in children:
        one.start()
    for _, end in pairs:
        end.close()
    answers = [answer_of(start) for start, _ in pairs]
    for one in children:
        one.join(60)
        assert one.exitcode is not None
    return answers


def child(work, gate, pipe):
    connections.close_all()
    gate.wait()
    pipe.send(json.dumps(work()))
    pipe.close()
    os._exit(0)


def answer_of(pipe):
    try:
        return json.loads(pipe.recv())
    except EOFError:  # it was killed
        return None


def assert_whole():
    """Every row has its event, every event its row; levels are what was reached."""
    rows = Escalation.objects.count()
    raised = Event.objects.filter(action="escalation.raised")
    assert Counter(raised.values_list("subject_id", flat=True)) == Counter(
        Escalation.objects.values_list("pk", flat=True)
    )
    levels = Event.objects.filter(action="ticket.level_raised")
    reached = Ticket.objects.filter(level__gt=0).values_list("pk", flat=True)
    assert Counter(levels.values_list("subject_id", flat=True)) == Counter(reached)
    return rows


def test_four_schedulers_raise_each_once(cast):
    works = [lambda: told(escalations.sweep(now=LATE))] * SCHEDULERS
    answers = apart(works)
    fired = [tuple(one) for answer in answers for one in answer]
    assert len(fired) == len(set(fired)) == assert_whole()
    # What one of them found in other hands, the next minute's sweep finds.
    fired += [tuple(one) for one in told(escalations.sweep(now=LATE))]
    assert len(fired) == len(set(fired)) == TICKETS * EACH
    assert assert_whole() == TICKETS * EACH


def test_without_the_locks_it_is_the_constraint_that_holds(cast, monkeypatch):
    """Four that read the same rows at the same moment: the database decides."""
    read = sweeping.locked

    def slow(kind, path, keys):
        pks = kind.rows.filter(**{f"{path}__in": keys}).values_list(path, "pk")
        from visits.services.escalations.promises import facts

        pairs = dict(pks)
        found = facts(kind, pairs.values())
        time.sleep(0.2)
        return {key: found[pk] for key, pk in pairs.items()}

    monkeypatch.setattr(sweeping, "locked", slow)
    answers = apart([lambda: told(escalations.sweep(now=LATE))] * SCHEDULERS)
    fired = [tuple(one) for answer in answers for one in answer]
    assert len(fired) == len(set(fired)) == TICKETS * EACH
    assert assert_whole() == TICKETS * EACH
    assert read is not slow


def test_a_press_and_a_sweep_meet(cast):
    """Answered while the sweep runs: told before or not at all, never left open."""
    from visits.services import tickets

    ticket = Ticket.objects.order_by("pk").first()

    def answer():
        tickets.start_work(ticket, actor=cast.hana, now=LATE)
        tickets.answer_ticket(
            ticket, actor=cast.hana, text="已办", proposed="solved", now=LATE
        )
        return []

    apart([lambda: told(escalations.sweep(now=LATE)), answer])
    escalations.sweep(now=LATE)
    own = Escalation.objects.for_subject(ticket)
    assert not own.filter(decided_at=None).exists()
    assert_whole()


def killed_in(name, after=1):
    """A sweep that dies in the middle, the moment it comes to this function."""

    def work():
        owner, _, attribute = name.rpartition(".")
        module = importlib.import_module(owner)
        real, left = getattr(module, attribute), [after]

        def dies(*args, **more):
            left[0] -= 1
            if not left[0]:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*args, **more)

        setattr(module, attribute, dies)
        sweeping.BATCH = 10
        return told(escalations.sweep(now=LATE))

    return work


@pytest.mark.parametrize(
    "name",
    [
        "visits.services.escalations.firing.insert_new",
        "visits.services.escalations.firing.raise_levels",
        "visits.services.escalations.sweeping.note_looks",
        "crm.events.event_of",
    ],
)
def test_a_worker_killed_in_the_first_batch_leaves_nothing(cast, name):
    assert apart([killed_in(name)]) == [None]
    assert assert_whole() == 0
    assert Ticket.objects.filter(level__gt=0).count() == 0
    assert finish() == TICKETS * EACH


@pytest.mark.parametrize("after", [2, 5, 9])
def test_a_worker_killed_later_leaves_whole_batches(cast, after):
    name = "visits.services.escalations.sweeping.note_looks"
    assert apart([killed_in(name, after)]) == [None]
    kept = assert_whole()
    assert 0 < kept < TICKETS * EACH
    assert finish() == TICKETS * EACH - kept
    assert assert_whole() == TICKETS * EACH


def finish():
    """Sweep until the dead one's locks are gone: a server needs a moment to notice."""
    found, before = 0, time.monotonic()
    while time.monotonic() - before < 20:
        found += len(escalations.sweep(now=LATE))
        if Escalation.objects.count() == TICKETS * EACH:
            break
        time.sleep(0.2)
    assert escalations.sweep(now=LATE) == []
    return found
