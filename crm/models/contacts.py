"""联系人: a company's people."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.lib.querysets import ScopedQuerySet

from .companies import Company
from .people import Role, User


class ContactQuerySet(ScopedQuerySet["Contact"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(company__in=Company.objects.visible_to(user).values("pk"))

    def changeable_by(self, user: User) -> Self:
        """Of a company's profile editors, and of the company's own people."""
        editable = Company.objects.changeable_by(user).values("pk")
        owned = user.access.company_ids(Role.OWNER)
        living = Company.objects.living().filter(pk__in=owned).values("pk")
        return self.filter(Q(company__in=editable) | Q(company__in=living))

    def current(self) -> Self:
        return self.filter(archived_at=None)


class Contact(models.Model):
    """联系人: a company's person. The phone is masked except for who needs it."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="contacts")
    name = models.CharField(_("name"), max_length=40)
    title = models.CharField(_("post"), max_length=40, blank=True)
    phone = models.CharField(_("telephone"), max_length=30, blank=True)
    is_main = models.BooleanField(_("main contact"), default=False)
    archived_at = models.DateTimeField(null=True, editable=False)
    version = models.PositiveIntegerField(default=1)

    objects = ContactQuerySet.as_manager()

    class Meta:
        ordering = ["-is_main", "pk"]
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        constraints = [
            models.UniqueConstraint(
                name="contact_one_main",
                fields=["company"],
                condition=Q(is_main=True, archived_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return self.name
