"""提级 by hand: who may, with a reason, once; and the answer to it."""

import uuid

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from crm.lib.errors import DomainError, StaleVersion
from crm.models import Event
from crm.services import deadlines
from projects.models import Milestone
from tests.factories import ProjectFactory
from tests.visits.escalation.stories import at, late_ticket, leader_of, open_ones, sweep
from tests.visits.ticket_stories import closed, dispatched
from visits.models import Escalation, Ticket
from visits.models.escalation_rules import Level
from visits.services import escalations, tickets

pytestmark = pytest.mark.django_db
NOW = at(3, 19)
EVERYBODY = ("uma", "maria", "hana", "dora", "tom", "olga", "axel", "otto", "sven")


def take_higher(ticket, actor, level=Level.CHARGE, **more):
    values = {"reason": "涉及三个部门，无人牵头。", "now": NOW} | more
    return escalations.raise_by_hand(ticket, actor=actor, level=level, **values)


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("olga", True),
        ("bela", True),
        ("uma", True),
        ("dora", True),
        ("maria", True),
        ("hana", False),
        ("tom", False),
        ("oleg", False),
        ("dirk", False),
        ("axel", False),
        ("otto", False),
        ("sven", False),
    ],
)
def test_who_may_take_it_higher(cast, who, may):
    leader_of(cast, cast.bureau)
    ticket, actor = dispatched(cast), getattr(cast, who)
    assert escalations.may_raise(ticket, actor) == may
    if not may:
        with pytest.raises(PermissionDenied):
            take_higher(ticket, actor)
    else:
        one = take_higher(ticket, actor)
        assert (one.level, one.raised_by, one.rule.key) == (2, actor, "by_hand")
    assert Escalation.objects.count() == may


def test_it_leaves_its_event_and_raises_the_tickets_level(cast):
    leader_of(cast, cast.bureau)
    ticket = dispatched(cast)
    one = take_higher(ticket, cast.olga)
    assert Ticket.objects.get().level == 2
    raised = Event.objects.get(action="escalation.raised")
    assert (raised.actor, raised.subject_id) == (cast.olga, one.pk)
    assert raised.company == cast.company
    told = Event.objects.get(action="ticket.level_raised")
    assert (told.subject_id, told.changes["level"]) == (ticket.pk, [0, 2])
    assert told.is_public
    assert "涉及三个部门" not in str(raised.changes)


def test_the_same_press_twice_is_one(cast):
    ticket, key = dispatched(cast), uuid.uuid4()
    first = take_higher(ticket, cast.dora, client_key=key)
    assert take_higher(ticket, cast.dora, client_key=key) == first
    assert Escalation.objects.count() == 1


def test_where_it_waits_already_nobody_takes_it_again(cast):
    leader_of(cast, cast.bureau)
    ticket = dispatched(cast)
    take_higher(ticket, cast.dora)
    for level in (Level.HEAD, Level.CHARGE):
        with pytest.raises(DomainError) as refused:
            take_higher(ticket, cast.uma, level)
        assert refused.value.code == "raised_already"
    assert take_higher(ticket, cast.uma, Level.TOP).level == Level.TOP


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"reason": "  "}, "reason"),
        ({"reason": "长" * 401}, "reason"),
        ({"level": 0}, "level"),
        ({"level": 4}, "level"),
    ],
)
def test_what_is_refused_in_a_sentence(cast, more, field):
    with pytest.raises(DomainError) as refused:
        take_higher(dispatched(cast), cast.dora, **more)
    assert refused.value.field == field


def test_what_has_ended_stays_where_it_is(cast):
    with pytest.raises(DomainError):
        take_higher(closed(cast), cast.dora)


