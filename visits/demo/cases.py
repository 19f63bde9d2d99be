"""A case of a kind whose improvement holds for six weeks, and what may be a case."""

import json
from datetime import datetime, timedelta

from django.utils import timezone

from crm.demo.county import County
from crm.models import User
from visits.models import CaseProposal, Category, Ticket
from visits.services import cases, categories
from visits.services.cases.improving import Plan
from visits.services.cases.opening import FEWEST
from visits.services.cases.proposing import tickets_of

from .desk import FILE

HELD = timedelta(days=42)
PLANNED = timedelta(days=56)
DAYS = 15
MOST_CHOSEN = 5


def set_cases(county: County) -> None:
    """Out of what recurs most and has a story; a county too small has none."""
    now = county.agenda.now
    cases.propose_cases(now=now)
    actor = county.users["dispatch1"]
    told = json.loads(FILE.read_text(encoding="utf-8"))["case"]
    visible = CaseProposal.objects.visible_to(actor).open()
    known = [(one, words) for one in visible for words in told if words in one.title]
    for proposal, words in known:
        # Of those that were there when the case was opened.
        old = [one for one in tickets_of(proposal, actor) if is_old(one, now)]
        if len(old) >= FEWEST:
            open_one(proposal, old[:MOST_CHOSEN], actor, told[words], now)
            break
    cases.propose_cases(now=now)


def is_old(ticket: Ticket, now: datetime) -> bool:
    return ticket.raised_at < now - PLANNED


def open_one(
    proposal: CaseProposal,
    chosen: list[Ticket],
    actor: User,
    told: dict[str, str],
    now: datetime,
) -> None:
    planned_at, held_at = now - PLANNED, now - HELD
    kind: Category = chosen[0].category
    case = cases.open_case(
        actor=actor,
        title=told["title"],
        tickets=chosen,
        root_cause=told["root_cause"],
        category=kind,
        proposal=proposal,
        now=planned_at,
    )
    unit = categories.usual_lead(kind, chosen[0].company)
    if unit is None:
        return
    plan = Plan(kind="rule", text=told["text"], department=unit, days=DAYS)
    cases.plan_improvement(case, actor=actor, plan=plan, now=planned_at)
    cases.put_in_effect(
        case,
        actor=actor,
        effective_on=timezone.localdate(held_at),
        note=told["note"],
        now=held_at,
    )
