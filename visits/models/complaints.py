"""投诉: about an officer or a department, past both of them, to the supervisor."""

from collections.abc import Iterable
from datetime import date
from typing import Final, Self

from django.db import models
from django.db.models import Case, F, Q, When
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.lib import trees
from crm.lib.errors import WrongStatus
from crm.lib.querysets import ScopedQuerySet, union_of
from crm.lib.trees import PathField
from crm.models import Deadline, Department, Grant, Region, Role, User

# Kinds of the deadlines: to acknowledge, to answer, the unit head's statement.
ACK: Final = "complaint_ack"
ANSWER: Final = "complaint_answer"
STATEMENT: Final = "complaint_statement"
# The category of tickets that is offered this way instead.
ROUTED: Final = "attitude"


def unit_paths(user: User) -> list[str]:
    """Every unit this person belongs to or holds a role for."""
    held = {one.department for one in user.access.held if one.department}
    if user.department is not None:
        held.add(user.department.path)
    return sorted(held)


def shares_unit(paths: Iterable[str], field: str) -> Q:
    """At, above or below one of these units: a bureau and its divisions are one."""
    known = list(paths)
    above = {one for path in known for one in trees.path_and_above(path)}
    below = trees.in_ranges(trees.outermost(known), field)
    return below | Q(**{f"{field}__in": sorted(above)})


class ComplaintQuerySet(ScopedQuerySet["Complaint"]):
    def visible_to(self, user: User) -> Self:
        """The complainant and the supervisors of the scope; no other role opens it."""
        every = self.model.objects.all()
        branches = [
            every.supervised_by(user).values("pk"),
            every.own_of(user).values("pk"),
            every.shared_with(user).values("pk"),
        ]
        return self.filter(pk__in=union_of(branches))

    def readable_by_owner(self, user: User) -> Self:
        """One's own, and what colleagues of the same company show."""
        every = self.model.objects.all()
        branches = [
            every.own_of(user).values("pk"),
            every.shared_with(user).values("pk"),
        ]
        return self.filter(pk__in=union_of(branches))

    def changeable_by(self, user: User) -> Self:
        return self.supervised_by(user)

    def supervised_by(self, user: User) -> Self:
        """Of the supervisor's regions, unless he or his unit is concerned.

        Whom it is about, and where he works now, are asked each time: who is moved
        into the supervisor's unit later takes the complaint out of his sight.
        """
        ranges = user.access.region_ranges(Role.SUPERVISOR)
        if not ranges:
            return self.none()
        concerned = self.model.objects.concerning(user)
        return self.filter(trees.in_ranges(ranges, "region_path")).exclude(
            pk__in=concerned.values("pk")
        )

    def concerning(self, user: User) -> Self:
        """About this person, his units or somebody of them, then or now."""
        paths = unit_paths(user)
        colleagues = User.objects.filter(shares_unit(paths, "department__path"))
        granted = Grant.objects.filter(
            shares_unit(paths, "department__path"), revoked_at=None
        )
        return self.filter(
            Q(accused=user.pk)
            | Q(accused=None, accused_name=user.name)
            | shares_unit(paths, "unit__path")
            | Q(accused__in=colleagues.values("pk"))
            | Q(accused__in=granted.values("user"))
        )

    def own_of(self, user: User) -> Self:
        """Those this person made under his name."""
        return self.filter(personal__user=user.pk)

    def shared_with(self, user: User) -> Self:
        """Those a colleague of the same company lets him read."""
        owned = user.access.company_ids(Role.OWNER)
        return self.filter(
            Q(personal__company__in=owned)
            | Q(personal__company__merged_into__in=owned),
            is_shared=True,
        )

    def open(self) -> Self:
        return self.exclude(status=Complaint.Status.CLOSED)

    def owed(self) -> Self:
        """The supervisor's turn: to acknowledge, to answer, to look once more."""
        return self.filter(status__in=Complaint.OWED)

    def late(self, today: date) -> Self:
        return self.filter(
            Q(ack_by__met_at=None, ack_by__due_on__lt=today)
            | Q(answer_by__met_at=None, answer_by__due_on__lt=today)
            | Q(second_by__met_at=None, second_by__due_on__lt=today)
        )

    def on_desk_of(self, user: User, today: date) -> Self:
        """One's own, what nobody has taken, and what a colleague is late with."""
        late = self.model.objects.late(today).values("pk")
        mine = Q(taken_by=user.pk) | Q(taken_by=None) | Q(pk__in=late)
        return self.supervised_by(user).owed().filter(mine)

    def with_due(self) -> Self:
        """Annotate `due`, the last day of what is owed now."""
        status = Complaint.Status
        return self.annotate(
            due=Case(
                When(status=status.RECEIVED, then=F("ack_by__due_on")),
                When(status=status.SECOND, then=F("second_by__due_on")),
                When(status__in=Complaint.OWED, then=F("answer_by__due_on")),
                default=None,
            )
        )

    def due_within(self, first: date | None, last: date | None) -> Self:
        """Owed by a day between these; an open end has no day."""
        days = {"due__gte": first, "due__lte": last}
        asked = {name: day for name, day in days.items() if day is not None}
        return self.with_due().filter(**asked)

    def for_page(self) -> Self:
        return self.select_related(
            "accused__department",
            "unit",
            "region",
            "taken_by",
            "personal__user",
            "personal__company",
            "ack_by",
            "answer_by",
            "second_by",
        )


