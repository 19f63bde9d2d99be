"""Answers that wait for the company's word, told through the services."""

from datetime import datetime, timedelta

from tests.factories import NOON, SHANGHAI
from tests.visits.ticket_stories import HOUR, answered
from visits.models import Callback
from visits.services import callbacks, confirm_links
from visits.services.callbacks import Call

# NOON is a Wednesday; the answer came at two. Five working days are over on the 25th.
SAID = NOON + 3 * HOUR
LATER = datetime(2026, 3, 26, 9, 0, tzinfo=SHANGHAI)
DAY = timedelta(days=1)


def linked(cast, by="olga", **more):
    """A ticket that waits, a link for its company, and the token."""
    ticket = answered(cast, **more)
    link, token = confirm_links.make_confirm_link(
        ticket, actor=getattr(cast, by), now=SAID
    )
    return ticket, link, token


def silent(cast, **more):
    """A ticket whose company has said nothing, and its call-back."""
    ticket = answered(cast, **more)
    callbacks.open_callbacks(now=LATER)
    return ticket, Callback.objects.get(ticket=ticket)


def called(at=LATER, **more):
    """A call that reached somebody."""
    words = {"said": "solved", "person": "王经理", "phone": "13812345678"}
    return Call(is_reached=True, called_at=at, **(words | more))


def in_vain(at=LATER):
    return Call(is_reached=False, called_at=at, phone="13812345678")
