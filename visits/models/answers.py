"""What departments answered."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.models import User

from .parts import TicketPart
from .tickets import Ticket


class Answer(models.Model):
    """What a department answered: the lead's to the company, a part's to the lead."""

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="answers")
    part = models.ForeignKey(TicketPart, models.PROTECT, related_name="answers")
    text = models.TextField(_("answer"), max_length=4000)
    # What the lead department says it achieved; the company decides.
    proposed = models.CharField(
        _("proposed outcome"), max_length=10, choices=Ticket.Outcome, blank=True
    )
    is_public = models.BooleanField(default=True)
    # Makes a double submit harmless.
    client_key = models.UUIDField(default=uuid.uuid4, editable=False)
    given_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    given_at = models.DateTimeField()
    # What the company said when it did not agree.
    rejected_at = models.DateTimeField(null=True)
    rejection = models.CharField(max_length=400, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["given_by", "client_key"], name="answer_once"
            )
        ]

    def __str__(self) -> str:
        return self.text[:40]
