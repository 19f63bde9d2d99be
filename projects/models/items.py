"""What an approval item is, whether a template plans it or a project has it."""

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.models import Unit

from .states import Stage

KEY = RegexValidator(
    r"^[a-z0-9][a-z0-9-]{0,39}$",
    _("Use small letters, digits and hyphens, at most 40."),
)
MOST_DAYS = 2_000


class Item(models.Model):
    """事项: the facts that template and project share."""

    class Kind(models.TextChoices):
        INSTANT = "instant", _("decided on the spot")
        PROMISED = "promised", _("decided within the committed days")

    class Track(models.TextChoices):
        MAIN = "main", _("main line")
        PARALLEL = "parallel", _("beside the main line")

    key = models.CharField(_("key"), max_length=40, validators=[KEY])
    name = models.CharField(pgettext_lazy("approval", "item"), max_length=80)
    stage = models.PositiveSmallIntegerField(_("stage"), choices=Stage)
    track = models.CharField(_("line"), max_length=8, choices=Track, default=Track.MAIN)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    kind = models.CharField(
        _("kind of item"), max_length=8, choices=Kind, default=Kind.PROMISED
    )
    statutory_days = models.PositiveSmallIntegerField(_("statutory days"), default=0)
    committed_days = models.PositiveSmallIntegerField(_("committed days"), default=0)
    # In the green channel; empty: as committed.
    green_days = models.PositiveSmallIntegerField(
        _("days in the green channel"), null=True, blank=True
    )
    unit = models.CharField(_("unit"), max_length=8, choices=Unit, default=Unit.WORKING)
    valid_months = models.PositiveSmallIntegerField(
        _("valid for (months)"), null=True, blank=True
    )
    is_deferrable = models.BooleanField(_("materials may follow"), default=False)
    is_pledge = models.BooleanField(_("by written pledge"), default=False)

    # What a project's item takes over from its template.
    COPIED = (
        "key",
        "name",
        "stage",
        "track",
        "order",
        "kind",
        "statutory_days",
        "committed_days",
        "green_days",
        "unit",
        "valid_months",
        "is_deferrable",
        "is_pledge",
    )

    class Meta:
        abstract = True


class Material(models.Model):
    """材料: what to bring, where to get it, and an example."""

    order = models.PositiveSmallIntegerField(default=0)
    name = models.CharField(_("material"), max_length=120)
    where = models.CharField(_("where to get it"), max_length=200, blank=True)
    # Secondary ones may follow where the item allows it.
    is_key = models.BooleanField(_("main material"), default=True)

    class Meta:
        abstract = True
