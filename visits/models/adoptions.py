"""包挂: what a leader takes on himself."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.lib.querysets import ScopedQuerySet
from crm.models import Company, User
from projects.models import Project

from .tickets import Ticket


class AdoptionQuerySet(ScopedQuerySet["Adoption"]):
    def visible_to(self, user: User) -> Self:
        """With the ticket or the project: the leader's name is shown there."""
        tickets = Ticket.objects.visible_to(user).values("pk")
        projects = Project.objects.visible_to(user).values("pk")
        return self.filter(Q(ticket__in=tickets) | Q(project__in=projects))

    def changeable_by(self, user: User) -> Self:
        return self.filter(leader=user)

    def held(self) -> Self:
        """Not handed back, and what was taken on has not ended."""
        running = ~Q(ticket__status__in=Ticket.ENDED)
        return self.filter(
            Q(running, ticket__isnull=False)
            | Q(project__isnull=False, project__archived_at=None)
            & ~Q(project__stage=Project.Stage.CAPACITY),
            ended_at=None,
        )


class Adoption(models.Model):
    """包挂: a leader sees to one ticket or project himself, until it is closed.

    It ends with the ticket or project, by itself; a ticket that is opened again is his
    again. Only what he hands back has an end of its own.
    """

    ticket = models.ForeignKey(
        Ticket, models.PROTECT, null=True, related_name="adoptions"
    )
    project = models.ForeignKey(
        Project, models.PROTECT, null=True, related_name="adoptions"
    )
    company = models.ForeignKey(Company, models.PROTECT, null=True, related_name="+")
    leader = models.ForeignKey(User, models.PROTECT, related_name="adoptions")
    adopted_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    objects = AdoptionQuerySet.as_manager()

    class Meta:
        ordering = ["-adopted_at", "-pk"]
        verbose_name = _("matter taken on")
        verbose_name_plural = _("matters taken on")
        constraints = [
            models.CheckConstraint(
                name="adoption_of_one_thing",
                condition=Q(ticket__isnull=False, project__isnull=True)
                | Q(ticket__isnull=True, project__isnull=False),
            ),
            models.UniqueConstraint(
                name="adoption_of_ticket_once",
                fields=["ticket", "leader"],
                condition=Q(ended_at__isnull=True),
            ),
            models.UniqueConstraint(
                name="adoption_of_project_once",
                fields=["project", "leader"],
                condition=Q(ended_at__isnull=True),
            ),
            models.CheckConstraint(
                name="adoption_handed_back_has_reason",
                condition=Q(ended_at__isnull=True, reason="")
                | Q(ended_at__isnull=False) & ~Q(reason=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.leader_id} {self.ticket_id or self.project_id}"

    @property
    def about(self) -> Ticket | Project:
        found = self.ticket or self.project
        assert found is not None, "of one of the two"
        return found