def test_an_approval_can_be_taken_higher_too(cast):
    project = ProjectFactory(company=cast.company, lead_department=cast.bureau)
    item = Milestone.objects.create(
        project=project,
        key="k",
        name="施工许可",
        stage=1,
        order=1,
        department=cast.bureau,
        committed_days=5,
    )
    for actor in (cast.uma, cast.dora, cast.maria):
        assert escalations.may_raise(item, actor)
    assert not escalations.may_raise(item, cast.hana)
    one = take_higher(item, cast.dora, Level.TOP)
    assert (one.subject_type, one.department) == ("projects.milestone", cast.bureau)
    assert not Event.objects.filter(action__endswith="level_raised").exists()


def test_a_project_or_a_part_is_not_taken_higher_by_hand(cast):
    ticket = dispatched(cast)
    for subject in (ProjectFactory(company=cast.company), ticket.parts.get()):
        with pytest.raises(PermissionDenied):
            take_higher(subject, cast.dora)
    with pytest.raises(LookupError):
        take_higher(cast.company, cast.dora)


def test_the_database_wants_a_person_and_a_reason(cast):
    one = take_higher(dispatched(cast), cast.dora)
    for wrong in ({"reason": ""}, {"raised_by": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Escalation.objects.filter(pk=one.pk).update(**wrong)


# --- The answer ---------------------------------------------------------------------


@pytest.fixture
def escalation(cast):
    late_ticket(cast)
    sweep(3, 28)
    return Escalation.objects.get(rule__key="ticket_late")


def settle(escalation, actor, **more):
    values = {"reason": "明日约谈，周五前答复。", "now": at(3, 29)} | more
    return escalations.settle_escalation(escalation, actor=actor, **values)


@pytest.mark.parametrize(
    ("who", "may"),
    [(who, who in {"uma", "maria"}) for who in EVERYBODY],
)
def test_whoever_is_at_its_level_or_above_answers(cast, escalation, who, may):
    actor = getattr(cast, who)
    if not may:
        with pytest.raises(PermissionDenied):
            settle(escalation, actor)
        return
    one = settle(escalation, actor)
    assert (one.state, one.decision, one.decided_by) == ("decided", "answered", actor)
    assert one.decided_at == at(3, 29)
    event = Event.objects.get(action="escalation.settled")
    assert event.actor == actor and "约谈" not in str(event.changes)


def test_the_leader_in_charge_answers_up_to_his_own_level(cast, escalation):
    lena = leader_of(cast, cast.bureau)
    settle(escalation, lena)
    sweep(6, 1)
    with pytest.raises(PermissionDenied):
        settle(Escalation.objects.get(level=Level.TOP), lena)


def test_an_answer_is_given_once(cast, escalation):
    settle(escalation, cast.uma)
    assert settle(escalation, cast.uma).version == 2  # the button pressed twice
    with pytest.raises(DomainError) as refused:
        settle(escalation, cast.maria, reason="我来办。")
    assert refused.value.code == "settled_already"
    assert Event.objects.filter(action="escalation.settled").count() == 1


def test_an_answer_on_an_old_page_is_refused(cast, escalation):
    with pytest.raises(StaleVersion):
        settle(escalation, cast.uma, version=7)


def test_an_answer_needs_words(cast, escalation):
    for reason in (" ", "长" * 401):
        with pytest.raises(DomainError):
            settle(escalation, cast.uma, reason=reason)
    assert open_ones().filter(pk=escalation.pk).exists()


def test_what_was_answered_is_not_settled_again_by_itself(cast, escalation):
    settle(escalation, cast.uma)
    ticket = Ticket.objects.get()
    tickets.start_work(ticket, actor=cast.hana)
    tickets.answer_ticket(ticket, actor=cast.hana, text="已办", proposed="solved")
    sweep(3, 30)
    escalation.refresh_from_db()
    assert escalation.decision == "answered"


def test_a_promise_taken_back_takes_its_escalation_along(cast, escalation, atomic):
    """What was written down by mistake is dropped; what was raised of it is settled."""
    mistake = deadlines.start("part", 1, started_on=at(3, 2).date())
    Escalation.objects.filter(pk=escalation.pk).update(deadline=mistake)
    deadlines.drop(mistake)
    sweep(3, 29)
    escalation.refresh_from_db()
    assert escalation.decision == "moved"
