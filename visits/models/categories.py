"""What a problem is about, and how long each step may take."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.models import Department


class Category(models.Model):
    """问题类别: who usually leads and how many working days each step has."""

    class Kind(models.TextChoices):
        SIMPLE = "simple", _("simple")
        COMPLEX = "complex", _("complex")

    class LeadRule(models.TextChoices):
        DEPARTMENT = "department", _("the named department")
        TOWN = "town", _("the company's own town or park")

    key = models.SlugField(_("key"), max_length=30, unique=True)
    name = models.CharField(pgettext_lazy("category", "name"), max_length=30)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    lead_rule = models.CharField(
        _("who leads"), max_length=10, choices=LeadRule, default=LeadRule.DEPARTMENT
    )
    default_lead = models.ForeignKey(
        Department,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("usual lead department"),
    )
    contact_days = models.PositiveSmallIntegerField(_("contact within"), default=1)
    first_reply_days = models.PositiveSmallIntegerField(
        _("first reply within"), default=3
    )
    solve_days = models.PositiveSmallIntegerField(_("solve within"))
    # One extension, to this many days at most, counted from the dispatch.
    extended_days = models.PositiveSmallIntegerField(_("extended to"), default=30)
    order = models.PositiveSmallIntegerField(_("order"), default=100)
    is_active = models.BooleanField(_("in use"), default=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["order", "pk"]
        verbose_name = _("category")
        verbose_name_plural = _("categories")

    def __str__(self) -> str:
        return self.name
