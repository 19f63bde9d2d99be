"""Write the ledgers of tests/data anew: `python -m tests.data.make_ledger`."""

from datetime import datetime
from pathlib import Path

import xlsxwriter

from crm.lib.uscc import with_check_digit

HERE = Path(__file__).resolve().parent
HEADINGS = [
    "企业名称",
    "统一社会信用代码",
    "地址",
    "联系人",
    "联系电话",
    "行政区划",
    "行业",
    "从业人数",
    "营业收入",
    "资产总额",
    "A角",
    "B角",
]
TOWNS = ["城东镇", "城关镇", "石桥镇", "龙泉镇"]
KINDS = [
    ("恒润", "纺织", "C17", 320),
    ("宏达", "机械制造", "34", 118),
    ("金穗", "食品", "食品制造业", 86),
    ("云岭", "建材", "C30", 205),
    ("鑫源", "商贸", "51", 24),
    ("绿野", "农业发展", "A01", 41),
    ("安顺", "物流", "54", 63),
    ("锦程", "置业", "7010", 35),
    ("明德", "软件科技", "65", 52),
    ("华泰", "建筑工程", "47", 410),
]
PARTS = ["", "新", "东方", "联合"]
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN = ["建国", "志强", "丽华", "永福", "晓燕", "家䶮", "海涛", "秀英", "国栋", "雪梅"]


def code_of(number):
    return with_check_digit(f"91000000MA{number:07d}")


def rows():
    """Forty companies that do not exist, no two alike."""
    for number in range(40):
        word, trade, industry, staff = KINDS[number % len(KINDS)]
        town = TOWNS[number // len(KINDS)]
        name = f"清溪县{PARTS[number // len(KINDS)]}{word}{trade}有限公司"
        if number == 5:
            name = "清溪县𠮷野农业发展有限公司"
        revenue = round(staff * 38.6 + number * 12.5, 2)
        person = SURNAMES[number % 20] + GIVEN[number % 10]
        phone = f"1390000{number:04d}" if number % 4 else f"0871-6312{number:04d}"
        if number == 39:  # only what is required
            yield [name, *[""] * 11]
            continue
        yield [
            name,
            code_of(number + 1),
            f"清溪县{town}工业大道{number + 1}号",
            person,
            phone,
            town if number % 3 else f"清溪县/{town}",
            industry,
            staff,
            revenue,
            round(revenue * 1.4, 2),
            "olga" if number % 2 else "bela",
            "bela" if number % 2 else "olga",
        ]


def bad_rows():
    """Each wrong in its own way; the comment is the column that is told."""
    good = [*rows()][:14]
    good[0][0] = ""  # 企业名称
    good[1][1] = good[1][1][:-1] + "0"  # 统一社会信用代码: check character
    good[2][1] = "91000000MA000000"  # too short
    good[3][4] = "1390000"  # 联系电话
    good[4][5] = "不存在镇"  # 行政区划
    good[5][6] = "炼丹业"  # 行业
    good[6][7] = "很多"  # 从业人数
    good[7][8] = -5  # 营业收入
    good[8][10] = "nobody"  # A角
    good[9][11] = good[9][10]  # B角
    good[10][1] = good[12][1]  # the same code as row 14
    good[13][7] = 12.5  # 从业人数
    return good


def write(name, rows, title=""):
    book = xlsxwriter.Workbook(str(HERE / name), {"in_memory": True})
    book.set_properties({"created": datetime(2026, 1, 5)})
    sheet = book.add_worksheet("台账")
    top = 0
    if title:
        sheet.merge_range(0, 0, 0, len(HEADINGS) - 1, title)
        top = 1
    sheet.write_row(top, 0, HEADINGS)
    for index, row in enumerate(rows, start=top + 1):
        for column, value in enumerate(row):
            if column in {1, 4} or isinstance(value, str):
                sheet.write_string(index, column, str(value))
            else:
                sheet.write_number(index, column, value)
    book.close()


if __name__ == "__main__":
    write("ledger.xlsx", rows())
    write("ledger_bad.xlsx", bad_rows())
