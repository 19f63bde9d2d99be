"""Every state × every act × every role, with its explicit result."""

from functools import partial

import pytest
from django.core.exceptions import PermissionDenied

from crm.lib.errors import DomainError, WrongStatus
from tests.factories import NOON
from tests.kept import rolled_back
from visits.models import Ticket
from visits.services import tickets

from .ticket_stories import DAY, HOUR, TELL, dispatched, fire_brigade, in_state

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
    "return": lambda t, who, cast: tickets.return_ticket(
        t, actor=who, reason="不属本局。", now=LATER
    ),
    "rule": lambda t, who, cast: tickets.rule_on_return(
        t, actor=who, is_upheld=False, note="按职责清单属你局。", now=LATER
    ),
    "reassign": lambda t, who, cast: tickets.reassign_ticket(
        t, actor=who, lead=fire_brigade(cast), reason="职责调整。", now=LATER
    ),
    "assist": lambda t, who, cast: tickets.add_assistant(
        t, actor=who, department=fire_brigade(cast), task="提供意见", now=LATER
    ),
    "pause": lambda t, who, cast: tickets.pause_ticket(
        t, actor=who, kind="special", reason="专家评审。", until_on=SOON, now=LATER
    ),
    "decide_pause": lambda t, who, cast: tickets.decide_pause(
        asking(t, cast, long_pause), actor=who, is_granted=True, now=LATER
    ),
    "resume": lambda t, who, cast: tickets.resume_ticket(t, actor=who, now=LATER),
    "supply": lambda t, who, cast: tickets.supply_ticket(
        t, actor=who, text="岗位表见附件。", now=LATER
    ),
    "extend": lambda t, who, cast: extension(t, who),
    "decide_extension": lambda t, who, cast: tickets.decide_extension(
        asking(t, cast, extension), actor=who, is_granted=True, now=LATER
    ),
    "park": lambda t, who, cast: tickets.park_ticket(
        t, actor=who, reason="等上级政策。", next_on=SOON, now=LATER
    ),
    "next_reply": lambda t, who, cast: tickets.promise_next_reply(
        t, actor=who, text="仍在协调。", next_on=SOON, now=LATER
    ),
    "unpark": lambda t, who, cast: tickets.unpark_ticket(t, actor=who, now=LATER),
    "reopen": lambda t, who, cast: tickets.reopen_ticket(
        t, actor=who, reason="又停工了。", now=LATER
    ),
    "merge": lambda t, who, cast: tickets.merge_tickets(
        t, into=another(t), actor=who, now=LATER
    ),
    "unmerge": lambda t, who, cast: tickets.unmerge_ticket(
        t, actor=who, reason="不是一回事。", now=LATER
    ),
    "split": lambda t, who, cast: split(t, who),
}
SOON = (NOON + 5 * DAY).date()
UNIT, CENTRE, VOICE = {"hana", "uma"}, {"dora"}, {"otto", "olga", "bela"}
ABOVE = {"uma", "maria"}
# Who may at all; everybody else is refused in every state.
WHO = {
    "admit": CENTRE,
    "refuse": CENTRE,
    "dispatch": CENTRE,
    "accept": UNIT,
    "hand": UNIT,
    "contact": UNIT,
    "start": UNIT,
    "answer_part": {"tom"},
    "answer": UNIT,
    "confirm": VOICE,
    "reject": VOICE,
    "return": UNIT,
    "rule": CENTRE,
    "reassign": {"dora", "maria"},
    "assist": CENTRE | UNIT,
    "pause": UNIT,
    "decide_pause": ABOVE,
    "resume": UNIT,
    "supply": VOICE,
    "extend": UNIT,
    "decide_extension": ABOVE,
    "park": ABOVE,
    "next_reply": UNIT,
    "unpark": UNIT,
    "reopen": VOICE,
    "merge": CENTRE,
    "unmerge": CENTRE,
    "split": CENTRE,
}
PEOPLE = [
    *("olga", "bela", "oleg", "tom", "hana", "uma", "dora", "dirk"),
    *("maria", "axel", "otto", "omar", "sven", "selma", "alma"),
]
NO, SAME = "wrong_status", "nothing new"
NEW = ("submitted", "queued")
HELD = ("dispatched", "returned", "accepted", "working", "paused", "parked")
IN_HAND = ("accepted", "working")


def stays(*states):
    return {state: state for state in states}


def becomes(after, *states):
    return dict.fromkeys(states, after)


