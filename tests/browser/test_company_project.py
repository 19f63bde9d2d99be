"""A company's own project on its phone: the code, the first sentence, the signature."""

import re

import pytest
from playwright.sync_api import expect

from crm.models import Comment, Document, Role
from projects.models import Agency, AgencyState, Milestone, ProjectLiaison
from projects.services import agencies, milestones
from tests.browser.tools import errors_of, person, sign_in, violations_on
from tests.factories import (
    CompanyFactory,
    DepartmentFactory,
    ProjectFactory,
    RegionFactory,
    TemplateFactory,
)

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
PHONE = "13900001111"
sent = []


def keep_code(*, phone, code, minutes):
    sent.append(code)


@pytest.fixture
def project(live_server):
    """One item, 住建局's; it is the company's turn."""
    county = RegionFactory(code="530100", name="云州县")
    office = DepartmentFactory(code="liaison", name="服务中心", region=county)
    bureau = DepartmentFactory(code="housing", name="住建局", region=county)
    company = CompanyFactory(name="恒润纺织有限公司", region=county)
    made = ProjectFactory(name="恒润扩建项目", company=company)
    officer = person("olga", Role.OFFICER, office, department=office)
    ProjectLiaison.objects.create(
        project=made, role="A", officer=officer, started_on="2026-01-05"
    )
    template = TemplateFactory(items={"drawing": (bureau, 7, [])})
    dispatcher = person("dora", Role.DISPATCHER, office, region=county)
    return milestones.start_approvals(made, actor=dispatcher, template=template)


@pytest.fixture
def owner(project):
    owner = person("otto", Role.OWNER, company=project.company)
    owner.phone = PHONE
    owner.save()
    return owner


@pytest.fixture
def screen(open_page, live_server, owner):
    """The owner's page on a phone or at a desk, and what its console complains of."""

    def opened(path, *, phone=True):
        page = open_page("/login/", phone=phone, bypass_csp=True)
        sign_in(page.context, live_server.url, owner)
        seen = errors_of(page)
        page.goto(path)
        return page, seen

    return opened


def test_the_owner_comes_in_with_a_code_and_reads_whose_turn_it_is(
    open_page, owner, project, settings
):
    settings.CRM_CODE_SENDER = "tests.browser.test_company_project.keep_code"
    sent.clear()
    page = open_page("/login/?next=/projects/mine/", phone=True)
    seen = errors_of(page)
    page.get_by_role("link", name="用短信验证码登录").click()
    page.get_by_label("手机号").fill(PHONE)
    page.get_by_role("button", name="获取验证码").click()
    expect(page.get_by_label("短信中的验证码")).to_have_attribute(
        "autocomplete", "one-time-code"
    )
    page.get_by_label("短信中的验证码").fill(sent[-1])
    page.get_by_role("button", name="登录").click()
    # One project: straight to it, and its first sentence is the answer.
    expect(page).to_have_url(re.compile(rf"/projects/{project.pk}/company/"))
    expect(page.locator(".turn")).to_contain_text("现在轮到您")
    page.get_by_role("button", name="材料已备齐").click()
    expect(page.locator(".turn")).to_contain_text("您现在不用做什么")
    page.get_by_label("提问").fill("需要几份图纸？")
    page.get_by_role("button", name="发送").click()
    expect(page.locator("#questions")).to_contain_text("需要几份图纸？")
    assert Milestone.objects.get(project=project).ready_told_at
    assert Comment.objects.get().is_internal is False
    assert seen == []


@pytest.mark.parametrize("phone", [True, False])
def test_the_page_reads_well_for_everybody(screen, project, phone):
    page, seen = screen(f"/projects/{project.pk}/company/", phone=phone)
    assert violations_on(page) == []
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert (wide, seen) == (0, [])


def test_a_link_is_handed_on_opened_by_a_stranger_and_taken_back(
    screen, open_page, project
):
    page, seen = screen(f"/projects/{project.pk}/links/", phone=False)
    page.get_by_label("给谁用").fill("贷款银行")
    page.get_by_role("button", name="生成链接").click()
    address = page.get_by_label("可复制的链接").input_value()
    path = "/p/" + address.split("/p/")[1]
    stranger = open_page(path, phone=True)
    expect(stranger.locator(".turn")).to_contain_text("现在轮到企业")
    assert "拨打" not in stranger.content()
    page.get_by_role("link", name="已转交").click()
    page.get_by_role("button", name=re.compile("收回")).click()
    stranger.reload()
    expect(stranger.get_by_text(project.name)).to_have_count(0)
    assert seen == []


def test_the_agreement_is_signed_with_a_finger(screen, owner, project, monkeypatch):
    monkeypatch.setattr("reports.services.enqueue", lambda *of, **more: "")
    officer = ProjectLiaison.objects.get(project=project).officer
    asked = agencies.ask_for_agency(project, actor=owner, stages=[1])
    drawn = agencies.draw_up(asked, actor=officer, agent=officer, stages=[1])
    agencies.offer(drawn, actor=officer)
    page, seen = screen(f"/projects/{project.pk}/agency/")
    page.get_by_role("link", name="签字").click()
    page.get_by_label("签名人").fill("王总")
    page.get_by_role("button", name="签字", exact=True).click()
    expect(page.locator(".error").first).to_be_visible()
    page.get_by_label("签名人").fill("王总")
    canvas = page.locator("canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    page.mouse.move(box["x"] + 40, box["y"] + 60)
    page.mouse.down()
    for step in range(12):
        page.mouse.move(box["x"] + 40 + 15 * step, box["y"] + 60 + 30 * (step % 2))
    page.mouse.up()
    files = "document.querySelector('[name=signature]').files.length"
    page.wait_for_function(f"{files} === 1")
    page.get_by_role("button", name="签字", exact=True).click()
    expect(page.get_by_text("已签订（代办中）").first).to_be_visible()
    agency = Agency.objects.get()
    assert (agency.state, agency.signed_by) == (AgencyState.SIGNED, "王总")
    assert agency.signature.mime in {"image/png", "image/jpeg"}
    assert Document.objects.filter(kind="agency_agreement").count() == 2
    # The refused form is answered with 422, which the console reports.
    assert [line for line in seen if "422" not in line] == []
