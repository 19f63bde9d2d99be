"""One-to-one: who serves a company, since when, and why it changed."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Final, Self

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import events
from crm.lib.errors import DomainError
from crm.models import Absence, Company, CompanyLiaison, Role, User
from crm.models.companies import unserved
from crm.models.liaisons import Liaison

from .companies import claim_managed

A: Final = CompanyLiaison.Role.A
B: Final = CompanyLiaison.Role.B
OTHER: Final = {A: B, B: A}
# Companies of which one statement says who serves them.
BATCH = 500


@transaction.atomic
def assign_officer(
    company: Company,
    *,
    actor: User | None,
    role: str,
    officer: User,
    reason: str = "",
    started_on: date | None = None,
    now: datetime | None = None,
) -> CompanyLiaison:
    """Make the officer this company's A or B; the one before steps down."""
    company = claim_managed(company, actor)
    return enter_officer(
        company,
        actor=actor,
        role=role,
        officer=officer,
        reason=reason,
        started_on=started_on,
        now=now or timezone.now(),
    )


def enter_officer(
    company: Company,
    *,
    actor: User | None,
    role: str,
    officer: User,
    reason: str,
    started_on: date | None,
    now: datetime,
) -> CompanyLiaison:
    """Save and record; the caller holds the company."""
    role, today = CompanyLiaison.Role(role), timezone.localdate(now)
    started_on = started_on or today
    open_ones = open_of(company)
    before, other = open_ones.get(role), open_ones.get(OTHER[role])
    if before and before.officer_id == officer.pk:
        return before
    check_officer(officer, today)
    if other and other.officer_id == officer.pk:
        raise same_person(officer, OTHER[role])
    if before:
        require_reason(reason)
    if other:
        check_not_both_away(officer, other.officer, today)
    check_start(started_on, before, today)
    if before:
        close(before, started_on, reason)
    liaison = open_one(company, role, officer, actor, reason, started_on)
    note_who_serves(company.pk)
    change = [before.officer_id if before else None, officer.pk]
    record(liaison, actor, "liaison.assigned", change, reason, now)
    return liaison


def note_who_serves(*companies: int) -> None:
    """Write down anew which of these are without an officer; the caller holds them."""
    for start in range(0, len(companies), BATCH):
        rows = Company.objects.filter(pk__in=companies[start : start + BATCH])
        rows.update(is_unserved=unserved())


def note_account_of(officer: User) -> None:
    """The same for all whom this person serves: the account was closed or opened."""
    served = CompanyLiaison.objects.open().filter(officer=officer).values("company")
    rows = Company.objects.filter(pk__in=served).order_by("pk")
    # Held first: the statement that asks must see what others who held them wrote.
    held = rows.select_for_update(no_key=True).values_list("pk", flat=True)
    note_who_serves(*held)


class NewPairs:
    """Give new companies their first officers; each pair is looked at only once.

    For loading many in one transaction: who is an officer and who is away when is
    asked when a person, or a pair, comes for the first time, and who is served now
    is written at the end: `with NewPairs(actor, now) as pairs`.
    """

    def __init__(self, actor: User | None, now: datetime) -> None:
        self.actor, self.now = actor, now
        self.today = timezone.localdate(now)
        self.checked: set[tuple[int, ...]] = set()
        self.entered: list[int] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if error is None:
            note_who_serves(*self.entered)

    def enter(self, company: Company, officers: Mapping[str, User]) -> None:
        """Save and record; the company has just been entered and has nobody."""
        self.check(*officers.values())
        self.entered.append(company.pk)
        for role, officer in officers.items():
            liaison = open_one(
                company, CompanyLiaison.Role(role), officer, self.actor, "", self.today
            )
            change = [None, officer.pk]
            record(liaison, self.actor, "liaison.assigned", change, "", self.now)

    def check(self, *officers: User) -> None:
        key = tuple(one.pk for one in officers)
        if key in self.checked:
            return
        for officer in officers:
            check_officer(officer, self.today)
        if len(officers) == len(OTHER):
            one, other = officers
            if one == other:
                raise same_person(one, A)
            check_not_both_away(one, other, self.today)
        self.checked.add(key)


def open_of(company: Company) -> dict[str, CompanyLiaison]:
    rows = CompanyLiaison.objects.open().filter(company=company)
    return {one.role: one for one in rows.select_related("officer")}


def check_officer(officer: User, today: date) -> None:
    """Only who holds the role of an officer today."""
    officers = User.objects.active().with_role(Role.OFFICER, today=today)
    if not officers.filter(pk=officer.pk).exists():
        raise DomainError(
            _("%(name)s is not a liaison officer at present.") % {"name": officer.name},
            code="not_an_officer",
            field="officer",
        )


