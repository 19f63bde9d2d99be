"""One improvement at a time: planned, in effect, measured, and judged."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.lib.errors import DomainError
from crm.models import Department, User
from crm.services import deadlines
from crm.services.deadlines import Wanted
from projects.models import ApprovalTemplate, TemplateItem
from visits import case_effects
from visits.models import Case, Improvement
from visits.models.cases import IMPROVEMENT

from .joining import add_missed
from .opening import checked, claim, need, save, tell

Status = Case.Status
Kind, Verdict = Improvement.Kind, Improvement.Verdict
MOST_DAYS: Final = 365
# What was in effect long ago is not found out about today.
FURTHEST: Final = timedelta(days=366)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is changed, by whom, and within how many working days."""

    kind: str
    text: str
    department: Department
    days: int
    item: TemplateItem | None = None


def items_in_use() -> QuerySet[TemplateItem]:
    """What an improvement of a template can change."""
    used = ApprovalTemplate.objects.filter(state=ApprovalTemplate.State.PUBLISHED)
    items = TemplateItem.objects.filter(template__in=used.values("pk"))
    return items.order_by("name", "pk")


def running(case: Case) -> Improvement:
    """The one that is planned or in effect; the caller has locked the case."""
    rows = Improvement.objects.running().select_related("due", "department")
    return rows.get(case=case)


@transaction.atomic
def plan_improvement(
    case: Case,
    *,
    actor: User,
    plan: Plan,
    version: int | None = None,
    now: datetime | None = None,
) -> Improvement:
    """Why they come is known: say what is changed, who does it and by when."""
    now = now or timezone.now()
    case = claim(case, actor, version)
    _check(case, plan)
    before = case.status
    case.move_to(Status.PLANNED)
    today = timezone.localdate(now)
    wanted = Wanted(IMPROVEMENT, plan.days, today, department=plan.department)
    improvement = Improvement.objects.create(
        case=case,
        kind=plan.kind,
        text=plan.text.strip(),
        item=plan.item,
        department=plan.department,
        due=deadlines.start_many([wanted])[0],
        planned_by=actor,
        planned_at=now,
    )
    save(case, "status")
    tell(
        case,
        "case.planned",
        actor,
        now,
        status=[before, case.status],
        change=improvement.kind,
        department=plan.department,
        due_on=improvement.due.due_on,
    )
    return improvement


def _check(case: Case, plan: Plan) -> None:
    if not case.root_cause:
        sentence = _("Write down the root cause first: it says what is to be changed.")
        raise DomainError(sentence, code="no_root_cause", field="text")
    if plan.kind not in Kind.values:
        raise DomainError(_("Choose what kind of change it is."), field="kind")
    if not plan.text.strip():
        raise DomainError(_("Say what is changed."), field="text")
    if (plan.kind == Kind.ITEM) != (plan.item is not None):
        sentence = _("Name the approval item that is changed, and only then.")
        raise DomainError(sentence, code="item_missing", field="item")
    if not 1 <= plan.days <= MOST_DAYS:
        sentence = _("At least one working day, at most %(most)s.")
        raise DomainError(sentence % {"most": MOST_DAYS}, field="days")
    near = Department.objects.at_or_above(case.region_path).filter(is_active=True)
    if not near.filter(pk=plan.department.pk).exists():
        sentence = _(
            "A department that is closed or of another region cannot be chosen."
        )
        raise DomainError(sentence, code="department_out_of_reach", field="department")


@transaction.atomic
def give_up_improvement(
    case: Case,
    *,
    actor: User,
    reason: str,
    version: int | None = None,
    now: datetime | None = None,
) -> Case:
    """It is not done after all; another one can be planned."""
    now = now or timezone.now()
    case = claim(case, actor, version)
    reason = need(reason)
    before = case.status
    if case.status != Status.PLANNED:
        raise _impossible(case)
    case.move_to(Status.OPEN)
    _judge(running(case), Verdict.GIVEN_UP, reason, now)
    save(case, "status")
    tell(case, "case.given_up", actor, now, reason, status=[before, case.status])
    return case


