"""The official status as people write it into a table, and what cannot be read."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.services.importing import LedgerRefusedError
from projects.exchange.statuses import BadRow, raw_rows, read_row
from tests.projects.statuses import cells


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("3", 3), ("03", 3), ("3 窗口受理", 3), ("窗口受理", 3), ("补正（开始）", 6),
        ("办结(容缺通过)", 12), ("１５", 15), ("15-撤销", 15),
    ],
)  # fmt: skip
def test_states_are_read_as_people_write_them(text, state):
    assert read_row(1, cells(state=text)).state == state


@pytest.mark.parametrize(
    "text",
    ["2026-03-20", "2026/3/20", "2026.03.20", "2026年3月20日", "20260320",
     "2026-03-20 00:00:00", "２０２６-３-２０"],
)  # fmt: skip
def test_days_are_read_as_people_write_them(text):
    assert read_row(1, cells(date=text)).on == date(2026, 3, 20)


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "0"}, {"state": "16"}, {"state": "-1"}, {"state": ""},
        {"state": True}, {"state": 3.5}, {"state": "三"}, {"date": "2026-02-30"},
        {"date": "0000-01-01"},
        {"date": "昨天"}, {"date": None}, {"project": ""}, {"item": "长" * 81},
        {"note": "\ud800"}, {"certificate": "x" * 61}, {"project": ["x"]},
        {"state": "9" * 400}, {"date": "99999-01-01"},
    ],
)  # fmt: skip
def test_a_row_that_says_nothing_is_told_so(changes):
    assert isinstance(read_row(1, cells(**changes)), BadRow)


@given(st.dictionaries(st.sampled_from(list(cells())), st.text() | st.integers()))
def test_no_cell_breaks_the_reading(changes):
    read_row(1, cells(**changes))


def test_a_table_without_its_columns_is_refused():
    with pytest.raises(LedgerRefusedError, match="项目代码"):
        raw_rows([["事项", "状态"]])
    with pytest.raises(LedgerRefusedError, match="缺少以下列：日期"):
        raw_rows([["项目代码", "事项", "状态"]])
    with pytest.raises(LedgerRefusedError, match="没有"):
        raw_rows([["项目代码", "事项", "状态", "日期"]])
