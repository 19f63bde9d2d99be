"""Which tickets: the sets that pages, services and figures ask for."""

from collections.abc import Collection
from datetime import date
from typing import TYPE_CHECKING, Self

from crm.lib import trees
from crm.lib.querysets import union_of
from crm.models import Department, User
from crm.models.companies import BY_DEPARTMENT

from .parts import TicketPart
from .ticket_codes import SOLVE
from .ticket_rights import TicketRights
from .visits import UNIT_ROLES

if TYPE_CHECKING:
    from .tickets import Ticket  # noqa: F401 - whose set it is


class TicketQuerySet(TicketRights["Ticket"]):
    """Tickets by their state and their clocks."""

    def of_own_unit(self, user: User) -> Self:
        """Those that run and in which the person's departments have a part."""
        below = user.access.department_ranges(*BY_DEPARTMENT)
        if not below:
            return self.none()
        parts = TicketPart.objects.of(below).running()
        return self.filter(pk__in=parts.values("ticket"))

    def led_by_own_units(self, user: User) -> Self:
        """Those that run and that the person's departments lead, by their parts.

        For a day of the ticket's own: from there its index is walked in order.
        """
        below = user.access.department_ranges(*UNIT_ROLES)
        if not below:
            return self.none()
        parts = TicketPart.objects.of(below).running().filter(is_lead=True)
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

    def own_of(self, user: User, handlers: Collection[int] | None = None) -> Self:
        """Open ones in one's hands: handled, or of the companies one speaks for.

        `handlers` are those whose work it is to do today: one's own, and of whom one
        stands in for.
        """
        every = self.model.objects.open()
        whose = [user.pk] if handlers is None else list(handlers)
        handled = every.of_own_unit(user).filter(handler__in=whose)
        branches = [handled.values("pk"), *every._of_own_companies(user)]
        return self.filter(pk__in=union_of(branches))

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
            "next_reply_by",
            "merged_into__handler",
            "sign_off_file",
        )

    def open(self) -> Self:
        # Not "one of the open ones": SQLite would probe the index of the status once
        # for each of them, for every ticket of a unit.
        return self.exclude(status__in=self.model.ENDED)

    def waiting_for_dispatch(self) -> Self:
        # As the index `ticket_undispatched` says it; oldest first it needs no sort.
        return self.filter(dispatched_at=None, refused_at=None, merged_into=None)

    def running(self) -> Self:
        """Those whose clock for solving runs now."""
        return self.filter(solve_by__isnull=False, solve_by__met_at=None)

    def late(self, today: date) -> Self:
        """Whichever of its clocks it is."""
        return self.filter(due_on__lt=today)

    def due_within(self, today: date, last: date) -> Self:
        return self.filter(due_on__gte=today, due_on__lte=last)
