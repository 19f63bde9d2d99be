"""Who sees which tickets, and may do what with them."""

from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery

from crm.lib import trees
from crm.lib.querysets import ScopedQuerySet, union_of
from crm.models import (
    Company,
    CompanyLiaison,
    DeadlinePause,
    Role,
    User,
)
from crm.models.companies import BY_DEPARTMENT, WIDE

from .parts import TicketPart
from .visits import UNIT_ROLES

if TYPE_CHECKING:
    from .tickets import Ticket


T = TypeVar("T", bound="Ticket")


class TicketRights(ScopedQuerySet[T]):
    """Who may see and do what."""

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

    def speakable_by(self, user: User) -> Self:
        """Who says something on a ticket; leaders write directives instead."""
        every = self.model.objects
        branches = [
            every.dispatchable_by(user).values("pk"),
            every.workable_by(user).values("pk"),
            every.assistable_by(user).values("pk"),
            every.confirmable_by(user).values("pk"),
        ]
        return self.filter(pk__in=union_of(branches))

    def changeable_by(self, user: User) -> Self:
        """Whoever may do any act at all; each act narrows this further."""
        every = self.model.objects
        return self._either(every.speakable_by(user), every.led_by(user))

    def dispatchable_by(self, user: User) -> Self:
        ranges = user.access.region_ranges(Role.DISPATCHER)
        return self.filter(self._in_regions(ranges)) if ranges else self.none()

    def workable_by(self, user: User) -> Self:
        """Those that the user's department leads (the lead part)."""
        return self._of_parts(user, *UNIT_ROLES, is_lead=True)

    def assistable_by(self, user: User) -> Self:
        return self._of_parts(user, *UNIT_ROLES, is_lead=False)

    def headed_by(self, user: User) -> Self:
        """Those that a department leads whose head this is."""
        return self._of_parts(user, Role.UNIT_HEAD, is_lead=True)

    def led_by(self, user: User) -> Self:
        """Those a leader decides on: of his regions, or led by his departments."""
        ranges = user.access.region_ranges(Role.LEADER)
        of_region = self.filter(self._in_regions(ranges)) if ranges else self.none()
        below = user.access.department_ranges(Role.LEADER)
        if not below:
            return of_region
        parts = TicketPart.objects.of(below).open().filter(is_lead=True)
        of_units = Q(pk__in=parts.values("ticket"))
        if not ranges:
            return self.filter(of_units)
        return self.filter(self._in_regions(ranges) | of_units)

    def decidable_by(self, user: User) -> Self:
        """Above the handler: the head of the lead department, or a leader."""
        return self._either(
            self.model.objects.headed_by(user), self.model.objects.led_by(user)
        )

    def assignable_by(self, user: User) -> Self:
        """The dispatch centre, or a leader in scope."""
        dispatched = self.model.objects.dispatchable_by(user)
        return self._either(dispatched, self.model.objects.led_by(user))

    def assistance_by(self, user: User) -> Self:
        """Who may ask another department to assist: the centre, or the lead itself."""
        every = self.model.objects
        return self._either(every.dispatchable_by(user), every.workable_by(user))

    def in_figures_of(self, user: User) -> Self:
        """What this person's figures are made of: of his regions, or led by his units.

        One's own part as an assistant, or as a company's officer, is nobody's figure.
        """
        access = user.access
        wide = access.region_ranges(*WIDE)
        below = access.department_ranges(Role.UNIT_HEAD, Role.LEADER)
        found = Q(pk__in=[])
        if wide:
            found = self._in_regions(wide)
        if below:
            parts = TicketPart.objects.of(below).open().filter(is_lead=True)
            found |= Q(pk__in=parts.values("ticket"))
        return self.filter(found)

    def _either(self, *branches: "models.QuerySet[Ticket, Ticket]") -> Self:
        return self.filter(pk__in=union_of([one.values("pk") for one in branches]))

    def _of_parts(self, user: User, *roles: str, is_lead: bool) -> Self:
        below = user.access.department_ranges(*roles)
        if not below:
            return self.none()
        parts = TicketPart.objects.of(below).open().filter(is_lead=is_lead)
        return self.filter(pk__in=parts.values("ticket"))

    def confirmable_by(self, user: User) -> Self:
        """The company itself, or its officer with sign-off."""
        # By key: a state beside it must not lead the planner through all tickets.
        keys = union_of(self.model.objects.all()._of_own_companies(user))
        return self.none() if keys is None else self.filter(pk__in=keys)

    def officered_by(self, user: User) -> Self:
        """Of the companies whose officer this is, A or B: not of one's own company."""
        if not user.access.has(Role.OFFICER):
            return self.none()
        return self.filter(company__in=companies_of(user))

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
        lead = TicketPart.objects.open().filter(ticket=OuterRef("pk"), is_lead=True)
        return self.annotate(
            may_dispatch=Exists(every.dispatchable_by(user)),
            may_work=Exists(every.workable_by(user)),
            may_assist=Exists(every.assistable_by(user)),
            may_confirm=Exists(every.confirmable_by(user)),
            may_decide=Exists(every.decidable_by(user)),
            may_assign=Exists(every.assignable_by(user)),
            may_read_internal=Exists(every.internal_to(user)),
            lead_since=Subquery(lead.values("started_on")[:1]),
            is_ruled=Exists(
                self._hanging("returns").filter(part__is_lead=True, part__ended_on=None)
            ),
            asks_pause=Exists(self._hanging("pauses").filter(decided_at=None)),
            asks_extension=Exists(self._hanging("extensions").filter(decided_at=None)),
            # Whoever asks does not decide.
            may_decide_pause=Exists(
                self._hanging("pauses").filter(decided_at=None).exclude(asked_by=user)
            ),
            may_decide_extension=Exists(
                self._hanging("extensions")
                .filter(decided_at=None)
                .exclude(asked_by=user)
            ),
        ).with_waiting()

    def with_waiting(self) -> Self:
        """Annotate whether it is paused until the company brings something."""
        asked = self._hanging("pauses").filter(
            kind=DeadlinePause.Kind.COMPANY, is_granted=True, ended_on=None
        )
        return self.annotate(waits_for_company=Exists(asked))

    def _hanging(self, name: str) -> "models.QuerySet[Any, Any]":
        """The rows of a ticket under this name; their model is loaded after this."""
        model: Any = self.model._meta.get_field(name).related_model
        rows: models.QuerySet[Any, Any] = model._default_manager.all()
        return rows.filter(ticket=OuterRef("pk"))


def companies_of(user: User) -> "models.QuerySet[Any, Any]":
    """Keys of the companies whose officer this is, A or B."""
    return CompanyLiaison.objects.open().filter(officer=user).values("company")
