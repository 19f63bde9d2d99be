"""Projects: entered, edited, given to departments, archived; their owner company."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import events
from crm.lib.errors import DomainError, StaleVersion
from crm.models import Company, Department, Region, Role, User
from projects.models import LifeStep, Project, ProjectPart
from projects.models.projects import CODE

from . import upkeep
from .numbers import between

FACTS: Final = (
    "code",
    "name",
    "company",
    "investor",
    "region",
    "kind",
    "investment",
    "lead_department",
    "leader",
    "visit_every_days",
)
# Days between two visits of the site, at most.
LONGEST_PACE: Final = 365
Stage = Project.Stage
STAGES: Final = list(Stage)


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is known of a project when it is entered."""

    name: str
    region: Region
    kind: str
    lead_department: Department
    code: str | None = None
    company: Company | None = None
    investor: str = ""
    investment: Decimal | None = None
    leader: User | None = None
    visit_every_days: int | None = 15


@transaction.atomic
def create_project(
    facts: Facts,
    *,
    actor: User | None,
    supporting: Collection[Department] = (),
    steps: Mapping[str, date | None] | None = None,
    now: datetime | None = None,
) -> Project:
    """Enter a project; `steps` are the days planned for each step of its life."""
    now = now or timezone.now()
    require_dispatcher(actor, facts.region)
    project = Project(created_at=now, updated_at=now)
    for field in fields(facts):
        setattr(project, field.name, getattr(facts, field.name))
    check_facts(project, actor)
    save_new(project)
    planned = steps or {}
    LifeStep.objects.bulk_create(
        LifeStep(project=project, stage=stage, planned_on=planned.get(stage))
        for stage in STAGES
    )
    LifeStep.objects.filter(project=project, stage=Stage.ATTRACT).update(
        reached_on=timezone.localdate(now)
    )
    upkeep.set_parts(project, supporting=supporting)
    events.record(
        actor,
        "project.created",
        project,
        is_public=True,
        now=now,
        **told(events.snapshot(project, *FACTS)),
    )
    return project


def save_new(project: Project) -> None:
    try:
        with transaction.atomic():
            project.save(force_insert=True)
    except IntegrityError:
        raise code_taken() from None


def code_taken() -> DomainError:
    return DomainError(
        _("This project code is in use already."), code="code_taken", field="code"
    )


def require_dispatcher(actor: User | None, region: Region) -> None:
    """Of this region; nobody is the system itself."""
    if actor is not None and not any(
        region.path in one for one in actor.access.region_ranges(Role.DISPATCHER)
    ):
        raise PermissionDenied


def check_facts(project: Project, actor: User | None) -> None:
    """Put the facts into their form, or refuse what cannot be."""
    project.code = (project.code or "").strip() or None
    if project.code:
        try:
            CODE(project.code)
        except ValidationError as error:
            raise DomainError(error.message, code="bad_code", field="code") from None
    others = Project.objects.exclude(pk=project.pk)
    if project.code and others.filter(code=project.code).exists():
        raise code_taken()
    check_numbers(project)
    project.region_path = project.region.path
    company = project.company
    if company and (company.archived_at or company.merged_into_id):
        sentence = _("This company is archived; choose another.")
        raise DomainError(sentence, code="company_archived", field="company")
    if project.stage != Stage.ATTRACT and company is None:
        sentence = _("From signing on a project needs its company.")
        raise DomainError(sentence, code="company_missing", field="company")


def check_numbers(project: Project) -> None:
    if project.investment is not None and project.investment < 0:
        sentence = _("The investment cannot be negative.")
        raise DomainError(sentence, code="bad_number", field="investment")
    days = project.visit_every_days
    if days is not None and not 1 <= days <= LONGEST_PACE:
        sentence = between(1, LONGEST_PACE)
        raise DomainError(sentence, code="bad_number", field="visit_every_days")


@transaction.atomic
def edit_project(
    project: Project,
    *,
    actor: User,
    version: int,
    values: Mapping[str, Any],  # Any: of each field's own type
    supporting: Collection[Department] | None = None,
    now: datetime | None = None,
) -> Project:
    """Change its facts; whoever saved in between is shown first."""
    now = now or timezone.now()
    project = claim_managed(project, actor)
    check_version(project, version)
    before = events.snapshot(project, *FACTS)
    for name in FACTS:
        if name in values:
            setattr(project, name, values[name])
    require_dispatcher(actor, project.region)
    check_facts(project, actor)
    changes = events.changed(before, project)
    units = upkeep.set_parts(project, supporting=supporting)
    if changes or units:
        save(project, *changes, "region_path", now=now)
        events.record(
            actor,
            "project.edited",
            project,
            is_public=True,
            now=now,
            **told(changes),
            **units,
        )
    return project


def told(changes: Mapping[str, Any]) -> dict[str, Any]:  # Any: as record() takes it
    """The company of an event is whose it is; that it changed has another name."""
    return {"owner" if name == "company" else name: changes[name] for name in changes}


def claim_managed(project: Project, actor: User | None) -> Project:
    """Lock it for its dispatcher; nobody is the system itself."""
    every = Project.objects.for_page()
    allowed = every.living() if actor is None else every.managed_by(actor)
    return Project.objects.lock(allowed, project.pk)


