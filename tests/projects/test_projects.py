"""Projects: entered with facts that can be, brought step by step to full capacity."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from crm.lib.errors import DomainError, StaleVersion
from crm.models import Event, Involvement
from projects.models import Project
from projects.services import projects as services
from projects.services.milestones import start_approvals
from projects.services.projects import Facts
from tests.factories import NOON, CompanyFactory, TemplateFactory

TODAY = NOON.date()


@pytest.fixture
def facts(cast):
    def make(**changes):
        known = {
            "name": "恒润智能织造项目",
            "region": cast.town,
            "kind": "industry",
            "lead_department": cast.bureau,
        }
        return Facts(**(known | changes))

    return make


@pytest.mark.parametrize(
    ("code", "fits"),
    [
        ("2506-370102-04-01-123456", True),
        (" 2506-370102-04-01-123456 ", True),
        ("2513-370102-04-01-123456", False),
        ("2506-370102-04-01-12345", False),
        ("2506370102040112345612345", False),
        ("2506-370102-04-01-12345٣", False),
        ("2506-370102-04-01-123456\n7", False),
    ],
)
def test_the_shape_of_a_project_code(cast, facts, code, fits):
    if fits:
        made = services.create_project(facts(code=code), actor=cast.dora, now=NOON)
        assert made.code == code.strip()
    else:
        with pytest.raises(DomainError, match="24"):
            services.create_project(facts(code=code), actor=cast.dora, now=NOON)


def test_a_code_is_used_once(cast, facts, project):
    with pytest.raises(DomainError, match="已被使用"):
        services.create_project(facts(code=project.code), actor=cast.dora, now=NOON)


def test_two_projects_without_a_code_live_side_by_side(cast, facts):
    for _ in range(2):
        assert services.create_project(facts(code=""), actor=cast.dora).code is None


@pytest.mark.parametrize(
    ("field", "number"),
    [("investment", -5), ("visit_every_days", 0), ("visit_every_days", 9_999_999_999)],
)
def test_numbers_that_cannot_be_are_refused(cast, facts, field, number):
    with pytest.raises(DomainError) as refused:
        services.create_project(facts(**{field: number}), actor=cast.dora, now=NOON)
    assert refused.value.field == field


@pytest.mark.parametrize("who", ["olga", "hana", "maria", "axel", "otto", "dirk"])
def test_only_the_dispatcher_of_the_region_enters(cast, facts, who):
    with pytest.raises(PermissionDenied):
        services.create_project(facts(), actor=getattr(cast, who))


def test_before_there_is_a_company_it_can_only_be_attracted(cast, facts):
    made = services.create_project(
        facts(investor="远方集团"), actor=cast.dora, now=NOON
    )
    with pytest.raises(DomainError, match="业主企业"):
        services.reach_step(
            made, actor=cast.dora, stage="signed", reached_on=TODAY, now=NOON
        )


def test_steps_come_one_after_the_other(cast, project):
    with pytest.raises(DomainError, match="只能进入下一阶段"):
        services.reach_step(
            project, actor=cast.dora, stage="producing", reached_on=TODAY, now=NOON
        )
    services.reach_step(
        project, actor=cast.dora, stage="started", reached_on=TODAY, now=NOON
    )
    with pytest.raises(DomainError, match="不能更早"):
        services.reach_step(
            project,
            actor=cast.dora,
            stage="producing",
            reached_on=TODAY - timedelta(days=1),
            now=NOON,
        )
    with pytest.raises(DomainError, match="今天"):
        services.reach_step(
            project,
            actor=cast.dora,
            stage="producing",
            reached_on=TODAY + timedelta(days=1),
            now=NOON,
        )
    back = services.step_back(project, actor=cast.dora, reason="误录", now=NOON)
    assert back.stage == Project.Stage.SIGNED


def test_planned_days_do_not_run_backwards(cast, project):
    with pytest.raises(DomainError, match="先后排列"):
        services.plan_steps(
            project,
            actor=cast.dora,
            planned={"started": date(2026, 9, 1), "producing": date(2026, 8, 1)},
        )
    days = {"started": date(2026, 9, 1), "producing": date(2027, 8, 1)}
    services.plan_steps(project, actor=cast.dora, planned=days)
    step = project.steps.get(stage="producing")
    assert step.planned_on == date(2027, 8, 1)


def test_whoever_saved_in_between_is_shown(cast, project):
    values = {"name": "恒润二期"}
    services.edit_project(project, actor=cast.dora, version=1, values=values)
    with pytest.raises(StaleVersion):
        services.edit_project(project, actor=cast.dora, version=1, values=values)


def test_a_project_goes_to_another_company(cast, project):
    other = CompanyFactory(region=cast.company.region)
    edited = services.edit_project(
        project, actor=cast.dora, version=1, values={"company": other}
    )
    event = Event.objects.get(action="project.edited")
    assert (edited.company, event.company) == (other, other)
    assert event.changes == {"owner": [cast.company.pk, other.pk]}


def test_supporting_departments_see_the_project_and_its_company(cast, project):
    assert not Project.objects.visible_to(cast.tom).exists()
    services.edit_project(
        project,
        actor=cast.dora,
        version=1,
        values={},
        supporting=[cast.other_bureau],
    )
    tom = type(cast.tom).objects.get(pk=cast.tom.pk)
    assert Project.objects.visible_to(tom).get() == project
    involved = Involvement.objects.open().filter(department=cast.other_bureau)
    assert involved.get().company == cast.company
    services.edit_project(project, actor=cast.dora, version=2, values={}, supporting=[])
    assert not Project.objects.visible_to(tom).exists()
    assert not involved.exists()


def test_an_archived_project_is_read_and_not_changed(cast, project):
    services.archive_project(project, actor=cast.dora, reason="项目终止", now=NOON)
    assert Project.objects.visible_to(cast.olga).exists()
    assert not Project.objects.changeable_by(cast.olga).exists()
    with pytest.raises(PermissionDenied):
        services.archive_project(project, actor=cast.dora, reason="再次")
    with pytest.raises(PermissionDenied):
        services.restore_project(project, actor=cast.olga)
    services.restore_project(project, actor=cast.dora)
    assert Project.objects.changeable_by(cast.olga).exists()


WHO_SEES = "olga bela hana uma dora maria axel otto"


@pytest.mark.parametrize(
    "who", ["olga", "bela", "oleg", "tom", "hana", "dora", "dirk", "maria", "otto"]
)
def test_who_sees_a_project(cast, project, who):
    seen = Project.objects.visible_to(getattr(cast, who)).exists()
    assert seen == (who in WHO_SEES.split())
    inner = Project.objects.internal_to(getattr(cast, who)).exists()
    assert inner == (seen and who != "otto")


def test_approvals_begin_once_and_not_tomorrow(cast, project, template):
    with pytest.raises(DomainError, match="今天"):
        start_approvals(
            project,
            actor=cast.dora,
            template=template,
            started_on=TODAY + timedelta(days=1),
            now=NOON,
        )
    start_approvals(project, actor=cast.dora, template=template, now=NOON)
    with pytest.raises(DomainError, match="已启动"):
        start_approvals(project, actor=cast.dora, template=template, now=NOON)


def test_a_department_that_nobody_knows_is_named(cast, project):
    template = TemplateFactory(items={"filing": (cast.bureau, 3, [])})
    template.items.update(department=None, department_name="不存在的局")
    with pytest.raises(DomainError, match="不存在的局"):
        start_approvals(project, actor=cast.dora, template=template, now=NOON)
    template.items.update(department_name=cast.other_bureau.name)
    start_approvals(project, actor=cast.dora, template=template, now=NOON)
    assert project.milestones.get().department == cast.other_bureau


@pytest.mark.slow
def test_a_template_of_500_items_is_taken_over(cast, project, queries_of):
    units = {
        f"i{n}": (cast.bureau, n % 30, [f"i{n - 1}"] * (n > 0)) for n in range(500)
    }
    template = TemplateFactory(items=units)
    cost = queries_of(
        lambda: start_approvals(project, actor=cast.dora, template=template, now=NOON)
    )
    assert project.milestones.count() == 500
    assert cost < 1500
