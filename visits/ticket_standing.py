"""Why a ticket does not simply run: what stands, what waits for a decision."""

from dataclasses import dataclass

from visits.models import Extension, Ticket, TicketPause, TicketReturn

Status = Ticket.Status


@dataclass(frozen=True)
class Standing:
    """The rows behind a state that is not the straight way; most tickets have none."""

    pause: TicketPause | None = None
    objection: TicketReturn | None = None
    # Only for the officials' side: what somebody above has to decide on.
    asked_pause: TicketPause | None = None
    asked_extension: Extension | None = None

    @property
    def is_plain(self) -> bool:
        rows = (self.pause, self.objection, self.asked_pause, self.asked_extension)
        return not any(rows)


def standing_of(ticket: Ticket, *, internal: bool) -> Standing:
    """Reads only what the state and the flags of with_rights() say is there."""
    return Standing(
        pause=_pause(ticket) if ticket.status == Status.PAUSED else None,
        objection=_objection(ticket) if ticket.status == Status.RETURNED else None,
        asked_pause=_asked_pause(ticket) if internal else None,
        asked_extension=_asked_extension(ticket) if internal else None,
    )


def _pause(ticket: Ticket) -> TicketPause | None:
    running = ticket.pauses.filter(is_granted=True, ended_on=None)
    return running.select_related("asked_by", "decided_by").first()


def _objection(ticket: Ticket) -> TicketReturn | None:
    waiting = ticket.returns.filter(ruled_at=None)
    return waiting.select_related("asked_by", "rule_by", "part__department").first()


def _asked_pause(ticket: Ticket) -> TicketPause | None:
    if not getattr(ticket, "asks_pause", False):
        return None
    asked = ticket.pauses.filter(decided_at=None)
    return asked.select_related("asked_by").first()


def _asked_extension(ticket: Ticket) -> Extension | None:
    if not getattr(ticket, "asks_extension", False):
        return None
    asked = ticket.extensions.filter(decided_at=None)
    return asked.select_related("asked_by").first()
