"""How ratings are counted and followed up, from a day on."""

from datetime import date
from decimal import Decimal
from typing import Any, Final, Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.models import User

from .ratings import RatingLevel

SHARE: Final[list[Any]] = [MinValueValidator(0), MaxValueValidator(1)]  # validators
LONGEST: Final = 60


def weight(label: Any, default: str) -> "models.DecimalField[Any, Any]":
    """Any: a lazy text; how much one rating of this level counts as satisfied."""
    return models.DecimalField(
        label,
        max_digits=3,
        decimal_places=2,
        default=Decimal(default),
        validators=SHARE,
    )


class RatingRuleQuerySet(models.QuerySet["RatingRule"]):
    def on(self, day: date) -> "RatingRule":
        """The one in force that day; as shipped where nobody has set any."""
        row = self.filter(effective_on__lte=day).order_by("-effective_on").first()
        return row or RatingRule(effective_on=date.min)

    def newest_first(self) -> Self:
        return self.order_by("-effective_on")


class RatingRule(models.Model):
    """The weights of 满意率 and the days of what follows; one row per change."""

    effective_on = models.DateField(_("in force from"), unique=True)
    very_good = weight(RatingLevel.VERY_GOOD.label, "1")
    good = weight(RatingLevel.GOOD.label, "1")
    # 0.9 as several cities have it; 1 makes it the same as the share of good ones.
    fair = weight(RatingLevel.FAIR.label, "0.9")
    poor = weight(RatingLevel.POOR.label, "0")
    very_poor = weight(RatingLevel.VERY_POOR.label, "0")
    fix_days = models.PositiveSmallIntegerField(
        _("days for a correction"),
        default=15,
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST)],
    )
    objection_days = models.PositiveSmallIntegerField(
        _("days for an objection"),
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST)],
    )
    look_days = models.PositiveSmallIntegerField(
        _("days for the second look"),
        default=10,
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST)],
    )
    set_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    set_at = models.DateTimeField(default=timezone.now)

    objects = RatingRuleQuerySet.as_manager()

    class Meta:
        ordering = ["-effective_on"]
        verbose_name = pgettext_lazy("rating", "rules of ratings")
        verbose_name_plural = pgettext_lazy("rating", "rules of ratings")
        constraints = [
            models.CheckConstraint(
                name="rating_rule_weights_fall",
                condition=Q(
                    very_good__lte=1,
                    good__lte=models.F("very_good"),
                    fair__lte=models.F("good"),
                    poor__lte=models.F("fair"),
                    very_poor__lte=models.F("poor"),
                    very_poor__gte=0,
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.effective_on}"

    @property
    def weights(self) -> dict[int, Decimal]:
        """By level."""
        level = RatingLevel
        return {
            level.VERY_GOOD: self.very_good,
            level.GOOD: self.good,
            level.FAIR: self.fair,
            level.POOR: self.poor,
            level.VERY_POOR: self.very_poor,
        }
