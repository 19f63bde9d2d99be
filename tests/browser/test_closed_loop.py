"""One problem on all its side ways, each step on the screen of who takes it."""

from datetime import datetime, timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.core.management import call_command
from playwright.sync_api import expect

from crm.models import Role
from tests.browser.tools import errors_of, person, sign_in
from tests.factories import (
    SHANGHAI,
    CategoryFactory,
    CompanyFactory,
    ContactFactory,
    DepartmentFactory,
    LiaisonFactory,
    RegionFactory,
)
from visits.models import Directive, Rating, Ticket

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
shipped = import_module("visits.migrations.0017_shipped_escalation_rules")
MORNING = datetime(2026, 3, 18, 9, 0, tzinfo=SHANGHAI)


@pytest.fixture
def people(live_server, time_machine):
    time_machine.move_to(MORNING)
    # The test before has emptied the database, and with it what migrations put there.
    shipped.add_shipped(apps, None)
    county = RegionFactory(code="530100", name="云州县")
    office = DepartmentFactory(code="liaison", name="服务中心", region=county)
    bureau = DepartmentFactory(code="hrss", name="人社局", region=county)
    water = DepartmentFactory(code="water", name="水利局", region=county)
    company = CompanyFactory(name="恒润纺织有限公司", region=county)
    ContactFactory(company=company, name="王总", phone="13812345678")
    CategoryFactory()
    found = {
        "olga": person("olga", Role.OFFICER, office, department=office),
        "tom": person("tom", Role.HANDLER, water, department=water),
        "hana": person("hana", Role.HANDLER, bureau, department=bureau),
        "uma": person("uma", Role.UNIT_HEAD, bureau, department=bureau),
        "dora": person("dora", Role.DISPATCHER, office, region=county),
        "maria": person("maria", Role.LEADER, office, region=county),
        "otto": person("otto", Role.OWNER, company=company),
    }
    LiaisonFactory(company=company, officer=found["olga"], role="A")
    return found


@pytest.fixture
def pages(open_page, live_server, people):
    """`pages("otto", phone=True)` is the page of one person, with what went wrong."""
    opened = {}

    def page_of(who, *, phone=False):
        if who not in opened:
            page = open_page("/login/", phone=phone)
            page.set_default_timeout(15_000)
            sign_in(page.context, live_server.url, people[who])
            page.errors = errors_of(page)
            opened[who] = page
        return opened[who]

    page_of.opened = opened
    yield page_of
    assert [one for page in opened.values() for one in page.errors] == []


@pytest.fixture
def later(pages, live_server, people, time_machine):
    """Go on to another day, on which everybody signs in anew."""

    def move(moment):
        time_machine.move_to(moment)
        for who, page in pages.opened.items():
            sign_in(page.context, live_server.url, people[who])

    return move


def fill(page, **typed):
    """Fill in a form by the names of its fields, and press its one filled button."""
    for name, value in typed.items():
        field = page.locator(f"main form.form [name={name}]").first
        match field.evaluate("one => one.type || one.tagName"):
            case "radio":
                page.locator(f"main form.form [name={name}][value='{value}']").check()
            case "select-one":
                field.select_option(str(value))
            case _:
                field.fill(str(value))
    before = page.url
    page.click("main form.form button.btn-primary")
    page.wait_for_url(lambda url: url != before)


def state(number):
    return Ticket.objects.get(number=number).status


def act(page, ticket, name, **typed):
    """Go to the ticket, press what is wanted there, fill in what it asks for."""
    page.goto(f"/tickets/{ticket.pk}/")
    address = f"/tickets/{ticket.pk}/{name}/"
    plain = page.locator(f"form[action='{address}']")
    link = page.locator(f"a[href='{address}']")
    if plain.count():
        with page.expect_navigation():
            plain.first.locator("button").dispatch_event("click")
        return
    expect(link.first).to_be_attached()
    page.goto(address)
    fill(page, **typed)


def returned_and_given_anew(pages, people, ticket):
    """To the wrong department first; the centre rules the same day."""
    otto, dora = pages("otto", phone=True), pages("dora")
    water, bureau = people["tom"].department_id, people["hana"].department_id
    act(dora, ticket, "dispatch", lead=water)
    act(pages("tom"), ticket, "return", reason="属人社局职责。", suggested=bureau)
    otto.goto(f"/tickets/{ticket.pk}/")
    expect(otto.get_by_text("交办中心今天裁定").first).to_be_visible()
    dora.goto("/")
    expect(dora.get_by_role("heading", name="今日待裁定的退回")).to_be_visible()
    act(dora, ticket, "rule", ruling="upheld", lead=bureau, note="按职责清单。")
    assert state(ticket.number) == "dispatched"


