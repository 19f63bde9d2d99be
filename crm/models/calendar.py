"""The published working calendar, one row per year's notice."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.lib.holiday_year import HolidayYear, from_json

from .people import User


class WorkYear(models.Model):
    """One year's notice as it was published, whole: a year is known or it is not."""

    year = models.PositiveSmallIntegerField(_("year"), primary_key=True)
    # {"国庆节": ["2026-10-01", "2026-10-07"]}: first and last day, both off.
    days_off = models.JSONField(_("days off"), default=dict)
    # {"2026-10-10": "国庆节"}: weekend days that are worked, and for which holiday.
    makeup_days = models.JSONField(_("make-up workdays"), default=dict)
    source = models.CharField(_("source"), max_length=200)
    published_on = models.DateField(_("published"))
    # Empty for the years that came with the program.
    imported_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("imported by"),
    )
    # Processes notice a new notice by the newest of these.
    imported_at = models.DateTimeField(_("imported"))

    class Meta:
        ordering = ["year"]
        verbose_name = _("year of the working calendar")
        verbose_name_plural = _("working calendar")
        constraints = [
            models.CheckConstraint(
                name="work_year_in_range", condition=Q(year__range=(1949, 2999))
            )
        ]

    def __str__(self) -> str:
        return str(self.year)

    def notice(self) -> HolidayYear:
        """The year as the arithmetic wants it."""
        return from_json(
            {
                "year": self.year,
                "source": self.source,
                "published_on": self.published_on.isoformat(),
                "off": self.days_off,
                "makeup_workdays": self.makeup_days,
            }
        )
