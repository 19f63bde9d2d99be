"""What the list of projects and its API can be narrowed by."""

from decimal import Decimal

import django_filters as filters
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.lib.narrowing import AskedFilterSet
from crm.models import Company, Department, Lamp
from projects.models import (
    Blocker,
    Milestone,
    Project,
    ProjectLiaison,
    ProjectPart,
)
from projects.models.projects import ProjectQuerySet
from projects.services import lamps


class ProjectFilter(AskedFilterSet):
    """The projects are scoped already: a name that is asked for opens nothing."""

    q = filters.CharFilter(method="search", label=_("project, code or company"))
    stage = filters.MultipleChoiceFilter(
        choices=Project.Stage.choices, distinct=False, label=_("life stage")
    )
    kind = filters.MultipleChoiceFilter(
        choices=Project.Kind.choices, distinct=False, label=_("kind of project")
    )
    green = filters.BooleanFilter(method="in_green", label=_("in the green channel"))
    lamp = filters.ChoiceFilter(
        method="with_lamp", choices=Lamp.choices, label=_("lamp of the project")
    )
    leader = filters.NumberFilter(method="in_charge_of", label=_("leader in charge"))
    officer = filters.NumberFilter(method="served_by", label=_("Officer A"))
    second = filters.NumberFilter(method="seconded_by", label=_("As B"))
    late = filters.BooleanFilter(method="with_late_items", label=_("Late items"))
    blocked = filters.BooleanFilter(method="with_blockers", label=_("Open blockers"))
    department = filters.CharFilter(
        method="of_department", label=_("department"), max_length=80
    )

    class Meta:
        model = Project
        fields: list[str] = []

    def search(
        self, projects: ProjectQuerySet, name: str, value: str
    ) -> ProjectQuerySet:
        """A piece of the project's name, of its code, or the company as everywhere."""
        value = value.strip()[:60]
        companies = Company.objects.search(value).values("pk")
        return projects.filter(
            Q(name__contains=value)
            | Q(code__contains=value)
            | Q(investor__contains=value)
            | Q(company__in=companies)
        )

    def with_lamp(
        self, projects: ProjectQuerySet, name: str, value: str
    ) -> ProjectQuerySet:
        """Lamps are computed, never stored: of all in reach, then the keys."""
        lit = lamps.lamps(projects, today=timezone.localdate())
        return projects.filter(
            pk__in=[pk for pk, lamp in lit.items() if lamp.lamp == value]
        )

    def in_charge_of(
        self, projects: ProjectQuerySet, name: str, value: Decimal
    ) -> ProjectQuerySet:
        return projects.filter(leader=key_of(value))

    def served_by(
        self, projects: ProjectQuerySet, name: str, value: Decimal
    ) -> ProjectQuerySet:
        """Whose A this person is."""
        return projects.filter(pk__in=served(value, "A"))

    def seconded_by(
        self, projects: ProjectQuerySet, name: str, value: Decimal
    ) -> ProjectQuerySet:
        return projects.filter(pk__in=served(value, "B"))

    def with_late_items(
        self, projects: ProjectQuerySet, name: str, value: bool
    ) -> ProjectQuerySet:
        late = Milestone.objects.late(timezone.localdate())
        return projects.filter(pk__in=late.values("project")) if value else projects

    def with_blockers(
        self, projects: ProjectQuerySet, name: str, value: bool
    ) -> ProjectQuerySet:
        open_ones = Blocker.objects.open().values("project")
        return projects.filter(pk__in=open_ones) if value else projects

    def in_green(
        self, projects: ProjectQuerySet, name: str, value: bool
    ) -> ProjectQuerySet:
        green = Q(green_until__gte=timezone.localdate())
        return projects.filter(green) if value else projects.exclude(green)

    def of_department(
        self, projects: ProjectQuerySet, name: str, value: str
    ) -> ProjectQuerySet:
        """In which a department of this name is involved."""
        named = Department.objects.filter(name__contains=value.strip())
        parts = ProjectPart.objects.open().filter(department__in=named.values("pk"))
        return projects.filter(pk__in=parts.values("project"))


def served(value: Decimal, role: str) -> QuerySet[ProjectLiaison, dict[str, int]]:
    rows = ProjectLiaison.objects.open().filter(officer=key_of(value), role=role)
    return rows.values("project")


def key_of(value: Decimal) -> int:
    """A key as databases hold them; what cannot be one fits no row."""
    return int(value) if 0 < value < 2**63 and value == int(value) else 0
