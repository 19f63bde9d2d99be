"""What a ticket's columns may say, and what each state may become."""

from typing import Final

from django.db import models
from django.utils.translation import pgettext_lazy

# The kind of deadline by which a ticket is answered and its days are counted.
SOLVE: Final = "solve"
# The columns of a ticket's clocks, in the order of its way.
CLOCKS: Final = ("contact_by", "reply_by", "solve_by", "next_reply_by")


class Codes:
    """The choices of a ticket's columns, under the ticket's own name."""

    class Status(models.TextChoices):
        SUBMITTED = "submitted", pgettext_lazy("ticket", "waiting to be accepted")
        QUEUED = "queued", pgettext_lazy("ticket", "waiting for dispatch")
        DISPATCHED = "dispatched", pgettext_lazy("ticket", "dispatched")
        ACCEPTED = "accepted", pgettext_lazy("ticket", "accepted")
        WORKING = "working", pgettext_lazy("ticket", "in hand")
        CONFIRMING = "confirming", pgettext_lazy("ticket", "waiting for the company")
        # 退回: the department says it is not its own; the clocks run on.
        RETURNED = "returned", pgettext_lazy("ticket", "returned, to be ruled on")
        PAUSED = "paused", pgettext_lazy("ticket", "paused")
        # 挂账: cannot be solved now; carries the day of the next reply, and is no end.
        PARKED = "parked", pgettext_lazy("ticket", "parked")
        # 合并: worked as one with another ticket, whose answer it gets.
        MERGED = "merged", pgettext_lazy("ticket", "merged")
        CLOSED = "closed", pgettext_lazy("ticket", "closed")
        REFUSED = "refused", pgettext_lazy("ticket", "not accepted")

    # What each status may become. A status without an entry is final.
    NEXT = {
        Status.SUBMITTED: {
            Status.QUEUED,
            Status.DISPATCHED,
            Status.REFUSED,
            Status.MERGED,
        },
        Status.QUEUED: {Status.DISPATCHED, Status.REFUSED, Status.MERGED},
        Status.DISPATCHED: {
            Status.ACCEPTED,
            Status.RETURNED,
            Status.DISPATCHED,
            Status.MERGED,
        },
        Status.RETURNED: {Status.DISPATCHED},
        Status.ACCEPTED: {
            Status.WORKING,
            Status.CONFIRMING,
            Status.RETURNED,
            Status.PAUSED,
            Status.PARKED,
            Status.DISPATCHED,
            Status.MERGED,
        },
        Status.WORKING: {
            Status.CONFIRMING,
            Status.PAUSED,
            Status.PARKED,
            Status.DISPATCHED,
            Status.MERGED,
        },
        Status.PAUSED: {Status.WORKING, Status.DISPATCHED},
        Status.PARKED: {Status.WORKING, Status.DISPATCHED},
        Status.CONFIRMING: {Status.CLOSED, Status.WORKING},
        # Taken apart again, or answered together with the other.
        Status.MERGED: {Status.QUEUED, Status.DISPATCHED, Status.CONFIRMING},
        # 重办: the company says later that it is not solved after all.
        Status.CLOSED: {Status.WORKING},
    }
    ENDED = (Status.CLOSED, Status.REFUSED, Status.MERGED)
    OPEN = (
        Status.SUBMITTED,
        Status.QUEUED,
        Status.DISPATCHED,
        Status.RETURNED,
        Status.ACCEPTED,
        Status.WORKING,
        Status.PAUSED,
        Status.PARKED,
        Status.CONFIRMING,
    )
    # Before the clock starts.
    UNDISPATCHED = (Status.SUBMITTED, Status.QUEUED)
    # The clock of the solution stands, or another one is watched instead.
    STANDING = (Status.PAUSED, Status.PARKED)

    class Outcome(models.TextChoices):
        SOLVED = "solved", pgettext_lazy("ticket", "solved")
        PARTLY = "partly", pgettext_lazy("ticket", "partly solved")
        EXPLAINED = "explained", pgettext_lazy("ticket", "explained")

    class Source(models.TextChoices):
        VISIT = "visit", pgettext_lazy("ticket", "visit")
        COMPANY = "company", pgettext_lazy("ticket", "company")
        DISPATCHER = "dispatcher", pgettext_lazy("ticket", "dispatch centre")
        HOTLINE = "hotline", pgettext_lazy("ticket", "hotline 12345")
        DEPUTIES = "deputies", pgettext_lazy("ticket", "people's congress or CPPCC")
        MEDIA = "media", pgettext_lazy("ticket", "media")
        SUPERVISION = "supervision", pgettext_lazy("ticket", "supervision")
        OTHER = "other", pgettext_lazy("ticket", "other")

    class Refusal(models.TextChoices):
        POWER = (
            "power",
            pgettext_lazy("ticket", "outside the powers of this government"),
        )
        PROCEDURE = (
            "procedure",
            pgettext_lazy("ticket", "already in court, arbitration or review"),
        )
        PETITION = (
            "petition",
            pgettext_lazy("ticket", "already in the petition channel"),
        )
        SECRET = (
            "secret",
            pgettext_lazy("ticket", "concerns secrets or private matters"),
        )
        UNLAWFUL = "unlawful", pgettext_lazy("ticket", "against law or public order")
        EMPTY = "empty", pgettext_lazy("ticket", "without substance")
        REPEATED = (
            "repeated",
            pgettext_lazy("ticket", "same matter already in hand or finished"),
        )
        OTHER = "other", pgettext_lazy("ticket", "other cases set by law")

    class SignOff(models.TextChoices):
        COMPANY = "company", pgettext_lazy("ticket", "by the company itself")
        SIGNATURE = "signature", pgettext_lazy("ticket", "signature")
        CALL = "call", pgettext_lazy("ticket", "record of a call")
        LINK = "link", pgettext_lazy("ticket", "by a one-time link")

    class Urgency(models.TextChoices):
        """急难愁盼: how it presses on the company, in the officer's words."""

        ORDINARY = "ordinary", pgettext_lazy("urgency", "ordinary")
        URGENT = "urgent", pgettext_lazy("urgency", "urgent")
        HARD = "hard", pgettext_lazy("urgency", "hard to bear")
        WORRY = "worry", pgettext_lazy("urgency", "worrying")
        LONGED_FOR = "longed_for", pgettext_lazy("urgency", "longed for")
