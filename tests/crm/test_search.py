"""A company is found by any middle piece of what it is called, on every database."""

from importlib import import_module
from itertools import product
from pathlib import Path
from unittest import mock

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm import pinyin, search_triggers
from crm.lib.search_tokens import SYLLABLES, normalise, question
from crm.models import Company, CompanySearch, Contact
from crm.models import search as search_model
from crm.services import contacts, search
from tests.factories import NOON, CompanyFactory, ContactFactory, RegionFactory

pytestmark = pytest.mark.django_db

NAMES = {
    "hr": ("云州恒润纺织有限公司", "91530100MA6K12345X"),
    "cq": ("重庆单县长乐银行", None),
    "tcl": ("ＴＣＬ（云州）集团", "91530100MA6K99999T"),
    "rare": ("𠮷祥䶮记食品厂", None),
    "xian": ("西安先锋电子有限公司", None),
    "lv": ("绿地铝业股份有限公司", None),
}


def make_companies():
    region = RegionFactory()
    made = {
        key: CompanyFactory(name=name, uscc=uscc, region=region)
        for key, (name, uscc) in NAMES.items()
    }
    made["hr"].short_name = "恒润"
    made["hr"].save()
    ContactFactory(company=made["cq"], name="欧阳䶮")
    ContactFactory(company=made["rare"], name="王建设")
    ContactFactory(company=made["lv"], name="Ann Lee")
    search.refresh(*(one.pk for one in made.values()))
    return made


@pytest.fixture(scope="module")
def kept(keep):
    return keep(make_companies)


@pytest.fixture
def companies(db, kept):
    return kept.again()


def found(companies, text):
    keys = Company.objects.search(text).values_list("pk", flat=True)
    counted = Company.objects.filter(search_model.matching(text).count)
    assert counted.count() == len(keys)
    ordered = Company.objects.in_order().filter(search_model.matching(text).ordered)
    assert set(ordered.values_list("pk", flat=True)) == set(keys)
    return {key for key, one in companies.items() if one.pk in set(keys)}


CASES = {
    "恒": {"hr"},
    "润纺": {"hr"},
    "州恒润纺织有": {"hr"},
    "州恒纺": set(),
    "有限": {"hr", "xian", "lv"},
    "公司": {"hr", "xian", "lv"},
    "限有": set(),
    "hrfz": {"hr"},
    "zhrf": {"hr"},
    "hengrun": {"hr"},
    "hengru": {"hr"},
    "HengRun": {"hr"},
    "engrun": set(),
    "heng run": {"hr"},
    "恒润 公司": {"hr"},
    "恒润 集团": set(),
    "yunzhouhengrunfangzhi": {"hr"},
    "91530100MA6K12345X": {"hr"},
    "9153 0100 MA6K 1234 5X": {"hr"},
    "345x": {"hr"},
    "12345X": {"hr"},
    "45x": set(),
    "MA6K1234": set(),
    "chongqing": {"cq"},
    "zhongqing": {"cq"},
    "shanxian": {"cq"},
    "danxian": {"cq"},
    "yinhang": {"cq"},
    "cqsx": {"cq"},
    "cqdx": {"cq"},
    "欧阳": {"cq"},
    "欧": set(),
    "阳䶮": {"cq"},
    "欧阳䶮": {"cq"},
    "ouyangyan": {"cq"},
    "yangy": {"cq"},
    "wangjianshe": {"rare"},
    "wangjian": {"rare"},
    "wangj": {"rare"},
    "jianshe": {"rare"},
    "wang": set(),
    "she": set(),
    "wang jian": set(),
    "wjs": {"rare"},
    "wj": set(),
    "nnle": {"lv"},
    "le": {"cq"},
    "tcl": {"tcl"},
    "ＴＣＬ": {"tcl"},
    "TCL云": {"tcl"},
    "tclyzjt": {"tcl"},
    "𠮷": {"rare"},
    "𠮷祥䶮": {"rare"},
    "䶮": {"rare"},
    "xianxian": {"xian"},
    "xian": {"xian", "cq", "hr", "lv", "rare"},
    "lvdi": {"lv"},
    "ludi": {"lv"},
    "z": {"hr", "tcl", "cq", "xian"},
    "()": set(),
    "·": set(),
    "%": set(),
    "_": set(),
    "anananananananananananananananq": set(),
    "": set(NAMES),
    "  \u3000 ": set(NAMES),
}


