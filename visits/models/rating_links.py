"""Links by which a company rates without an account, and what guards their pages."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.models import Company, User

from .ratings import Rating


class RatingLinkQuerySet(models.QuerySet["RatingLink"]):
    def open(self, now: datetime) -> Self:
        """Those not taken back and not too old; used ones still show their rating."""
        return self.filter(revoked_at=None, expires_at__gt=now)


class RatingLink(models.Model):
    """One rating, or one second look, for whoever has it. Only its hash is stored."""

    class Purpose(models.TextChoices):
        RATE = "rate", pgettext_lazy("link", "rating")
        SECOND = "second", pgettext_lazy("link", "second look")

    purpose = models.CharField(max_length=6, choices=Purpose)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    subject_type = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    company = models.ForeignKey(Company, models.PROTECT, related_name="+")
    # Of a second look: which rating it is about. Of a first one: what it gave.
    rating = models.ForeignKey(
        Rating, models.PROTECT, null=True, related_name="links", editable=False
    )
    # Empty: given on the page that took the rating.
    created_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(_("valid until"))
    # The day only: a time of day could tell who gave a rating without a name.
    used_on = models.DateField(null=True, editable=False)
    revoked_at = models.DateTimeField(null=True, editable=False)

    objects = RatingLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("link to a rating")
        verbose_name_plural = _("links to ratings")
        constraints = [
            # However many links there are for one thing: one of them is used once.
            models.UniqueConstraint(
                name="rating_link_used_once",
                fields=["purpose", "subject_type", "subject_id"],
                condition=Q(used_on__isnull=False),
            ),
            models.CheckConstraint(
                name="rating_link_expires_later",
                condition=Q(expires_at__gt=F("created_at")),
            ),
            models.CheckConstraint(
                name="rating_link_used_has_rating",
                condition=Q(used_on__isnull=True) | Q(rating__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["subject_type", "subject_id"], name="rating_link_of_subject"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.subject_type} {self.subject_id}"


class PublicTry(models.Model):
    """How often one network was at the public pages in one hour, and nothing else.

    A keyed hash of the network: it must not lead from an hour to a company.
    """

    network = models.CharField(max_length=64)
    hour = models.PositiveIntegerField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="public_try_once", fields=["network", "hour"])
        ]
        indexes = [models.Index(fields=["hour"], name="public_try_by_age")]

    def __str__(self) -> str:
        return f"{self.hour} {self.count}"
