"""What rules or people raised to a leader, and what is proposed for it."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import BigIntegerField, Case, OuterRef, Q, Subquery, When
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _

from projects.models import SessionLine
from visits.models import (
    Decision,
    Directive,
    Escalation,
    SupervisionOrder,
    TicketPart,
)
from visits.models.escalation_rules import OF_CLOCKS, Level, Trigger

from . import proposals
from .matters import DIRECTIVE, ORDER, PROJECT, TICKET
from .proposals import (
    MEET_THE_COMPANY,
    RED,
    REPORT,
    YELLOW,
    Rule,
    always,
    is_late,
)
from .sources import Reading, Source, Waiting, only, register

Act = Decision.Act
NAME = "escalation"
# Beyond so many working days an order is red.
FAR_BEYOND = 10


PART, LINE = "visits.ticketpart", "projects.sessionline"


def find(reading: Reading, pk: int | None) -> Iterable[Waiting]:
    """Those that have come to this person as a leader, the highest first."""
    came = Escalation.objects.waiting_for(reading.user, reading.today)
    rows = came.filter(level__gte=Level.CHARGE).annotate(whole=whole(), of=ticket_of())
    fields = (
        *("pk", "version", "subject_type", "subject_id", "trigger", "level"),
        *("raised_at", "raised_by__name", "reason", "whole", "of"),
        *("department", "department__name", "rule__name", "why"),
        *("rule__level", "rule__threshold", "rule__clock"),
    )
    found = only(rows.order_by("-level", "pk"), pk).values(*fields)
    for row in sorted(found, key=severity):
        own = (row["subject_type"], row["subject_id"])
        kind = PROJECT if row["subject_type"] == LINE else TICKET
        yield Waiting(
            NAME,
            row["pk"],
            (kind, row["whole"]) if row["whole"] else own,
            row["version"],
            rank=0 if row["level"] == Level.TOP else 2,
            on=pressing_since(row),
            facts=row,
            ticket=row["of"],
        )


def severity(row: dict[str, Any]) -> tuple[int, ...]:  # Any: a row of `find`
    """The highest first; of one level whose words somebody wrote, then the gravest.

    Where nobody holds the levels between, all rules reach the same person.
    """
    is_rule = row["raised_by__name"] is None
    grave = (row["rule__level"] or 0, row["rule__threshold"] or 0)
    return (-row["level"], is_rule, -grave[0], -grave[1], row["pk"])


def pressing_since(row: dict[str, Any]) -> date:  # Any: a row of `find`
    """The day that was missed; of what has no clock, the day on which it came."""
    came = timezone.localdate(row["raised_at"])
    due = parse_date(row["why"].get("due_on") or "")
    return min(came, due) if due else came


def whole() -> Case:
    """Of what is a part of a ticket or project the whole, which is decided on."""
    parts = TicketPart.objects.filter(pk=OuterRef("subject_id"))
    lines = SessionLine.objects.filter(pk=OuterRef("subject_id"))
    return Case(
        When(subject_type=PART, then=Subquery(parts.values("ticket"))),
        When(subject_type=LINE, then=Subquery(lines.values("session__project"))),
        output_field=BigIntegerField(),
    )


def ticket_of() -> Case:
    """Of a directive or an order the ticket it is about."""
    directives = Directive.objects.filter(pk=OuterRef("subject_id"))
    orders = SupervisionOrder.objects.filter(
        pk=OuterRef("subject_id"), subject_type=TICKET
    )
    return Case(
        When(subject_type=DIRECTIVE, then=Subquery(directives.values("ticket"))),
        When(subject_type=ORDER, then=Subquery(orders.values("subject_id"))),
        output_field=BigIntegerField(),
    )


# --- What is proposed --------------------------------------------------------------


def came_by(*triggers: str) -> proposals.When:
    return lambda case: case.fact("trigger") in triggers


def is_disputed(case: proposals.Case) -> bool:
    """Departments send it to and fro."""
    return case.fact("trigger") in {Trigger.RETURNED, Trigger.MISDIRECTED}


def is_far_beyond(case: proposals.Case) -> bool:
    return case.late > FAR_BEYOND and was_directed(case)


def was_directed(case: proposals.Case) -> bool:
    """A leader has written on it before, and it is late all the same."""
    return case.is_late and case.tried("directives") > 0


def is_of_clock(case: proposals.Case) -> bool:
    return case.fact("trigger") in OF_CLOCKS


RULES = (
    Rule(
        NAME,
        came_by(Trigger.NOT_SOLVED),
        Act.ADOPT,
        _("the company says that it is not solved: somebody has to see it to its end"),
    ),
    Rule(NAME, is_disputed, Act.MEET, _("departments do not agree whose matter it is")),
    Rule(
        NAME,
        is_far_beyond,
        Act.ORDER,
        _("late by more than ten working days in spite of a directive"),
        RED,
        REPORT,
    ),
    Rule(
        NAME,
        was_directed,
        Act.ORDER,
        _("late in spite of a directive"),
        YELLOW,
        REPORT,
    ),
    Rule(
        NAME,
        is_late,
        Act.DIRECT,
        _("late, and no leader has written on it yet"),
        text=MEET_THE_COMPANY,
    ),
    Rule(
        NAME,
        came_by(Trigger.YELLOW),
        Act.DIRECT,
        _("behind its plan month after month"),
        text=REPORT,
    ),
    Rule(
        NAME,
        came_by(Trigger.HAND),
        Act.DIRECT,
        _("somebody who answers for it asks for a leader's word"),
        text=MEET_THE_COMPANY,
    ),
    # Not the last day of the matter itself: a contact, a correction, a promise.
    Rule(
        NAME,
        came_by(Trigger.OVERDUE),
        Act.DIRECT,
        _("a day that was set was missed"),
        text=REPORT,
    ),
    Rule(NAME, is_of_clock, Act.DIRECT, _("its day is near"), text=REPORT),
    Rule(NAME, always, Act.DIRECT, _("a rule raised it"), text=REPORT),
)
OFFERED = (Act.DIRECT, Act.ADOPT, Act.ORDER, Act.MEET)


def answered(decision: Decision) -> Any:  # a queryset
    """What a decision answers: all that was raised on its matter up to this level."""
    card = Escalation.objects.get(pk=int(decision.card.rpartition("-")[2]))
    pk = decision.subject_id
    same = Q(subject_type=decision.subject_type, subject_id=pk)
    if decision.subject_type == TICKET:
        parts = TicketPart.objects.filter(ticket=pk)
        same |= Q(subject_type=PART, subject_id__in=parts.values("pk"))
        directives = Directive.objects.filter(ticket=pk)
        same |= Q(subject_type=DIRECTIVE, subject_id__in=directives.values("pk"))
        orders = SupervisionOrder.objects.about(TICKET, pk)
        same |= Q(subject_type=ORDER, subject_id__in=orders.values("pk"))
    if decision.subject_type == PROJECT:
        lines = SessionLine.objects.filter(session__project=pk)
        same |= Q(subject_type=LINE, subject_id__in=lines.values("pk"))
    rows = Escalation.objects.open().filter(
        same, level__lte=card.level, raised_at__lte=decision.taken_at
    )
    return rows.order_by("pk")


def hang() -> None:
    """Called once, when the apps are loaded."""
    register(Source(NAME, 20, find))
    proposals.add(RULES, NAME, OFFERED)
