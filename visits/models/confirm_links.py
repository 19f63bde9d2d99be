"""Links by which a company says what came of its problem, without an account."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from crm.models import User

from .answers import Answer
from .tickets import Ticket
from .words import Word


class ConfirmLinkQuerySet(models.QuerySet["ConfirmLink"]):
    def open(self, now: datetime) -> Self:
        """Not taken back and not too old; a used one still shows what was said."""
        return self.filter(revoked_at=None, expires_at__gt=now)


class ConfirmLink(models.Model):
    """One word on one answer of one ticket, for whoever has it. Only its hash is kept.

    The next answer needs another link: this one asks about these words alone.
    """

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="confirm_links")
    answer = models.ForeignKey(Answer, models.PROTECT, related_name="confirm_links")
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(_("valid until"))
    revoked_at = models.DateTimeField(null=True, editable=False)

    objects = ConfirmLinkQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("link to confirm")
        verbose_name_plural = _("links to confirm")
        constraints = [
            models.CheckConstraint(
                name="confirm_link_expires_later",
                condition=Q(expires_at__gt=F("created_at")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.answer_id}"


class LinkWord(models.Model):
    """What was said by a link: once for an answer, however many links there are."""

    # The key is the lock: a second word on the same answer has no place.
    answer = models.OneToOneField(Answer, models.PROTECT, related_name="link_word")
    link = models.OneToOneField(ConfirmLink, models.PROTECT, related_name="word")
    said = models.CharField(_("said"), max_length=10, choices=Word)
    words = models.CharField(_("in words"), max_length=400, blank=True)
    # As the person called himself, if he did.
    person = models.CharField(_("name"), max_length=40, blank=True)
    said_at = models.DateTimeField()

    class Meta:
        verbose_name = _("word by link")
        verbose_name_plural = _("words by link")
        constraints = [
            models.CheckConstraint(
                name="link_word_not_solved_says_why",
                condition=~Q(said="not_solved") | ~Q(words=""),
            )
        ]

    def __str__(self) -> str:
        return f"{self.answer_id} {self.said}"