def check_version(project: Project, version: int | None) -> None:
    if version is not None and version != project.version:
        raise StaleVersion(
            _(
                "Somebody else changed this project meanwhile. Look at it again before "
                "you save; what you typed is kept."
            ),
            current=project,
        )


def save(project: Project, *names: str, now: datetime) -> None:
    """Write only what changed, and count the version up."""
    project.version += 1
    project.updated_at = now
    project.save(update_fields=[*names, "version", "updated_at"])


@transaction.atomic
def reach_step(
    project: Project,
    *,
    actor: User,
    stage: str,
    reached_on: date,
    version: int | None = None,
    now: datetime | None = None,
) -> Project:
    """The project has come to the next step of its life, on this day."""
    now = now or timezone.now()
    project = claim_managed(project, actor)
    check_version(project, version)
    old, new = Stage(project.stage), Stage(stage)
    if STAGES.index(new) != STAGES.index(old) + 1:
        sentence = _(
            "From “%(old)s” a project goes to the next step only, not to “%(new)s”."
        )
        raise DomainError(
            sentence % {"old": old.label, "new": new.label}, code="wrong_step"
        )
    check_reached(project, old, reached_on, timezone.localdate(now))
    project.stage = new
    check_facts(project, actor)
    LifeStep.objects.filter(project=project, stage=new).update(reached_on=reached_on)
    save(project, "stage", now=now)
    events.record(
        actor,
        "project.step_reached",
        project,
        is_public=True,
        now=now,
        stage=[old, new],
        reached_on=reached_on,
    )
    return project


def check_reached(project: Project, old: str, day: date, today: date) -> None:
    if day > today:
        sentence = _("A step that is reached cannot lie in the future.")
        raise DomainError(sentence, code="future_day", field="reached_on")
    last = LifeStep.objects.get(project=project, stage=old).reached_on
    if last and day < last:
        raise DomainError(
            _("The step before was reached on %(day)s; this one cannot be earlier.")
            % {"day": last},
            code="before_last_step",
            field="reached_on",
        )


@transaction.atomic
def step_back(
    project: Project, *, actor: User, reason: str, now: datetime | None = None
) -> Project:
    """Take the last step back: it was entered by mistake, or the deal fell through."""
    now = now or timezone.now()
    project = claim_managed(project, actor)
    old = Stage(project.stage)
    if old == Stage.ATTRACT:
        raise DomainError(_("There is no step before this one."), code="wrong_step")
    if not reason.strip():
        sentence = _("Say why the step is taken back.")
        raise DomainError(sentence, code="reason_missing", field="reason")
    new = STAGES[STAGES.index(old) - 1]
    project.stage = new
    LifeStep.objects.filter(project=project, stage=old).update(reached_on=None)
    save(project, "stage", now=now)
    events.record(
        actor,
        "project.step_taken_back",
        project,
        now=now,
        stage=[old, new],
        reason=reason.strip(),
    )
    return project


@transaction.atomic
def plan_steps(
    project: Project,
    *,
    actor: User,
    planned: Mapping[str, date | None],
    now: datetime | None = None,
) -> Project:
    """Set the planned days of the steps; they must not run backwards."""
    now = now or timezone.now()
    project = claim_managed(project, actor)
    days = [planned.get(stage) for stage in STAGES]
    known = [day for day in days if day]
    if known != sorted(known):
        sentence = _("The planned days must not run backwards.")
        raise DomainError(sentence, code="steps_out_of_order")
    changes = {}
    for step in LifeStep.objects.filter(project=project).select_for_update():
        new = planned.get(step.stage)
        if new != step.planned_on:
            changes[step.stage] = new
            step.planned_on = new
            step.save(update_fields=["planned_on"])
    if changes:
        save(project, now=now)
        events.record(
            actor,
            "project.steps_planned",
            project,
            is_public=True,
            now=now,
            planned_on=[None, changes],
        )
    return project


@transaction.atomic
def archive_project(
    project: Project, *, actor: User, reason: str, now: datetime | None = None
) -> Project:
    """Out of all work lists; readable by those who could, changeable by none."""
    now = now or timezone.now()
    project = claim_managed(project, actor)
    if not reason.strip():
        sentence = _("Say why the project is archived.")
        raise DomainError(sentence, code="reason_missing", field="reason")
    project.archived_at = now
    save(project, "archived_at", now=now)
    upkeep.release(project)
    events.record(actor, "project.archived", project, now=now, reason=reason.strip())
    return project


@transaction.atomic
def restore_project(
    project: Project, *, actor: User, now: datetime | None = None
) -> Project:
    """Take it out of the archive, with its departments."""
    now = now or timezone.now()
    archived = Project.objects.exclude(archived_at=None)
    project = Project.objects.lock(archived.visible_to(actor), project.pk)
    require_dispatcher(actor, project.region)
    project.archived_at = None
    save(project, "archived_at", now=now)
    upkeep.set_parts(project)
    events.record(actor, "project.restored", project, now=now)
    return project


def note_site_visit(project: int, *, day: date) -> None:
    """Somebody was on site; the next visit is counted from the latest one."""
    earlier = Q(last_visit_on=None) | Q(last_visit_on__lt=day)
    Project.objects.filter(earlier, pk=project).update(last_visit_on=day)


def supporting_of(project: Project) -> list[Department]:
    parts = project.parts.open().filter(kind=ProjectPart.Kind.SUPPORT)
    return [part.department for part in parts.select_related("department")]
