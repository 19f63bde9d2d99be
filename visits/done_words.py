"""What somebody else did to a ticket meanwhile, for whoever comes second."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from crm.models import Event
from visits.models import Ticket
from visits.ticket_words import Names, sentence_of


@dataclass(frozen=True)
class Done:
    """The last act: who did what, and when."""

    ticket: Ticket
    who: str
    what: str
    at: datetime


def what_was_done(ticket: Ticket) -> Done | None:
    events = Event.objects.for_subject(ticket).for_list().newest_first()
    event = events.first()
    if event is None:
        return None
    who = event.actor.name if event.actor else str(_("The system"))
    return Done(ticket, who, sentence_of(event, Names.of([event])), event.at)
