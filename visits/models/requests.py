"""约访: a company asks for a visit; its officer plans one, or says why not."""

import uuid
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.lib.errors import WrongStatus
from crm.lib.querysets import ScopedQuerySet, union_of
from crm.models import Company, Role, User
from projects.models import Project

from .visits import Visit


class VisitRequestQuerySet(ScopedQuerySet["VisitRequest"]):
    def visible_to(self, user: User) -> Self:
        """The company itself, and whoever may answer."""
        every = self.model.objects.all()
        branches = [
            every.of_owner(user).values("pk"),
            every.changeable_by(user).values("pk"),
        ]
        return self.filter(pk__in=union_of(branches))

    def changeable_by(self, user: User) -> Self:
        """Officers of the company or of its project, and the dispatcher."""
        companies = Company.objects.changeable_by(user).values("pk")
        projects = Project.objects.worked_by(user).values("pk")
        return self.filter(Q(company__in=companies) | Q(project__in=projects))

    def of_owner(self, user: User) -> Self:
        return self.filter(company__in=user.access.company_ids(Role.OWNER))

    def open(self) -> Self:
        return self.filter(status=VisitRequest.Status.ASKED)


class VisitRequest(models.Model):
    """One wish of a company for a visit, and what came of it."""

    class Status(models.TextChoices):
        ASKED = "asked", pgettext_lazy("visit request", "asked for")
        PLANNED = "planned", pgettext_lazy("visit request", "planned")
        DECLINED = "declined", pgettext_lazy("visit request", "not possible")
        WITHDRAWN = "withdrawn", pgettext_lazy("visit request", "withdrawn")

    NEXT = {Status.ASKED: {Status.PLANNED, Status.DECLINED, Status.WITHDRAWN}}

    company = models.ForeignKey(
        Company, models.PROTECT, related_name="visit_requests", db_index=False
    )
    project = models.ForeignKey(
        Project,
        models.PROTECT,
        null=True,
        related_name="visit_requests",
        verbose_name=_("project"),
    )
    wish = models.CharField(_("what it is about"), max_length=400)
    wished_on = models.DateField(_("day that would suit"), null=True)
    status = models.CharField(
        _("state"), max_length=10, choices=Status, default=Status.ASKED
    )
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    # One press is one request, however often it is sent.
    client_key = models.UUIDField(default=uuid.uuid4)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    answer = models.CharField(_("answer"), max_length=400, blank=True)
    visit = models.OneToOneField(
        Visit,
        models.PROTECT,
        null=True,
        related_name="request",
        verbose_name=_("visit"),
    )

    objects = VisitRequestQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "-pk"]
        verbose_name = _("request for a visit")
        verbose_name_plural = _("requests for visits")
        constraints = [
            models.UniqueConstraint(
                name="visit_request_once", fields=["asked_by", "client_key"]
            ),
            models.CheckConstraint(
                name="visit_request_planned_has_visit",
                condition=Q(status="planned", visit__isnull=False)
                | ~Q(status="planned") & Q(visit__isnull=True),
            ),
            models.CheckConstraint(
                name="visit_request_answered_whole",
                condition=Q(answered_at__isnull=True, answered_by__isnull=True)
                | Q(answered_at__gte=F("asked_at"), answered_by__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                name="visit_request_by_company", fields=["company", "-asked_at"]
            )
        ]

    def __str__(self) -> str:
        return self.wish[:40]

    def move_to(self, new: Status) -> None:
        """Take the status if the rules allow it. The caller locks and saves."""
        old = self.Status(self.status)
        if new not in self.NEXT.get(old, ()):
            sentence = _("This request is “%(old)s” already.")
            raise WrongStatus(sentence % {"old": old.label})
        self.status = new
