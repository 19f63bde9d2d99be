"""Who is told of what: in the app, by mail, by a robot in a group of a unit."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.lib.querysets import ScopedQuerySet

from .events import Event
from .people import Role, User
from .places import Department, Region


class NoticeQuerySet(ScopedQuerySet["Notice"]):
    def visible_to(self, user: User) -> Self:
        """Everybody has his own, nobody another's."""
        return self.filter(recipient=user)

    def unread(self) -> Self:
        return self.filter(read_at=None)

    def for_list(self) -> Self:
        return self.select_related("event__actor").order_by("-pk")


class Notice(models.Model):
    """消息: one person is told of one event. The words are made when it is shown."""

    event = models.ForeignKey(
        Event, models.PROTECT, db_index=False, related_name="notices"
    )
    recipient = models.ForeignKey(
        User, models.PROTECT, db_index=False, related_name="notices"
    )
    # Who would have been told, were he here.
    instead_of = models.ForeignKey(
        User, models.PROTECT, null=True, db_index=False, related_name="+"
    )
    kind = models.CharField(max_length=24)
    # The record that it opens: of a remark, what the remark is about.
    about_type = models.CharField(max_length=40)
    about_id = models.BigIntegerField()
    created_at = models.DateTimeField(db_index=True)
    read_at = models.DateTimeField(null=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("in the app", "notice")
        verbose_name_plural = pgettext_lazy("in the app", "notices")
        constraints = [
            models.UniqueConstraint(fields=["event", "recipient"], name="notice_once")
        ]
        indexes = [
            models.Index(fields=["recipient", "-id"], name="notice_by_recipient"),
            # The bell counts these with every page.
            models.Index(
                fields=["recipient", "-id"],
                name="notice_unread",
                condition=Q(read_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.event_id} → {self.recipient_id}"

    @property
    def is_read(self) -> bool:
        return self.read_at is not None


class Mail(models.TextChoices):
    """Whether a kind of notice is mailed as well."""

    NOW = "now", pgettext_lazy("mail", "at once")
    DIGEST = "digest", pgettext_lazy("mail", "in the daily summary")
    NO = "no", pgettext_lazy("mail", "not at all")


class NoticeChoices(models.Model):
    """What one person chose. Kinds of which nothing is said are as they come."""

    user = models.OneToOneField(
        User, models.PROTECT, primary_key=True, related_name="notice_choices"
    )
    has_digest = models.BooleanField(_("daily summary"), default=True)
    has_urgent_at_night = models.BooleanField(
        _("urgent ones outside working hours too"), default=True
    )
    # Of each key of a kind: its "mail", one of Mail, and its "robot", yes or no.
    kinds = models.JSONField(_("by kind"), default=dict)

    class Meta:
        verbose_name = _("choices of notices")
        verbose_name_plural = _("choices of notices")

    def __str__(self) -> str:
        return f"choices of {self.user_id}"


class RobotQuerySet(ScopedQuerySet["Robot"]):
    def visible_to(self, user: User) -> Self:
        return self.all() if user.has_role(Role.SYSTEM_ADMIN) else self.none()

    def changeable_by(self, user: User) -> Self:
        return self.visible_to(user)

    def active(self) -> Self:
        return self.filter(is_active=True)


class Robot(models.Model):
    """群机器人: says in a unit's or region's group chat what its people are told."""

    class Service(models.TextChoices):
        WECOM = "wecom", _("WeCom")
        DINGTALK = "dingtalk", _("DingTalk")
        FEISHU = "feishu", _("Feishu")

    service = models.CharField(_("service"), max_length=10, choices=Service)
    name = models.CharField(_("name of the group"), max_length=60)
    department = models.ForeignKey(
        Department,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("department"),
    )
    region = models.ForeignKey(
        Region, models.PROTECT, null=True, related_name="+", verbose_name=_("region")
    )
    # The service's own, or that of a closed installation; with its port if it has one.
    host = models.CharField(_("host"), max_length=100)
    # Never shown again, never in an event or a log.
    token = models.CharField(max_length=200)
    signing_key = models.CharField(max_length=200, blank=True)
    is_active = models.BooleanField(_("in use"), default=True)
    version = models.PositiveIntegerField(default=1)

    objects = RobotQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = _("group robot")
        verbose_name_plural = _("group robots")
        constraints = [
            models.CheckConstraint(
                name="robot_of_one_place",
                condition=Q(department__isnull=False, region__isnull=True)
                | Q(department__isnull=True, region__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["department"],
                name="robot_one_per_department",
                condition=Q(is_active=True),
            ),
            models.UniqueConstraint(
                fields=["region"],
                name="robot_one_per_region",
                condition=Q(is_active=True),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def place(self) -> Department | Region:
        """For whose people it speaks."""
        place = self.department or self.region
        assert place is not None, "the database keeps it so"
        return place


class DeliveryQuerySet(ScopedQuerySet["Delivery"]):
    def visible_to(self, user: User) -> Self:
        """To whom it was meant, and to who sees to it that it goes out."""
        if user.has_role(Role.SYSTEM_ADMIN):
            return self.all()
        return self.filter(recipient=user)

    def changeable_by(self, user: User) -> Self:
        return self.all() if user.has_role(Role.SYSTEM_ADMIN) else self.none()

    def open(self) -> Self:
        """Not settled: waiting, or in some worker's hands."""
        return self.filter(state__in=Delivery.OPEN)

    def due(self, now: datetime) -> Self:
        """Whose time has come; a claim that was never settled is due again."""
        return self.open().filter(next_at__lte=now).order_by("next_at", "pk")

    def for_list(self) -> Self:
        return self.select_related("recipient", "robot").order_by("-pk")


class Delivery(models.Model):
    """One message that leaves the house, once: a mail, a summary, a robot's line."""

    class Channel(models.TextChoices):
        MAIL = "mail", _("e-mail")
        DIGEST = "digest", _("daily summary")
        ROBOT = "robot", _("group robot")

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("delivery", "waiting")
        SENDING = "sending", pgettext_lazy("delivery", "being sent")
        SENT = "sent", pgettext_lazy("delivery", "sent")
        DEAD = "dead", pgettext_lazy("delivery", "failed")
        DROPPED = "dropped", pgettext_lazy("delivery", "no longer needed")

    OPEN = (State.WAITING, State.SENDING)

    channel = models.CharField(_("way"), max_length=8, choices=Channel)
    event = models.ForeignKey(
        Event, models.PROTECT, null=True, db_index=False, related_name="deliveries"
    )
    # Goes when its notice is cleared away, which is long after.
    notice = models.ForeignKey(
        Notice, models.CASCADE, null=True, related_name="deliveries"
    )
    recipient = models.ForeignKey(
        User, models.PROTECT, null=True, db_index=False, related_name="deliveries"
    )
    robot = models.ForeignKey(
        Robot, models.PROTECT, null=True, db_index=False, related_name="deliveries"
    )
    # Of a summary: the day it is for.
    day = models.DateField(null=True)
    kind = models.CharField(max_length=24, blank=True)
    is_urgent = models.BooleanField(default=False)
    # The same however often it is tried: who gets it twice shows it once.
    message_id = models.CharField(max_length=120, unique=True)
    state = models.CharField(
        _("state"), max_length=8, choices=State, default=State.WAITING
    )
    # Of one that waits: when it is tried. Of one that is being sent: when its
    # worker must have settled it, or another may take it.
    next_at = models.DateTimeField(_("next try"))
    claim = models.UUIDField(null=True)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    # A code; never what the other side answered.
    error = models.CharField(_("reason"), max_length=30, blank=True)
    created_at = models.DateTimeField(db_index=True)
    settled_at = models.DateTimeField(null=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("message sent out")
        verbose_name_plural = _("messages sent out")
        constraints = [
            models.UniqueConstraint(
                fields=["event", "recipient", "channel"], name="delivery_once_person"
            ),
            models.UniqueConstraint(
                fields=["event", "robot"], name="delivery_once_robot"
            ),
            models.UniqueConstraint(
                fields=["recipient", "day"], name="delivery_once_day"
            ),
            models.CheckConstraint(
                name="delivery_fits_channel",
                condition=Q(
                    channel="mail",
                    event__isnull=False,
                    recipient__isnull=False,
                    robot__isnull=True,
                    day__isnull=True,
                )
                | Q(
                    channel="digest",
                    event__isnull=True,
                    recipient__isnull=False,
                    robot__isnull=True,
                    day__isnull=False,
                )
                # Without an event: the administrator tries whether it speaks.
                | Q(
                    channel="robot",
                    recipient__isnull=True,
                    robot__isnull=False,
                    day__isnull=True,
                ),
            ),
            models.CheckConstraint(
                name="delivery_settled_has_time",
                condition=Q(state__in=["waiting", "sending"], settled_at__isnull=True)
                | Q(state__in=["sent", "dead", "dropped"], settled_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_at", "id"],
                name="delivery_due",
                condition=Q(state__in=["waiting", "sending"]),
            ),
            models.Index(
                fields=["recipient", "created_at"], name="delivery_by_recipient"
            ),
            models.Index(
                fields=["-id"], name="delivery_dead", condition=Q(state="dead")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.message_id}"
