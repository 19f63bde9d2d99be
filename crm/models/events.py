"""What happened, on which record, by whom: the stream and the audit trail."""

from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.expressions import Combinable
from django.utils.translation import gettext_lazy as _

from crm.lib import trees
from crm.lib.querysets import ScopedQuerySet

from .companies import WIDE, Company
from .liaisons import CompanyLiaison
from .people import Role, User


class EventQuerySet(ScopedQuerySet["Event"]):
    def visible_to(self, user: User) -> Self:
        """Streams of companies. A handler reads only those of records he may see.

        On the page of a record that is visible, use for_subject() instead: a ticket
        brings its department to it, and with it to its own events.
        """
        access = user.access
        if access.has(Role.AUDIT_ADMIN):
            return self
        condition: Combinable | Q = Q(pk__in=[])
        if wide := access.region_ranges(*WIDE):
            inside = Company.objects.filter(trees.in_ranges(wide, "region_path"))
            condition |= Exists(inside.filter(pk=OuterRef("company")))
        if access.has(Role.OFFICER):
            own = CompanyLiaison.objects.open().filter(officer=user)
            condition |= Exists(own.filter(company=OuterRef("company")))
        if owned := access.company_ids(Role.OWNER):
            condition |= Q(company__in=owned, is_public=True)
        return self.filter(condition)

    def for_company(self, company: Company) -> Self:
        return self.filter(company=company)

    def for_subject(self, subject: models.Model) -> Self:
        return self.filter(
            subject_type=subject._meta.label_lower, subject_id=subject.pk
        )

    def public(self) -> Self:
        """What the company's owner may read."""
        return self.filter(is_public=True)

    def newest_first(self) -> Self:
        return self.order_by("-pk")

    def for_list(self) -> Self:
        return self.select_related("actor", "personal").newest_first()


class Event(models.Model):
    """Who did what to which record, old and new, when. Never changed, never deleted."""

    at = models.DateTimeField(_("time"))
    # Empty: the system did it.
    actor = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="acts",
        verbose_name=_("person"),
    )
    action = models.CharField(_("action"), max_length=60)
    subject_type = models.CharField(_("kind of record"), max_length=40)
    subject_id = models.BigIntegerField(_("record"))
    company = models.ForeignKey(
        Company,
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="events",
        verbose_name=_("company"),
    )
    is_public = models.BooleanField(_("visible to the company"), default=False)
    # {field: [old, new]}: codes and values, never sentences.
    changes = models.JSONField(_("changes"), default=dict)
    # Salted; says nothing once the row in EventPersonal is erased.
    personal_digest = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes = [
            models.Index(fields=["company", "-id"], name="crm_event_company"),
            models.Index(
                fields=["subject_type", "subject_id", "-id"], name="crm_event_subject"
            ),
            models.Index(fields=["actor", "-id"], name="crm_event_actor"),
            models.Index(fields=["action", "-id"], name="crm_event_action"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.subject_type} {self.subject_id}"


class EventPersonal(models.Model):
    """Names, phones, signatures of one event; may be erased without breaking it."""

    event = models.OneToOneField(
        Event, models.PROTECT, primary_key=True, related_name="personal"
    )
    salt = models.CharField(max_length=32)
    values = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("personal values of an event")
        verbose_name_plural = _("personal values of events")

    def __str__(self) -> str:
        return f"personal values of event {self.event_id}"


class PendingSeal(models.Model):
    """An event that waits for the sealer; written with it, deleted when sealed."""

    event = models.OneToOneField(
        Event, models.PROTECT, primary_key=True, related_name="pending_seal"
    )

    class Meta:
        verbose_name = _("event to be sealed")
        verbose_name_plural = _("events to be sealed")

    def __str__(self) -> str:
        return f"event {self.event_id}"


class Seal(models.Model):
    """One link of the chain, in the order of sealing. Never changed, never deleted."""

    # Counted by the sealer, without gaps; an auto field only because SQLite
    # stores that type without a second index.
    position = models.BigAutoField(_("position"), primary_key=True)
    event = models.OneToOneField(Event, models.PROTECT, related_name="seal")
    hash = models.CharField(max_length=64)
    sealed_at = models.DateTimeField(_("sealed at"))

    class Meta:
        verbose_name = _("seal")
        verbose_name_plural = _("seals")

    def __str__(self) -> str:
        return f"{self.position} {self.hash[:12]}"
