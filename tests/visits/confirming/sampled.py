"""Closings that chance named, and what was said when they were asked again."""

from tests.factories import NOON
from tests.visits.ticket_stories import DAY, HOUR, answered
from visits.services import samples, tickets
from visits.services.samples import Wanted, draw_sample

TODAY = NOON + 2 * DAY
CALLED = TODAY + HOUR


def by_call(cast, **more):
    proof = tickets.Proof(
        "call", person="王经理", phone="13812345678", called_at=NOON + 3 * HOUR
    )
    return tickets.confirm_ticket(
        answered(cast, **more),
        actor=cast.olga,
        outcome="solved",
        proof=proof,
        now=NOON + 3 * HOUR,
    )


def wanted(cast, **more):
    days = {"first_on": NOON.date(), "last_on": NOON.date()}
    return Wanted(**({"region": cast.county, "number": 5} | days | more))


def drawn(cast, **more):
    return draw_sample(wanted(cast, **more), actor=cast.axel, now=TODAY)


def record(call, actor, result="contradicts", at=CALLED, **more):
    words = {"person": "张会计", "phone": "13800001111", "words": "一个人也没来"}
    return samples.record_sampled_call(
        call, actor=actor, result=result, called_at=at, now=at, **(words | more)
    )
