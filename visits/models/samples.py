"""抽查回访: the supervisor asks companies again, those that chance has named.

Who is in a sample, only supervisors of its region read: neither the departments nor
the officers, before the call or after it. What the company said before stays as it was.
"""

from typing import Any, Final, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.lib import trees
from crm.lib.querysets import ScopedQuerySet
from crm.models import Company, CompanyLiaison, Department, Region, Role, User

from .categories import Category
from .parts import TicketPart
from .tickets import Ticket
from .visits import UNIT_ROLES

# What a closing weighs in the draw: what went through an official's hands, more.
OWN_WEIGHT: Final = 1
OFFICIALS_WEIGHT: Final = 3


class SampleQuerySet(ScopedQuerySet["Sample"]):
    def visible_to(self, user: User) -> Self:
        """Supervisors whose scope holds the whole region of the sample."""
        ranges = user.access.region_ranges(Role.SUPERVISOR)
        return self.filter(trees.in_ranges(ranges, "region__path"))

    def changeable_by(self, user: User) -> Self:
        return self.visible_to(user)


class Sample(models.Model):
    """One draw: out of what, how many, and the seed by which it can be drawn again."""

    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    category = models.ForeignKey(
        Category,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("category"),
    )
    department = models.ForeignKey(
        Department,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("lead department"),
    )
    # Of the closings of these days.
    first_on = models.DateField(_("from"))
    last_on = models.DateField(_("to"))
    # What was asked for: a share in percent, or a number.
    percent = models.PositiveSmallIntegerField(_("percent"), null=True)
    number = models.PositiveSmallIntegerField(_("number"), null=True)
    size = models.PositiveIntegerField(_("drawn"))
    # Made by the machine at the draw; nobody chooses it.
    seed = models.CharField(_("seed"), max_length=64, editable=False)
    # Number of the ticket and its weight, in the order of the numbers: what the draw
    # was from, so that it can be drawn again whatever became of the tickets.
    population: "models.JSONField[Any, Any]" = models.JSONField()  # pairs, as JSON
    population_count = models.PositiveIntegerField(_("closings to draw from"))
    drawn_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    drawn_at = models.DateTimeField(_("drawn at"))

    objects = SampleQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("sample")
        verbose_name_plural = _("samples")
        constraints = [
            models.CheckConstraint(
                name="sample_share_or_number",
                condition=Q(percent__isnull=True, number__gte=1)
                | Q(number__isnull=True, percent__range=(1, 100)),
            ),
            models.CheckConstraint(
                name="sample_ends_after_start",
                condition=Q(last_on__gte=F("first_on")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_on} – {self.last_on}"

    def get_absolute_url(self) -> str:
        return reverse("visits:sample", args=[self.pk])


class SampledCallQuerySet(ScopedQuerySet["SampledCall"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(sample__in=Sample.objects.visible_to(user).values("pk"))

    def changeable_by(self, user: User) -> Self:
        """Who had no part in it: nobody asks a company about his own work.

        One person may hold several roles: supervisor, and this company's officer.
        """
        officered = CompanyLiaison.objects.filter(
            officer=user, company=OuterRef("ticket__company")
        )
        own = Q(Exists(officered)) | Q(ticket__handler=user)
        if units := user.access.department_ranges(*UNIT_ROLES, Role.LEADER):
            parts = TicketPart.objects.of(units).filter(ticket=OuterRef("ticket"))
            own |= Q(Exists(parts))
        return self.visible_to(user).exclude(own)

    def contradicting(self) -> Self:
        return self.filter(result=SampledCall.Result.CONTRADICTS)

    def told_to(self, user: User) -> Self:
        """Contradictions that this person reads on the ticket: supervisor, leader, and
        the dispatch centre, which decides what follows.
        """
        roles = (Role.SUPERVISOR, Role.LEADER, Role.DISPATCHER)
        ranges = user.access.region_ranges(*roles)
        companies = Company.objects.filter(
            trees.in_ranges(ranges, "region_path"), pk=OuterRef("ticket__company")
        )
        found = Q(Exists(companies)) if ranges else Q(pk__in=[])
        if user.access.department_ranges(Role.LEADER):
            led = Ticket.objects.led_by(user).values("pk")
            found |= Q(ticket__in=led)
        return self.contradicting().filter(found)

    def decidable_by(self, user: User) -> Self:
        """Of those that contradict: the dispatch centre, which may reopen."""
        tickets = Ticket.objects.dispatchable_by(user).values("pk")
        return self.contradicting().filter(ticket__in=tickets)


class SampledCall(models.Model):
    """One closing that was drawn, and what the company says of it now."""

    class Result(models.TextChoices):
        CONFIRMED = "confirmed", pgettext_lazy("sampled call", "says the same")
        CONTRADICTS = "contradicts", pgettext_lazy("sampled call", "contradicts")
        UNREACHED = "unreached", pgettext_lazy("sampled call", "not reached")

    class Decision(models.TextChoices):
        REOPENED = "reopened", pgettext_lazy("contradiction", "reopened")
        LEFT = "left", pgettext_lazy("contradiction", "left as it is")

    sample = models.ForeignKey(Sample, models.PROTECT, related_name="calls")
    # In the order of the draw.
    place = models.PositiveIntegerField()
    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="sampled_calls")
    # What stood there when it was drawn, and stands.
    closed_at = models.DateTimeField()
    outcome = models.CharField(
        _("said before"), max_length=10, choices=Ticket.Outcome.choices
    )
    sign_off = models.CharField(
        _("confirmed by"), max_length=10, choices=Ticket.SignOff.choices
    )
    result = models.CharField(
        pgettext_lazy("sampled call", "result"),
        max_length=11,
        choices=Result,
        blank=True,
    )
    words = models.CharField(_("in words"), max_length=400, blank=True)
    person = models.CharField(_("person called"), max_length=40, blank=True)
    phone = models.CharField(_("number called"), max_length=30, blank=True)
    called_at = models.DateTimeField(_("called"), null=True)
    noted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    noted_at = models.DateTimeField(null=True)
    # What the dispatch centre made of a contradiction.
    decision = models.CharField(
        _("decision"), max_length=8, choices=Decision, blank=True
    )
    decision_note = models.CharField(_("reason"), max_length=400, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    objects = SampledCallQuerySet.as_manager()

    class Meta:
        ordering = ["sample", "place"]
        verbose_name = _("sampled call")
        verbose_name_plural = _("sampled calls")
        constraints = [
            # One closing is asked about once, whoever draws: nobody likes to be asked
            # the same again.
            models.UniqueConstraint(
                name="sampled_call_once_per_closing", fields=["ticket", "closed_at"]
            ),
            models.UniqueConstraint(
                name="sampled_call_place", fields=["sample", "place"]
            ),
            models.CheckConstraint(
                name="sampled_call_noted_whole",
                condition=Q(result="", noted_at__isnull=True, noted_by__isnull=True)
                | Q(
                    result="unreached",
                    noted_at__isnull=False,
                    noted_by__isnull=False,
                    called_at__isnull=False,
                )
                | Q(
                    result__in=["confirmed", "contradicts"],
                    noted_at__isnull=False,
                    noted_by__isnull=False,
                    called_at__isnull=False,
                )
                & ~Q(person="")
                & ~Q(phone=""),
            ),
            models.CheckConstraint(
                name="sampled_call_contradicts_in_words",
                condition=~Q(result="contradicts") | ~Q(words=""),
            ),
            models.CheckConstraint(
                name="sampled_call_decided_whole",
                condition=Q(decision="", decided_at__isnull=True)
                | Q(result="contradicts", decided_at__isnull=False)
                & ~Q(decision="")
                & ~Q(decision_note=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sample_id} {self.place}"

    def get_absolute_url(self) -> str:
        return reverse("visits:sampled-call", args=[self.pk])
