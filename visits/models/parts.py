"""What each department has to do with a ticket."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from crm.lib import trees
from crm.models import Deadline, Department

# The kind of deadline by which an assisting department answers the lead.
PART = "part"


class TicketPartQuerySet(models.QuerySet["TicketPart"]):
    def open(self) -> Self:
        """Of the departments that have it now; the others stay as history."""
        return self.filter(ended_on=None)

    def running(self) -> Self:
        """Open, and of a ticket that has not ended."""
        return self.filter(is_running=True)

    def of(self, ranges: list[trees.PathRange]) -> Self:
        """Those of the departments below the given paths."""
        below = Department.objects.filter(trees.in_ranges(ranges, "path"))
        return self.filter(department__in=below.values("pk"))

    def owed_by(self, ranges: list[trees.PathRange]) -> Self:
        """Those that assisting departments below the given paths have to answer."""
        below = Department.objects.filter(trees.in_ranges(ranges, "path"))
        return self.filter(
            answer_by__kind=PART,
            answer_by__department__in=below.values("pk"),
            answer_by__met_at=None,
        )

    def for_page(self) -> Self:
        return self.select_related("department", "answer_by")


class TicketPart(models.Model):
    """A department's part in a ticket: 主办 or 协办, with its own deadline."""

    ticket = models.ForeignKey("visits.Ticket", models.PROTECT, related_name="parts")
    department = models.ForeignKey(
        Department, models.PROTECT, db_index=False, related_name="ticket_parts"
    )
    is_lead = models.BooleanField()
    started_on = models.DateField(default=timezone.localdate)
    # When the ticket went to another department; the row stays.
    ended_on = models.DateField(null=True)
    # False once the ticket has ended too: lists of a department read only these few.
    is_running = models.BooleanField(default=True)
    # Of an assisting department: what it was asked and what it said.
    task = models.CharField(max_length=400, blank=True)
    answer_by = models.OneToOneField(
        Deadline, models.PROTECT, null=True, related_name="part"
    )
    answered_at = models.DateTimeField(null=True)

    objects = TicketPartQuerySet.as_manager()

    class Meta:
        ordering = ["-is_lead", "pk"]
        constraints = [
            models.CheckConstraint(
                name="ticket_part_ended_runs_no_more",
                condition=Q(ended_on__isnull=True) | Q(is_running=False),
            ),
            models.UniqueConstraint(
                name="ticket_one_lead",
                fields=["ticket"],
                condition=Q(is_lead=True, ended_on__isnull=True),
            ),
            models.UniqueConstraint(
                name="ticket_part_once",
                fields=["ticket", "department"],
                condition=Q(ended_on__isnull=True),
            ),
        ]
        indexes = [
            models.Index(
                fields=["department", "ticket"], name="ticket_part_by_department"
            ),
            models.Index(
                fields=["department", "is_lead", "ticket"],
                name="ticket_part_running",
                condition=Q(is_running=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.department_id}"
