"""One matter from the ledger to the paper, each step on the screen of who takes it."""

import io
import json
import subprocess
from pathlib import Path

import pytest
from django.core.management import call_command
from django_tasks import TaskBackendHandler, task_backends
from django_tasks_db import DatabaseBackend
from PIL import Image, ImageDraw

import crm
from crm.models import Company, Industry, Region, Role
from crm.worker import Worker
from tests.browser.tools import errors_of
from tests.factories import (
    PASSWORD,
    CategoryFactory,
    DepartmentFactory,
    GrantFactory,
    RegionFactory,
    UserFactory,
)
from visits.models import Ticket

LEDGER = Path(__file__).resolve().parent.parent / "data" / "ledger.xlsx"
NAME = "清溪县联合华泰建筑工程有限公司"  # of the ledger, and without an officer there
MATTERS = ("细纱车间缺挡车工二十三人", "配电房每天跳闸两三次")
TOWNS = ("城东镇", "城关镇", "石桥镇", "龙泉镇")
pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def real_queue(monkeypatch):
    """Tasks wait for the worker; every thread of the site has a backend of its own."""
    before = task_backends["default"]
    monkeypatch.setattr(
        TaskBackendHandler,
        "create_connection",
        lambda handler, alias: DatabaseBackend(alias, {}),
    )
    task_backends["default"] = DatabaseBackend("default", {})
    yield
    task_backends["default"] = before


@pytest.fixture
def county(live_server):
    """The county of the ledger, its office, a bureau, and who works there."""
    county = RegionFactory(code="990121", name="清溪县", kind=Region.Kind.COUNTY)
    for number, name in enumerate(TOWNS):
        RegionFactory(code=f"99012110{number}", name=name, parent=county)
    office = DepartmentFactory(code="liaison", name="服务中心", region=county)
    bureau = DepartmentFactory(code="hrss", name="人社局", region=county)
    for login, name in (("olga", "欧阳兰"), ("bela", "白丽")):
        user = UserFactory(login=login, name=name, department=office)
        GrantFactory(user=user, role=Role.OFFICER, department=office)
    dora = UserFactory(login="dora", name="董敏", department=office)
    GrantFactory(user=dora, role=Role.DISPATCHER, region=county)
    hana = UserFactory(login="hana", name="韩娜", department=bureau)
    GrantFactory(user=hana, role=Role.HANDLER, department=bureau)
    labour = CategoryFactory()
    labour.default_lead = bureau
    labour.save()
    return county


@pytest.fixture
def industries():
    """Another test may have emptied the table."""
    shipped = Path(crm.__file__).parent / "data" / "industries.json"
    known = set(Industry.objects.values_list("code", flat=True))
    Industry.objects.bulk_create(
        Industry(row["code"], row["name"], row["parent"], row["method"])
        for row in json.loads(shipped.read_text("utf-8"))["industries"]
        if row["code"] not in known
    )


@pytest.fixture
def enter(open_page):
    """`enter("olga", phone=True)` signs in with the form, as people do."""

    def entered(login, *, phone=False):
        page = open_page("/", phone=phone, accept_downloads=True)
        page.set_default_timeout(20_000)
        page.seen = errors_of(page)
        page.fill("[name=username]", login)
        page.fill("[name=password]", PASSWORD)
        page.click("form.form button")
        page.wait_for_url("**/")
        return page

    return entered


def photo(number):
    picture = Image.new("RGB", (1280, 960), (90 * number, 140, 170))
    ImageDraw.Draw(picture).rectangle((200, 200, 700, 300 + 200 * number), "white")
    file = io.BytesIO()
    picture.save(file, "JPEG")
    return {
        "name": f"{number}.jpg",
        "mimeType": "image/jpeg",
        "buffer": file.getvalue(),
    }


def has(page, words):
    """Wait for what a person would read."""
    page.get_by_text(words).first.wait_for()


def send(page):
    """The one filled button of a form, to the page that comes after it."""
    before = page.url
    page.click("main form.form button.btn-primary")
    page.wait_for_url(lambda url: url != before)


def do_work():
    """What `manage.py worker --once` does."""
    Worker(is_once=True).run()


def words_of(pdf):
    run = subprocess.run(
        ["pdftotext", "-layout", pdf, "-"], capture_output=True, check=True
    )
    return "".join(run.stdout.decode().split())


