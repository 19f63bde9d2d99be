"""A ledger is loaded whole or not at all; each error names row and column."""

import io
from decimal import Decimal
from pathlib import Path

import pytest
import xlsxwriter
from django.core.management import CommandError, call_command

from crm.models import Company, CompanyLiaison, Contact
from tests.data.make_ledger import HEADINGS, code_of
from tests.factories import GrantFactory, RegionFactory, UserFactory

DATA = Path(__file__).resolve().parent.parent / "data"
HERE = ("--region", "990121")


@pytest.fixture
def county(cast):
    """The county that the ledgers of tests/data speak of."""
    county = RegionFactory(code="990121", name="清溪县", kind="county")
    for number, name in enumerate(["城东镇", "城关镇", "石桥镇", "龙泉镇"]):
        RegionFactory(code=f"99012110{number}", name=name, parent=county)
    return county


def run(path, *options):
    """Exit code, what was said, what was complained about."""
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("import_companies", str(path), *options, stdout=out, stderr=err)
    except CommandError as error:
        return 1, out.getvalue(), err.getvalue() + str(error)
    return 0, out.getvalue(), err.getvalue()


@pytest.fixture
def sheet(tmp_path):
    """`sheet([…], headings=…)` writes rows of 企业名称 first and returns the path."""

    def write(rows, headings=HEADINGS, title=None):
        path = tmp_path / "ledger.xlsx"
        book = xlsxwriter.Workbook(str(path))
        page = book.add_worksheet()
        top = 0
        if title:
            page.merge_range(0, 0, 0, len(headings) - 1, title)
            top = 2
        page.write_row(top, 0, headings)
        for number, row in enumerate(rows, start=top + 1):
            page.write_row(number, 0, row)
        book.close()
        return path

    return write


def test_the_clean_ledger_is_loaded(county):
    code, said, _complaints = run(DATA / "ledger.xlsx", *HERE)
    assert code == 0
    assert "40" in said
    company = Company.objects.get(uscc=code_of(1))
    assert (company.region.name, company.industry_id) == ("城东镇", "17")
    assert (company.staff_count, company.revenue) == (320, Decimal("12352.00"))
    assert company.size == Company.Size.MEDIUM
    assert Contact.objects.get(company=company).is_main
    pair = CompanyLiaison.objects.open().filter(company=company)
    assert dict(pair.values_list("role", "officer__login")) == {
        "A": "bela",
        "B": "olga",
    }
    # The row that has nothing but a name.
    assert Company.objects.without_officer().get().uscc is None
    assert Company.objects.search("𠮷野").count() == 1
    assert Company.objects.search("hengrun").count() == 4
    assert Company.objects.get(name__contains="联合华泰").region == county


@pytest.mark.slow
def test_the_same_ledger_twice_is_refused(county):
    run(DATA / "ledger.xlsx", *HERE)
    count = Company.objects.count()
    code, _said, complaints = run(DATA / "ledger.xlsx", *HERE)
    assert code == 1
    assert "已存在" in complaints
    assert Company.objects.count() == count


BAD = [
    (2, "企业名称"),
    (3, "统一社会信用代码"),
    (4, "统一社会信用代码"),
    (5, "联系电话"),
    (6, "行政区划"),
    (7, "行业"),
    (8, "从业人数"),
    (9, "营业收入"),
    (10, "A角"),
    (11, "B角"),
    (14, "统一社会信用代码"),
    (15, "从业人数"),
]


def test_every_error_is_told_and_nothing_saved(county):
    before = Company.objects.count()
    code, _said, complaints = run(DATA / "ledger_bad.xlsx", *HERE)
    assert code == 1
    assert Company.objects.count() == before
    lines = complaints.splitlines()
    for row, column in BAD:
        assert any(f"第 {row} 行" in line and column in line for line in lines)
    assert len(lines) == len(BAD) + 1


def test_skip_bad_saves_the_good_ones_and_still_tells(county):
    before = Company.objects.count()
    code, said, complaints = run(DATA / "ledger_bad.xlsx", *HERE, "--skip-bad")
    assert code == 0
    assert Company.objects.count() == before + 2
    assert "已保存 2" in said
    assert len(complaints.splitlines()) == len(BAD)


