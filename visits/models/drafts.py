"""草稿: a problem that is not written to its end yet. Only its author sees it."""

import uuid
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.lib.querysets import ScopedQuerySet
from crm.models import Company, User

from .tickets import Ticket

# Of one person: who has more keeps no drafts but a heap.
MOST_DRAFTS = 20


class TicketDraftQuerySet(ScopedQuerySet["TicketDraft"]):
    def ended_by(self, user: User) -> Self:
        """What this person has sent or thrown away: nothing of it is left to read."""
        return self.filter(author=user, ended_at__isnull=False)

    def visible_to(self, user: User) -> Self:
        """One's own, as long as it is a draft."""
        return self.filter(author=user, ended_at=None)

    def changeable_by(self, user: User) -> Self:
        return self.visible_to(user)


class TicketDraft(models.Model):
    """What was typed into the form, until it is sent or thrown away."""

    author = models.ForeignKey(
        User, models.PROTECT, db_index=False, related_name="ticket_drafts"
    )
    # Not `company`: a draft does not belong into the company's stream of events.
    for_company = models.ForeignKey(
        Company, models.PROTECT, null=True, related_name="+"
    )
    # Of the form; the ticket that comes of it has the same.
    client_key = models.UUIDField(default=uuid.uuid4)
    # As the form's fields were filled in; empty once it has ended.
    values = models.JSONField(_("what was typed"), default=dict)
    saved_at = models.DateTimeField(_("saved"))
    ended_at = models.DateTimeField(null=True)
    ticket = models.OneToOneField(
        Ticket, models.PROTECT, null=True, related_name="draft"
    )

    objects = TicketDraftQuerySet.as_manager()

    class Meta:
        ordering = ["-saved_at", "-pk"]
        verbose_name = _("draft of a ticket")
        verbose_name_plural = _("drafts of tickets")
        constraints = [
            models.UniqueConstraint(
                name="ticket_draft_once", fields=["author", "client_key"]
            ),
            models.CheckConstraint(
                name="ticket_draft_sent_has_ended",
                condition=Q(ticket__isnull=True) | Q(ended_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(self.values.get("text", ""))[:40]
