"""Every state × every act × every role, with its explicit result."""

from functools import partial

import pytest
from django.core.exceptions import PermissionDenied

from crm.lib.errors import DomainError, WrongStatus
from tests.factories import NOON
from tests.kept import rolled_back
from visits.models import Ticket
from visits.services import tickets

from .ticket_stories import HOUR, TELL, fire_brigade, in_state

LATER = NOON + 4 * HOUR
DO = {
    "admit": lambda t, who, cast: tickets.admit_ticket(t, actor=who, now=LATER),
    "refuse": lambda t, who, cast: tickets.refuse_ticket(
        t, actor=who, refusal="empty", note="没有具体内容。", now=LATER
    ),
    "dispatch": lambda t, who, cast: tickets.dispatch_ticket(
        t, actor=who, lead=cast.other_bureau, now=LATER
    ),
    "accept": lambda t, who, cast: tickets.accept_ticket(t, actor=who, now=LATER),
    "hand": lambda t, who, cast: tickets.hand_ticket(
        t, actor=who, handler=cast.uma, now=LATER
    ),
    "contact": lambda t, who, cast: tickets.record_contact(
        t, actor=who, person="张三", called_at=LATER, now=LATER
    ),
    "start": lambda t, who, cast: tickets.start_work(t, actor=who, now=LATER),
    "answer_part": lambda t, who, cast: tickets.answer_part(
        t, actor=who, text="已提供名单。", now=LATER
    ),
    "answer": lambda t, who, cast: tickets.answer_ticket(
        t, actor=who, text="已办。", proposed="partly", now=LATER
    ),
    "confirm": lambda t, who, cast: tickets.confirm_ticket(
        t,
        actor=who,
        outcome="partly",
        proof=tickets.Proof("call", None, "张三", "13800000000", LATER),
        now=LATER,
    ),
    "reject": lambda t, who, cast: tickets.reject_answer(
        t, actor=who, reason="还差八人。", now=LATER
    ),
}
# Who may at all; everybody else is refused in every state.
WHO = {
    "admit": {"dora"},
    "refuse": {"dora"},
    "dispatch": {"dora"},
    "accept": {"hana", "uma"},
    "hand": {"hana", "uma"},
    "contact": {"hana", "uma"},
    "start": {"hana", "uma"},
    "answer_part": {"tom"},
    "answer": {"hana", "uma"},
    "confirm": {"otto", "olga", "bela"},
    "reject": {"otto", "olga", "bela"},
}
PEOPLE = [
    *("olga", "bela", "oleg", "tom", "hana", "uma", "dora", "dirk"),
    *("maria", "axel", "otto", "omar", "sven", "selma", "alma"),
]
NO, SAME = "wrong_status", "nothing new"
# In which state the act leads to which state. SAME: pressed twice, already so.
TABLE = {
    #           submitted     queued        dispatched  accepted    working
    "admit": ("queued", SAME, NO, NO, NO),
    "refuse": ("refused", "refused", NO, NO, NO),
    "dispatch": ("dispatched", "dispatched", NO, NO, NO),
    "accept": (None, None, "accepted", SAME, NO),
    "hand": (None, None, NO, "accepted", "working"),
    "contact": (None, None, "dispatched", "accepted", "working"),
    "start": (None, None, NO, "working", SAME),
    "answer_part": (None, None, "dispatched", "accepted", "working"),
    "answer": (None, None, NO, "confirming", "confirming"),
    "confirm": (NO, NO, NO, NO, NO),
    "reject": (NO, NO, NO, NO, NO),
}
ENDS = {
    #           confirming    closed  refused
    "admit": (NO, NO, NO),
    "refuse": (NO, NO, NO),
    "dispatch": (NO, NO, NO),
    "accept": (NO, NO, None),
    "hand": (NO, NO, None),
    "contact": ("confirming", NO, None),
    "start": (NO, NO, None),
    "answer_part": ("confirming", NO, None),
    "answer": (NO, NO, None),
    "confirm": ("closed", NO, NO),
    "reject": ("working", NO, NO),
}
STATES = list(TELL)
SIDES = [
    ("admit", "refuse", "dispatch"),
    ("accept", "hand", "contact"),
    ("start", "answer_part", "answer"),
    ("confirm", "reject"),
]


def expected(act, state):
    return dict(zip(STATES, (*TABLE[act], *ENDS[act]), strict=True))[state]


def outcome(act, ticket, person, cast):
    before = (ticket.status, ticket.version, ticket.answers.count())
    try:
        after = DO[act](ticket, person, cast)
    except PermissionDenied:
        return "forbidden"
    except WrongStatus as refusal:
        return NO if ticket.number in str(refusal.sentence) else str(refusal)
    now = (after.status, after.version, after.answers.count())
    return SAME if now == before else after.status


def with_assistants(state, cast):
    """A ticket in this state; one that was dispatched has assistants, too."""
    more = {}
    if state not in ("submitted", "queued", "refused"):
        more = {"assistants": [(cast.other_bureau, "提供缺工名单")]}
    return in_state(cast, state, **more)


@pytest.fixture(scope="module")
def kept(keep, kept_cast):
    return {one: keep(partial(with_assistants, one), kept_cast) for one in STATES}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("act", list(DO))
def test_every_act_in_every_state_for_those_who_may(cast, kept, state, act):
    for name in sorted(WHO[act]):
        wanted = expected(act, state)
        if act == "accept" and state == "accepted" and name == "uma":
            wanted = NO  # it is in hana's hands, not hers
        with rolled_back():
            got = outcome(act, kept[state].again(), getattr(cast, name), cast)
        # Before the dispatch no department has it: nobody may.
        assert got == (wanted or "forbidden"), name


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("acts", SIDES, ids=lambda acts: acts[0])
def test_nobody_else_does_anything_in_any_state(cast, kept, state, acts):
    ticket = kept[state].again()
    for act in acts:
        for name in sorted(set(PEOPLE) - WHO[act]):
            got = outcome(act, ticket, getattr(cast, name), cast)
            assert got == "forbidden", (act, name)
    assert Ticket.objects.get(pk=ticket.pk).version == ticket.version


def test_a_refusal_says_what_would_be_possible(cast):
    ticket = in_state(cast, "confirming")
    with pytest.raises(WrongStatus) as refusal:
        tickets.dispatch_ticket(ticket, actor=cast.dora, lead=cast.bureau)
    assert ticket.number in str(refusal.value.sentence)
    assert str(tickets.Act.CONFIRM.label) in str(refusal.value.sentence)


def test_two_dispatchers_meet_and_the_second_is_told(cast):
    ticket = in_state(cast, "queued")
    old = ticket.version
    tickets.admit_ticket(in_state(cast, "submitted"), actor=cast.dora)
    tickets.raise_ticket(actor=cast.olga, company=cast.company, text="另一件。")
    ticket.version += 1
    ticket.save(update_fields=["version"])
    with pytest.raises(DomainError) as refusal:
        tickets.dispatch_ticket(
            ticket, actor=cast.dora, lead=fire_brigade(cast), version=old
        )
    assert refusal.value.code == "stale_version"
    assert refusal.value.current == ticket
