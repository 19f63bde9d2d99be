"""Who may do what where: given and taken by the security administrator alone."""

from dataclasses import dataclass
from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import events
from crm.lib.errors import DomainError
from crm.models import Company, Department, Grant, Region, Role, User
from crm.models.people import ADMIN_ROLES, DEPARTMENT_ROLES, REGION_ROLES

from .people import claim_user, keep_an_administrator
from .rights import require
from .sessions import cut_sessions


@dataclass(frozen=True, kw_only=True)
class Scope:
    """For which region, department or company a role is given; none for the three."""

    region: Region | None = None
    department: Department | None = None
    company: Company | None = None

    def check(self, role: Role) -> None:
        """Refuse a role without its kind of scope, or with another one."""
        chosen = [self.region, self.department, self.company]
        if sum(one is not None for one in chosen) != (role not in ADMIN_ROLES):
            raise wrong_scope(role)
        fits = (
            role in ADMIN_ROLES
            or (self.region is not None and role in REGION_ROLES)
            or (self.department is not None and role in DEPARTMENT_ROLES)
            or (self.company is not None and role == Role.OWNER)
        )
        if not fits:
            raise wrong_scope(role)


def wrong_scope(role: Role) -> DomainError:
    if role in ADMIN_ROLES:
        sentence = _("This role is for the whole site: choose no region and no unit.")
    elif role == Role.OWNER:
        sentence = _("Companies' people come in by an invitation from their officer.")
    elif role in REGION_ROLES & DEPARTMENT_ROLES:
        sentence = _("Choose either a region or a unit for this role.")
    elif role in REGION_ROLES:
        sentence = _("Choose the region this role is for.")
    else:
        sentence = _("Choose the unit this role is for.")
    return DomainError(sentence, code="wrong_scope", field="role")


@transaction.atomic
def add_grant(
    user: User,
    *,
    actor: User | None,
    role: Role,
    scope: Scope | None = None,
    starts_on: date | None = None,
    ends_on: date | None = None,
    now: datetime | None = None,
) -> Grant:
    """Give a role; the person signs in anew and then has it."""
    require(actor, Role.SECURITY_ADMIN)
    if actor == user:
        raise DomainError(_("Nobody gives a role to himself."), code="own_grant")
    if role == Role.OWNER and actor is not None:
        raise wrong_scope(role)
    return give(
        user,
        actor=actor,
        role=role,
        scope=scope or Scope(),
        starts_on=starts_on,
        ends_on=ends_on,
        now=now,
    )


@transaction.atomic
def give(
    user: User,
    *,
    actor: User | None,
    role: Role,
    scope: Scope,
    starts_on: date | None = None,
    ends_on: date | None = None,
    now: datetime | None = None,
) -> Grant:
    """Save a grant whose giver was checked, under the rules that hold for all."""
    now = now or timezone.now()
    today = timezone.localdate(now)
    role, starts_on = Role(role), starts_on or today
    scope.check(role)
    if ends_on and (ends_on < starts_on or ends_on < today):
        sentence = _("The last day lies before the first day or before today.")
        raise DomainError(sentence, code="ends_early", field="ends_on")
    user = claim_user(user)
    check_fits(user, role, scope, today)
    grant = Grant.objects.create(
        user=user,
        role=role,
        region=scope.region,
        department=scope.department,
        company=scope.company,
        starts_on=starts_on,
        ends_on=ends_on,
        granted_by=actor,
    )
    cut_sessions(user)
    events.record(
        actor,
        "grant.added",
        grant,
        now=now,
        user=user.pk,
        role=role,
        region=scope.region,
        department=scope.department,
        starts_on=starts_on,
        ends_on=ends_on,
    )
    return grant


def check_fits(user: User, role: Role, scope: Scope, today: date) -> None:
    """Open accounts only, nothing twice, and administrators are nothing else."""
    if not user.is_active:
        sentence = _("This account is closed; the system administrator can open it.")
        raise DomainError(sentence, code="is_closed")
    held = Grant.objects.unended(today).filter(user=user)
    if held.filter(
        role=role,
        region=scope.region,
        department=scope.department,
        company=scope.company,
    ).exists():
        sentence = _("The person has this role there already.")
        raise DomainError(sentence, code="granted_already", field="role")
    roles = set(held.values_list("role", flat=True))
    if roles & ADMIN_ROLES or (roles and role in ADMIN_ROLES):
        sentence = _(
            "System, security and audit administrators are three different people "
            "and have no other role. Use a second account."
        )
        raise DomainError(sentence, code="separated_roles", field="role")
    if role == Role.OWNER and user.department_id:
        sentence = _("An official's account cannot stand for a company.")
        raise DomainError(sentence, code="official", field="role")


@transaction.atomic
def end_grant(grant: Grant, *, actor: User, now: datetime | None = None) -> Grant:
    """Take a role back at once."""
    require(actor, Role.SECURITY_ADMIN)
    now = now or timezone.now()
    # Before the rows of the role are locked in order, none of them may be held.
    keep_an_administrator(grant.role, without=grant.user, now=now)
    user = claim_user(grant.user)
    still = Grant.objects.unended(timezone.localdate(now))
    found = still.select_for_update(of=("self",)).filter(pk=grant.pk).first()
    if found is None:
        raise DomainError(_("This role has ended already."), code="ended_already")
    if found.user_id != user.pk:
        raise PermissionDenied
    found.revoked_at = now
    found.save(update_fields=["revoked_at"])
    cut_sessions(user)
    events.record(
        actor,
        "grant.ended",
        found,
        now=now,
        user=user.pk,
        role=found.role,
        reason="by_hand",
    )
    return found
