"""What the tests of projects share: a project of the cast's company on day one."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from projects.models import Milestone, ProjectLiaison
from projects.services import milestones as services
from projects.services.milestones import Act, Said
from tests.factories import NOON, ProjectFactory, TemplateFactory

DAY = NOON.date()


def make_project(cast):
    """olga's, bela behind her; 人社局 leads it."""
    made = ProjectFactory(
        name="恒润智能织造项目",
        code="2603-530101-04-01-123456",
        company=cast.company,
        lead_department=cast.bureau,
    )
    for role, officer in (("A", cast.olga), ("B", cast.bela)):
        ProjectLiaison.objects.create(
            project=made, role=role, officer=officer, started_on=DAY
        )
    return made


def make_template(cast):
    """filing → site → permit, and eia beside site; hana's bureau but for eia."""
    return TemplateFactory(
        items={
            "filing": (cast.bureau, 0, []),
            "site": (cast.bureau, 7, ["filing"]),
            "eia": (cast.other_bureau, 10, ["filing"]),
            "permit": (cast.bureau, 5, ["site", "eia"]),
        }
    )


def begin(cast, project, template):
    """The approvals begin on Wednesday, 18 March 2026."""
    services.start_approvals(project, actor=cast.dora, template=template, now=NOON)
    project.refresh_from_db()
    return project


@pytest.fixture(scope="session")
def kept(keep, kept_cast):
    project, template = keep(make_project, kept_cast), keep(make_template, kept_cast)
    begun = keep(begin, kept_cast, project, template)
    return SimpleNamespace(project=project, template=template, begun=begun)


@pytest.fixture
def project(cast, kept):
    return kept.project.again()


@pytest.fixture
def template(cast, kept):
    return kept.template.again()


@pytest.fixture
def begun(project, template, kept):
    return kept.begun.again()


@pytest.fixture
def items(begun):
    """The items by their keys, as attributes."""
    found = Milestone.objects.filter(project=begun)
    return SimpleNamespace(**{one.key: one for one in found})


@pytest.fixture
def walk(cast):
    """Do act after act with an item: each is an act, or (act, days later, said)."""

    def go(item, *steps, actor=None):
        for step in steps:
            act, days, said = step if isinstance(step, tuple) else (step, 0, {})
            on = DAY + timedelta(days=days)
            item = services.move(
                item,
                Act(act),
                actor=actor or cast.hana,
                said=Said(on=on, **said),
                now=NOON + timedelta(days=days),
            )
        item.refresh_from_db()
        return item

    return go
