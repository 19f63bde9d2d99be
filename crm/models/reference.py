"""Lists that administrators keep: industries and tags."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Industry(models.Model):
    """GB/T 4754: a section (one letter), a division (two digits) or a class below."""

    code = models.CharField(_("code"), max_length=4, primary_key=True)
    name = models.CharField(pgettext_lazy("thing", "name"), max_length=80)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children"
    )
    # The method of 2017 this code falls under by the longest prefix; empty: none.
    size_method = models.CharField(max_length=20, blank=True)

    class Meta:
        ordering = ["code"]
        verbose_name = _("industry")
        verbose_name_plural = _("industries")

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Tag(models.Model):
    """A word for a kind of company: 困难企业, 高成长, 规上 …"""

    key = models.SlugField(_("key"), max_length=30, unique=True)
    name = models.CharField(pgettext_lazy("thing", "name"), max_length=20)
    order = models.PositiveSmallIntegerField(_("order"), default=100)
    # Companies with such a tag stand in the coverage lists.
    is_watched = models.BooleanField(_("watch visits"), default=False)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        ordering = ["order", "pk"]
        verbose_name = _("tag")
        verbose_name_plural = _("tags")

    def __str__(self) -> str:
        return self.name
