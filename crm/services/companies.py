"""Companies: made, edited, tagged, archived; their leader and their last visit."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import events
from crm.lib import uscc
from crm.lib.errors import DomainError, StaleVersion
from crm.models import Company, Industry, Region, Role, Tag, User
from crm.models.companies import CompanyTag

from . import search, sizes

# Who a company is; the dispatcher alone decides on these.
IDENTITY: Final = ("name", "uscc", "region")
PROFILE: Final = (
    "short_name",
    "address",
    "industry",
    "staff_count",
    "revenue",
    "assets",
    "stage",
)
FINDABLE: Final = {"name", "short_name", "uscc"}
# No company of this world has more people.
MOST_STAFF: Final = 10_000_000


@dataclass(frozen=True, kw_only=True)
class Profile:
    """What is known of a company when it is entered."""

    name: str
    region: Region
    uscc: str | None = None
    short_name: str = ""
    address: str = ""
    industry: Industry | None = None
    staff_count: int | None = None
    revenue: Decimal | None = None
    assets: Decimal | None = None
    stage: str = Company.Stage.STARTED


class CompanyExistsError(DomainError):
    """The company is known already; `other` is set when the person may see it."""

    code = "company_exists"

    def __init__(self, sentence: str, field: str, other: Company | None) -> None:
        super().__init__(sentence, field=field)
        self.other = other


@transaction.atomic
def create_company(
    profile: Profile, *, actor: User | None, now: datetime | None = None
) -> Company:
    """Enter a company; the same one twice is refused with a sentence."""
    now = now or timezone.now()
    lock_region(profile.region)
    company = enter_company(profile, actor=actor, now=now)
    search.refresh(company.pk)
    return company


def lock_region(*regions: Region) -> None:
    """Without a code nothing but this lock keeps two firsts of one name apart."""
    keys = [one.pk for one in regions]
    rows = Region.objects.filter(pk__in=keys).order_by("pk")
    list(rows.select_for_update(no_key=True).values_list("pk"))


def enter_company(
    profile: Profile, *, actor: User | None, now: datetime, is_known_new: bool = False
) -> Company:
    """Save and record; the caller holds the region and makes the company findable.

    `is_known_new` says that the caller, holding the lock, has looked for its like.
    """
    require_dispatcher(actor, profile.region)
    company = unsaved(profile, now)
    if not is_known_new:
        check_unknown(company, actor)
    save_new(company)
    events.record(
        actor,
        "company.created",
        company,
        now=now,
        is_public=True,
        **events.snapshot(company, *IDENTITY, *PROFILE),
    )
    return company


def unsaved(profile: Profile, now: datetime) -> Company:
    """The company as it would be entered; bulk loading writes such rows by itself."""
    company = Company(created_at=now, updated_at=now)
    for field in fields(profile):
        setattr(company, field.name, getattr(profile, field.name))
    company.uscc = checked_code(company.uscc)
    company.region_path = profile.region.path
    company.size = sizes.working_of(company).size
    company.sort_key = company.name
    return company


def require_dispatcher(actor: User | None, region: Region) -> None:
    """Of this region; nobody is the system itself."""
    if actor is not None and not any(
        region.path in one for one in actor.access.region_ranges(Role.DISPATCHER)
    ):
        raise PermissionDenied


def check_unknown(company: Company, actor: User | None) -> None:
    """Refuse a code that is taken, and a name that only a code would tell apart."""
    others = Company.objects.filter(merged_into=None).exclude(pk=company.pk)
    seen = others if actor is None else others.visible_to(actor)
    if company.uscc:
        if other := seen.filter(uscc=company.uscc).first():
            sentence = _("This code belongs to “%(name)s” already.")
            raise CompanyExistsError(sentence % {"name": other.name}, "uscc", other)
        if others.filter(uscc=company.uscc).exists():
            raise code_taken()
        seen = seen.filter(uscc=None)
    if other := seen.filter(name=company.name).first():
        sentence = _("“%(name)s” is known already. Only a code can tell them apart.")
        raise CompanyExistsError(sentence % {"name": other.name}, "name", other)


def checked_code(text: str | None) -> str | None:
    """The code in form, None for an empty one; a wrong one is refused."""
    code = uscc.normalise(text or "")
    if problem := uscc.problem_of(code) if code else "":
        raise DomainError(problem, code="bad_code", field="uscc")
    return code or None


def save_new(company: Company) -> None:
    try:
        with transaction.atomic():
            company.save(force_insert=True)
    except IntegrityError:
        raise code_taken() from None


def code_taken() -> CompanyExistsError:
    sentence = _("This code belongs to another company already.")
    return CompanyExistsError(sentence, "uscc", None)


def claim(company: Company, actor: User | None) -> Company:
    """Lock the company for who may edit its profile; nobody is the system itself."""
    if actor is None:
        return Company.objects.lock(Company.objects.living(), company.pk)
    return Company.objects.claim(company.pk, actor)


def claim_managed(company: Company, actor: User | None) -> Company:
    """Lock the company for its dispatcher."""
    living = Company.objects.living()
    allowed = living if actor is None else living.managed_by(actor)
    return Company.objects.lock(allowed, company.pk)


def check_version(company: Company, version: int | None) -> None:
    if version is not None and company.version != version:
        raise StaleVersion(
            _(
                "Somebody else has changed “%(name)s” meanwhile. "
                "Compare both, then save."
            )
            % {"name": company.name},
            current=company,
        )


@transaction.atomic
def edit_company(
    company: Company,
    *,
    actor: User | None,
    version: int | None,
    now: datetime | None = None,
    **values: Any,  # fields of a profile, of many types
) -> Company:
    """Change what is known of a company; who it is, only its dispatcher changes."""
    if unknown := set(values) - {*IDENTITY, *PROFILE}:
        raise TypeError(f"not part of a profile: {sorted(unknown)}")
    now = now or timezone.now()
    company = claim(company, actor)
    check_version(company, version)
    before = events.snapshot(company, *IDENTITY, *PROFILE, "size")
    apply(company, values)
    changes = events.changed(before, company)
    if not changes:
        return company
    if changes.keys() & set(IDENTITY):
        check_identity(company, actor)
    company.version += 1
    company.updated_at = now
    save_changed(company, [*changes, "region_path", "version", "updated_at"])
    events.record(actor, "company.edited", company, now=now, is_public=True, **changes)
    if changes.keys() & FINDABLE:
        search.refresh(company.pk)
    return company


def apply(company: Company, values: Mapping[str, Any]) -> None:
    if values.get("uscc") and values["uscc"] != company.uscc:
        values = {**values, "uscc": checked_code(values["uscc"])}
    for name, value in values.items():
        setattr(company, name, value)
    company.uscc = company.uscc or None
    company.region_path = company.region.path
    company.size = sizes.working_of(company).size


def check_identity(company: Company, actor: User | None) -> None:
    """Only the dispatcher of both the old region and the new one."""
    if actor is not None:
        if not Company.objects.managed_by(actor).filter(pk=company.pk).exists():
            raise PermissionDenied
        require_dispatcher(actor, company.region)
    check_unknown(company, actor)


def save_changed(company: Company, names: list[str]) -> None:
    try:
        with transaction.atomic():
            company.save(update_fields=names)
    except IntegrityError:
        raise code_taken() from None


@transaction.atomic
def set_tags(
    company: Company,
    *,
    actor: User | None,
    tags: Collection[Tag],
    now: datetime | None = None,
) -> Company:
    """Give the company exactly these tags."""
    company = claim(company, actor)
    held = {one.tag_id: one.tag.key for one in tags_of(company)}
    wanted = {tag.pk: tag.key for tag in tags}
    if held.keys() == wanted.keys():
        return company
    CompanyTag.objects.filter(company=company).exclude(tag__in=wanted).delete()
    CompanyTag.objects.bulk_create(
        CompanyTag(company=company, tag_id=pk) for pk in sorted(wanted.keys() - held)
    )
    change = [sorted(held.values()), sorted(wanted.values())]
    events.record(actor, "company.tagged", company, now=now, tags=change)
    return company


def tags_of(company: Company) -> list[CompanyTag]:
    return list(CompanyTag.objects.filter(company=company).select_related("tag"))


@transaction.atomic
def link_leader(
    company: Company,
    *,
    actor: User | None,
    leader: User | None,
    now: datetime | None = None,
) -> Company:
    """Say which leader is linked with the company, or that none is."""
    now = now or timezone.now()
    company = claim_managed(company, actor)
    if leader and not leaders(timezone.localdate(now)).filter(pk=leader.pk).exists():
        raise DomainError(
            _("%(name)s does not hold the role of a leader.") % {"name": leader.name},
            code="not_a_leader",
            field="leader",
        )
    if company.leader_id == (leader.pk if leader else None):
        return company
    before = events.snapshot(company, "leader")
    company.leader, company.updated_at = leader, now
    company.version += 1
    company.save(update_fields=["leader", "version", "updated_at"])
    changes = events.changed(before, company)
    events.record(actor, "company.leader_linked", company, now=now, **changes)
    return company


def leaders(today: date) -> Any:  # a queryset of users, made from two managers
    return User.objects.active().with_role(Role.LEADER, today=today)


@transaction.atomic
def archive_company(
    company: Company, *, actor: User | None, reason: str, now: datetime | None = None
) -> Company:
    """Put the company away: readable by those who could, changed by none."""
    now = now or timezone.now()
    if not reason.strip():
        sentence = _("Give the reason.")
        raise DomainError(sentence, code="reason_missing", field="reason")
    company = claim_managed(company, actor)
    company.archived_at = company.updated_at = now
    company.version += 1
    company.save(update_fields=["archived_at", "version", "updated_at"])
    events.record(
        actor, "company.archived", company, now=now, is_public=True, reason=reason
    )
    return company


@transaction.atomic
def restore_company(
    company: Company, *, actor: User | None, now: datetime | None = None
) -> Company:
    """Take the company out of the archive."""
    now = now or timezone.now()
    allowed = Company.objects.filter(~Q(archived_at=None), merged_into=None)
    if actor is not None:
        allowed = allowed.managed_by(actor)
    company = Company.objects.lock(allowed, company.pk)
    company.archived_at, company.updated_at = None, now
    company.version += 1
    company.save(update_fields=["archived_at", "version", "updated_at"])
    events.record(actor, "company.restored", company, now=now, is_public=True)
    return company


def note_visit(company: int, *, day: date) -> None:
    """Raise the day of the last visit; the visit's own service records the event."""
    earlier = Q(last_visit_on=None) | Q(last_visit_on__lt=day)
    Company.objects.filter(earlier, pk=company).update(last_visit_on=day)