def paused_until_supplied(pages, later, ticket):
    """Signed for, called, and the company brings what is missing."""
    otto = pages("otto", phone=True)
    hana = pages("hana")
    act(hana, ticket, "accept")
    hana.goto(f"/tickets/{ticket.pk}/contact/")
    hana.click("main form.form button.btn-primary")
    hana.wait_for_url(f"**/tickets/{ticket.pk}/")
    act(
        hana,
        ticket,
        "pause",
        kind="company",
        until_on="2026-03-20",
        reason="请补岗位表。",
    )
    otto.goto(f"/tickets/{ticket.pk}/")
    expect(otto.get_by_text("现在轮到您").first).to_be_visible()
    later(MORNING + timedelta(days=1))
    otto.goto(f"/tickets/{ticket.pk}/supply/")
    fill(otto, text="岗位表如下:挡车工 23 人。")
    assert state(ticket.number) == "working"


def test_a_problem_on_all_its_side_ways(pages, people, later):
    otto, hana = pages("otto", phone=True), pages("hana")
    # The company raises it on the phone.
    otto.goto("/tickets/raise/")
    fill(otto, text="招不到挡车工。三条线停了一条,已经两周。")
    ticket = Ticket.objects.get()
    expect(otto.get_by_text("您现在不用做什么").first).to_be_visible()

    returned_and_given_anew(pages, people, ticket)
    paused_until_supplied(pages, later, ticket)

    # Extended by the head; the company reads the new day.
    act(hana, ticket, "extend", days=20, reason="要跨市招聘。")
    uma = pages("uma")
    uma.goto("/")
    expect(uma.get_by_role("heading", name="待审批的延期和暂停")).to_be_visible()
    act(uma, ticket, "decide-extension", decision="grant")
    otto.goto(f"/tickets/{ticket.pk}/")
    expect(otto.get_by_text("同意延期").first).to_be_visible()

    # Answered; the company says no, and after the second answer yes.
    act(hana, ticket, "answer", text="已到岗 12 人。", proposed="solved")
    otto.goto(f"/tickets/{ticket.pk}/reject/")
    fill(otto, reason="还差十一人。")
    assert state(ticket.number) == "working"
    act(hana, ticket, "answer", text="又到岗 11 人。", proposed="solved")
    otto.goto(f"/tickets/{ticket.pk}/confirm/")
    fill(otto, outcome="solved")
    ticket.refresh_from_db()
    assert (ticket.status, ticket.outcome) == ("closed", "solved")
    assert (ticket.return_count, ticket.redo_count, ticket.dispatch_count) == (1, 1, 2)


def test_a_late_problem_is_directed_rated_and_mended(pages, people, later):
    otto, dora, hana = pages("otto", phone=True), pages("dora"), pages("hana")
    otto.goto("/tickets/raise/")
    fill(otto, text="变压器报装三周没有回音。")
    ticket = Ticket.objects.get()
    act(dora, ticket, "dispatch", lead=people["hana"].department_id)
    act(hana, ticket, "accept")

    # Nobody answers: the sweep tells the unit's head, and in the end the leader.
    later(MORNING + timedelta(days=30))
    call_command("escalate")
    uma, maria = pages("uma"), pages("maria", phone=True)
    uma.goto("/")
    row = uma.get_by_role("listitem").filter(has_text=ticket.title)
    expect(row.get_by_role("link", name="提级")).to_be_visible()
    maria.goto("/")
    expect(maria.get_by_role("link", name=ticket.title, exact=True)).to_be_visible()
    maria.locator("main article.decision summary").first.click()
    maria.locator("a[href$='/direct/']").first.click()
    fill(maria, text="三日内到企业现场,把方案定下来。")
    directive = Directive.objects.get()
    expect(maria.get_by_role("link", name=ticket.title, exact=True)).to_have_count(0)

    # The unit answers the leader, and then the company.
    hana.goto(f"/directives/{directive.pk}/answer/")
    fill(hana, text="已到现场,方案周五送达。")
    maria.goto(f"/directives/{directive.pk}/")
    maria.get_by_role("button", name="认可答复").click()
    expect(maria.locator(".tag-accent").first).to_be_visible()
    act(hana, ticket, "answer", text="方案已送达,报装完成。", proposed="solved")
    otto.goto(f"/tickets/{ticket.pk}/confirm/")
    fill(otto, outcome="solved")

    # Rated bad: the unit mends, another asks back, the company looks again.
    otto.goto(f"/tickets/{ticket.pk}/rate/")
    fill(otto, level=2, words="拖了一个月。")
    rating = Rating.objects.get()
    otto.goto(rating.get_absolute_url())
    expect(otto.get_by_text("拖了一个月。").first).to_be_visible()
    hana.goto("/")
    expect(hana.get_by_role("heading", name="待整改差评")).to_be_visible()
    hana.goto(f"/ratings/{rating.pk}/correct/")
    fill(hana, done="已上门致歉,今后报装每周告知进度。")
    dora.goto(f"/ratings/{rating.pk}/call/")
    fill(dora, call="corrected", person="王总")
    otto.goto(f"/ratings/{rating.pk}/look/")
    fill(otto, level=4, words="这次说到做到。")
    rating.correction.refresh_from_db()
    assert rating.correction.outcome == "corrected"
