"""问题诉求: a numbered promise of one lead department, with its clocks."""

import uuid
from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.lib import trees
from crm.lib.errors import WrongStatus
from crm.lib.querysets import ScopedQuerySet, union_of
from crm.models import (
    Company,
    CompanyLiaison,
    Deadline,
    Department,
    Role,
    StoredFile,
    User,
)
from crm.models.companies import BY_DEPARTMENT, WIDE
from projects.models import Blocker, Project

from .categories import Category
from .findings import Finding
from .parts import TicketPart
from .ticket_rules import CONSTRAINTS, INDEXES
from .visits import UNIT_ROLES, Visit

# The kind of deadline that decides whether a ticket is late.
SOLVE = "solve"
# A title made of the text ends where its first sentence does.
SENTENCE_ENDS = "。！？；!?;\n"


class TicketQuerySet(ScopedQuerySet["Ticket"]):
    def visible_to(self, user: User) -> Self:
        """From the company for officers and wide roles; by part for departments."""
        return self._visible(user, self._narrow(user, with_owned=True))

    def internal_to(self, user: User) -> Self:
        """Of which the user reads more than the company's public part."""
        return self._visible(user, self._narrow(user, with_owned=False))

    def _visible(self, user: User, narrow: "models.QuerySet[Any, Any] | None") -> Self:
        wide = user.access.region_ranges(*WIDE)
        if wide and narrow is None:
            return self.filter(self._in_regions(wide))
        if narrow is None:
            return self.none()
        if not wide:
            return self.filter(pk__in=narrow)
        return self.filter(self._in_regions(wide) | Q(pk__in=narrow))

    def _in_regions(self, ranges: list[trees.PathRange]) -> Q:
        companies = Company.objects.filter(
            trees.in_ranges(ranges, "region_path"), pk=OuterRef("company")
        )
        return Q(Exists(companies))

    def _narrow(
        self, user: User, *, with_owned: bool
    ) -> "models.QuerySet[Any, Any] | None":
        """Keys of the tickets a person has one by one, or None without such a role."""
        access = user.access
        branches: list[models.QuerySet[Any, Any]] = []
        if access.has(Role.OFFICER):
            own = self.model.objects.filter(company__in=companies_of(user))
            branches.append(own.values("pk"))
        if below := access.department_ranges(*BY_DEPARTMENT):
            branches.append(TicketPart.objects.of(below).values("ticket"))
        if with_owned and (owned := access.company_ids(Role.OWNER)):
            branches.append(self.model.objects.filter(company__in=owned).values("pk"))
        return union_of(branches)

    def changeable_by(self, user: User) -> Self:
        """Whoever may do any act at all; each act narrows this further."""
        every = self.model.objects
        branches = [
            every.dispatchable_by(user).values("pk"),
            every.workable_by(user).values("pk"),
            every.assistable_by(user).values("pk"),
            every.confirmable_by(user).values("pk"),
        ]
        return self.filter(pk__in=union_of(branches))

    def dispatchable_by(self, user: User) -> Self:
        ranges = user.access.region_ranges(Role.DISPATCHER)
        return self.filter(self._in_regions(ranges)) if ranges else self.none()

    def workable_by(self, user: User) -> Self:
        """Those that the user's department leads (the lead part)."""
        return self._of_parts(user, is_lead=True)

    def assistable_by(self, user: User) -> Self:
        return self._of_parts(user, is_lead=False)

    def _of_parts(self, user: User, *, is_lead: bool) -> Self:
        below = user.access.department_ranges(*UNIT_ROLES)
        if not below:
            return self.none()
        parts = TicketPart.objects.of(below).open().filter(is_lead=is_lead)
        return self.filter(pk__in=parts.values("ticket"))

    def of_own_unit(self, user: User) -> Self:
        """Those that run and in which the person's departments have a part."""
        below = user.access.department_ranges(*BY_DEPARTMENT)
        if not below:
            return self.none()
        parts = TicketPart.objects.of(below).running()
        return self.filter(pk__in=parts.values("ticket"))

    def owed_by_units_of(self, user: User) -> Self:
        """Those that the person's departments lead and have not answered yet.

        From the end of the deadlines: their index knows department, person and day.
        """
        below = user.access.department_ranges(*UNIT_ROLES)
        if not below:
            return self.none()
        departments = Department.objects.filter(trees.in_ranges(below, "path"))
        return self.running().filter(
            solve_by__kind=SOLVE, solve_by__department__in=departments.values("pk")
        )

    def confirmable_by(self, user: User) -> Self:
        """The company itself, or its officer with sign-off."""
        # By key: a state beside it must not lead the planner through all tickets.
        keys = union_of(self.model.objects.all()._of_own_companies(user))
        return self.none() if keys is None else self.filter(pk__in=keys)

    def own_of(self, user: User) -> Self:
        """Open ones in one's hands: handled, or of the companies one speaks for."""
        every = self.model.objects.open()
        handled = every.of_own_unit(user).filter(handler=user)
        branches = [handled.values("pk"), *every._of_own_companies(user)]
        return self.filter(pk__in=union_of(branches))

    def _of_own_companies(self, user: User) -> "list[models.QuerySet[Any, Any]]":
        """Keys of the companies' that one speaks for, a branch per role."""
        branches: list[models.QuerySet[Any, Any]] = []
        if owned := user.access.company_ids(Role.OWNER):
            branches.append(self.filter(company__in=owned).values("pk"))
        if user.access.has(Role.OFFICER):
            branches.append(self.filter(company__in=companies_of(user)).values("pk"))
        return branches

    def with_rights(self, user: User) -> Self:
        """Annotate what this person may do on each, for pages with one ticket."""
        every = self.model.objects.filter(pk=OuterRef("pk"))
        return self.annotate(
            may_dispatch=Exists(every.dispatchable_by(user)),
            may_work=Exists(every.workable_by(user)),
            may_assist=Exists(every.assistable_by(user)),
            may_confirm=Exists(every.confirmable_by(user)),
            may_read_internal=Exists(every.internal_to(user)),
        )

    def for_page(self) -> Self:
        return self.select_related(
            "company",
            "category",
            "visit",
            "first_receiver",
            "handler",
            "contact_by",
            "reply_by",
            "solve_by",
            "sign_off_file",
        )

    def open(self) -> Self:
        # Not "one of the open ones": SQLite would probe the index of the status once
        # for each of them, for every ticket of a unit.
        return self.exclude(status__in=self.model.ENDED)

    def waiting_for_dispatch(self) -> Self:
        # As the index `ticket_undispatched` says it; oldest first it needs no sort.
        return self.filter(dispatched_at=None, refused_at=None)

    def running(self) -> Self:
        """Those whose clock for solving runs now."""
        return self.filter(solve_by__isnull=False, solve_by__met_at=None)

    def running_visible_to(self, user: User) -> Self:
        """The visible running ones, from the end that is shorter for this person.

        With the kind named, planners begin with the deadlines of all: right for a
        region, a thousand times too much for a department or an officer.
        """
        running = self.visible_to(user).running()
        is_wide = bool(user.access.region_ranges(*WIDE))
        return running.filter(solve_by__kind=SOLVE) if is_wide else running

    def late(self, today: date) -> Self:
        return self.running().filter(solve_by__due_on__lt=today)

    def due_within(self, today: date, last: date) -> Self:
        return self.running().filter(
            solve_by__due_on__gte=today, solve_by__due_on__lte=last
        )


