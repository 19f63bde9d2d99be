"""问题诉求: a numbered promise of one lead department, with its clocks."""

import uuid

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm.lib.errors import WrongStatus
from crm.models import Company, Deadline, StoredFile, User
from projects.models import Blocker, Project

from .categories import Category
from .findings import Finding
from .ticket_codes import Codes
from .ticket_rules import CONSTRAINTS, INDEXES
from .ticket_sets import TicketQuerySet
from .visits import Visit

# A title made of the text ends where its first sentence does.
SENTENCE_ENDS = "。！？；!?;\n"


class Ticket(Codes, models.Model):
    """One problem of one company: numbered, led by one department, with a deadline."""

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
    source = models.CharField(_("source"), max_length=12, choices=Codes.Source)
    urgency = models.CharField(
        _("urgency"),
        max_length=10,
        choices=Codes.Urgency,
        default=Codes.Urgency.ORDINARY,
    )
    category = models.ForeignKey(
        Category, models.PROTECT, related_name="tickets", verbose_name=_("category")
    )
    title = models.CharField(_("title"), max_length=80)
    text = models.TextField(_("what it is about"), max_length=4000)
    wish = models.TextField(_("wish"), max_length=1000, blank=True)
    status = models.CharField(_("state"), max_length=12, choices=Codes.Status)
    outcome = models.CharField(
        _("outcome"), max_length=10, choices=Codes.Outcome, blank=True
    )
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
    refusal = models.CharField(max_length=10, choices=Codes.Refusal, blank=True)
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
    sign_off = models.CharField(max_length=10, choices=Codes.SignOff, blank=True)
    sign_off_note = models.CharField(max_length=400, blank=True)
    # Whom the officer asked, under which number and when; of a signature: who signed.
    sign_off_person = models.CharField(max_length=40, blank=True)
    sign_off_phone = models.CharField(max_length=30, blank=True)
    sign_off_at = models.DateTimeField(null=True)
    sign_off_file = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, related_name="+"
    )
    # Of a word by link: which link, as its proof.
    sign_off_link = models.ForeignKey(
        "visits.ConfirmLink", models.PROTECT, null=True, related_name="+"
    )
    # Worked as one with this ticket, now or until its answer came.
    # Its index leaves out the many that are not (ticket_rules).
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, db_index=False, related_name="merged"
    )
    merged_at = models.DateTimeField(null=True)
    # One of several problems that were written down as one.
    split_from = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="split_off"
    )
    parked_at = models.DateTimeField(null=True)
    # Of a parked ticket: when the company hears next. Rolls until it is solved.
    next_reply_by = models.OneToOneField(
        Deadline, models.PROTECT, null=True, related_name="next_reply_of_ticket"
    )
    # Its clock that ends first of those that run: lists and lamps go by this one.
    # Written with the clocks alone (services.tickets.pressing).
    due_on = models.DateField(null=True, editable=False)
    due_kind = models.CharField(max_length=20, blank=True, editable=False)
    # How far up it has gone: 0 handler, 1 head, 2 leader in charge, 3 top.
    level = models.PositiveSmallIntegerField(_("level"), default=0)
    # Counted by the acts themselves: ledger and escalation read them.
    dispatch_count = models.PositiveSmallIntegerField(_("dispatched"), default=0)
    return_count = models.PositiveSmallIntegerField(_("returned"), default=0)
    redo_count = models.PositiveSmallIntegerField(_("done again"), default=0)
    extended_at = models.DateTimeField(_("extended"), null=True)
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

    def move_to(self, new: Codes.Status) -> None:
        """Take the status if the rules allow it. The caller locks and saves."""
        old = self.Status(self.status)
        if new not in self.NEXT.get(old, ()):
            sentence = _("A ticket that is “%(old)s” cannot become “%(new)s”.")
            raise WrongStatus(sentence % {"old": old.label, "new": new.label})
        self.status = new
