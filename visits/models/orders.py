"""督办单: a numbered order to a department, in one of three colours, until answered."""

import uuid
from typing import Any, Final, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from crm.lib import trees
from crm.lib.errors import WrongStatus
from crm.lib.querysets import ScopedQuerySet, union_of
from crm.models import Company, Deadline, Department, Region, Role, User
from crm.models.companies import BY_DEPARTMENT, WIDE
from projects.models import Project

from .order_rules import CONSTRAINTS, INDEXES
from .visits import UNIT_ROLES

# The kind of deadline that an order has.
ORDER: Final = "order"
ISSUERS: Final = (Role.SUPERVISOR, Role.LEADER)


class OrderQuerySet(ScopedQuerySet["SupervisionOrder"]):
    def visible_to(self, user: User) -> Self:
        """The issuer's scope, and the people of the unit that it is addressed to.

        Never the company: what is public of it stands on the ticket's own page.
        """
        wide = user.access.region_ranges(*WIDE)
        below = user.access.department_ranges(*BY_DEPARTMENT)
        if not below:
            return self.filter(trees.in_ranges(wide, "place_path"))
        own = Q(department__in=units_in(below))
        return self.filter(trees.in_ranges(wide, "place_path") | own if wide else own)

    def changeable_by(self, user: User) -> Self:
        """Either side; each act narrows this further."""
        every = self.model.objects.all()
        branches = [
            every.judged_by(user).values("pk"),
            every.addressed_to(user).values("pk"),
        ]
        return self.filter(pk__in=union_of(branches))

    def judged_by(self, user: User) -> Self:
        """Supervisors of the scope; a leader what he ordered himself."""
        access = user.access
        watched = access.region_ranges(Role.SUPERVISOR)
        condition = trees.in_ranges(watched, "place_path")
        if access.has(Role.LEADER):
            led = access.region_ranges(Role.LEADER)
            charged = access.department_ranges(Role.LEADER)
            scope = trees.in_ranges(led, "place_path")
            if charged:
                scope |= Q(department__in=units_in(charged))
            condition |= Q(issued_by=user) & scope
        return self.filter(condition)

    def addressed_to(self, user: User) -> Self:
        """Who signs and answers: handlers and head of the department."""
        below = user.access.department_ranges(*UNIT_ROLES)
        return self.filter(department__in=units_in(below)) if below else self.none()

    def open(self) -> Self:
        return self.filter(status__in=SupervisionOrder.OPEN)

    def with_rights(self, user: User) -> Self:
        """Annotate which side of each this person is on."""
        every = self.model.objects.filter(pk=OuterRef("pk"))
        return self.annotate(
            may_judge=Exists(every.judged_by(user)),
            may_answer=Exists(every.addressed_to(user)),
        )

    def for_page(self) -> Self:
        return self.select_related(
            "region", "department", "person", "company", "answer_by", "issued_by"
        ).select_related("issued_by__department", "signed_by", "ended_by")

    def about(self, subject_type: str, subject_id: int) -> Self:
        return self.filter(subject_type=subject_type, subject_id=subject_id)


def units_in(ranges: list[trees.PathRange]) -> Any:  # a queryset of keys
    return Department.objects.filter(trees.in_ranges(ranges, "path")).values("pk")


