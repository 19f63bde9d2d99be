"""Links that show one project's progress to whoever has them, and nothing else."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from crm.lib.querysets import ScopedQuerySet, union_of
from crm.models import User

from .projects import Project


class ProjectLinkQuerySet(ScopedQuerySet["ProjectLink"]):
    def visible_to(self, user: User) -> Self:
        """Whoever may make one for a project sees all of that project's."""
        return self.filter(project__in=linkable_by(user).values("pk"))

    def changeable_by(self, user: User) -> Self:
        return self.visible_to(user)

    def open(self, now: datetime) -> Self:
        """Those that still open; an archived project shows nothing any more."""
        living = Q(project__archived_at=None)
        return self.filter(living, revoked_at=None, expires_at__gt=now)


def linkable_by(user: User) -> "models.QuerySet[Project]":
    """Projects whose progress this person may hand on: officer, dispatcher, owner."""
    every = Project.objects.all()
    branches = [
        every.worked_by(user).values("pk"),
        every.managed_by(user).values("pk"),
        every.owned_by(user).values("pk"),
    ]
    return every.filter(pk__in=union_of(branches) or [])


class ProjectLink(models.Model):
    """A read-only link to one project. Only its hash is stored."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="links")
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    label = models.CharField(_("for whom"), max_length=60)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(_("valid until"))
    # Written at most every few minutes: looking must not become a write each time.
    used_at = models.DateTimeField(_("last used"), null=True, editable=False)
    revoked_at = models.DateTimeField(null=True, editable=False)

    objects = ProjectLinkQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("read-only link")
        verbose_name_plural = _("read-only links")
        constraints = [
            models.CheckConstraint(
                name="project_link_expires_later",
                condition=Q(expires_at__gt=F("created_at")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.label}"

    def is_open(self, now: datetime) -> bool:
        return self.revoked_at is None and now < self.expires_at
