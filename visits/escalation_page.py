"""One escalation as its page shows it, and the card on the page of its subject."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Final

from django.db import models

from crm.models import Lamp, Role, User
from crm.services import calendar, deadlines
from projects.models import Milestone
from visits.models import Escalation, Ticket
from visits.models.escalation_rules import Level
from visits.services import escalations as services

from . import escalation_kinds, escalation_list, escalation_words
from .escalation_kinds import Named

CARD_ROWS: Final = 5


@dataclass
class Page:
    escalation: Escalation
    user: User
    today: date

    @cached_property
    def facts(self) -> escalation_words.Facts:
        return escalation_words.facts_of(self.escalation)

    @property
    def why(self) -> str:
        return escalation_words.sentence(self.facts)

    @property
    def notes(self) -> list[str]:
        return escalation_words.notes(self.facts)

    @cached_property
    def named(self) -> Named | None:
        one = self.escalation
        kind = escalation_kinds.of_type(one.subject_type)
        return kind.named([one.subject_id]).get(one.subject_id) if kind else None

    @property
    def kind(self) -> str:
        kind = escalation_kinds.of_type(self.escalation.subject_type)
        return str(kind.label) if kind else ""

    @property
    def level(self) -> str:
        return escalation_words.level_label(self.escalation.level)

    @cached_property
    def people(self) -> list[User]:
        """With whom it is today."""
        return services.people_of(self.escalation, self.today)

    @property
    def is_open(self) -> bool:
        return self.escalation.is_open

    @property
    def lamp(self) -> Lamp:
        deadline = self.escalation.deadline
        if deadline is None or not self.is_open:
            return Lamp.GREY
        return deadline.lamp(self.today, deadlines.yellow_from(self.today))

    @cached_property
    def days(self) -> list[dict[str, Any]]:  # Any: as the template reads it
        """Every day on the way to the deadline, in words."""
        deadline = self.escalation.deadline
        if deadline is None:
            return []
        return calendar.days_told(deadlines.explain(deadline))

    @cached_property
    def may_settle(self) -> bool:
        mine = Escalation.objects.changeable_by(self.user)
        return self.is_open and mine.filter(pk=self.escalation.pk).exists()


def of_ticket(ticket: Ticket, user: User, today: date) -> dict[str, Any] | None:
    """For officials alone: the company reads the level in the stream."""
    if not ticket.may_read_internal:  # type: ignore[attr-defined] # annotated
        return None
    return _card(ticket, ticket.is_open and _may_raise(ticket, user), today)


def of_milestone(
    milestone: Milestone, user: User, today: date
) -> dict[str, Any] | None:
    return _card(milestone, services.may_raise(milestone, user), today)


def _may_raise(ticket: Ticket, user: User) -> bool:
    """As the service decides, from what the page knows already."""
    known: Any = ticket  # annotated by with_rights()
    is_officer = user.has_role(Role.OFFICER) and known.may_confirm
    return bool(known.may_dispatch or known.may_decide or is_officer)


def _card(subject: models.Model, may_raise: bool, today: date) -> dict[str, Any] | None:
    """None where there is nothing to read and nothing to do."""
    of_subject = Escalation.objects.for_subject(subject)
    above = of_subject.filter(level__gte=Level.HEAD)
    rows = escalation_list.first_of(above, CARD_ROWS, today)
    if not rows and not may_raise:
        return None
    return {
        "rows": rows,
        "may_raise": may_raise,
        "kind": escalation_kinds.of(subject).key,
    }
