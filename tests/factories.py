"""The smallest valid records. States are traits; a past is built through services."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from crm.models import (
    Company,
    CompanyLiaison,
    Contact,
    Department,
    Grant,
    Industry,
    Region,
    Role,
    Tag,
    User,
)
from crm.services.liaisons import note_who_serves
from projects.models import (
    ApprovalTemplate,
    LifeStep,
    Project,
    TemplateItem,
    TemplateNeed,
)
from projects.services.upkeep import set_parts
from visits.models import Category, Visit

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 3, 18, 12, 0, tzinfo=SHANGHAI)  # a Wednesday
PASSWORD = "Correct-horse-7"


class TreeFactory(DjangoModelFactory):
    class Meta:
        abstract = True

    parent = None
    path = factory.LazyAttribute(
        lambda node: f"{node.parent.path if node.parent else ''}{node.code}/"
    )


class RegionFactory(TreeFactory):
    class Meta:
        model = Region
        django_get_or_create = ("code",)

    code = factory.Sequence(lambda n: f"r{n}")
    name = factory.LazyAttribute(lambda region: f"Region {region.code}")
    kind = Region.Kind.TOWN


class DepartmentFactory(TreeFactory):
    class Meta:
        model = Department
        django_get_or_create = ("code",)

    code = factory.Sequence(lambda n: f"d{n}")
    name = factory.LazyAttribute(lambda unit: f"Unit {unit.code}")
    kind = Department.Kind.BUREAU
    region = factory.SubFactory(RegionFactory)


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    login = factory.Sequence(lambda n: f"user{n}")
    name = factory.LazyAttribute(lambda user: user.login.title())
    phone = factory.Sequence(lambda n: f"139{n:08d}")
    department = factory.SubFactory(DepartmentFactory)
    password = factory.django.Password(PASSWORD)
    # Of today: a password of ninety days ago would have to be changed first.
    password_changed_at = factory.LazyFunction(timezone.now)


class GrantFactory(DjangoModelFactory):
    """`GrantFactory(user=…, role=…, region=… | department=… | company=…)`"""

    class Meta:
        model = Grant

    user = factory.SubFactory(UserFactory)
    role = Role.OFFICER
    starts_on = date(2020, 1, 1)


class IndustryFactory(DjangoModelFactory):
    class Meta:
        model = Industry
        django_get_or_create = ("code",)

    code = "17"
    name = "纺织业"
    size_method = "工业"


class TagFactory(DjangoModelFactory):
    class Meta:
        model = Tag
        django_get_or_create = ("key",)

    key = "troubled"
    name = "困难企业"
    is_watched = True


class CompanyFactory(DjangoModelFactory):
    class Meta:
        model = Company

    name = factory.Sequence(lambda n: f"云州{n}号纺织有限公司")
    region = factory.SubFactory(RegionFactory)
    region_path = factory.LazyAttribute(lambda company: company.region.path)
    industry = factory.SubFactory(IndustryFactory)
    created_at = NOON
    updated_at = NOON


class ContactFactory(DjangoModelFactory):
    class Meta:
        model = Contact

    company = factory.SubFactory(CompanyFactory)
    name = "张三"
    phone = "13800000000"
    is_main = True


class LiaisonFactory(DjangoModelFactory):
    class Meta:
        model = CompanyLiaison

    company = factory.SubFactory(CompanyFactory)
    officer = factory.SubFactory(UserFactory)
    role = "A"
    started_on = date(2026, 1, 5)

    @classmethod
    def _create(cls, *args, **kwargs):
        """As services do, the company is told that somebody serves it."""
        liaison = super()._create(*args, **kwargs)
        note_who_serves(liaison.company_id)
        liaison.company.refresh_from_db(fields=["is_unserved"])
        return liaison


class CategoryFactory(DjangoModelFactory):
    class Meta:
        model = Category
        django_get_or_create = ("key",)

    key = "labour"
    name = "用工"
    kind = Category.Kind.SIMPLE
    solve_days = 7


class VisitFactory(DjangoModelFactory):
    """A planned visit; `held=True` for one that took place."""

    class Meta:
        model = Visit

    class Params:
        held = factory.Trait(
            status=Visit.Status.HELD, held_at=factory.SelfAttribute("starts_at")
        )

    company = factory.SubFactory(CompanyFactory)
    logged_by = factory.SubFactory(UserFactory)
    unit = factory.SelfAttribute("logged_by.department")
    mode = Visit.Mode.ONSITE
    purpose = "了解用工情况"
    starts_at = NOON
    day = factory.LazyAttribute(lambda visit: visit.starts_at.date())


class ProjectFactory(DjangoModelFactory):
    """A project with its steps, not begun; its lead department is its region's."""

    class Meta:
        model = Project

    name = factory.Sequence(lambda n: f"年产{n}万件智能装备项目")
    company = factory.SubFactory(CompanyFactory)
    region = factory.SelfAttribute("company.region")
    region_path = factory.LazyAttribute(lambda project: project.region.path)
    kind = Project.Kind.INDUSTRY
    stage = Project.Stage.SIGNED
    lead_department = factory.SubFactory(
        DepartmentFactory, region=factory.SelfAttribute("..region")
    )
    created_at = NOON
    updated_at = NOON

    @classmethod
    def _create(cls, *args, **kwargs):
        """As services do: the steps stand there, and who is involved is known."""
        project = super()._create(*args, **kwargs)
        LifeStep.objects.bulk_create(
            LifeStep(project=project, stage=stage) for stage in Project.Stage
        )
        set_parts(project)
        return project


class TemplateFactory(DjangoModelFactory):
    """A published template; `items` as {key: (department, days, needs)}."""

    class Meta:
        model = ApprovalTemplate
        skip_postgeneration_save = True

    key = factory.Sequence(lambda n: f"template-{n}")
    name = "一般项目"
    number = 1
    state = ApprovalTemplate.State.PUBLISHED

    @factory.post_generation
    def items(self, create, items):
        made = {}
        for order, (key, (unit, days, needs)) in enumerate((items or {}).items(), 1):
            made[key] = TemplateItem.objects.create(
                template=self,
                key=key,
                name=f"事项 {key}",
                department=unit,
                department_name=unit.name,
                stage=1,
                order=order,
                statutory_days=2 * days,
                committed_days=days,
            )
            for need in needs:
                TemplateNeed.objects.create(item=made[key], needed=made[need])
