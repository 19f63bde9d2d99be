"""A meeting that comes again: the rule by which its days are found."""

import uuid
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.lib import trees
from crm.lib.querysets import ScopedQuerySet, union_of
from crm.models import Department, Region, Role, User
from crm.models.companies import BY_DEPARTMENT, WIDE

from .directives import units_below


def regions_of(ranges: list[trees.PathRange]) -> "models.QuerySet[Any, Any]":
    return Region.objects.filter(trees.in_ranges(ranges, "path")).values("pk")


class SeriesQuerySet(ScopedQuerySet["MeetingSeries"]):
    def visible_to(self, user: User) -> Self:
        """Whoever reads all in its region, and the departments that it invites."""
        access, every = user.access, self.model.objects.all()
        # Any: of whatever model, as keys.
        branches: list[models.QuerySet[Any, Any]] = [
            every.filter(Q(chair=user) | Q(recorder=user)).values("pk")
        ]
        if wide := access.region_ranges(*WIDE):
            branches.append(every.filter(region__in=regions_of(wide)).values("pk"))
        if access.department_ranges(*BY_DEPARTMENT):
            units = units_below(user, *BY_DEPARTMENT)
            invited = MeetingSeries.departments.through.objects.filter(
                department__in=units
            )
            branches.append(invited.values("meetingseries"))
        return self.filter(pk__in=union_of(branches))

    def changeable_by(self, user: User) -> Self:
        """The leaders of the region, and who leads it."""
        if not user.access.has(Role.LEADER):
            return self.none()
        wide = regions_of(user.access.region_ranges(Role.LEADER))
        return self.filter(Q(chair=user) | Q(region__in=wide))

    def running(self) -> Self:
        return self.filter(ended_at=None)


class MeetingSeries(models.Model):
    """A meeting that comes again: on a weekday every n weeks, or once a month."""

    class Rhythm(models.TextChoices):
        WEEKLY = "weekly", pgettext_lazy("series", "on a weekday")
        MONTHLY = "monthly", pgettext_lazy("series", "on a working day of the month")

    class Weekday(models.IntegerChoices):
        MONDAY = 0, pgettext_lazy("weekday", "Monday")
        TUESDAY = 1, pgettext_lazy("weekday", "Tuesday")
        WEDNESDAY = 2, pgettext_lazy("weekday", "Wednesday")
        THURSDAY = 3, pgettext_lazy("weekday", "Thursday")
        FRIDAY = 4, pgettext_lazy("weekday", "Friday")

    name = models.CharField(_("name of the meeting"), max_length=80)
    region = models.ForeignKey(
        Region, models.PROTECT, related_name="+", verbose_name=_("region")
    )
    rhythm = models.CharField(
        pgettext_lazy("series", "rhythm"), max_length=7, choices=Rhythm
    )
    weekday = models.PositiveSmallIntegerField(
        _("weekday"), choices=Weekday, null=True, blank=True
    )
    every = models.PositiveSmallIntegerField(_("every (weeks)"), default=1)
    # The n-th working day of each month.
    nth = models.PositiveSmallIntegerField(
        _("working day of the month"), null=True, blank=True
    )
    # From this day on; of a weekday it also says which weeks.
    first_on = models.DateField(_("first day"))
    at = models.TimeField(_("time"))
    place = models.CharField(pgettext_lazy("meeting", "place"), max_length=120)
    chair = models.ForeignKey(
        User,
        models.PROTECT,
        related_name="+",
        verbose_name=pgettext_lazy("meeting", "led by"),
    )
    recorder = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=pgettext_lazy("meeting", "minutes by"),
    )
    departments = models.ManyToManyField(Department, related_name="meeting_series")
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    client_key = models.UUIDField(default=uuid.uuid4, editable=False)
    ended_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    objects = SeriesQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = _("series of meetings")
        verbose_name_plural = _("series of meetings")
        constraints = [
            models.UniqueConstraint(
                name="meeting_series_once_per_client_key",
                fields=["created_by", "client_key"],
            ),
            models.CheckConstraint(
                name="meeting_series_has_its_rhythm",
                condition=Q(
                    rhythm="weekly", weekday__isnull=False, weekday__lte=4, nth=None
                )
                | Q(rhythm="monthly", weekday=None, nth__gte=1, nth__lte=15),
            ),
            models.CheckConstraint(
                name="meeting_series_comes_again",
                condition=Q(every__gte=1, every__lte=12),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("visits:meeting-series", args=[self.pk])

    @property
    def is_running(self) -> bool:
        return self.ended_at is None
