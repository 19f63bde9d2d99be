"""Read the State Council's notice as it is printed: one paragraph per holiday.

    一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。

What it finds only fills a form that a person checks; it need not understand all.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from .holiday_year import DaysOff, HolidayYear, Makeup

LONGEST_TEXT = 20_000
TITLE = re.compile(r"关于(\d{4})年部分节假日安排")
NUMBER = re.compile(r"国办发明电\[\d{4}\]\d+号")
SIGNED = re.compile(r"^\s*(\d{4})年(\d{1,2})月(\d{1,2})日\s*$", re.M)
ASIDE = re.compile(r"\([^()]*\)")
HEADING = re.compile(
    r"^\s*(?:[一二三四五六七八九十]+、)?\s*([^\s:,。、\d][^\s:,。\d]{0,19}):"
)
DAY = re.compile(r"(?:(\d{4})年)?(\d{1,2})月(\d{1,2})日")
SPAN = re.compile(
    r"(?:(\d{4})年)?(\d{1,2})月(\d{1,2})日"
    r"(?:至(?:(\d{4})年)?(?:(\d{1,2})月)?(\d{1,2})日)?[^。;]*?放假"
)


BETWEEN = re.compile(r"[\s,、;]+")
LOOSE = re.compile(
    r"(?:(\d{4})[-/.年])?(\d{1,2})[-/.月](\d{1,2})日?(?:上班)?", re.ASCII
)


@dataclass(frozen=True)
class ReadNotice:
    """What could be read; a holiday without days stands in `unread`."""

    notice: HolidayYear
    unread: tuple[str, ...]


def read_notice(text: str, year: int | None = None) -> ReadNotice:
    """Holidays, make-up days, year, number and date, as far as the text says them."""
    plain = _plain(text[:LONGEST_TEXT])
    year = _year(plain) or year or 0
    off, makeups, unread = [], [], []
    for name, body in _paragraphs(plain):
        span = _span(body, year)
        if span is None:
            unread.append(name)
            continue
        off.append(DaysOff(name, *span))
        makeups += [Makeup(day, name) for day in _worked(body, year)]
    number = NUMBER.search(plain)
    signed = SIGNED.search(plain)
    notice = HolidayYear(
        year=year,
        off=tuple(off),
        makeups=tuple(makeups),
        source=_brackets(number.group()) if number else "",
        published_on=_date(*signed.groups(), year=year) if signed else None,
    )
    return ReadNotice(notice, tuple(unread))


def read_days(text: str, year: int) -> list[date]:
    """「2月14日、2月28日」 or 2027-02-14 02-28; ValueError names what is no day."""
    days = []
    for piece in filter(None, BETWEEN.split(_plain(text[:LONGEST_TEXT]))):
        found = LOOSE.fullmatch(piece)
        day = _date(*found.groups(), year=year) if found else None
        if day is None:
            raise ValueError(piece[:40])
        days.append(day)
    return days


def _plain(text: str) -> str:
    """Wide characters made narrow, brackets of one kind, remarks in them taken out."""
    text = unicodedata.normalize("NFKC", text).replace("〔", "[").replace("〕", "]")
    return ASIDE.sub("", text)


def _brackets(number: str) -> str:
    return number.replace("[", "〔").replace("]", "〕")


def _year(text: str) -> int | None:
    title = TITLE.search(text)
    return int(title.group(1)) if title else None


def _paragraphs(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        heading = HEADING.match(line)
        if heading and ("放假" in line or "上班" in line):
            yield heading.group(1), line[heading.end() :]


def _span(body: str, year: int) -> tuple[date, date] | None:
    found = SPAN.search(body)
    if not found:
        return None
    year1, month1, day1, year2, month2, day2 = found.groups()
    first = _date(year1, month1, day1, year=year)
    if first is None or day2 is None:
        return (first, first) if first else None
    last = _date(year2, month2 or month1, day2, year=year if year2 else first.year)
    return (first, last) if last else None


def _worked(body: str, year: int) -> Iterator[date]:
    for sentence in re.split("[。;]", body):
        if "上班" in sentence:
            for found in DAY.findall(sentence):
                if day := _date(*found, year=year):
                    yield day


def _date(
    own_year: str | None, month: str | None, day: str | None, *, year: int
) -> date | None:
    try:
        return date(int(own_year or year), int(month or 0), int(day or 0))
    except ValueError:
        return None
