"""Agency agreements: asked for, drawn up, signed on the screen, stopped, finished."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NotRequired, TypedDict, Unpack

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import events
from crm.lib import trees
from crm.lib.errors import DomainError, StaleVersion
from crm.models import Role, StoredFile, User
from crm.services import attaching
from crm.services.attaching import Sent
from crm.services.files import IMAGES
from projects.models import Agency, AgencyState, Project
from projects.models.agency import ENDED, STAGES, AgencyQuerySet
from projects.signals import agency_moved

S = AgencyState
Narrow = Callable[[AgencyQuerySet, User], AgencyQuerySet]
CENTRE: Final[Narrow] = AgencyQuerySet.kept_by
COMPANY: Final[Narrow] = AgencyQuerySet.of_owner
EITHER: Final[Narrow] = AgencyQuerySet.changeable_by


@dataclass(frozen=True)
class Signed:
    """Who of the company signed, and the picture of it."""

    name: str
    picture: Sent


@transaction.atomic
def ask_for_agency(
    project: Project,
    *,
    actor: User,
    stages: Collection[int],
    wish: str = "",
    now: datetime | None = None,
) -> Agency:
    """The company wants the centre to act for it; officers may enter that too."""
    now = now or timezone.now()
    every = Project.objects.all()
    rights = every.filter(
        Q(pk__in=every.owned_by(actor).values("pk"))
        | Q(pk__in=every.worked_by(actor).values("pk"))
        | Q(pk__in=every.managed_by(actor).values("pk"))
    )
    project = Project.objects.lock(rights, project.pk)
    if project.company_id is None:
        sentence = _("An agreement needs the company; enter it with the project first.")
        raise DomainError(sentence, code="company_missing")
    agency = Agency(
        project=project,
        stages=checked(stages),
        wish=wish.strip(),
        asked_by=actor,
        asked_at=now,
    )
    try:
        with transaction.atomic():
            agency.save(force_insert=True)
    except IntegrityError:
        sentence = _("There is an agency agreement for this project already.")
        raise DomainError(sentence, code="agency_open") from None
    tell(agency, actor, now, before=None, stages=[None, agency.stages])
    return agency


def checked(stages: Collection[int]) -> list[int]:
    chosen = sorted(set(stages))
    if not chosen or not set(chosen) <= set(STAGES):
        sentence = _("Choose the stages that the agreement is about.")
        raise DomainError(sentence, code="stages_missing", field="stages")
    return [int(stage) for stage in chosen]


@transaction.atomic
def draw_up(
    agency: Agency,
    *,
    actor: User,
    agent: User,
    stages: Collection[int],
    terms: str = "",
    version: int | None = None,
    now: datetime | None = None,
) -> Agency:
    """Who acts, for which stages, on which further terms; then it can be offered."""
    now = now or timezone.now()
    agency, before = claim(agency, actor, CENTRE, S.DRAFTING, version)
    if agent not in agents_for(agency.project, now):
        sentence = _("Choose an officer of the project's region as the agent.")
        raise DomainError(sentence, code="wrong_agent", field="agent")
    old = events.snapshot(agency, "agent", "stages", "terms")
    agency.agent, agency.centre = agent, agent.department
    agency.stages, agency.terms = checked(stages), terms.strip()
    return save(agency, actor, now, before, **events.changed(old, agency))


def agents_for(project: Project, now: datetime) -> Any:  # a queryset of two managers
    """Officers of the region that the project lies in, or of one above or below."""
    path = project.region.path
    near = trees.in_ranges([trees.PathRange(path)], "department__region__path")
    near |= Q(department__region__path__in=trees.path_and_above(path))
    people = User.objects.active().with_role(
        Role.OFFICER, today=timezone.localdate(now)
    )
    return people.filter(near).select_related("department").order_by("name", "pk")


@transaction.atomic
def offer(
    agency: Agency,
    *,
    actor: User,
    version: int | None = None,
    now: datetime | None = None,
) -> Agency:
    """The agreement is ready for the company to read and sign."""
    now = now or timezone.now()
    agency, before = claim(agency, actor, CENTRE, S.TO_SIGN, version)
    return save(agency, actor, now, before)


@transaction.atomic
def send_back(
    agency: Agency,
    *,
    actor: User,
    reason: str,
    version: int | None = None,
    now: datetime | None = None,
) -> Agency:
    """The company wants other terms, or does not agree that it is over."""
    now = now or timezone.now()
    is_drawn_up = Agency.objects.filter(pk=agency.pk, state=S.TO_SIGN).exists()
    after = S.DRAFTING if is_drawn_up else S.SIGNED
    agency, before = claim(agency, actor, EITHER, after, version)
    agency.reason = ""
    return save(agency, actor, now, before, note=required(reason))


class Reasoned(TypedDict):
    """What goes with an act of the centre that has its reason or result in words."""

    actor: User
    reason: str
    version: NotRequired[int | None]
    now: NotRequired[datetime | None]


def refuse(agency: Agency, **said: Unpack[Reasoned]) -> Agency:
    """The centre does not act; the company reads why."""
    return move_with_reason(agency, S.REFUSED, **said)


def stop(agency: Agency, **said: Unpack[Reasoned]) -> Agency:
    """The centre wants to end it before its time; the company signs that."""
    return move_with_reason(agency, S.STOPPING, **said)


def finish(agency: Agency, **said: Unpack[Reasoned]) -> Agency:
    """What was agreed is done, and what came of it; the company signs that."""
    return move_with_reason(agency, S.FINISHING, **said)


@transaction.atomic
def move_with_reason(
    agency: Agency,
    after: int,
    *,
    actor: User,
    reason: str,
    version: int | None = None,
    now: datetime | None = None,
) -> Agency:
    now = now or timezone.now()
    agency, before = claim(agency, actor, CENTRE, after, version)
    agency.reason = required(reason)
    return save(agency, actor, now, before)


# What the company's signature brings about.
SIGNED_TO: Final = {
    S.TO_SIGN: S.SIGNED,
    S.STOPPING: S.STOPPED,
    S.FINISHING: S.FINISHED,
}


@transaction.atomic
def sign(
    agency: Agency,
    *,
    actor: User,
    signed: Signed,
    version: int | None = None,
    now: datetime | None = None,
) -> Agency:
    """The company signs, on its own screen or on the officer's."""
    now = now or timezone.now()
    current = Agency.objects.get(pk=agency.pk)
    after = SIGNED_TO.get(AgencyState(current.state), S.SIGNED)
    agency, before = claim(agency, actor, EITHER, after, version)
    name, picture = required_name(signed.name), keep(agency, signed, actor, now)
    if after == S.SIGNED:
        agency.signed_at, agency.signed_by, agency.signature = now, name, picture
    else:
        agency.end_signed_by, agency.end_signature = name, picture
    return save(agency, actor, now, before, personal={"signed_by": name})