def test_only_the_name_is_required(sheet, county):
    code, *_ = run(sheet([["甲公司"], ["乙公司"]], ["企业名称"]), "--region", "990121")
    assert code == 0
    assert Company.objects.filter(region=county).count() == 2


@pytest.mark.django_db
def test_before_there_are_regions_it_says_what_comes_first(sheet):
    code, _said, complaints = run(sheet([["测试有限公司"]], headings=["企业名称"]))
    assert (code, "尚无行政区划" in complaints) == (1, True)


def test_columns_come_in_any_order_and_headings_as_people_write_them(sheet, county):
    headings = [
        "从业人数（人）",
        "营业收入\n(万元)",
        " 企业名称* ",
        "资产总额(亿元)",
        "备注",
    ]
    rows = [
        ["1,200人", "５０００", "  甲　公司 ", "1.5", "随便"],
        [],
        ["", "", "乙", "", ""],
    ]
    code, _said, complaints = run(
        sheet(rows, headings, title="清溪县企业台账"), "--region", "990121"
    )
    assert (code, complaints) == (0, "")
    company = Company.objects.get(name="甲 公司")
    assert (company.staff_count, company.revenue) == (1200, 5000)
    assert company.assets == 15000
    assert Company.objects.filter(name="乙").exists()


VALUES = [
    ("联系电话", 13800138000.0, "phone", "13800138000"),
    ("联系电话", "１３８００１３８０００", "phone", "13800138000"),
    ("联系电话", "0871-6312 1234", "phone", "0871-63121234"),
    ("行政区划", "云州县/城东镇", "region", "530101"),
    ("行政区划", "云州县城东镇", "region", "530101"),
    ("行政区划", "530101", "region", "530101"),
    ("行政区划", 530101, "region", "530101"),
    ("行业", "纺织业", "industry", "17"),
    ("行业", "C17", "industry", "17"),
    ("行业", "C17 纺织业", "industry", "17"),
    ("行业", "制造业/纺织业", "industry", "17"),
    ("行业", "1711", "industry", "17"),
    ("行业", 6, "industry", "06"),
    ("行业", "制造业", "industry", "C"),
    ("行业", "教育", "industry", "83"),
    ("营业收入", "1,234.5万元", "revenue", Decimal("1234.50")),
    ("营业收入", "3.2亿", "revenue", Decimal("32000.00")),
    ("营业收入", "５00000元", "revenue", Decimal("50.00")),
    ("营业收入", 0.1 + 0.2, "revenue", Decimal("0.30")),
    ("营业收入", "—", "revenue", None),
    ("A角", "OLGA", "officer", "olga"),
    ("A角", "Olga", "officer", "olga"),
]


@pytest.mark.parametrize(("heading", "cell", "field", "stored"), VALUES)
def test_values_as_people_write_them(sheet, cast, heading, cell, field, stored):
    headings = ["企业名称", heading]
    options = [] if heading == "行政区划" else ["--region", "530101"]
    code, _said, complaints = run(sheet([["甲公司", cell]], headings), *options)
    assert (code, complaints) == (0, "")
    company = Company.objects.get(name="甲公司")
    found = {
        "phone": lambda: company.contacts.get().phone,
        "region": lambda: company.region.code,
        "industry": lambda: company.industry_id,
        "revenue": lambda: company.revenue,
        "officer": lambda: company.liaisons.get().officer.login,
    }
    assert found[field]() == stored


@pytest.mark.parametrize(
    ("heading", "cell"),
    [
        ("联系电话", "13800138000/13900139000"),
        ("从业人数", "一百"),
        ("从业人数", "1e9999999999"),
        ("从业人数", "99999999999"),
        ("营业收入", "NaN"),
        ("营业收入", "9" * 5000),
        ("营业收入", "5吨"),
        ("行业", "Z99"),
        ("行业", "A17"),
        ("统一社会信用代码", 9.1e17),
        ("地址", "长" * 201),
        ("A角", "tom"),
    ],
)
def test_values_that_are_refused(sheet, cast, heading, cell):
    path = sheet([["甲公司", cell]], ["企业名称", heading])
    code, _said, complaints = run(path, "--region", "530101")
    assert code == 1
    assert "第 2 行" in complaints
    assert heading in complaints