@pytest.mark.parametrize("some", [500, 0], ids=["alone", "among"])
@pytest.mark.parametrize("few", [3000, 0], ids=["index", "order"])
@pytest.mark.parametrize(("text", "expected"), CASES.items(), ids=CASES.keys())
def test_found_by_any_middle_piece(companies, text, expected, few, some, monkeypatch):
    monkeypatch.setattr(search_model, "SOME", some)
    monkeypatch.setattr(search_model, "FEW", few)
    monkeypatch.setattr(search_model, "MANY", few)
    assert found(companies, text) == expected


def test_a_renamed_company_is_found_by_its_new_name_only(companies):
    company = companies["rare"]
    company.name = "新名机械厂"
    company.save()
    search.refresh(company.pk)
    assert found(companies, "新名") == found(companies, "xmjx") == {"rare"}
    assert found(companies, "祥") == set()


def test_a_company_that_is_gone_is_not_found(companies):
    CompanySearch.objects.filter(company=companies["hr"]).delete()
    assert found(companies, "恒润") == set()


def test_words_stored_before_learn_which_syllables_are_neighbours(companies):
    # Then contacts had no pinyin.
    Contact.objects.update(archived_at=NOON)
    pinyin.add_pinyin([one.pk for one in companies.values()])
    stored = CompanySearch.objects.order_by("pk").values_list("tokens", flat=True)
    before = list(stored)
    for row in CompanySearch.objects.all():
        row.tokens = " ".join(one for one in row.tokens.split() if one[0] != "t")
        row.save(update_fields=["tokens"])
    assert list(stored.all()) != before and found(companies, "fangzhi") == set()
    import_module("crm.migrations.0006_pinyin_of_neighbours").add(apps, None)
    assert list(stored.all()) == before
    assert found(companies, "fangzhi") == {"hr"}


def test_a_contacts_pinyin_goes_with_the_contact(companies):
    contacts.archive_contact(Contact.objects.get(name="王建设"), actor=None)
    assert found(companies, "wangjian") == found(companies, "wjs") == set()


def test_the_words_of_all_are_written_anew(companies):
    before = list(CompanySearch.objects.order_by("pk").values())
    CompanySearch.objects.update(people="", people_pinyin="", tokens="")
    call_command("rebuild_search", verbosity=0)
    assert list(CompanySearch.objects.order_by("pk").values()) == before


def test_the_sort_key_is_the_reading(companies):
    companies["hr"].refresh_from_db()
    assert companies["hr"].sort_key.startswith("yun zhou heng run fang zhi")


def test_search_stays_composable(companies):
    rows = Company.objects.filter(region=companies["hr"].region).search("有限")
    assert rows.order_by("-updated_at").count() == 3
    assert rows.filter(name__startswith="西安").get() == companies["xian"]


# An oracle that knows neither index nor pieces.


def is_found(name, people, text):
    clean, terms = normalise(name), [normalise(part) for part in text.split()]
    if not terms:
        return True
    readings = pinyin.readings_of(name)
    return any(terms) and all(
        term in clean
        or (term.isascii() and reads(readings, term))
        or any(is_called(one, term) for one in people)
        for term in terms
        if term
    )