def companies_of(user: User) -> "models.QuerySet[Any, Any]":
    """Keys of the companies whose officer this is, A or B."""
    return CompanyLiaison.objects.open().filter(officer=user).values("company")


class Ticket(models.Model):
    """One problem of one company: numbered, led by one department, with a deadline."""

    class Status(models.TextChoices):
        SUBMITTED = "submitted", pgettext_lazy("ticket", "waiting to be accepted")
        QUEUED = "queued", pgettext_lazy("ticket", "waiting for dispatch")
        DISPATCHED = "dispatched", pgettext_lazy("ticket", "dispatched")
        ACCEPTED = "accepted", pgettext_lazy("ticket", "accepted")
        WORKING = "working", pgettext_lazy("ticket", "in hand")
        CONFIRMING = "confirming", pgettext_lazy("ticket", "waiting for the company")
        CLOSED = "closed", pgettext_lazy("ticket", "closed")
        REFUSED = "refused", pgettext_lazy("ticket", "not accepted")

    # What each status may become. A status without an entry is final.
    NEXT = {
        Status.SUBMITTED: {Status.QUEUED, Status.DISPATCHED, Status.REFUSED},
        Status.QUEUED: {Status.DISPATCHED, Status.REFUSED},
        Status.DISPATCHED: {Status.ACCEPTED},
        Status.ACCEPTED: {Status.WORKING, Status.CONFIRMING},
        Status.WORKING: {Status.CONFIRMING},
        Status.CONFIRMING: {Status.CLOSED, Status.WORKING},
    }
    OPEN = (
        Status.SUBMITTED,
        Status.QUEUED,
        Status.DISPATCHED,
        Status.ACCEPTED,
        Status.WORKING,
        Status.CONFIRMING,
    )

    ENDED = (Status.CLOSED, Status.REFUSED)
    # Before the clock starts.
    UNDISPATCHED = (Status.SUBMITTED, Status.QUEUED)

    class Outcome(models.TextChoices):
        SOLVED = "solved", pgettext_lazy("ticket", "solved")
        PARTLY = "partly", pgettext_lazy("ticket", "partly solved")
        EXPLAINED = "explained", pgettext_lazy("ticket", "explained")

    class Source(models.TextChoices):
        VISIT = "visit", pgettext_lazy("ticket", "visit")
        COMPANY = "company", pgettext_lazy("ticket", "company")
        DISPATCHER = "dispatcher", pgettext_lazy("ticket", "dispatch centre")
        HOTLINE = "hotline", pgettext_lazy("ticket", "hotline 12345")
        OTHER = "other", pgettext_lazy("ticket", "other")

    class Refusal(models.TextChoices):
        POWER = (
            "power",
            pgettext_lazy("ticket", "outside the powers of this government"),
        )
        PROCEDURE = (
            "procedure",
            pgettext_lazy("ticket", "already in court, arbitration or review"),
        )
        PETITION = (
            "petition",
            pgettext_lazy("ticket", "already in the petition channel"),
        )
        SECRET = (
            "secret",
            pgettext_lazy("ticket", "concerns secrets or private matters"),
        )
        UNLAWFUL = "unlawful", pgettext_lazy("ticket", "against law or public order")
        EMPTY = "empty", pgettext_lazy("ticket", "without substance")
        REPEATED = (
            "repeated",
            pgettext_lazy("ticket", "same matter already in hand or finished"),
        )
        OTHER = "other", pgettext_lazy("ticket", "other cases set by law")

    class SignOff(models.TextChoices):
        COMPANY = "company", pgettext_lazy("ticket", "by the company itself")
        SIGNATURE = "signature", pgettext_lazy("ticket", "signature")
        CALL = "call", pgettext_lazy("ticket", "record of a call")

    # 2026-000123, given in order inside the transaction.
    number = models.CharField(_("number"), max_length=16, unique=True)
    client_key = models.UUIDField(default=uuid.uuid4, editable=False)
    company = models.ForeignKey(
        Company,
        models.PROTECT,
        db_index=False,
        related_name="tickets",
        verbose_name=_("company"),
    )
    project = models.ForeignKey(
        Project,
        models.PROTECT,
        null=True,
        db_index=False,
        related_name="tickets",
        verbose_name=_("key project"),
    )
    # What of the project it is to remove.
    blocker = models.ForeignKey(Blocker, models.PROTECT, null=True, related_name="+")
    visit = models.ForeignKey(Visit, models.PROTECT, null=True, related_name="tickets")
    finding = models.OneToOneField(
        Finding, models.PROTECT, null=True, related_name="ticket"
    )
    source = models.CharField(_("source"), max_length=10, choices=Source)
    category = models.ForeignKey(
        Category, models.PROTECT, related_name="tickets", verbose_name=_("category")
    )
    title = models.CharField(_("title"), max_length=80)
    text = models.TextField(_("what it is about"), max_length=4000)
    wish = models.TextField(_("wish"), max_length=1000, blank=True)
    status = models.CharField(_("state"), max_length=12, choices=Status)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome, blank=True)
    # 首问人: the first receiver stays on the ticket to the end. Of a company's own
    # ticket its officer of that day, or without one whoever admits it.
    first_receiver = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        related_name="first_received",
        verbose_name=_("first receiver"),
    )
    raised_by = models.ForeignKey(
        User, models.PROTECT, db_index=False, related_name="raised_tickets"
    )
    raised_at = models.DateTimeField()
    refusal = models.CharField(max_length=10, choices=Refusal, blank=True)
    refusal_note = models.CharField(max_length=400, blank=True)
    refused_at = models.DateTimeField(null=True)
    dispatched_at = models.DateTimeField(null=True)
    contact_by = models.OneToOneField(
        Deadline, models.PROTECT, null=True, related_name="contact_of_ticket"
    )
    reply_by = models.OneToOneField(
        Deadline, models.PROTECT, null=True, related_name="reply_of_ticket"
    )
    solve_by = models.OneToOneField(
        Deadline, models.PROTECT, null=True, related_name="solve_of_ticket"
    )
    # Who of the lead department has it in hand.
    handler = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        db_index=False,
        related_name="handled_tickets",
    )
    closed_at = models.DateTimeField(null=True)
    sign_off = models.CharField(max_length=10, choices=SignOff, blank=True)
    sign_off_note = models.CharField(max_length=400, blank=True)
    # Whom the officer asked, under which number and when; of a signature: who signed.
    sign_off_person = models.CharField(max_length=40, blank=True)
    sign_off_phone = models.CharField(max_length=30, blank=True)
    sign_off_at = models.DateTimeField(null=True)
    sign_off_file = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, related_name="+"
    )
    version = models.PositiveIntegerField(default=1)

    objects = TicketQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("ticket")
        verbose_name_plural = _("tickets")
        constraints = CONSTRAINTS
        indexes = INDEXES

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("visits:ticket", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.status in self.OPEN

    @property
    def is_told_by_title(self) -> bool:
        """Whether the text is one sentence, and the title says it all."""
        return self.text.strip(SENTENCE_ENDS + " ") == self.title

    def move_to(self, new: Status) -> None:
        """Take the status if the rules allow it. The caller locks and saves."""
        old = self.Status(self.status)
        if new not in self.NEXT.get(old, ()):
            sentence = _("A ticket that is “%(old)s” cannot become “%(new)s”.")
            raise WrongStatus(sentence % {"old": old.label, "new": new.label})
        self.status = new
