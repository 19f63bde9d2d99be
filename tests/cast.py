"""The people that permission tests are told with, and the county they live in."""

from dataclasses import dataclass

from django.utils import timezone

from crm.models import (
    Company,
    Department,
    Region,
    Role,
    User,
)
from tests.factories import (
    CompanyFactory,
    DepartmentFactory,
    GrantFactory,
    LiaisonFactory,
    RegionFactory,
    UserFactory,
)
from tests.kept import Kept


@dataclass
class Cast:
    """One county, one company of olga's in the town, one foreign county beside it."""

    county: Region
    town: Region
    elsewhere: Region
    bureau: Department
    other_bureau: Department
    company: Company
    foreign: Company
    olga: User  # officer, A of the company
    bela: User  # officer, B of the company
    oleg: User  # officer of another company
    tom: User  # handler of a bureau that has nothing to do with it
    hana: User  # handler of the bureau that gets its tickets
    uma: User  # head of that bureau
    dora: User  # dispatcher of the county
    dirk: User  # dispatcher of the foreign county
    maria: User  # leader of the county
    axel: User  # supervisor of the county
    otto: User  # owner of the company
    omar: User  # owner of the foreign company
    sven: User  # system administrator
    selma: User  # security administrator
    alma: User  # audit administrator


def make_cast() -> Cast:
    county = RegionFactory(code="530100", name="云州县", kind=Region.Kind.COUNTY)
    town = RegionFactory(code="530101", name="城东镇", parent=county)
    elsewhere = RegionFactory(code="530200", name="邻县", kind=Region.Kind.COUNTY)
    office = DepartmentFactory(code="liaison", name="服务中心", region=county)
    bureau = DepartmentFactory(code="hrss", name="人社局", region=county)
    other = DepartmentFactory(code="water", name="水利局", region=county)
    company = CompanyFactory(name="恒润纺织有限公司", region=town)
    foreign = CompanyFactory(name="邻县机械有限公司", region=elsewhere)

    def person(login, role, unit=office, **scope):
        user = UserFactory(login=login, department=unit)
        GrantFactory(user=user, role=role, **scope)
        return user

    cast = Cast(
        county=county,
        town=town,
        elsewhere=elsewhere,
        bureau=bureau,
        other_bureau=other,
        company=company,
        foreign=foreign,
        olga=person("olga", Role.OFFICER, department=office),
        bela=person("bela", Role.OFFICER, department=office),
        oleg=person("oleg", Role.OFFICER, department=office),
        tom=person("tom", Role.HANDLER, other, department=other),
        hana=person("hana", Role.HANDLER, bureau, department=bureau),
        uma=person("uma", Role.UNIT_HEAD, bureau, department=bureau),
        dora=person("dora", Role.DISPATCHER, region=county),
        dirk=person("dirk", Role.DISPATCHER, region=elsewhere),
        maria=person("maria", Role.LEADER, region=county),
        axel=person("axel", Role.SUPERVISOR, region=county),
        otto=person("otto", Role.OWNER, None, company=company),
        omar=person("omar", Role.OWNER, None, company=foreign),
        sven=person("sven", Role.SYSTEM_ADMIN),
        selma=person("selma", Role.SECURITY_ADMIN),
        alma=person("alma", Role.AUDIT_ADMIN),
    )
    LiaisonFactory(company=company, officer=cast.olga, role="A")
    LiaisonFactory(company=company, officer=cast.bela, role="B")
    LiaisonFactory(company=foreign, officer=cast.oleg, role="A")
    return cast


def cast_again(kept: Kept) -> Cast:
    """Their passwords are of now: an old one would have to be changed first."""
    cast = kept.again()
    now = timezone.now()
    User.objects.update(password_changed_at=now)
    for user in vars(cast).values():
        if isinstance(user, User):
            user.password_changed_at = now
    return cast
