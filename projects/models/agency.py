"""代办: the service centre acts for the company, for stages agreed in writing."""

from typing import Any, Final, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.lib import trees
from crm.lib.errors import WrongStatus
from crm.lib.querysets import ScopedQuerySet, union_of
from crm.models import Department, StoredFile, User
from crm.models.companies import WIDE

from .projects import Project
from .states import Stage

# The four stages that can be agreed on; what runs beside them goes with each.
STAGES: Final = (Stage.LAND, Stage.PLANNING, Stage.BUILDING, Stage.COMPLETION)


class AgencyState(models.IntegerChoices):
    """The nine national states."""

    ASKED = 1, pgettext_lazy("agency", "to be drawn up")
    DRAFTING = 2, pgettext_lazy("agency", "being drawn up")
    TO_SIGN = 3, pgettext_lazy("agency", "for the company to sign")
    SIGNED = 4, pgettext_lazy("agency", "signed, at work")
    REFUSED = 5, pgettext_lazy("agency", "refused")
    STOPPING = 6, pgettext_lazy("agency", "centre stops it")
    STOPPED = 7, pgettext_lazy("agency", "stopped")
    FINISHING = 8, pgettext_lazy("agency", "centre has finished")
    FINISHED = 9, pgettext_lazy("agency", "finished")


S = AgencyState
ENDED: Final = frozenset({S.REFUSED, S.STOPPED, S.FINISHED})
OPEN: Final = frozenset(S) - ENDED
# From here on the company has signed the agreement, then its end.
AGREED: Final = frozenset({S.SIGNED, S.STOPPING, S.STOPPED, S.FINISHING, S.FINISHED})
ENDED_IN_WRITING: Final = frozenset({S.STOPPED, S.FINISHED})


class AgencyQuerySet(ScopedQuerySet["Agency"]):
    def visible_to(self, user: User) -> Self:
        """Whoever sees the project: it is between the company and the centre."""
        projects = Project.objects.visible_to(user)
        return self.filter(project__in=projects.values("pk"))

    def changeable_by(self, user: User) -> Self:
        """Both sides; each act says whose it is."""
        every = self.model.objects.all()
        branches = [
            every.kept_by(user).values("pk"),
            every.of_owner(user).values("pk"),
        ]
        return self.filter(pk__in=union_of(branches))

    def on_paper_for(self, user: User) -> Self:
        """Whoever reads the signatures: both sides, and the wide roles."""
        wide = trees.in_ranges(user.access.region_ranges(*WIDE), "project__region_path")
        parties = self.model.objects.changeable_by(user).values("pk")
        return self.filter(wide | Q(pk__in=parties))

    def kept_by(self, user: User) -> Self:
        """The centre's side: the project's officers and its dispatcher."""
        every = Project.objects.all()
        branches = [
            every.worked_by(user).values("pk"),
            every.managed_by(user).values("pk"),
        ]
        return self.filter(project__in=union_of(branches))

    def of_owner(self, user: User) -> Self:
        return self.filter(project__in=Project.objects.owned_by(user).values("pk"))

    def open(self) -> Self:
        return self.filter(state__in=OPEN)

    def for_page(self) -> Self:
        return self.select_related(
            "project__company", "agent__department", "centre", "asked_by"
        )


class Agency(models.Model):
    """One agreement: asked for, drawn up, signed, stopped or finished."""

    State = AgencyState

    # What each state may become. A state without an entry is final.
    NEXT = {
        S.ASKED: {S.DRAFTING, S.REFUSED},
        S.DRAFTING: {S.DRAFTING, S.TO_SIGN, S.REFUSED},
        S.TO_SIGN: {S.SIGNED, S.DRAFTING, S.REFUSED},
        S.SIGNED: {S.STOPPING, S.FINISHING},
        S.STOPPING: {S.STOPPED, S.SIGNED},
        S.FINISHING: {S.FINISHED, S.SIGNED},
    }

    project = models.ForeignKey(Project, models.PROTECT, related_name="agencies")
    state = models.SmallIntegerField(
        _("state"), choices=AgencyState, default=S.ASKED, editable=False
    )
    # Numbers of stages, in order.
    stages: "models.JSONField[Any, Any]" = models.JSONField(_("stages"))  # as JSON
    wish = models.CharField(_("what the company wishes"), max_length=400, blank=True)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    # 代办人 and the office behind him.
    agent = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        related_name="agencies",
        verbose_name=_("agent"),
    )
    centre = models.ForeignKey(
        Department,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("acting office"),
    )
    terms = models.TextField(_("further terms"), max_length=2000, blank=True)
    signed_at = models.DateTimeField(_("signed"), null=True, editable=False)
    signed_by = models.CharField(_("signed by"), max_length=40, blank=True)
    signature = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, related_name="+"
    )
    # Why it was refused or stopped, or what was brought to an end.
    reason = models.TextField(_("reason or result"), max_length=1000, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, editable=False)
    end_signed_by = models.CharField(_("end signed by"), max_length=40, blank=True)
    end_signature = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, related_name="+"
    )
    version = models.PositiveIntegerField(default=1)

    objects = AgencyQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "-pk"]
        verbose_name = _("agency agreement")
        verbose_name_plural = _("agency agreements")
        constraints = [
            models.UniqueConstraint(
                name="agency_one_open",
                fields=["project"],
                condition=Q(state__in=sorted(OPEN)),
            ),
            models.CheckConstraint(
                name="agency_signed_is_agreed",
                condition=Q(
                    state__in=sorted(AGREED),
                    signed_at__isnull=False,
                    signature__isnull=False,
                    agent__isnull=False,
                )
                | ~Q(state__in=sorted(AGREED)) & Q(signed_at__isnull=True),
            ),
            models.CheckConstraint(
                name="agency_end_is_signed",
                condition=Q(
                    state__in=sorted(ENDED_IN_WRITING), end_signature__isnull=False
                )
                | ~Q(state__in=sorted(ENDED_IN_WRITING))
                & Q(end_signature__isnull=True),
            ),
            models.CheckConstraint(
                name="agency_ended_has_day",
                condition=Q(state__in=sorted(ENDED), ended_at__isnull=False)
                | ~Q(state__in=sorted(ENDED)) & Q(ended_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """协议编号: of the year it was asked for."""
        return f"DB{timezone.localtime(self.asked_at):%Y}{self.pk:05}"

    @property
    def stage_labels(self) -> list[str]:
        return [str(Stage(stage).label) for stage in self.stages]

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    def move_to(self, new: int) -> None:
        """Take the state if the rules allow it. The caller locks and saves."""
        old = AgencyState(self.state)
        if new not in self.NEXT.get(old, ()):
            sentence = _("The agency is “%(old)s” and cannot become “%(new)s”.")
            values = {"old": old.label, "new": AgencyState(new).label}
            raise WrongStatus(sentence % values)
        self.state = AgencyState(new)