def keep(agency: Agency, signed: Signed, actor: User, now: datetime) -> StoredFile:
    if signed.picture.received.mime not in IMAGES:
        sentence = _("The signature must be a picture.")
        raise DomainError(sentence, code="no_picture", field="signature")
    company = agency.project.company
    return attaching.keep(signed.picture, company=company, actor=actor, now=now)


def not_now(agency: Agency) -> str:
    """Why an act is not possible, for who came too late."""
    sentence = _("The agency is “%(state)s”; this is not possible now.")
    return sentence % {"state": agency.get_state_display()}


def required(reason: str) -> str:
    if not reason.strip():
        raise DomainError(_("Give the reason."), code="reason_missing", field="reason")
    return reason.strip()


def required_name(name: str) -> str:
    if not name.strip():
        sentence = _("Write the name of the person who signs.")
        raise DomainError(sentence, code="name_missing", field="signed_by")
    return name.strip()


def claim(
    agency: Agency, actor: User, who: Narrow, after: int, version: int | None
) -> tuple[Agency, int]:
    """Lock it for this side, and take the new state; the old one comes with it."""
    every = Agency.objects.select_related("project__company", "project__region")
    agency = Agency.objects.lock(who(every, actor), agency.pk)
    if version is not None and version != agency.version:
        raise StaleVersion(
            _("Somebody else changed this agreement meanwhile. Look at it again."),
            current=agency,
        )
    before = agency.state
    agency.move_to(after)
    return agency, before


def save(
    agency: Agency, actor: User, now: datetime, before: int, **changes: Any
) -> Agency:
    """Write the row, its event, and tell who makes papers of it."""
    if agency.state in ENDED:
        agency.ended_at = now
    agency.version += 1
    # One row in one hand: the lock is held and each act writes several of these.
    fields = [one.name for one in Agency._meta.fields if not one.primary_key]
    agency.save(update_fields=fields)
    tell(agency, actor, now, before=before, **changes)
    return agency


def tell(
    agency: Agency, actor: User, now: datetime, *, before: int | None, **changes: Any
) -> None:
    events.record(
        actor,
        "agency.moved",
        agency,
        company=agency.project.company_id,
        is_public=True,
        now=now,
        state=[before, agency.state],
        **changes,
    )
    agency_moved.send(sender=Agency, agency=agency, actor=actor, now=now)