def assign_officers(page, company):
    """The dispatcher finds the company without anybody and names A and B."""
    page.goto(company.get_absolute_url())
    has(page, "这家企业还没有联络员")
    for role, name in (("A", "欧阳兰"), ("B", "白丽")):
        page.goto(f"{company.get_absolute_url()}officers/")
        page.check(f"[name=role][value={role}]")
        page.select_option("[name=officer]", label=f"{name} · 服务中心")
        page.click("section[aria-labelledby=assign-h] button.btn-primary")
        page.get_by_role("row", name=name).wait_for()
    page.goto(f"{company.get_absolute_url()}contacts/new/")
    page.fill("[name=name]", "赵永福")
    page.fill("[name=title]", "总经理")
    page.fill("[name=phone]", "13900001234")
    send(page)
    has(page, "赵永福")
    for name in ("欧阳兰", "白丽"):
        has(page, name)


def log_visit(page):
    """The officer, standing in the workshop: two photos, two matters, a signature."""
    page.goto("/visits/log/")
    page.fill("#f-q", "联合华泰")
    page.click("[data-found] [data-pick]")
    page.get_by_label("赵永福").check()
    page.fill("[name=purpose]", "了解用工情况")
    page.click("[data-add]")
    for number, matter in enumerate(MATTERS):
        block = page.locator("[data-finding]").nth(number)
        block.locator("textarea[name$=symptom]").fill(matter)
        block.locator("select").select_option("labour")
        block.locator("input[value=ticket]").check()
    page.set_input_files("[name=photos]", [photo(1), photo(2)])
    page.locator("[data-strip] .photo").nth(1).wait_for()
    sign(page)
    has(page, "已保存在本机")
    page.click("[data-submit]")
    page.get_by_role("heading", name="已送达").wait_for()


def sign(page):
    canvas = page.locator("[data-sign] canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    left, middle = box["x"] + 40, box["y"] + box["height"] / 2
    page.mouse.move(left, middle)
    page.mouse.down()
    for step in range(1, 9):
        page.mouse.move(left + 20 * step, middle + (20 if step % 2 else -20), steps=4)
    page.mouse.up()


def solve(page, ticket):
    """The handler signs for it, calls the company and answers."""
    page.goto(ticket.get_absolute_url())
    page.get_by_role("button", name="签收").click()
    page.get_by_role("link", name="登记联系").click()
    page.get_by_label("赵永福").check()
    send(page)
    page.get_by_role("link", name="答复企业").click()
    page.fill("[name=text]", "已对接劳务市场，本周五上午专场招聘。")
    page.check("[name=proposed][value=solved]")
    send(page)
    has(page, "待企业确认")


def confirm(page, ticket):
    """The owner reads the answer and says that it is solved."""
    page.goto("/")
    page.get_by_role("link", name=ticket.title).first.click()
    has(page, "本周五上午专场招聘")
    page.get_by_role("link", name="确认结果").click()
    page.check("[name=outcome][value=solved]")
    send(page)
    has(page, "已解决")


def download_report(page, tmp_path):
    has(page, "打开 PDF")
    with page.expect_download() as download:
        page.evaluate(
            "a => { a.download = ''; a.click(); }",
            page.get_by_role("link", name="打开 PDF").element_handle(),
        )
    path = tmp_path / "report.pdf"
    download.value.save_as(path)
    return path


def test_a_matter_goes_from_the_ledger_to_the_paper(
    county, industries, real_queue, enter, tmp_path
):
    call_command("import_companies", str(LEDGER), "--region", county.code)
    company = Company.objects.get(name=NAME)
    owner = UserFactory(login="otto", name="赵永福", department=None)
    GrantFactory(user=owner, role=Role.OWNER, company=company)

    dispatcher = enter("dora")
    assign_officers(dispatcher, company)
    officer = enter("olga", phone=True)
    log_visit(officer)
    do_work()
    tickets = list(Ticket.objects.order_by("pk"))
    assert [ticket.title for ticket in tickets] == list(MATTERS)
    for ticket in tickets:
        dispatcher.goto("/")
        dispatcher.get_by_role("link", name=ticket.title).first.click()
        dispatcher.get_by_role("link", name="交办", exact=True).click()
        dispatcher.get_by_role("button", name="交办给 人社局").click()
        has(dispatcher, "尚未签收")
    handler = enter("hana")
    for ticket in tickets:
        solve(handler, ticket)
    owner_page = enter("otto", phone=True)
    for ticket in tickets:
        confirm(owner_page, ticket)
    do_work()

    officer.get_by_role("link", name="查看走访记录").click()
    has(officer, MATTERS[0])
    assert officer.get_by_text("已办结").count() == 2
    paper = download_report(officer, tmp_path)
    said = words_of(paper)
    for words in (NAME, *MATTERS, *(one.number for one in tickets), "139****1234"):
        assert words in said
    assert "13900001234" not in said
    subprocess.run(
        ["pdftoppm", "-r", "40", "-png", paper, tmp_path / "page"], check=True
    )
    assert list(tmp_path.glob("page-*.png"))
    for page in (dispatcher, officer, handler, owner_page):
        assert page.seen == []
