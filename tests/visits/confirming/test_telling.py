"""Who is told of silence, of calls in vain, and of what is said otherwise."""

from crm.models import Event, Notice
from tests.visits.ticket_stories import closed
from visits.services import confirm_links
from visits.services.callbacks import record_call
from visits.services.samples import decide_contradiction

from .sampled import CALLED, by_call, drawn, record
from .stories import DAY, LATER, in_vain, linked, silent


def told_of(action):
    event = Event.objects.filter(action=action).latest("pk")
    rows = Notice.objects.filter(event=event)
    return {(one.recipient.login, one.kind) for one in rows}


def test_the_officer_hears_that_he_has_to_call(cast):
    silent(cast)
    assert told_of("callback.opened") == {("olga", "confirm")}


def test_calls_in_vain_are_heard_of_by_who_answered(cast):
    _ticket, callback = silent(cast)
    for n in range(3):
        at = LATER + n * DAY
        record_call(callback, actor=cast.bela, call=in_vain(at), now=at)
    assert told_of("callback.unreached") == {
        ("hana", "mine"),
        ("uma", "mine"),
        ("olga", "followed"),
    }
    assert told_of("callback.tried") == set()


def test_a_link_is_told_nobody_and_its_word_everybody(cast):
    _ticket, _link, token = linked(cast)
    assert told_of("ticket.confirm_link_made") == set()
    confirm_links.say_by_link(token, said="solved", now=LATER - 5 * DAY)
    assert {("hana", "mine"), ("otto", "ours")} <= told_of("ticket.confirmed")


def test_a_contradiction_is_told_the_dispatch_centre_alone(cast):
    by_call(cast)
    call = record(drawn(cast).calls.get(), cast.axel)
    assert told_of("callback.contradicted") == {("dora", "otherwise")}
    decide_contradiction(
        call, actor=cast.dora, decision="left", reason="属另一件事", now=CALLED + DAY
    )
    assert told_of("callback.contradiction_decided") == {("axel", "otherwise")}


def test_of_a_sample_nobody_is_told(cast):
    closed(cast)
    call = drawn(cast).calls.get()
    record(call, cast.axel, "confirmed")
    for action in ("sample.drawn", "sample.call_recorded"):
        assert told_of(action) == set()
