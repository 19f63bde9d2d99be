"""问题诉求: a numbered promise of one lead department, with its clocks."""

import uuid
from datetime import date
from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.lib import trees
from crm.lib.errors import WrongStatus
from crm.lib.querysets import ScopedQuerySet
from crm.models import Company, CompanyLiaison, Deadline, Department, Role, StoredFile
from crm.models import User
from crm.models.companies import WIDE

from .categories import Category
from .findings import Finding
from .visits import Visit

BY_DEPARTMENT = (Role.HANDLER, Role.UNIT_HEAD, Role.LEADER)


class TicketQuerySet(ScopedQuerySet["Ticket"]):
    def visible_to(self, user: User) -> Self:
        """From the company for officers and wide roles; by part for departments."""
        access = user.access
        wide = access.region_ranges(*WIDE)
        narrow = self._narrow(user)
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

    def _narrow(self, user: User) -> "models.QuerySet[Ticket, dict[str, int]] | None":
        access, branches = user.access, []
        if access.has(Role.OFFICER):
            own = CompanyLiaison.objects.open().filter(officer=user)
            branches.append(
                Ticket.objects.filter(company__in=own.values("company")).values("pk")
            )
        if below := access.department_ranges(*BY_DEPARTMENT):
            departments = Department.objects.filter(trees.in_ranges(below, "path"))
            parts = TicketPart.objects.filter(department__in=departments.values("pk"))
            branches.append(Ticket.objects.filter(pk__in=parts.values("ticket")).values("pk"))
        if owned := access.company_ids(Role.OWNER):
            branches.append(Ticket.objects.filter(company__in=owned).values("pk"))
        if not branches:
            return None
        first, *others = branches
        return first.union(*others) if others else first

    def changeable_by(self, user: User) -> Self:
        """Whoever may do any act at all; each act narrows this further."""
        return self.filter(
            pk__in=self.model.objects.dispatchable_by(user)
            .values("pk")
            .union(
                self.model.objects.workable_by(user).values("pk"),
                self.model.objects.confirmable_by(user).values("pk"),
            )
        )

    def dispatchable_by(self, user: User) -> Self:
        ranges = user.access.region_ranges(Role.DISPATCHER)
        return self.filter(self._in_regions(ranges)) if ranges else self.none()

    def workable_by(self, user: User) -> Self:
        """Those that the user's department leads (the lead part)."""
        return self._of_parts(user, is_lead=True)

    def assistable_by(self, user: User) -> Self:
        return self._of_parts(user, is_lead=False)

    def _of_parts(self, user: User, *, is_lead: bool) -> Self:
        below = user.access.department_ranges(Role.HANDLER, Role.UNIT_HEAD)
        if not below:
            return self.none()
        departments = Department.objects.filter(trees.in_ranges(below, "path"))
        parts = TicketPart.objects.filter(
            department__in=departments.values("pk"), is_lead=is_lead, ended_on=None
        )
        return self.filter(pk__in=parts.values("ticket"))

    def confirmable_by(self, user: User) -> Self:
        """The company itself, or its officer with sign-off."""
        condition = Q(pk__in=[])
        if owned := user.access.company_ids(Role.OWNER):
            condition |= Q(company__in=owned)
        if user.access.has(Role.OFFICER):
            own = CompanyLiaison.objects.open().filter(officer=user)
            condition |= Q(company__in=own.values("company"))
        return self.filter(condition)

    def open(self) -> Self:
        return self.filter(status__in=Ticket.OPEN)

    def late(self, today: date) -> Self:
        return self.running().filter(solve_by__due_on__lt=today)

    def due_within(self, today: date, last: date) -> Self:
        return self.running().filter(
            solve_by__due_on__gte=today, solve_by__due_on__lte=last
        )

    def running(self) -> Self:
        return self.filter(solve_by__met_at=None, status__in=Ticket.OPEN)


