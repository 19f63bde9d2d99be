"""Where: regions and departments, both trees."""

from typing import Self, TypeVar

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.lib.trees import PathField, PathRange, path_and_above

CODE = RegexValidator(
    r"^[0-9A-Za-z-]{1,24}$", _("Use letters, digits and hyphens, at most 24.")
)


N = TypeVar("N", bound="TreeNode")


class TreeQuerySet(models.QuerySet[N]):
    def below(self, path: str) -> Self:
        """The node at this path and everything under it."""
        return self.filter(PathRange(path).q("path"))

    def active(self) -> Self:
        return self.filter(is_active=True)


class TreeNode(models.Model):
    """A node with a code; its path is the codes from the root down."""

    code = models.CharField(_("code"), max_length=24, unique=True, validators=[CODE])
    name = models.CharField(pgettext_lazy("thing", "name"), max_length=80)
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("above"),
    )
    path = PathField(unique=True, editable=False)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        abstract = True
        ordering = ["path"]

    def __str__(self) -> str:
        return self.name

    def path_under(self, parent: "Self | None") -> str:
        """The path this node has below `parent` (its root path without one)."""
        return f"{parent.path if parent else ''}{self.code}/"

    @property
    def depth(self) -> int:
        return str(self.path).count("/") - 1


class RegionQuerySet(TreeQuerySet["Region"]):
    """Regions as such, for the type checker."""


class Region(TreeNode):
    """行政区划: a code of GB/T 2260, or one of ours for a park."""

    class Kind(models.TextChoices):
        CITY = "city", _("city")
        COUNTY = "county", _("county or district")
        TOWN = "town", _("town or subdistrict")
        PARK = "park", _("park")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind)

    objects = RegionQuerySet.as_manager()

    class Meta(TreeNode.Meta):
        verbose_name = _("region")
        verbose_name_plural = _("regions")


class DepartmentQuerySet(TreeQuerySet["Department"]):
    def at_or_above(self, region_path: str) -> Self:
        """Those of this region and of the regions above it."""
        return self.filter(region__path__in=path_and_above(region_path))


class Department(TreeNode):
    """单位: a government department, town, park, service centre or association."""

    class Kind(models.TextChoices):
        OFFICE = "office", _("office")
        BUREAU = "bureau", _("bureau")
        VERTICAL = "vertical", _("vertically led body")
        INSTITUTION = "institution", _("institution")
        UTILITY = "utility", _("utility")
        TOWN = "town", _("town")
        PARK = "park", _("park")
        ASSOCIATION = "association", _("association")

    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    region = models.ForeignKey(
        Region,
        models.PROTECT,
        related_name="departments",
        verbose_name=_("region"),
    )
    phone = models.CharField(_("telephone"), max_length=30, blank=True)

    objects = DepartmentQuerySet.as_manager()

    class Meta(TreeNode.Meta):
        verbose_name = _("department")
        verbose_name_plural = _("departments")