def test_what_is_ambiguous_is_refused(sheet, cast):
    RegionFactory(code="530201", name="城东镇", parent=cast.elsewhere)
    twin = UserFactory(login="olga2", name=cast.olga.name)
    GrantFactory(user=twin, role="officer", department=twin.department)
    headings = ["企业名称", "行政区划", "A角"]
    path = sheet(
        [["甲公司", "城东镇", "Olga"], ["乙公司", "邻县城东镇", "olga2"]], headings
    )
    code, _said, complaints = run(path, "--skip-bad")
    assert code == 0
    assert "云州县/城东镇" in complaints
    assert Company.objects.filter(name__in=["甲公司", "乙公司"]).count() == 1


@pytest.mark.parametrize(
    ("headings", "said"),
    [
        (["名字", "地址"], "企业名称"),
        (["企业名称", "地址", "地址"], "地址"),
        (["企业名称", "企业全称"], "企业名称"),
    ],
)
def test_bad_headings(sheet, cast, headings, said):
    code, _said, complaints = run(sheet([["甲"] * len(headings)], headings))
    assert code == 1
    assert said in complaints


def test_an_unknown_column_is_told_but_no_error(sheet, cast):
    path = sheet([["甲公司", "x"]], ["企业名称", "吉祥物"])
    code, _said, complaints = run(path, "--region", "530101")
    assert code == 0
    assert "吉祥物" in complaints


def test_merged_cells_are_told(tmp_path, cast):
    path = tmp_path / "merged.xlsx"
    book = xlsxwriter.Workbook(str(path))
    page = book.add_worksheet()
    page.write_row(0, 0, ["企业名称", "地址"])
    page.merge_range("A2:A3", "甲公司")
    page.write_row(3, 0, ["乙公司"])
    book.close()
    code, _said, complaints = run(path, "--region", "530101", "--skip-bad")
    assert code == 0
    assert "A2:A3" in complaints
    assert not Company.objects.filter(name="甲公司").exists()
    assert Company.objects.filter(name="乙公司").exists()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gb18030"])
def test_csv_in_both_encodings(tmp_path, cast, encoding):
    path = tmp_path / "ledger.csv"
    path.write_text("企业名称,地址\n𠮷祥公司,东街\n", encoding=encoding)
    assert run(path, "--region", "530101")[0] == 0
    assert Company.objects.get(name="𠮷祥公司").address == "东街"


@pytest.mark.parametrize(
    "content",
    [b"", b"PK\x03\x04broken", b"\xd0\xcf\x11\xe0old", b"\xff\xfe\x00", b"a\x00b\n"],
)
def test_a_file_that_is_no_ledger_is_refused_in_words(tmp_path, cast, content):
    path = tmp_path / "x.xlsx"
    path.write_bytes(content)
    code, _said, complaints = run(path)
    assert code == 1
    assert "Traceback" not in complaints


@pytest.mark.slow
def test_a_far_cell_does_not_take_the_memory(tmp_path, cast):
    path = tmp_path / "far.xlsx"
    book = xlsxwriter.Workbook(str(path))
    page = book.add_worksheet()
    page.write_row(0, 0, ["企业名称"])
    page.write(1_048_575, 16_383, "x")
    book.close()
    code, _said, complaints = run(path)
    assert code == 1
    assert complaints


def test_a_dispatcher_imports_only_for_the_own_region(sheet, cast):
    path = sheet([["甲公司", "530200"], ["乙公司", "530101"]], ["企业名称", "行政区划"])
    code, _said, complaints = run(path, "--actor", "dora")
    assert (code, Company.objects.filter(name="乙公司").count()) == (1, 0)
    assert "第 2 行" in complaints
    assert "第 3 行" not in complaints
