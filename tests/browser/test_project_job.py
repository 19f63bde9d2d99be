"""One approval from the officer's phone over the desk to the company's page."""

import pytest
from playwright.sync_api import expect

from crm.models import Role
from projects.models import (
    KeyListing,
    Milestone,
    Project,
    ProjectLiaison,
    SessionLine,
    State,
)
from projects.services import milestones
from tests.browser.tools import errors_of, person, sign_in
from tests.factories import (
    CompanyFactory,
    DepartmentFactory,
    ProjectFactory,
    RegionFactory,
    TemplateFactory,
)

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def people(live_server):
    county = RegionFactory(code="530100", name="云州县")
    office = DepartmentFactory(code="liaison", name="服务中心", region=county)
    bureau = DepartmentFactory(code="housing", name="住建局", region=county)
    company = CompanyFactory(name="恒润纺织有限公司", region=county)
    return {
        "officer": person("olga", Role.OFFICER, office, department=office),
        "handler": person("hana", Role.HANDLER, bureau, department=bureau),
        "dispatcher": person("dora", Role.DISPATCHER, office, region=county),
        "leader": person("maria", Role.LEADER, office, region=county),
        "owner": person("otto", Role.OWNER, company=company),
        "bureau": bureau,
        "company": company,
    }


@pytest.fixture
def project(people):
    """Its approvals began today; one item, 住建局's."""
    made = ProjectFactory(name="恒润扩建项目", company=people["company"])
    ProjectLiaison.objects.create(
        project=made, role="A", officer=people["officer"], started_on="2026-01-05"
    )
    template = TemplateFactory(items={"drawing": (people["bureau"], 7, [])})
    return milestones.start_approvals(
        made, actor=people["dispatcher"], template=template
    )


@pytest.fixture
def screen(open_page, live_server, people):
    """The page of one person, on the device that is theirs."""

    def opened(who, path, *, phone=False):
        page = open_page("/login/", phone=phone)
        sign_in(page.context, live_server.url, people[who])
        seen = errors_of(page)
        page.goto(path)
        return page, seen

    return opened


def test_an_approval_goes_from_hand_to_hand(project, people, screen):
    item = Milestone.objects.get(project=project)
    officer, seen = screen("officer", item.get_absolute_url(), phone=True)
    for button in ("开始准备", "登记接件"):
        officer.get_by_role("link", name=button).click()
        officer.get_by_role("button", name=button).click()
    expect(officer.get_by_text("已接件").first).to_be_visible()

    handler, more = screen("handler", "/desk/")
    handler.get_by_role("button", name="受理", exact=True).click()
    expect(handler.get_by_text("窗口受理").first).to_be_visible()
    handler.get_by_role("link", name="要求补正").click()
    handler.get_by_role("button", name="要求补正").click()
    expect(handler.get_by_role("alert").first).to_be_visible()
    handler.get_by_label("一次性告知全部补正内容").fill("补充图纸目录")
    handler.get_by_role("button", name="要求补正").click()
    expect(handler.get_by_text("补充图纸目录")).to_be_visible()

    owner, others = screen("owner", "/projects/mine/", phone=True)
    expect(owner.get_by_text("补充图纸目录").first).to_be_visible()

    officer.goto(item.get_absolute_url())
    officer.get_by_role("link", name="补正完成").click()
    officer.get_by_role("button", name="补正完成").click()
    handler.goto(item.get_absolute_url())
    handler.get_by_role("link", name="批准", exact=True).click()
    handler.get_by_label("证书文号").fill("云建〔2026〕8 号")
    handler.get_by_role("button", name="批准").click()
    expect(handler.get_by_text("云建〔2026〕8 号")).to_be_visible()

    item.refresh_from_db()
    assert item.state == State.APPROVED
    assert Project.objects.get().finished_on == item.ended_on
    assert [one for one in [*seen, *more, *others] if "422" not in one] == []


def test_a_leader_decides_on_the_key_list_from_the_phone(project, people, screen):
    officer, _seen = screen("officer", project.get_absolute_url(), phone=True)
    officer.get_by_role("link", name="申请列入重点").click()
    officer.get_by_label("理由").fill("投资大、带动强")
    officer.get_by_role("button", name="申请列入重点").click()

    leader, seen = screen("leader", "/", phone=True)
    expect(leader.get_by_text("恒润扩建项目").first).to_be_visible()
    leader.goto(f"/projects/{project.pk}/listing/decide/")
    leader.get_by_role("button", name="批示").click()
    expect(leader.get_by_text("列入重点").first).to_be_visible()
    assert KeyListing.objects.get().decided_by == people["leader"]
    assert Project.objects.get().is_key
    assert seen == []


def test_departments_settle_things_on_site(project, people, screen, monkeypatch):
    # The paper has tests of its own.
    monkeypatch.setattr("reports.listeners.request_minutes", lambda *a, **k: None)
    officer, seen = screen("officer", project.get_absolute_url(), phone=True)
    officer.get_by_role("link", name="发起联合服务").click()
    officer.get_by_label("议题").fill("施工许可现场会")
    officer.get_by_label("地点").fill("项目工地")
    officer.get_by_label("住建局").check()
    officer.get_by_role("button", name="发起联合服务").click()
    officer.get_by_role("link", name="带回").click()
    expect(officer.get_by_label("带回")).to_be_checked()
    officer.get_by_label("单位意见").fill("带回研究图纸目录")
    officer.get_by_label("答复时限（工作日）").fill("3")
    officer.get_by_role("button", name="记录单位意见").click()
    expect(officer.get_by_text("联合服务后 3 个工作日")).to_be_visible()
    officer.get_by_role("link", name="结束并形成纪要").click()
    officer.get_by_role("button", name="结束并形成纪要").click()
    expect(officer.get_by_text("已结束").first).to_be_visible()

    handler, more = screen("handler", "/")
    handler.get_by_role("link", name="事项 drawing").last.click()
    handler.get_by_role("link", name="答复").click()
    handler.get_by_label("答复", exact=True).fill("同意按目录补充")
    handler.get_by_role("button", name="答复").click()

    owner, others = screen("owner", "/projects/mine/", phone=True)
    owner.get_by_role("link", name="施工许可现场会").click()
    expect(owner.get_by_text("同意按目录补充")).to_be_visible()
    assert SessionLine.objects.owing().count() == 0
    assert [*seen, *more, *others] == []
