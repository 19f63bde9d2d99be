"""What proposes an order by itself, and the counters that numbers are taken from."""

from typing import Final, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.lib import trees
from crm.lib.querysets import ScopedQuerySet
from crm.models import Company, Deadline, Department, Region, Role, User

from .orders import SupervisionOrder, units_in


class OrderProposalQuerySet(ScopedQuerySet["OrderProposal"]):
    def visible_to(self, user: User) -> Self:
        """Who may issue the order: supervisors and leaders of the scope."""
        access = user.access
        wide = access.region_ranges(Role.SUPERVISOR, Role.LEADER)
        condition = trees.in_ranges(wide, "place_path")
        if charged := access.department_ranges(Role.LEADER):
            own = Q(department__in=units_in(charged))
            condition = condition | own if wide else own
        return self.filter(condition)

    def changeable_by(self, user: User) -> Self:
        return self.visible_to(user)

    def open(self) -> Self:
        return self.filter(state=OrderProposal.State.OPEN)


class OrderProposal(models.Model):
    """An order that a rule asks for: once per subject, rule and cycle, for a person."""

    class Rule(models.TextChoices):
        OVERDUE = "overdue", pgettext_lazy("order proposal", "overdue")
        TWO_YELLOWS = "two_yellows", pgettext_lazy("order proposal", "two yellow ones")

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("order proposal", "to be decided")
        ISSUED = "issued", pgettext_lazy("order proposal", "order issued")
        DISMISSED = "dismissed", pgettext_lazy("order proposal", "dismissed")
        LAPSED = "lapsed", pgettext_lazy("order proposal", "settled meanwhile")

    NEXT: Final = {State.OPEN: {State.ISSUED, State.DISMISSED, State.LAPSED}}

    rule = models.CharField(
        pgettext_lazy("order proposal", "rule"), max_length=12, choices=Rule
    )
    subject_type = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    # Of an overdue subject its deadline as it was promised: another promise, another
    # cycle. A calendar that moves a day makes no new one.
    cycle = models.CharField(max_length=40)
    # A promise that was written down by mistake goes, and its clock with it.
    deadline = models.ForeignKey(
        Deadline, models.SET_NULL, null=True, db_index=False, related_name="+"
    )
    days = models.PositiveSmallIntegerField(null=True)
    turn = models.PositiveSmallIntegerField(default=0)
    due_on = models.DateField(_("due"), null=True)
    colour = models.CharField(
        pgettext_lazy("supervision order", "colour"),
        max_length=6,
        choices=SupervisionOrder.Colour,
    )
    place_path = trees.PathField(editable=False)
    company = models.ForeignKey(
        Company, models.PROTECT, null=True, db_index=False, related_name="+"
    )
    department = models.ForeignKey(
        Department, models.PROTECT, related_name="+", verbose_name=_("department")
    )
    person = models.ForeignKey(
        User, models.PROTECT, null=True, db_index=False, related_name="+"
    )
    matter = models.CharField(max_length=200)
    state = models.CharField(
        _("state"), max_length=9, choices=State, default=State.OPEN
    )
    proposed_at = models.DateTimeField()
    # One of a sweep's own rows: what others wrote at the same time has another.
    sweep = models.UUIDField(null=True, editable=False)
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, db_index=False, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(_("reason"), max_length=400, blank=True)
    order = models.ForeignKey(
        SupervisionOrder, models.PROTECT, null=True, related_name="proposals"
    )

    objects = OrderProposalQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "pk"]
        verbose_name = _("proposed supervision order")
        verbose_name_plural = _("proposed supervision orders")
        constraints = [
            models.UniqueConstraint(
                fields=["subject_type", "subject_id", "rule", "cycle"],
                name="order_proposed_once",
            ),
            models.CheckConstraint(
                name="order_proposal_decided_whole",
                condition=Q(state="open", decided_at__isnull=True)
                | ~Q(state="open") & Q(decided_at__isnull=False),
            ),
            models.CheckConstraint(
                name="order_proposal_dismissed_with_reason",
                condition=~Q(state="dismissed")
                | ~Q(reason="") & Q(decided_by__isnull=False),
            ),
            models.CheckConstraint(
                name="order_proposal_issued_has_order",
                condition=Q(state="issued", order__isnull=False)
                | ~Q(state="issued") & Q(order__isnull=True),
            ),
        ]
        indexes = [
            models.Index(
                fields=["place_path", "due_on", "id"],
                name="order_proposal_open",
                condition=Q(state="open"),
            ),
            models.Index(
                fields=["deadline", "days", "turn"], name="order_proposal_of_clock"
            ),
            models.Index(fields=["sweep"], name="order_proposal_sweep"),
        ]

    def __str__(self) -> str:
        return f"{self.subject_type} {self.subject_id} {self.rule} {self.cycle}"

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN


class OrderNumber(models.Model):
    """The last serial that a region gave in a year; its row lock is the queue."""

    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["region", "year"], name="order_number_once")
        ]

    def __str__(self) -> str:
        return f"{self.region_id} {self.year} {self.last}"


class OrderMonthQuerySet(ScopedQuerySet["OrderMonth"]):
    def visible_to(self, user: User) -> Self:
        """Of regions in one's scope: supervisors and leaders."""
        ranges = user.access.region_ranges(Role.SUPERVISOR, Role.LEADER)
        regions = Region.objects.filter(trees.in_ranges(ranges, "path"))
        return self.filter(region__in=regions.values("pk"))


class OrderMonth(models.Model):
    """督办月报: what the monthly list of a region hangs from."""

    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    first_on = models.DateField(_("month"))

    objects = OrderMonthQuerySet.as_manager()

    class Meta:
        verbose_name = _("monthly list of supervision orders")
        constraints = [
            models.UniqueConstraint(
                fields=["region", "first_on"], name="order_month_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.region_id} {self.first_on:%Y-%m}"