class SupervisionOrder(models.Model):
    """One order: what is demanded of whom, by when, on what basis, and what came."""

    class Colour(models.TextChoices):
        BLUE = "blue", pgettext_lazy("supervision order", "blue")
        YELLOW = "yellow", pgettext_lazy("supervision order", "yellow")
        RED = "red", pgettext_lazy("supervision order", "red")

    class Status(models.TextChoices):
        ISSUED = "issued", pgettext_lazy("supervision order", "to be signed for")
        SIGNED = "signed", pgettext_lazy("supervision order", "signed for, in hand")
        ANSWERED = "answered", pgettext_lazy("supervision order", "answer to be judged")
        CLOSED = "closed", pgettext_lazy("supervision order", "closed")
        WITHDRAWN = "withdrawn", pgettext_lazy("supervision order", "withdrawn")

    # What each status may become. A status without an entry is final.
    NEXT: Final = {
        Status.ISSUED: {Status.SIGNED, Status.ANSWERED, Status.WITHDRAWN},
        Status.SIGNED: {Status.ANSWERED, Status.WITHDRAWN},
        Status.ANSWERED: {Status.SIGNED, Status.CLOSED, Status.WITHDRAWN},
    }
    OPEN: Final = (Status.ISSUED, Status.SIGNED, Status.ANSWERED)
    OWING: Final = (Status.ISSUED, Status.SIGNED)
    # From the mildest on: a colour is only ever raised.
    LADDER: Final = (Colour.BLUE, Colour.YELLOW, Colour.RED)

    # 督〔2026〕15号: the count of the region that issued it, given in order.
    region = models.ForeignKey(
        Region, models.PROTECT, related_name="+", verbose_name=_("issued by the region")
    )
    year = models.PositiveSmallIntegerField(_("year"))
    serial = models.PositiveIntegerField(_("serial number"))
    client_key = models.UUIDField(default=uuid.uuid4, editable=False)
    colour = models.CharField(
        pgettext_lazy("supervision order", "colour"), max_length=6, choices=Colour
    )
    status = models.CharField(
        _("state"), max_length=9, choices=Status, default=Status.ISSUED
    )
    # What it is about, as events name their record; empty: said in words alone.
    subject_type = models.CharField(max_length=40, blank=True)
    subject_id = models.BigIntegerField(null=True)
    # Where the matter lies: in whose scope it is.
    place_path = trees.PathField(editable=False)
    company = models.ForeignKey(
        Company, models.PROTECT, null=True, db_index=False, related_name="+"
    )
    # Whose item, promise or blocker it is about.
    project = models.ForeignKey(
        Project, models.PROTECT, null=True, db_index=False, related_name="+"
    )
    matter = models.CharField(
        pgettext_lazy("supervision order", "matter"), max_length=200
    )
    department = models.ForeignKey(
        Department,
        models.PROTECT,
        db_index=False,
        related_name="supervision_orders",
        verbose_name=pgettext_lazy("supervision order", "addressee"),
    )
    person = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
        verbose_name=_("responsible person"),
    )
    requirement = models.TextField(_("requirement"), max_length=2000)
    basis = models.TextField(_("basis"), max_length=2000)
    # Runs from issuing, signed for or not.
    answer_by = models.OneToOneField(
        Deadline, models.PROTECT, editable=False, related_name="supervision_order"
    )
    issued_by = models.ForeignKey(
        User, models.PROTECT, db_index=False, related_name="+"
    )
    issued_at = models.DateTimeField()
    signed_by = models.ForeignKey(
        User, models.PROTECT, null=True, db_index=False, related_name="+"
    )
    signed_at = models.DateTimeField(null=True)
    returned_count = models.PositiveSmallIntegerField(_("sent back"), default=0)
    # Closed or withdrawn: by whom, when, and in which words.
    ended_by = models.ForeignKey(
        User, models.PROTECT, null=True, db_index=False, related_name="+"
    )
    ended_at = models.DateTimeField(null=True)
    end_note = models.CharField(max_length=400, blank=True)
    # Told to the company: that there is one, to whom, by when.
    is_public = models.BooleanField(_("made public"), default=False)
    version = models.PositiveIntegerField(default=1)

    objects = OrderQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("supervision order")
        verbose_name_plural = _("supervision orders")
        constraints = CONSTRAINTS
        indexes = INDEXES

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("visits:order", args=[self.pk])

    @property
    def number(self) -> str:
        return number_of(self.year, self.serial)

    @property
    def colour_title(self) -> str:
        return title_of(self.colour)

    @property
    def is_open(self) -> bool:
        return self.status in self.OPEN

    @property
    def is_owing(self) -> bool:
        return self.status in self.OWING

    def raisable_to(self) -> list[str]:
        """The colours above its own."""
        place = self.LADDER.index(self.Colour(self.colour))
        return [one.value for one in self.LADDER[place + 1 :]]

    def move_to(self, new: Status) -> None:
        """Take the status if the rules allow it. The caller locks and saves."""
        old = self.Status(self.status)
        if new not in self.NEXT.get(old, ()):
            sentence = _(
                "A supervision order that is “%(old)s” cannot become “%(new)s”."
            )
            raise WrongStatus(sentence % {"old": old.label, "new": new.label})
        self.status = new


def number_of(year: int, serial: int) -> str:
    """「督〔2026〕15号」."""
    words = pgettext("supervision order", "Order %(year)s/%(serial)s")
    return words % {"year": year, "serial": serial}


TITLES: Final = {
    SupervisionOrder.Colour.BLUE.value: _("Blue supervision order"),
    SupervisionOrder.Colour.YELLOW.value: _("Yellow supervision order"),
    SupervisionOrder.Colour.RED.value: _("Red supervision order"),
}


def title_of(colour: str) -> str:
    """「蓝色督办单」: never a lamp, always in words."""
    return str(TITLES[colour])


class OrderRaise(models.Model):
    """Its colour went up, with the reason; each makes a new version of the paper."""

    order = models.ForeignKey(SupervisionOrder, models.PROTECT, related_name="raises")
    before = models.CharField(max_length=6, choices=SupervisionOrder.Colour)
    after = models.CharField(max_length=6, choices=SupervisionOrder.Colour)
    reason = models.CharField(_("reason"), max_length=400)
    raised_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    raised_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            # Two supervisors at once raise it once.
            models.UniqueConstraint(
                fields=["order", "after"], name="order_raised_once_to_a_colour"
            )
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.before} {self.after}"


class OrderAnswer(models.Model):
    """What the department answered, against which day, and how it was judged."""

    class Verdict(models.TextChoices):
        ACCEPTED = "accepted", pgettext_lazy("answer to an order", "accepted")
        RETURNED = "returned", pgettext_lazy("answer to an order", "sent back")

    order = models.ForeignKey(SupervisionOrder, models.PROTECT, related_name="answers")
    text = models.TextField(_("answer"), max_length=4000)
    # The last day in time as it was then: what follows may have a day of its own.
    due_on = models.DateField()
    given_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    given_at = models.DateTimeField()
    client_key = models.UUIDField(default=uuid.uuid4)
    verdict = models.CharField(max_length=8, choices=Verdict, blank=True)
    note = models.CharField(_("reason"), max_length=400, blank=True)
    judged_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    judged_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("answer to a supervision order")
        constraints = [
            models.UniqueConstraint(
                fields=["given_by", "client_key"], name="order_answer_once_per_key"
            ),
            # One answer waits at a time.
            models.UniqueConstraint(
                fields=["order"],
                name="order_answer_one_waits",
                condition=Q(verdict=""),
            ),
            models.CheckConstraint(
                name="order_answer_judged_whole",
                condition=Q(verdict="", judged_by=None, judged_at=None)
                | ~Q(verdict="") & Q(judged_by__isnull=False, judged_at__isnull=False),
            ),
            models.CheckConstraint(
                name="order_answer_returned_with_reason",
                condition=~Q(verdict="returned") | ~Q(note=""),
            ),
        ]

    def __str__(self) -> str:
        return self.text[:40]
