"""回访: a company has said nothing; its officer asks by telephone, and how often."""

import uuid
from datetime import date
from typing import Final, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.lib.querysets import ScopedQuerySet
from crm.models import Company, Deadline, Role, User

from .answers import Answer
from .ticket_rights import companies_of
from .tickets import Ticket
from .words import Word

# The kind of deadline by which the officer has called.
CALLBACK: Final = "callback"
MOST_TRIES: Final = 3


class CallbackQuerySet(ScopedQuerySet["Callback"]):
    def visible_to(self, user: User) -> Self:
        """Whoever reads more of the ticket than its company does."""
        tickets = Ticket.objects.internal_to(user).filter(pk=OuterRef("ticket"))
        return self.filter(Exists(tickets))

    def changeable_by(self, user: User) -> Self:
        """The company's officer, A or B; nobody else calls in his place."""
        if not user.access.has(Role.OFFICER):
            return self.none()
        return self.filter(ticket__company__in=companies_of(user))

    def work_of(self, user: User, today: date) -> Self:
        """Those that this officer has to make today: A's, or B's while A is away."""
        served = Company.objects.served_by(user, today)
        return self.open().filter(ticket__company__in=served.values("pk"))

    def for_page(self) -> Self:
        return self.select_related(
            "ticket__company", "answer__part__department", "call_by"
        )

    def open(self) -> Self:
        return self.filter(ended_at=None)

    def unreached(self) -> Self:
        """Called in vain, and still nobody has said anything on that answer."""
        later = Answer.objects.filter(
            ticket=OuterRef("ticket"), part__is_lead=True, pk__gt=OuterRef("answer")
        )
        return self.filter(
            ~Exists(later),
            end=Callback.End.UNREACHED,
            ticket__status=Ticket.Status.CONFIRMING,
        )


class Callback(models.Model):
    """One call-back for one answer that nobody of the company has spoken to."""

    class End(models.TextChoices):
        SAID = "said", pgettext_lazy("call-back", "the company said it on the call")
        UNREACHED = "unreached", pgettext_lazy("call-back", "not reached")
        # By itself, by its link, or because the work began again.
        OVERTAKEN = "overtaken", pgettext_lazy("call-back", "settled meanwhile")

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="callbacks")
    # Once for each answer: four schedulers at once make one.
    answer = models.OneToOneField(Answer, models.PROTECT, related_name="callback")
    opened_at = models.DateTimeField(_("opened"))
    call_by = models.OneToOneField(
        Deadline, models.PROTECT, related_name="callback", verbose_name=_("call by")
    )
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    ended_at = models.DateTimeField(_("ended"), null=True)
    end = models.CharField(_("how it ended"), max_length=10, choices=End, blank=True)

    objects = CallbackQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("call-back")
        verbose_name_plural = _("call-backs")
        constraints = [
            models.CheckConstraint(
                name="callback_ended_says_how",
                condition=Q(ended_at__isnull=True, end="")
                | Q(ended_at__isnull=False) & ~Q(end=""),
            ),
            models.CheckConstraint(
                name="callback_unreached_after_all_tries",
                condition=~Q(end="unreached") | Q(tries__gte=MOST_TRIES),
            ),
        ]
        indexes = [
            models.Index(
                fields=["ticket"],
                name="callback_open",
                condition=Q(ended_at__isnull=True),
            ),
            models.Index(
                fields=["ticket"],
                name="callback_unreached",
                condition=Q(end="unreached"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.opened_at}"

    @property
    def company_id(self) -> int:
        """In whose stream its events stand."""
        return self.ticket.company_id

    @property
    def is_open(self) -> bool:
        return self.ended_at is None

    @property
    def tries_left(self) -> int:
        return max(MOST_TRIES - self.tries, 0)


class CallTry(models.Model):
    """One call: reached and told something, or in vain, of which a day counts one."""

    callback = models.ForeignKey(Callback, models.PROTECT, related_name="calls")
    is_reached = models.BooleanField(pgettext_lazy("call-back", "reached"))
    said = models.CharField(
        pgettext_lazy("call-back", "said"), max_length=10, choices=Word, blank=True
    )
    words = models.CharField(_("in words"), max_length=400, blank=True)
    person = models.CharField(_("person called"), max_length=40, blank=True)
    phone = models.CharField(_("number called"), max_length=30)
    called_at = models.DateTimeField(_("called"))
    # The local day of the call.
    called_on = models.DateField()
    noted_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    noted_at = models.DateTimeField()
    client_key = models.UUIDField(default=uuid.uuid4, editable=False)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        constraints = [
            models.CheckConstraint(
                name="call_try_reached_says_what",
                condition=Q(is_reached=False, said="")
                | Q(is_reached=True) & ~Q(said="") & ~Q(person=""),
            ),
            # Ringing three times in a minute is one try.
            models.UniqueConstraint(
                name="call_try_in_vain_once_a_day",
                fields=["callback", "called_on"],
                condition=Q(is_reached=False),
            ),
            models.UniqueConstraint(
                name="call_try_reached_once",
                fields=["callback"],
                condition=Q(is_reached=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.callback_id} {self.called_on}"