class Complaint(models.Model):
    """What somebody says of an officer or a department; who said it stands apart."""

    class Status(models.TextChoices):
        RECEIVED = "received", pgettext_lazy("complaint", "received")
        ACKNOWLEDGED = "acknowledged", pgettext_lazy("complaint", "acknowledged")
        INVESTIGATING = "investigating", pgettext_lazy("complaint", "being looked into")
        ANSWERED = "answered", pgettext_lazy("complaint", "answered")
        SECOND = "second", pgettext_lazy("complaint", "second look")
        CLOSED = "closed", pgettext_lazy("complaint", "closed")

    NEXT = {
        Status.RECEIVED: {Status.ACKNOWLEDGED},
        Status.ACKNOWLEDGED: {Status.INVESTIGATING, Status.ANSWERED},
        Status.INVESTIGATING: {Status.ANSWERED},
        Status.ANSWERED: {Status.SECOND, Status.CLOSED},
        Status.SECOND: {Status.CLOSED},
    }
    IN_HAND: Final = (Status.ACKNOWLEDGED, Status.INVESTIGATING, Status.SECOND)
    OWED: Final = (Status.RECEIVED, *IN_HAND)

    class Category(models.TextChoices):
        DEMAND = "demand", pgettext_lazy("complaint", "asking for favours or money")
        SHIFTING = "shifting", pgettext_lazy("complaint", "passing the buck")
        OBSTRUCTION = "obstruction", pgettext_lazy("complaint", "making things hard")
        ATTITUDE = "attitude", pgettext_lazy("complaint", "attitude")
        INACTION = "inaction", pgettext_lazy("complaint", "acting not, late or wrongly")
        DISCLOSURE = (
            "disclosure",
            pgettext_lazy("complaint", "telling the company's affairs"),
        )
        OTHER = "other", pgettext_lazy("complaint", "other")

    class Origin(models.TextChoices):
        LOGIN = "login", pgettext_lazy("complaint", "signed in")
        PUBLIC = "public", pgettext_lazy("complaint", "public form")

    # A series of its own: TS2026-0001.
    number = models.CharField(_("number"), max_length=16, unique=True)
    # Whoever has the code reads the answer; in clear it is stored nowhere.
    code_hash = models.CharField(max_length=64, unique=True, editable=False)
    # Of the form's own key: one press is one complaint.
    key_hash = models.CharField(max_length=64, unique=True, editable=False)
    origin = models.CharField(max_length=6, choices=Origin)
    category = models.CharField(_("category"), max_length=12, choices=Category)
    accused = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("about whom")
    )
    # As it was typed, until a supervisor says who that is.
    accused_name = models.CharField(_("about whom"), max_length=40, blank=True)
    # Where the person worked then: it stays barred wherever he goes.
    unit = models.ForeignKey(
        Department, models.PROTECT, related_name="+", verbose_name=_("department")
    )
    region = models.ForeignKey(
        Region, models.PROTECT, related_name="+", verbose_name=_("region")
    )
    region_path = PathField(editable=False, db_index=True)
    text = models.TextField(
        pgettext_lazy("complaint", "what happened"), max_length=4000
    )
    # Whether other people of the complainant's company may read it.
    is_shared = models.BooleanField(_("colleagues may read it"), default=False)
    status = models.CharField(
        _("state"), max_length=13, choices=Status, default=Status.RECEIVED
    )
    received_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True)
    taken_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    ack_by = models.OneToOneField(Deadline, models.PROTECT, related_name="+")
    answer_by = models.OneToOneField(Deadline, models.PROTECT, related_name="+")
    second_by = models.OneToOneField(
        Deadline, models.PROTECT, null=True, related_name="+"
    )
    # Once: the complainant asked for a second look, and why.
    unsatisfied_at = models.DateTimeField(null=True)
    unsatisfied_note = models.TextField(max_length=1000, blank=True)
    closed_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    objects = ComplaintQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("complaint")
        verbose_name_plural = _("complaints")
        constraints = [
            models.CheckConstraint(
                name="complaint_taken_when_acknowledged",
                condition=Q(status="received", acknowledged_at__isnull=True)
                | ~Q(status="received") & Q(acknowledged_at__isnull=False),
            ),
            models.CheckConstraint(
                name="complaint_closed_iff_closed_at",
                condition=Q(status="closed", closed_at__isnull=False)
                | ~Q(status="closed") & Q(closed_at__isnull=True),
            ),
            models.CheckConstraint(
                name="complaint_second_look_was_asked_for",
                condition=Q(unsatisfied_at__isnull=True, second_by__isnull=True)
                & ~Q(status="second")
                | Q(unsatisfied_at__isnull=False, second_by__isnull=False)
                & Q(status__in=["second", "closed"]),
            ),
            # Either a person we know or a name as typed.
            models.CheckConstraint(
                name="complaint_one_accused",
                condition=Q(accused__isnull=True) | Q(accused_name=""),
            ),
        ]
        indexes = [
            models.Index(fields=["status", "region_path"], name="complaint_in_state")
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("visits:complaint", args=[self.pk])

    @property
    def about(self) -> str:
        """Whom it is about, as supervisors and the complainant read it."""
        name = self.accused.name if self.accused else self.accused_name
        return f"{name} · {self.unit.name}" if name else self.unit.name

    @property
    def is_received(self) -> bool:
        return self.status == self.Status.RECEIVED

    @property
    def is_answered(self) -> bool:
        return self.status == self.Status.ANSWERED

    @property
    def is_second(self) -> bool:
        return self.status == self.Status.SECOND

    @property
    def is_closed(self) -> bool:
        return self.status == self.Status.CLOSED

    @property
    def is_in_hand(self) -> bool:
        return self.status in self.IN_HAND

    @property
    def clock(self) -> Deadline | None:
        """What is owed now, if anything."""
        if self.is_received:
            return self.ack_by
        if self.is_second:
            return self.second_by
        return self.answer_by if self.is_in_hand else None

    def move_to(self, new: Status) -> None:
        """Take the status if the rules allow it. The caller locks and saves."""
        old = self.Status(self.status)
        if new not in self.NEXT.get(old, ()):
            sentence = _("A complaint that is “%(old)s” cannot become “%(new)s”.")
            raise WrongStatus(sentence % {"old": old.label, "new": new.label})
        self.status = new
