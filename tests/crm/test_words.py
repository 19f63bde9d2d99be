"""Dates, shares and phones as people read them."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from crm.lib import words

TODAY = date(2026, 10, 7)
NOW = datetime(2026, 10, 7, 15, 20, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.mark.parametrize(
    ("on", "text"),
    [
        (date(2026, 10, 7), "今天"),
        (date(2026, 10, 8), "明天"),
        (date(2026, 10, 6), "昨天"),
        (date(2026, 10, 9), "周五 10-09"),
        (date(2026, 1, 1), "周四 01-01"),
        (date(2027, 1, 4), "2027-01-04"),
    ],
)
def test_a_day_near_now_is_a_word_and_another_year_is_said(on, text):
    assert words.day(on, TODAY) == text


@pytest.mark.parametrize(
    ("due_in", "left", "text"),
    [
        (2, None, "还剩 2 天"),
        (5, 2, "还剩 2 个工作日"),
        (0, None, "今天到期"),
        (0, 0, "今天到期"),
        (-3, None, "逾期 3 天"),
        (-3, -1, "逾期 1 个工作日"),
        (-1, 0, "已逾期"),
    ],
)
def test_time_left_takes_working_days_when_told(due_in, left, text):
    assert words.time_left(TODAY + timedelta(due_in), TODAY, left) == text


def test_a_deadline_of_today_says_so_once():
    assert words.due(TODAY, TODAY, 0) == "今天到期"
    assert words.due(TODAY + timedelta(2), TODAY, 1) == "周五 10-09 · 还剩 1 个工作日"


@pytest.mark.parametrize(
    ("ago", "text"),
    [
        (timedelta(seconds=20), "刚刚"),
        (timedelta(minutes=5), "5 分钟前"),
        (timedelta(hours=3), "今天 12:20"),
        (timedelta(hours=20), "昨天 19:20"),
        (timedelta(days=8), "09-29 15:20"),
        (timedelta(days=400), "2025-09-02"),
    ],
)
def test_how_long_ago(ago, text):
    assert words.ago(NOW - ago, NOW) == text


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [
        (1273, 1774, "71.8%（1273/1774）"),
        (0, 5, "0.0%（0/5）"),
        (0, 0, "暂无数据"),
        (None, 4, "暂无数据"),
    ],
)
def test_a_share_carries_its_numbers_or_says_there_are_none(part, whole, text):
    assert words.share(part, whole) == text


@pytest.mark.parametrize(
    ("phone", "text"),
    [
        ("13800008000", "138****8000"),
        ("0510-88001234", "051******1234"),
        ("8800123", "88*0123"),
        ("110", "***"),
        ("", ""),
    ],
)
def test_a_masked_phone_keeps_only_its_ends(phone, text):
    assert words.masked(phone) == text


def test_counts_stop_where_counting_stopped():
    assert words.capped(10_001, 10_000) == "10,000+"
    assert words.capped(9_999, 10_000) == "9,999"
    assert words.capped(None, 10_000) == ""