# In which state the act leads to which state; in every other it is refused in a
# sentence. SAME: pressed twice, already so.
TABLE = {
    "admit": {"submitted": "queued", "queued": SAME},
    "refuse": becomes("refused", *NEW),
    "dispatch": becomes("dispatched", *NEW),
    "accept": {"dispatched": "accepted", "accepted": SAME},
    "hand": stays(*IN_HAND, "paused", "parked"),
    "contact": stays(*HELD, "confirming"),
    "start": {"accepted": "working", "working": SAME},
    "answer_part": stays(*HELD, "confirming"),
    "answer": becomes("confirming", *IN_HAND),
    "confirm": {"confirming": "closed"},
    "reject": {"confirming": "working"},
    "return": becomes("returned", "dispatched", "accepted") | {"returned": SAME},
    "rule": {"returned": "dispatched"},
    "reassign": becomes("dispatched", *HELD) | {"returned": NO},
    "assist": stays(*HELD) | {"returned": NO},
    "pause": becomes("paused", *IN_HAND),
    "decide_pause": becomes("paused", *IN_HAND),
    "resume": {"paused": "working", "working": SAME},
    "supply": {"paused": "working"},
    "extend": stays(*IN_HAND),
    "decide_extension": stays(*IN_HAND),
    "park": becomes("parked", *IN_HAND) | {"parked": SAME},
    "next_reply": stays("parked"),
    "unpark": {"parked": "working", "working": SAME},
    "reopen": {"closed": "working"},
    "merge": becomes("merged", *NEW, "dispatched", *IN_HAND),
    "unmerge": {"merged": "dispatched"},
    "split": stays(*NEW, "dispatched", *IN_HAND),
}
STATES = list(TELL)
# No department has it (any more); what was merged has another one's lead.
WITHOUT_PART = {"hana": (*NEW, "refused"), "uma": (*NEW, "refused")}
WITHOUT_PART["tom"] = (*NEW, "refused", "merged")
# What only who did it first may press twice.
NOT_TWICE = {("accept", "accepted", "uma"), ("return", "returned", "uma")}
SIDES = [list(DO)[start : start + 3] for start in range(0, len(DO), 3)]


def expected(act, state, name):
    if state in WITHOUT_PART.get(name, ()):
        return "forbidden"
    if (act, state, name) in NOT_TWICE:
        return NO
    return TABLE[act].get(state, NO)


def asking(ticket, cast, ask):
    """What is to be decided on was asked for, where it can be."""
    if ticket.status in IN_HAND:
        ask(ticket, cast.hana)
    return ticket


def extension(ticket, who):
    return tickets.ask_extension(
        ticket, actor=who, days=20, reason="要跨市协调。", now=LATER
    )


def long_pause(ticket, who):
    day = (NOON + 20 * DAY).date()
    return tickets.pause_ticket(
        ticket, actor=who, kind="special", reason="评审。", until_on=day, now=LATER
    )


def split(ticket, who):
    tickets.split_ticket(
        ticket, actor=who, pieces=[tickets.Piece("另一件。")], now=LATER
    )
    ticket.refresh_from_db()
    return ticket


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


def another(ticket):
    """The one beside it that was just dispatched."""
    return Ticket.objects.exclude(pk=ticket.pk).get(status="dispatched")


def with_assistants(state, cast):
    """A ticket in this state; one that was dispatched has assistants, too."""
    dispatched(cast)
    more = {}
    if state not in (*NEW, "refused"):
        more = {"assistants": [(cast.other_bureau, "提供缺工名单")]}
    return in_state(cast, state, **more)


@pytest.fixture(scope="module")
def kept(keep, kept_cast):
    return {one: keep(partial(with_assistants, one), kept_cast) for one in STATES}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("act", list(DO))
def test_every_act_in_every_state_for_those_who_may(cast, kept, state, act):
    for name in sorted(WHO[act]):
        with rolled_back():
            got = outcome(act, kept[state].again(), getattr(cast, name), cast)
        assert got == expected(act, state, name), name


@pytest.mark.slow
@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("acts", SIDES, ids=lambda acts: acts[0])
def test_nobody_else_does_anything_in_any_state(cast, kept, state, acts):
    ticket = kept[state].again()
    for act in acts:
        for name in sorted(set(PEOPLE) - WHO[act]):
            with rolled_back():
                got = outcome(act, ticket, getattr(cast, name), cast)
            assert got == "forbidden", (act, name)
    assert Ticket.objects.get(pk=ticket.pk).version == ticket.version


def test_a_refusal_names_no_act_of_others(cast, as_user):
    ticket = in_state(cast, "confirming")
    with pytest.raises(WrongStatus) as refusal:
        tickets.dispatch_ticket(ticket, actor=cast.dora, lead=cast.bureau)
    sentence = str(refusal.value.sentence)
    assert ticket.number in sentence
    assert str(tickets.Act.CONFIRM.label) not in sentence
    page = as_user(cast.hana).get(f"/tickets/{ticket.pk}/answer/")
    assert page.status_code == 409
    assert "现在可以：登记联系。" in page.content.decode()


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
