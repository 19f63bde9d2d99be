"""How links, call-backs and samples are said in the audit log and on the streams."""

from collections.abc import Callable
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from crm.models import Event
from visits.models import SampledCall, Ticket, Word

from .side_words import new_of

ACTIONS = {
    "ticket.confirm_link_made": _("link to confirm made"),
    "ticket.confirm_link_revoked": _("link to confirm taken back"),
    "callback.opened": _("call-back opened: no word on the answer"),
    "callback.tried": _("call-back in vain"),
    "callback.reached": _("company reached by call-back"),
    "callback.unreached": _("call-backs in vain, unconfirmed"),
    "callback.contradicted": _("asked again, the company says otherwise"),
    "callback.contradiction_decided": _("decided on what the company says otherwise"),
    "sample.drawn": _("sample of closings drawn"),
    "sample.call_recorded": _("sampled call recorded"),
    "sample.number_shown": _("telephone number looked at for a sampled call"),
}

ICONS = {
    "ticket.confirm_link_made": "link",
    "ticket.confirm_link_revoked": "link",
    "callback.opened": "phone-call",
    "callback.tried": "phone-call",
    "callback.reached": "phone-call",
    "callback.unreached": "phone-call",
}

NAMES = {
    "answered_at": _("answered"),
    "asked_again": _("after a sampled call"),
    "confirm_link": _("link to confirm"),
    "contact": _("contact"),
    "expires_at": _("valid until"),
    "said": _("said"),
    "words": _("in words"),
}

CODES: dict[str, dict[str, str | Promise]] = {
    "said": dict(Word.choices),
    "sign_off": dict(Ticket.SignOff.choices),
    "decision": dict(SampledCall.Decision.choices),
    "result": dict(SampledCall.Result.choices),
}

# Whose word it was, where nobody was signed in.
NOBODY_SIGNED_IN = pgettext_lazy("stream", "The company")


def _rejected(event: Event, names: Any) -> str:
    """Any: the names of a stream, not needed here."""
    way = new_of(event.changes, "sign_off")
    if way == Ticket.SignOff.CALL:
        return gettext("recorded the company's word on the telephone: not solved")
    if way == Ticket.SignOff.LINK:
        return gettext("said by link that it is not solved")
    return gettext("said it is not solved")


SENTENCES: dict[str, Callable[[Event, Any], str]] = {
    "ticket.rejected": _rejected,
    "ticket.confirm_link_made": lambda event, names: gettext(
        "made a link by which the company says whether it is solved"
    ),
    "ticket.confirm_link_revoked": lambda event, names: gettext(
        "took back a link to confirm"
    ),
    # Told in notices; on the ticket's page they stand in a card of their own.
    "callback.opened": lambda event, names: gettext(
        "opened a call-back: nobody of the company has said anything"
    ),
    "callback.unreached": lambda event, names: gettext(
        "called in vain three times: it stays unconfirmed"
    ),
    "callback.contradicted": lambda event, names: gettext(
        "asked the company again, which says otherwise"
    ),
    "callback.contradiction_decided": lambda event, names: gettext(
        "decided on what the company says otherwise"
    ),
}


def is_by_link(event: Event) -> bool:
    """Whether the company spoke without an account."""
    by_link = new_of(event.changes, "sign_off") == Ticket.SignOff.LINK
    return event.actor_id is None and by_link