@transaction.atomic
def put_in_effect(
    case: Case,
    *,
    actor: User,
    effective_on: date,
    note: str = "",
    version: int | None = None,
    now: datetime | None = None,
) -> Case:
    """It holds from this day on; by the responsible unit or whoever oversees it."""
    now = now or timezone.now()
    case = Case.objects.lock(Case.objects.effected_by(actor), case.pk)
    if case.status == Status.IN_EFFECT:
        known = running(case)
        if known.effective_on == effective_on:
            return case
    checked(case, version)
    before = case.status
    case.move_to(Status.IN_EFFECT)
    improvement, today = running(case), timezone.localdate(now)
    _check_day(improvement, effective_on, today)
    improvement.effective_on, improvement.effect_note = effective_on, note.strip()
    improvement.put_by, improvement.put_at = actor, now
    improvement.save(update_fields=["effective_on", "effect_note", "put_by", "put_at"])
    deadlines.meet(improvement.due, now=now)
    save(case, "status")
    tell(
        case,
        "case.in_effect",
        actor,
        now,
        status=[before, case.status],
        effective_on=effective_on,
    )
    return case


def _check_day(improvement: Improvement, day: date, today: date) -> None:
    planned_on = timezone.localdate(improvement.planned_at)
    if not planned_on - FURTHEST <= day <= today:
        sentence = _("Choose the day from which it holds: today or before.")
        raise DomainError(sentence, code="bad_day", field="effective_on")


@transaction.atomic
def measure_case(
    case: Case,
    *,
    actor: User,
    version: int | None = None,
    now: datetime | None = None,
) -> Improvement:
    """Keep the figures of equal windows before and after, as they are today."""
    now = now or timezone.now()
    case = claim(case, actor, version)
    improvement, today = _in_effect(case), timezone.localdate(now)
    effect = case_effects.effect_of(case, improvement, today)
    if effect is None:
        sentence = _("Nothing to measure yet: it holds since today.")
        raise DomainError(sentence, code="too_early")
    before, figures = case.status, effect.as_json()
    if (improvement.figures, improvement.measured_on) == (figures, today):
        return improvement  # pressed twice
    case.move_to(Status.MEASURED)
    improvement.figures = figures
    improvement.measured_on, improvement.measured_by = today, actor
    improvement.save(update_fields=["figures", "measured_on", "measured_by"])
    save(case, "status")
    tell(
        case,
        "case.measured",
        actor,
        now,
        status=[before, case.status],
        days=effect.length,
        tickets=[effect.before.count, effect.after.count],
    )
    return improvement


def _in_effect(case: Case) -> Improvement:
    if case.status not in {Status.IN_EFFECT, Status.MEASURED}:
        raise _impossible(case)
    return running(case)


def _impossible(case: Case) -> DomainError:
    sentence = _("The case is “%(state)s”; this is not possible now.")
    values = {"state": case.get_status_display()}
    return DomainError(sentence % values, code="wrong_status")


@transaction.atomic
def conclude_case(
    case: Case,
    *,
    actor: User,
    is_effective: bool,
    note: str,
    version: int | None = None,
    now: datetime | None = None,
) -> Case:
    """By the figures: it helped, the case is closed; or another way is looked for."""
    now = now or timezone.now()
    case = claim(case, actor, version)
    note = need(note)
    before = case.status
    case.move_to(Status.CLOSED if is_effective else Status.INEFFECTIVE)
    verdict = Verdict.EFFECTIVE if is_effective else Verdict.INEFFECTIVE
    _judge(running(case), verdict, note, now)
    case.ended_at = now if is_effective else None
    save(case, "status", "ended_at")
    action = "case.closed" if is_effective else "case.found_ineffective"
    tell(case, action, actor, now, note, status=[before, case.status])
    return case


def _judge(improvement: Improvement, verdict: str, note: str, now: datetime) -> None:
    improvement.verdict, improvement.verdict_note = verdict, note
    improvement.save(update_fields=["verdict", "verdict_note"])
    # Nobody is waited for any more.
    deadlines.meet(improvement.due, now=now)


@transaction.atomic
def reopen_case(
    case: Case,
    *,
    actor: User,
    reason: str,
    version: int | None = None,
    now: datetime | None = None,
) -> Case:
    """They come again, or the change did not help: another improvement is planned.

    What came while it was closed joins: the next figures need their days before.
    """
    now = now or timezone.now()
    case = claim(case, actor, version)
    reason = need(reason)
    if case.status not in {Status.CLOSED, Status.INEFFECTIVE}:
        raise _impossible(case)
    before = case.status
    case.move_to(Status.OPEN)
    case.ended_at = None
    save(case, "status", "ended_at")
    joined = add_missed(case, now=now) if before == Status.CLOSED else 0
    tell(
        case,
        "case.reopened",
        actor,
        now,
        reason,
        status=[before, case.status],
        joined=joined,
    )
    return case