def is_called(person, term):
    """By two characters, three letters of initials, or more than one syllable."""
    if not term.isascii():
        return len(term) >= 2 and term in normalise(person)
    if len(term) >= 3 and term in normalise(person):
        return True
    readings = [list(ways) for ways in pinyin.readings_of(person)]
    if normalise(person).isascii():
        return False
    return any(
        (len(term) >= 3 and begins(readings[start:], term))
        or spells_on(readings[start:], term)
        for start in range(len(readings))
    )


def reads(readings, term):
    """Whether the letters are initials or syllables from some character on."""
    syllables = [list(ways) for ways in readings]
    for start in range(len(syllables)):
        rest = syllables[start:]
        if begins(rest, term) or spells(rest, term):
            return True
    return False


def begins(rest, term):
    return len(term) <= len(rest) and all(
        any(way[0] == letter for way in ways)
        for letter, ways in zip(term, rest, strict=False)
    )


def spells_on(rest, term):
    """From a whole syllable into the next."""
    return any(
        term.startswith(way)
        and way in SYLLABLES
        and term != way
        and spells(rest[1:], term[len(way) :])
        for way in rest[0]
    )


def spells(rest, term):
    if not term:
        return True
    if not rest:
        return False
    return any(
        way.startswith(term)
        or (
            term.startswith(way)
            and way in SYLLABLES
            and spells(rest[1:], term[len(way) :])
        )
        for way in rest[0]
    )


CHARS = "恒润纺织云州有限公司安西先𠮷䶮a1"
texts = st.text(alphabet=CHARS, min_size=1, max_size=4)
letters = st.lists(
    st.sampled_from(
        ["heng", "run", "xi", "an", "xian", "yun", "h", "r", "x", "gs", "g"]
    ),
    min_size=1,
    max_size=4,
).map("".join)


@pytest.mark.slow
@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    names=st.lists(
        st.tuples(
            st.text(alphabet=CHARS, min_size=1, max_size=8),
            st.text(alphabet=CHARS, min_size=1, max_size=4),
        ),
        max_size=6,
    ),
    asked=st.lists(st.one_of(texts, letters), min_size=1, max_size=6),
)
def test_the_index_agrees_with_reading_the_names(names, asked):
    with transaction.atomic():
        region = RegionFactory(code="search")
        made = {}
        for name, person in names:
            company = CompanyFactory(name=name, region=region)
            ContactFactory(company=company, name=person)
            made[company.pk] = (name, [person])
        pinyin.add_pinyin(list(made))
        for text, few in product(asked, (3000, 0)):
            expected = {pk for pk, known in made.items() if is_found(*known, text)}
            with mock.patch.object(search_model, "FEW", few):
                keys = Company.objects.search(text).values_list("pk", flat=True)
                assert set(keys) == expected, (text, names)
        transaction.set_rollback(True)


def test_the_web_process_needs_no_dictionary():
    assert "pypinyin" not in Path(search.__file__).read_text()


def test_an_endless_question_is_cut():
    asked = question("a" * 5000 + " " + "b " * 500)
    assert len(asked) == 5
    assert all(len(way.needle) <= 80 for term in asked for way in term)


def test_the_index_is_not_read_through(companies):
    """The plan of a rare word begins at the index on either database."""
    rows = Company.objects.search("恒润").order_by("-updated_at", "-pk")
    plan = rows.explain()
    name = "VIRTUAL TABLE" if connection.vendor == "sqlite" else "crm_company"
    assert name in plan


@pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite has triggers")
def test_an_upgrade_brings_the_triggers_as_they_are_now():
    name = f"{search_triggers.INDEX}_delete"

    def kept():
        with connection.cursor() as cursor:
            cursor.execute("SELECT sql FROM sqlite_master WHERE name = %s", [name])
            return cursor.fetchone()[0]

    wanted = kept()
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {name}")
        old = f"AFTER DELETE ON {search_triggers.TABLE} BEGIN SELECT 1; END"
        cursor.execute(f"CREATE TRIGGER {name} {old}")
    assert kept() != wanted
    search_triggers.install()
    assert kept() == wanted