def same_person(officer: User, role: str) -> DomainError:
    return DomainError(
        _(
            "%(name)s is role %(role)s of this company already; A and B are two "
            "people. To exchange them, swap."
        )
        % {"name": officer.name, "role": role},
        code="b_is_a",
        field="officer",
    )


def require_reason(reason: str) -> None:
    if not reason.strip():
        raise DomainError(
            _("Say why the officer changes."), code="reason_missing", field="reason"
        )


def check_not_both_away(one: User, other: User, today: date) -> None:
    """A company must have somebody here on every day that is known of."""
    coming = Absence.objects.filter(cancelled_at=None, ends_on__gte=today)
    for away in coming.filter(officer=one):
        both = coming.overlapping(away.starts_on, away.ends_on).filter(officer=other)
        if clash := both.first():
            raise DomainError(
                _(
                    "%(one)s is away from %(first)s to %(last)s, when %(other)s is "
                    "away too (from %(first2)s to %(last2)s)."
                )
                % {
                    "one": one.name,
                    "first": away.starts_on,
                    "last": away.ends_on,
                    "other": other.name,
                    "first2": clash.starts_on,
                    "last2": clash.ends_on,
                },
                code="both_absent",
                field="officer",
            )


def check_start(started_on: date, before: Liaison | None, today: date) -> None:
    if started_on > today:
        raise DomainError(
            _("The first day cannot lie in the future."),
            code="starts_later",
            field="started_on",
        )
    if before and started_on < before.started_on:
        raise DomainError(
            _("%(name)s began on %(day)s; the change cannot lie before that.")
            % {"name": before.officer.name, "day": before.started_on},
            code="starts_too_early",
            field="started_on",
        )


def close(liaison: Liaison, day: date, reason: str) -> None:
    liaison.ended_on, liaison.end_reason = day, reason.strip()
    liaison.save(update_fields=["ended_on", "end_reason"])


def open_one(
    company: Company,
    role: str,
    officer: User,
    actor: User | None,
    reason: str,
    started_on: date,
) -> CompanyLiaison:
    return CompanyLiaison.objects.create(
        company=company,
        role=role,
        officer=officer,
        reason=reason.strip(),
        started_on=started_on,
        assigned_by=actor,
    )


def record(
    liaison: CompanyLiaison,
    actor: User | None,
    action: str,
    officer: Sequence[int | None],
    reason: str,
    now: datetime,
) -> None:
    events.record(
        actor,
        action,
        liaison,
        is_public=True,
        now=now,
        role=liaison.role,
        officer=list(officer),
        reason=reason.strip(),
    )


@transaction.atomic
def end_officer(
    company: Company,
    *,
    actor: User | None,
    role: str,
    reason: str,
    ended_on: date | None = None,
    now: datetime | None = None,
) -> CompanyLiaison:
    """Let an officer go without a successor; the company then stands in a list."""
    now = now or timezone.now()
    require_reason(reason)
    company = claim_managed(company, actor)
    liaison = open_of(company).get(CompanyLiaison.Role(role))
    if liaison is None:
        sentence = _("This company has no officer in role %(role)s.")
        raise DomainError(sentence % {"role": role}, code="no_officer")
    day = ended_on or timezone.localdate(now)
    check_start(day, liaison, timezone.localdate(now))
    close(liaison, day, reason)
    note_who_serves(company.pk)
    record(liaison, actor, "liaison.ended", [liaison.officer_id, None], reason, now)
    return liaison


@transaction.atomic
def swap_officers(
    company: Company, *, actor: User | None, reason: str, now: datetime | None = None
) -> tuple[CompanyLiaison, CompanyLiaison]:
    """Exchange A and B on one day; a company is served as before."""
    now = now or timezone.now()
    require_reason(reason)
    company = claim_managed(company, actor)
    open_ones = open_of(company)
    if len(open_ones) != len(OTHER):
        sentence = _("There is nothing to swap: the company needs an A and a B first.")
        raise DomainError(sentence, code="no_officer")
    today = timezone.localdate(now)
    for liaison in open_ones.values():
        close(liaison, today, reason)
    pair = []
    for role in (A, B):
        officer = open_ones[OTHER[role]].officer
        liaison = open_one(company, role, officer, actor, reason, today)
        change = [open_ones[role].officer_id, officer.pk]
        record(liaison, actor, "liaison.assigned", change, reason, now)
        pair.append(liaison)
    return pair[0], pair[1]
