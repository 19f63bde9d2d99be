"""Readings of names: for search by pinyin and for lists sorted by name.

Only the worker imports this module: pypinyin's dictionaries cost memory that web
processes need not spend.
"""

from collections.abc import Iterable
from typing import Final

from django.db import transaction
from pypinyin import Style, lazy_pinyin

from crm.lib.search_tokens import Read, Readings, is_latin, normalise
from crm.services import search

# Characters of company names and surnames that are read in more than one way. The
# dictionary knows them in words; a name is often not in it.
OTHERS: Final[dict[str, tuple[str, ...]]] = {
    "单": ("shan", "dan"),
    "重": ("chong", "zhong"),
    "行": ("hang", "xing"),
    "长": ("chang", "zhang"),
    "厦": ("xia", "sha"),
    "乐": ("le", "yue"),
    "曾": ("zeng", "ceng"),
    "仇": ("qiu", "chou"),
    "解": ("xie", "jie"),
    "区": ("qu", "ou"),
    "查": ("cha", "zha"),
    "盖": ("gai", "ge"),
    "朴": ("pu", "piao"),
    "尉": ("wei", "yu"),
    "翟": ("zhai", "di"),
    "朝": ("chao", "zhao"),
    "都": ("du", "dou"),
    "调": ("tiao", "diao"),
    "和": ("he", "huo"),
    "会": ("hui", "kuai"),
    "参": ("shen", "can"),
    "柏": ("bai", "bo"),
    "堡": ("bao", "pu"),
    "车": ("che", "ju"),
    "传": ("chuan", "zhuan"),
    "大": ("da", "dai"),
    "阿": ("a", "e"),
    "合": ("he", "ge"),
    "角": ("jiao", "jue"),
    "降": ("jiang", "xiang"),
    "藏": ("zang", "cang"),
    "莘": ("shen", "xin"),
    "繁": ("fan", "po"),
    "缪": ("miao", "mou"),
    "隗": ("wei", "kui"),
    "员": ("yuan", "yun"),
    "召": ("zhao", "shao"),
    "沈": ("shen", "chen"),
    "石": ("shi", "dan"),
    "谷": ("gu", "yu"),
    "泊": ("bo", "po"),
    "薄": ("bo", "bao"),
    "晟": ("sheng", "cheng"),
    "铅": ("qian", "yan"),
    "蚌": ("bang", "beng"),
    "六": ("liu", "lu"),
    "绿": ("lv", "lu"),
    "女": ("nv", "nu"),
    "吕": ("lv", "lu"),
    "旅": ("lv", "lu"),
    "铝": ("lv", "lu"),
    "律": ("lv", "lu"),
    "校": ("xiao", "jiao"),
    "什": ("shi", "shen"),
    "宿": ("su", "xiu"),
    "种": ("zhong", "chong"),
    "属": ("shu", "zhu"),
    "贾": ("jia", "gu"),
}


@transaction.atomic
def add_pinyin(companies: list[int]) -> None:
    """Task: make these companies findable by pinyin, and sort them by it."""
    rows = search.names_of(companies)
    people = search.people_of(companies)
    readings = {pk: read(names, people.get(pk, ())) for pk, *names in rows}
    search.write_words(readings, readings)
    search.save_sort_keys(
        {pk: sort_key_of(one.names[0]) for pk, one in readings.items()}
    )


def read(names: Iterable[str], people: Iterable[str]) -> Read:
    """A name in Latin letters says itself."""
    return Read(
        names=[readings_of(one) for one in names if one],
        people=[readings_of(one) for one in people if not is_latin(normalise(one))],
    )


def readings_of(name: str) -> Readings:
    """For each character the ways to read it, what the dictionary says first."""
    clean = normalise(name)
    # The stub says that `errors` returns a string; the code extends by a list as well.
    said = lazy_pinyin(clean, style=Style.NORMAL, errors=single)  # type: ignore[arg-type]
    if len(said) != len(clean):
        said = ["".join(lazy_pinyin(char, errors=str)) for char in clean]
    return [
        list(dict.fromkeys([one, *OTHERS.get(char, ())]))
        for char, one in zip(clean, said, strict=True)
    ]


def single(unknown: str) -> list[str]:  # what lazy_pinyin extends its answer by
    """Digits, letters and characters without a reading stand for themselves."""
    return list(unknown)


def sort_key_of(readings: Readings) -> str:
    return " ".join(ways[0] for ways in readings)[:160]
