"""导入: what a file said, kept until the person has looked at it and said yes."""

from typing import Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.lib.querysets import ScopedQuerySet
from crm.models import User


class UploadQuerySet(ScopedQuerySet["Upload"]):
    def visible_to(self, user: User) -> Self:
        """One's own: what is taken over stands in the records from then on."""
        return self.filter(read_by=user)

    def changeable_by(self, user: User) -> Self:
        return self.visible_to(user)


class Upload(models.Model):
    """A file that was read without a mistake and waits to be taken over."""

    class Kind(models.TextChoices):
        TEMPLATES = "templates", _("approval templates")
        STATUSES = "statuses", _("official status")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    name = models.CharField(_("file"), max_length=120)
    content: "models.JSONField[Any, Any]" = models.JSONField()  # as JSON
    read_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    read_at = models.DateTimeField()
    # Of many rows the worker takes care: which ones, and since when it is asked to.
    wanted: "models.JSONField[Any, Any]" = models.JSONField(null=True)  # as JSON
    queued_at = models.DateTimeField(null=True)
    taken_at = models.DateTimeField(null=True)

    objects = UploadQuerySet.as_manager()

    class Meta:
        ordering = ["-read_at", "-pk"]
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        indexes = [models.Index(fields=["read_by", "-id"], name="upload_own")]

    def __str__(self) -> str:
        return self.name
