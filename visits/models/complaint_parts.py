"""What hangs from a complaint: who made it, notes, answers, statements, counters."""

import uuid
from typing import Final, Self

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.lib.querysets import ScopedQuerySet
from crm.lib.words import masked
from crm.models import Company, Deadline, Department, User

from .complaints import Complaint


class ComplaintPersonal(models.Model):
    """Who complains. A row of its own, so that it can be erased; anonymous: no row."""

    complaint = models.OneToOneField(
        Complaint, models.CASCADE, primary_key=True, related_name="personal"
    )
    # Of those who were signed in.
    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    company = models.ForeignKey(Company, models.PROTECT, null=True, related_name="+")
    name = models.CharField(_("name"), max_length=40, blank=True)
    phone = models.CharField(_("mobile"), max_length=20, blank=True)
    company_name = models.CharField(
        pgettext_lazy("fact", "Company"), max_length=80, blank=True
    )

    class Meta:
        verbose_name = _("name of a complainant")
        verbose_name_plural = _("names of complainants")

    def __str__(self) -> str:
        return f"complainant of {self.complaint_id}"

    @property
    def masked_name(self) -> str:
        return f"{self.name[:1]}**" if self.name else ""

    @property
    def masked_phone(self) -> str:
        return masked(self.phone)


class ComplaintNote(models.Model):
    """One step of looking into it. Internal, but for questions and their replies."""

    class Kind(models.TextChoices):
        CALL = "call", pgettext_lazy("complaint note", "call")
        TALK = "talk", pgettext_lazy("complaint note", "talk")
        SITE = "site", pgettext_lazy("complaint note", "on the spot")
        PAPERS = "papers", pgettext_lazy("complaint note", "papers read")
        OPINION = "opinion", pgettext_lazy("complaint note", "opinion")
        QUESTION = "question", pgettext_lazy("complaint note", "question")
        REPLY = "reply", pgettext_lazy("complaint note", "reply")
        REVEAL = "reveal", pgettext_lazy("complaint note", "name looked at")
        ACCUSED = "accused", pgettext_lazy("complaint note", "person found")

    # What a supervisor chooses from; the others come about by an act.
    TYPED: Final = (Kind.CALL, Kind.TALK, Kind.SITE, Kind.PAPERS, Kind.OPINION)
    # Between supervisor and complainant.
    OPEN: Final = (Kind.QUESTION, Kind.REPLY)

    complaint = models.ForeignKey(Complaint, models.PROTECT, related_name="notes")
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    text = models.TextField(pgettext_lazy("complaint", "note"), max_length=2000)
    # Empty: the complainant, whoever that is.
    written_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    written_at = models.DateTimeField()
    client_key = models.UUIDField(default=uuid.uuid4)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("note on a complaint")
        verbose_name_plural = _("notes on complaints")
        constraints = [
            models.UniqueConstraint(
                name="complaint_note_once", fields=["complaint", "client_key"]
            ),
            models.CheckConstraint(
                name="complaint_note_has_author",
                condition=Q(kind="reply", written_by__isnull=True)
                | ~Q(kind="reply") & Q(written_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.complaint_id} {self.kind}"


class ComplaintAnswer(models.Model):
    """What came of it: the first answer, and the second if it was asked for."""

    class Outcome(models.TextChoices):
        TRUE = "true", pgettext_lazy("complaint", "substantiated")
        PARTLY = "partly", pgettext_lazy("complaint", "partly substantiated")
        FALSE = "false", pgettext_lazy("complaint", "not substantiated")
        UNCLEAR = "unclear", pgettext_lazy("complaint", "cannot be found out")

    FIRST: Final = 1
    SECOND: Final = 2

    complaint = models.ForeignKey(Complaint, models.PROTECT, related_name="answers")
    turn = models.PositiveSmallIntegerField(default=FIRST)
    outcome = models.CharField(
        pgettext_lazy("complaint", "outcome"), max_length=8, choices=Outcome
    )
    text = models.TextField(_("answer to the complainant"), max_length=4000)
    given_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    given_at = models.DateTimeField()

    class Meta:
        ordering = ["complaint", "turn"]
        verbose_name = _("answer to a complaint")
        verbose_name_plural = _("answers to complaints")
        constraints = [
            models.UniqueConstraint(
                name="complaint_answer_once", fields=["complaint", "turn"]
            ),
            models.CheckConstraint(
                name="complaint_answer_twice_at_most", condition=Q(turn__in=[1, 2])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.complaint_id} {self.turn}"


class StatementRequestQuerySet(ScopedQuerySet["StatementRequest"]):
    def visible_to(self, user: User) -> Self:
        """Whom it was asked of: to him it is a question and nothing more."""
        return self.asked_of(user)

    def changeable_by(self, user: User) -> Self:
        return self.asked_of(user).open()

    def asked_of(self, user: User) -> Self:
        # Should it turn out that it is about himself, he reads no more of it.
        return self.filter(asked_of=user.pk).exclude(complaint__accused=user.pk)

    def open(self) -> Self:
        return self.filter(answered_at=None, withdrawn_at=None)


class StatementRequest(models.Model):
    """A question to a unit head. It says of the complaint only what is written here."""

    complaint = models.ForeignKey(Complaint, models.PROTECT, related_name="statements")
    unit = models.ForeignKey(Department, models.PROTECT, related_name="+")
    asked_of = models.ForeignKey(User, models.PROTECT, related_name="+")
    question = models.TextField(pgettext_lazy("statement", "question"), max_length=2000)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    answer_by = models.OneToOneField(Deadline, models.PROTECT, related_name="+")
    answer = models.TextField(
        pgettext_lazy("statement", "answer"), max_length=4000, blank=True
    )
    answered_at = models.DateTimeField(null=True)
    # The complaint was closed, or the person turned out to be the accused.
    withdrawn_at = models.DateTimeField(null=True)
    client_key = models.UUIDField(default=uuid.uuid4)

    objects = StatementRequestQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("request for a statement")
        verbose_name_plural = _("requests for statements")
        constraints = [
            models.UniqueConstraint(
                name="statement_request_once", fields=["asked_by", "client_key"]
            ),
            # One open question at a time to each.
            models.UniqueConstraint(
                name="statement_request_one_open",
                fields=["complaint", "asked_of"],
                condition=Q(answered_at__isnull=True, withdrawn_at__isnull=True),
            ),
            models.CheckConstraint(
                name="statement_answered_in_words",
                condition=Q(answered_at__isnull=True, answer="")
                | Q(answered_at__gte=F("asked_at")) & ~Q(answer=""),
            ),
        ]

    def __str__(self) -> str:
        return f"statement {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("visits:statement", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.answered_at is None and self.withdrawn_at is None


class ComplaintLate(models.Model):
    """That the other supervisors were told of a promise gone by; once for each."""

    complaint = models.ForeignKey(Complaint, models.PROTECT, related_name="late_notes")
    deadline = models.OneToOneField(Deadline, models.PROTECT, related_name="+")
    noted_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.complaint_id} {self.deadline_id}"


class ComplaintNumber(models.Model):
    """The last number given in a year; its row lock is the queue."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.year}-{self.last}"


class ComplaintTry(models.Model):
    """One use of an open door, counted per line; the line only as a keyed digest."""

    class Door(models.TextChoices):
        FILE = "file", "file"
        LOOK = "look", "look"

    door = models.CharField(max_length=4, choices=Door)
    line_hash = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["door", "line_hash", "at"], name="complaint_tries"),
            models.Index(fields=["at"], name="complaint_tries_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.door} {self.at:%Y-%m-%d %H:%M}"
