"""Plans, and what becomes of visits after they were held."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import events
from crm.lib import trees
from crm.lib.errors import DomainError, StaleVersion
from crm.models import Company, Role, User
from crm.services.companies import note_visit
from crm.services.files import Received
from projects.models import Project
from visits.models import Category, Finding, IntakeConflict, Visit, VisitVersion
from visits.models.visits import VisitQuerySet
from visits.signals import visit_changed

from . import gate, photos, rows
from .content import Content, Heard, content_of
from .intake import TAKEN, WORDS, WrongDay, set_words, unit_of
from .projects import check_project, note_on_site, project_at
from .reach import reach
from .tickets import raise_from_finding

KEPT: Final = "kept"
# Nobody plans a single visit further ahead than this.
FURTHEST: Final = timedelta(days=366)
PLANNED_FIELDS: Final = (
    "mode",
    "purpose",
    "day",
    "starts_at",
    "asked_by_company",
    "gate_reason",
    "project",
)


def plan_visit(
    company: Company,
    *,
    actor: User,
    mode: str,
    purpose: str,
    starts_at: datetime,
    asked_by_company: bool = False,
    gate_reason: str = "",
    project: Project | None = None,
    uuid: UUID | None = None,
    now: datetime | None = None,
) -> Visit:
    """Write a plan; a company that had many visits asks for a reason. Twice is once."""
    now = now or timezone.now()
    place = reach(actor, company.pk)
    if place is None:
        raise PermissionDenied
    visit = Visit(
        uuid=uuid or uuid4(),
        company=place.company,
        logged_by=actor,
        unit_id=unit_of(actor),
        for_unit=place.for_unit,
        mode=mode,
        purpose=purpose,
        starts_at=starts_at,
        day=timezone.localdate(starts_at),
        asked_by_company=asked_by_company,
        gate_reason=gate_reason,
        project=project,
        created_at=now,
    )
    check_plan(visit, now)
    check_project(actor, place.company.pk, project)
    try:
        with transaction.atomic():
            visit.save(force_insert=True)
            tell(visit, "visit.planned", actor, now, what="planned")
    except IntegrityError:
        return Visit.objects.get(logged_by=actor, uuid=visit.uuid)
    return visit


def check_plan(visit: Visit, now: datetime) -> None:
    today = timezone.localdate(now)
    if not today <= visit.day <= today + FURTHEST:
        sentence = _("A plan lies between today and a year from now.")
        raise WrongDay(sentence, field="starts_at")
    burden = gate.burden_on(visit.company, day=visit.day, today=today, without=visit)
    gate.check(
        burden, asked_by_company=visit.asked_by_company, reason=visit.gate_reason
    )


def tell(
    visit: Visit, action: str, actor: User, now: datetime, *, what: str, **changes: Any
) -> None:
    """The event of a change, and the signal for those above. Any: codes and values."""
    facts = {"status": visit.status, "mode": visit.mode, "day": visit.day}
    told: dict[str, Any] = changes or facts
    events.record(actor, action, visit, is_public=True, now=now, **told)
    visit_changed.send(Visit, visit=visit, actor=actor, now=now, what=what)


@transaction.atomic
def change_plan(
    visit: Visit,
    *,
    actor: User,
    version: int,
    mode: str,
    purpose: str,
    starts_at: datetime,
    asked_by_company: bool = False,
    gate_reason: str = "",
    project: Project | None = None,
    now: datetime | None = None,
) -> Visit:
    now = now or timezone.now()
    visit = claim(visit, actor, version, status=Visit.Status.PLANNED)
    before = events.snapshot(visit, *PLANNED_FIELDS)
    visit.mode, visit.purpose, visit.starts_at = mode, purpose, starts_at
    visit.day = timezone.localdate(starts_at)
    visit.asked_by_company, visit.gate_reason = asked_by_company, gate_reason
    check_plan(visit, now)
    if project != visit.project:
        check_project(actor, visit.company_id, project)
        visit.project = project
    if changes := events.changed(before, visit):
        # The reason is between officials; the company reads this event.
        changes.pop("gate_reason", None)
        visit.version += 1
        visit.save(update_fields=[*PLANNED_FIELDS, "version"])
        tell(
            visit,
            "visit.plan_changed",
            actor,
            now,
            what="planned",
            version=[version, visit.version],
            **changes,
        )
    return visit


@transaction.atomic
def cancel_plan(
    visit: Visit, *, actor: User, reason: str, now: datetime | None = None
) -> Visit:
    now = now or timezone.now()
    visit = Visit.objects.claim(visit.pk, actor)
    before = visit.status
    visit.move_to(Visit.Status.CANCELLED)
    visit.cancelled_at, visit.cancel_reason = now, reason
    visit.version += 1
    visit.save(update_fields=["status", "cancelled_at", "cancel_reason", "version"])
    status = [before, visit.status]
    tell(visit, "visit.cancelled", actor, now, what="cancelled", status=status)
    return visit


@transaction.atomic
def amend_visit(
    visit: Visit,
    *,
    actor: User,
    version: int,
    content: Content,
    reason: str,
    received: Mapping[str, Received] | None = None,
    without: Collection[str] = (),
    now: datetime | None = None,
) -> Visit:
    """Put new words in the place of the old; the old ones are kept as a version.

    The photos stay with the visit but for those named in `without`.
    """
    now = now or timezone.now()
    visit = claim(visit, actor, version, status=Visit.Status.HELD)
    if visit.logged_by_id != actor.pk:
        raise PermissionDenied
    content = content.with_files_of(content_of(visit)).without_photos(without)
    put(visit, actor=actor, content=content, reason=reason, now=now)
    photos.attach(visit, content, received or {}, actor=actor, now=now)
    return visit


def claim(visit: Visit, actor: User, version: int, *, status: str) -> Visit:
    """Lock the visit as the person saw it, or say that somebody was first."""
    visit = Visit.objects.claim(visit.pk, actor)
    if visit.version != version:
        sentence = _("Somebody has changed this visit meanwhile. Both are shown.")
        raise StaleVersion(sentence, current=visit)
    if visit.status != status:
        raise DomainError(
            _("This visit is “%(status)s” now.")
            % {"status": visit.get_status_display()},
            code="wrong_status",
        )
    return visit


def put(
    visit: Visit, *, actor: User, content: Content, reason: str, now: datetime
) -> Visit:
    """Replace what a locked visit says."""
    old = content_of(visit)
    if not (fields := content.differences(old)):
        return visit
    if timezone.localdate(content.starts_at) > timezone.localdate(now):
        sentence = _("A visit that has taken place cannot lie in the future.")
        raise WrongDay(sentence, field="starts_at")
    VisitVersion.objects.create(
        visit=visit,
        version=visit.version,
        content=old.as_json(),
        replaced_by=actor,
        replaced_at=now,
        reason=reason,
    )
    set_words(visit, content)
    if content.project != visit.project_id:
        visit.project = project_at(actor, visit.company_id, content.project)
    visit.gate_reason = content.gate_reason
    visit.version += 1
    visit.save(update_fields=[*WORDS, "version"])
    rows.replace_people(visit, content)
    replace_findings(visit, content.findings, actor=actor, now=now)
    rows.change_photos(visit, content.photos, now)
    note_visit(visit.company_id, day=visit.day)
    note_on_site(visit)
    versions = [visit.version - 1, visit.version]
    fields = [name for name in fields if name not in {"gate_reason", "place"}]
    tell(
        visit,
        "visit.amended",
        actor,
        now,
        what="amended",
        version=versions,
        fields=[None, fields],
    )
    return visit


def replace_findings(
    visit: Visit, findings: tuple[Heard, ...], *, actor: User, now: datetime
) -> None:
    """Change, add and withdraw findings by their key; what became a ticket stays."""
    here = {one.key: one for one in visit.findings.select_related("ticket")}
    categories = rows.categories_of(findings)
    wanted = {one.key for one in findings}
    gone = [one for key, one in here.items() if key not in wanted]
    for finding in gone:
        refuse_ticketed(finding)
    rows.withdraw((one for one in gone if one.withdrawn_at is None), now)
    for order, heard in enumerate(findings, start=1):
        if heard.key in here:
            change_finding(here[heard.key], heard, order, categories)
    new = [one for one in findings if one.key not in here]
    rows.add_findings(visit, new, categories, after=len(findings) - len(new))
    raise_tickets(visit, actor, now)


def change_finding(
    finding: Finding, heard: Heard, order: int, categories: dict[str, Category]
) -> None:
    if heard.result != finding.result:
        refuse_ticketed(finding)
    finding.order, finding.category = order, categories[heard.category]
    finding.symptom, finding.cause = heard.symptom, heard.cause
    finding.wish, finding.answer = heard.wish, heard.answer
    finding.result, finding.withdrawn_at = heard.result, None
    words = ["symptom", "cause", "wish", "answer", "result"]
    finding.save(update_fields=["order", "category", *words, "withdrawn_at"])


def refuse_ticketed(finding: Finding) -> None:
    if ticket := getattr(finding, "ticket", None):
        raise DomainError(
            _(
                "This finding has become ticket %(number)s and stays with the visit. "
                "Its words may be corrected."
            )
            % {"number": ticket.number},
            code="finding_has_ticket",
            field="findings",
        )


def raise_tickets(visit: Visit, actor: User, now: datetime) -> None:
    """A ticket for each finding that wants one and has none."""
    waiting = visit.findings.filter(
        result=Finding.Result.TICKET, withdrawn_at=None, ticket=None
    )
    for finding in waiting:
        raise_from_finding(finding, actor=actor, now=now)


def decidable_by(actor: User) -> VisitQuerySet:
    """Visits whose conflicts the person decides: their officer, or the dispatcher."""
    mine = Visit.objects.changeable_by(actor).filter(logged_by=actor)
    condition = Q(pk__in=mine.order_by().values("pk"))
    if ranges := actor.access.region_ranges(Role.DISPATCHER):
        here = Company.objects.living().filter(trees.in_ranges(ranges, "region_path"))
        condition |= Q(company__in=here.order_by().values("pk"))
    return Visit.objects.filter(condition)


@transaction.atomic
def decide_conflict(
    conflict: IntakeConflict,
    *,
    actor: User,
    take: bool,
    now: datetime | None = None,
) -> Visit:
    """Leave the visit as it is, or amend it with the content that came later."""
    now = now or timezone.now()
    visit = Visit.objects.lock(decidable_by(actor), conflict.visit_id)
    conflict = IntakeConflict.objects.select_for_update().get(pk=conflict.pk)
    if conflict.decided_at is not None:
        raise DomainError(_("This has been decided already."), code="decided")
    conflict.decision = TAKEN if take else KEPT
    conflict.decided_at, conflict.decided_by = now, actor
    conflict.save(update_fields=["decision", "decided_at", "decided_by"])
    if take:
        content = Content.from_json(conflict.content).with_files_of(content_of(visit))
        reason = _("The other version that the phone sent")
        put(visit, actor=actor, content=content, reason=reason, now=now)
        photos.hang_loose(visit, content, visit.logged_by)
    events.record(
        actor, "visit.conflict_decided", visit, now=now, decision=conflict.decision
    )
    return visit