class Ticket(models.Model):
    """One problem of one company: numbered, led by one department, with a deadline."""

    class Status(models.TextChoices):
        SUBMITTED = "submitted", _("waiting to be accepted")
        QUEUED = "queued", _("waiting for dispatch")
        DISPATCHED = "dispatched", _("dispatched")
        ACCEPTED = "accepted", _("accepted")
        WORKING = "working", _("in hand")
        CONFIRMING = "confirming", _("waiting for the company")
        CLOSED = "closed", _("closed")
        REFUSED = "refused", _("not accepted")

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

    class Outcome(models.TextChoices):
        SOLVED = "solved", _("solved")
        PARTLY = "partly", _("partly solved")
        EXPLAINED = "explained", _("explained")

    class Source(models.TextChoices):
        VISIT = "visit", _("visit")
        COMPANY = "company", _("company")
        DISPATCHER = "dispatcher", _("dispatch centre")
        HOTLINE = "hotline", _("hotline 12345")
        OTHER = "other", _("other")

    class Refusal(models.TextChoices):
        POWER = "power", _("outside the powers of this government")
        PROCEDURE = "procedure", _("already in court, arbitration or review")
        PETITION = "petition", _("already in the petition channel")
        SECRET = "secret", _("concerns secrets or private matters")
        UNLAWFUL = "unlawful", _("against law or public order")
        EMPTY = "empty", _("without substance")
        REPEATED = "repeated", _("same matter already in hand or finished")
        OTHER = "other", _("other cases set by law")

    class SignOff(models.TextChoices):
        COMPANY = "company", _("by the company itself")
        SIGNATURE = "signature", _("signature")
        CALL = "call", _("record of a call")

    # 2026-000123, given in order inside the transaction.
    number = models.CharField(_("number"), max_length=16, unique=True)
    client_key = models.UUIDField(default=uuid.uuid4, editable=False)
    company = models.ForeignKey(
        Company, models.PROTECT, related_name="tickets", verbose_name=_("company")
    )
    visit = models.ForeignKey(
        Visit, models.PROTECT, null=True, related_name="tickets"
    )
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
    outcome = models.CharField(
        _("outcome"), max_length=10, choices=Outcome, blank=True
    )
    # 首问人: the first receiver stays on the ticket to the end.
    first_receiver = models.ForeignKey(
        User, models.PROTECT, related_name="first_received", verbose_name=_("first receiver")
    )
    raised_by = models.ForeignKey(User, models.PROTECT, related_name="raised_tickets")
    raised_at = models.DateTimeField()
    refusal = models.CharField(max_length=10, choices=Refusal, blank=True)
    refusal_note = models.CharField(max_length=400, blank=True)
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
        User, models.PROTECT, null=True, related_name="handled_tickets"
    )
    closed_at = models.DateTimeField(null=True)
    sign_off = models.CharField(max_length=10, choices=SignOff, blank=True)
    sign_off_note = models.CharField(max_length=400, blank=True)
    sign_off_file = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, related_name="+"
    )
    version = models.PositiveIntegerField(default=1)

    objects = TicketQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("ticket")
        verbose_name_plural = _("tickets")
        constraints = [
            models.UniqueConstraint(
                fields=["raised_by", "client_key"], name="ticket_once_per_client_key"
            ),
            models.CheckConstraint(
                name="ticket_closed_has_outcome",
                condition=Q(status="closed", closed_at__isnull=False)
                & ~Q(outcome="")
                & ~Q(sign_off="")
                | ~Q(status="closed") & Q(closed_at__isnull=True, outcome=""),
            ),
            models.CheckConstraint(
                name="ticket_refused_has_reason",
                condition=Q(status="refused") & ~Q(refusal="")
                | ~Q(status="refused") & Q(refusal=""),
            ),
            # The clock starts at dispatch: from then on all three run.
            models.CheckConstraint(
                name="ticket_dispatched_has_clocks",
                condition=Q(
                    status__in=["submitted", "queued", "refused"],
                    dispatched_at__isnull=True,
                )
                | Q(
                    status__in=[
                        "dispatched",
                        "accepted",
                        "working",
                        "confirming",
                        "closed",
                    ],
                    dispatched_at__isnull=False,
                    contact_by__isnull=False,
                    reply_by__isnull=False,
                    solve_by__isnull=False,
                ),
            ),
        ]
        indexes = [
            models.Index("company", "-id", name="ticket_by_company"),
            models.Index("status", "-id", name="ticket_by_status"),
            models.Index("handler", "status", name="ticket_by_handler"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("visits:ticket", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.status in self.OPEN

    def move_to(self, new: Status) -> None:
        """Take the status if the rules allow it. The caller locks and saves."""
        old = self.Status(self.status)
        if new not in self.NEXT.get(old, ()):
            sentence = _("A ticket that is “%(old)s” cannot become “%(new)s”.")
            raise WrongStatus(sentence % {"old": old.label, "new": new.label})
        self.status = new


class TicketPart(models.Model):
    """A department's part in a ticket: 主办 or 协办, with its own deadline."""

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="parts")
    department = models.ForeignKey(
        Department, models.PROTECT, related_name="ticket_parts"
    )
    is_lead = models.BooleanField()
    started_on = models.DateField(default=timezone.localdate)
    # When the ticket went to another department; the row stays.
    ended_on = models.DateField(null=True)
    # Of an assisting department: what it was asked and what it said.
    task = models.CharField(max_length=400, blank=True)
    answer_by = models.OneToOneField(
        Deadline, models.PROTECT, null=True, related_name="part"
    )
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-is_lead", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="ticket_one_lead",
                fields=["ticket"],
                condition=Q(is_lead=True, ended_on__isnull=True),
            ),
            models.UniqueConstraint(
                name="ticket_part_once",
                fields=["ticket", "department"],
                condition=Q(ended_on__isnull=True),
            ),
        ]
        indexes = [
            models.Index("department", "ticket", name="ticket_part_by_department")
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.department_id}"


class Answer(models.Model):
    """What a department answered: the lead's to the company, a part's to the lead."""

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="answers")
    part = models.ForeignKey(TicketPart, models.PROTECT, related_name="answers")
    text = models.TextField(_("answer"), max_length=4000)
    # What the lead department says it achieved; the company decides.
    proposed = models.CharField(
        _("proposed outcome"), max_length=10, choices=Ticket.Outcome, blank=True
    )
    is_public = models.BooleanField(default=True)
    given_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    given_at = models.DateTimeField()
    # What the company said when it did not agree.
    rejected_at = models.DateTimeField(null=True)
    rejection = models.CharField(max_length=400, blank=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.text[:40]
