"""Which companies a person may log a visit at."""

from dataclasses import dataclass
from datetime import date

from crm.lib import trees
from crm.lib.prepared import Prepared, place
from crm.models import Company, CompanyLiaison, Department, Region, Role, User
from crm.models.companies import CompanyQuerySet
from visits.models.visits import UNIT_ROLES


@dataclass(frozen=True)
class Reach:
    """A company, and whether the visit is one of the person's own unit."""

    company: Company
    for_unit: bool


def own_companies(user: User) -> CompanyQuerySet:
    """Those of an officer, A or B."""
    if not user.access.has(Role.OFFICER):
        return Company.objects.none()
    his = CompanyLiaison.objects.open().filter(officer=user)
    return Company.objects.living().filter(pk__in=his.values("company"))


# Every visit that is saved begins with these.
HIS_TIMES = Prepared(
    lambda: (
        CompanyLiaison.objects.filter(officer=place(0), company=place(1))
        .order_by()
        .values_list("started_on", "ended_on")
    )
)
BY_KEY = Prepared(lambda: Company.objects.filter(pk=place()).order_by())


def own_company(user: User, pk: int, on: date | None) -> Company | None:
    """One of them; with `on` also one that was his on that day.

    Two plain reads: a join costs more in Python than in the database.
    """
    if not user.access.has(Role.OFFICER):
        return None
    if not any(
        last is None or (on is not None and first <= on <= last)
        for first, last in HIS_TIMES.rows([user.pk, pk])
    ):
        return None
    company: Company = BY_KEY.first(pk)
    return company if is_living(company) else None


def is_living(company: Company) -> bool:
    return company.archived_at is None and company.merged_into_id is None


def companies_of_region(user: User) -> CompanyQuerySet:
    """Those in the regions of the units that a handler or head belongs to.

    Of these the person is offered name and USCC, and nothing else.
    """
    units = user.access.department_ranges(*UNIT_ROLES)
    if not units:
        return Company.objects.none()
    below = Department.objects.filter(trees.in_ranges(units, "path"))
    regions = Region.objects.filter(pk__in=below.values("region"))
    paths = regions.values_list("path", flat=True)
    ranges = trees.outermost(paths)
    return Company.objects.living().filter(trees.in_ranges(ranges, "region_path"))


def may_log(user: User) -> bool:
    return user.has_role(Role.OFFICER, *UNIT_ROLES)


def reach(user: User, company: int, *, on: date | None = None) -> Reach | None:
    """How the person may log a visit at this company, if at all.

    A company that was merged meanwhile leads on to its successor.
    """
    if found := own_company(user, company, on):
        return Reach(found, for_unit=False)
    if found := companies_of_region(user).filter(pk=company).first():
        return Reach(found, for_unit=True)
    merged = Company.objects.filter(pk=company).exclude(merged_into=None)
    if into := merged.values_list("merged_into", flat=True).first():
        return reach(user, into, on=on)
    return None
