from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone, translation

from crm import jobs, seed_calendar
from crm.lib.calendar_words import PROBLEMS, problem_sentence
from crm.lib.holiday_year import (
    BadNotice,
    DaysOff,
    HolidayYear,
    Makeup,
    from_json,
    problems,
    to_json,
    workdays_per_month,
)
from crm.lib.notice_text import read_notice
from crm.lib.published_years import published_years
from crm.models import Deadline, Event, WorkYear
from crm.services import calendar, deadlines
from crm.services.calendar import UnsoundNotice, YearTaken, import_year

NOW = datetime(2026, 11, 23, 9, tzinfo=ZoneInfo("Asia/Shanghai"))


def d(text):
    return date.fromisoformat(text)


def off(name, first, last=None):
    return DaysOff(name, d(first), d(last or first))


def notice(year=2027, **changes):
    """A notice as the one of 2027 may look."""
    data = {
        "year": year,
        "source": "国办发明电〔2026〕9号",
        "published_on": d("2026-11-05"),
        "off": (
            off("元旦", f"{year}-01-01", f"{year}-01-03"),
            off("春节", f"{year}-02-05", f"{year}-02-13"),
            off("清明节", f"{year}-04-03", f"{year}-04-05"),
            off("劳动节", f"{year}-05-01", f"{year}-05-05"),
            off("端午节", f"{year}-06-09"),
            off("中秋节", f"{year}-09-15"),
            off("国庆节", f"{year}-10-01", f"{year}-10-07"),
        ),
        "makeups": (
            Makeup(d(f"{year}-02-14"), "春节"),
            Makeup(d(f"{year}-02-20"), "春节"),
            Makeup(d(f"{year}-05-08"), "劳动节"),
            Makeup(d(f"{year}-10-09"), "国庆节"),
        ),
    }
    return HolidayYear(**{**data, **changes})


@pytest.fixture
def started(db):
    """A promise that crosses into 2027, and one that does not."""
    with transaction.atomic():
        wanted = [
            deadlines.Wanted("solve", 40, d("2026-12-18")),
            deadlines.Wanted("solve", 5, d("2026-12-18")),
        ]
        return deadlines.start_many(wanted)


# Taking a notice into use


def test_a_new_year_makes_provisional_deadlines_certain(cast, started):
    crossing, near = started
    assert (crossing.due_on, crossing.is_provisional) == (d("2027-02-12"), True)
    import_year(notice(), actor=cast.sven, now=NOW)
    crossing.refresh_from_db()
    assert (crossing.due_on, crossing.is_provisional) == (d("2027-02-20"), False)
    event = Event.objects.get(action="deadline.recomputed")
    assert event.subject_id == crossing.pk
    assert event.actor == cast.sven
    assert event.changes == {
        "due_on": ["2027-02-12", "2027-02-20"],
        "is_provisional": [True, False],
    }
    before = near.due_on
    near.refresh_from_db()
    assert near.due_on == before


def test_an_import_is_on_record(cast):
    year = import_year(notice(), actor=cast.sven, now=NOW)
    assert (year.imported_by, year.imported_at) == (cast.sven, NOW)
    assert year.notice() == notice()
    event = Event.objects.get(action="work_year.imported")
    assert event.changes["published_on"] == [None, "2026-11-05"]
    assert event.changes["days_off"][1]["端午节"] == ["2027-06-09", "2027-06-09"]
    assert calendar.current().years[-1] == 2027


def test_the_same_notice_twice_changes_nothing(cast):
    import_year(notice(), actor=cast.sven, now=NOW)
    import_year(notice(), actor=cast.sven, now=NOW)
    assert Event.objects.filter(action__startswith="work_year").count() == 1


def test_a_year_in_use_is_replaced_only_when_that_is_confirmed(cast):
    import_year(notice(), actor=cast.sven, now=NOW)
    other = notice(source="更正")
    with pytest.raises(YearTaken):
        import_year(other, actor=cast.sven, now=NOW)
    assert WorkYear.objects.get(pk=2027).source != "更正"
    import_year(other, actor=cast.sven, replace=True, now=NOW)
    assert WorkYear.objects.get(pk=2027).source == "更正"
    event = Event.objects.get(action="work_year.replaced")
    assert event.changes == {"source": ["国办发明电〔2026〕9号", "更正"]}


def test_a_corrected_notice_moves_deadlines_that_were_certain(cast, started):
    import_year(notice(), actor=cast.sven, now=NOW)
    rows = tuple(row for row in notice().off if row.name != "元旦")
    longer = notice(off=(off("元旦", "2027-01-01", "2027-01-04"), *rows))
    import_year(longer, actor=cast.sven, replace=True, now=NOW)
    crossing = Deadline.objects.get(pk=started[0].pk)
    assert crossing.due_on == d("2027-02-22")


def test_days_of_the_december_before_move_deadlines_of_that_year(cast, started):
    rows = tuple(row for row in notice().off if row.name != "元旦")
    early = notice(off=(off("元旦", "2026-12-25", "2027-01-03"), *rows))
    assert started[1].due_on == d("2026-12-25")
    import_year(early, actor=cast.sven, now=NOW)
    near = Deadline.objects.get(pk=started[1].pk)
    assert (near.due_on, near.is_provisional) == (d("2027-01-04"), False)


def test_a_deadline_that_is_met_stays_as_it_was(cast, started):
    with transaction.atomic():
        deadlines.meet(started[0], now=NOW)
    import_year(notice(), actor=cast.sven, now=NOW)
    assert Deadline.objects.get(pk=started[0].pk).due_on == d("2027-02-12")


@pytest.mark.parametrize(
    "who", ["olga", "uma", "dora", "maria", "selma", "alma", "otto"]
)
def test_only_the_system_administrator_imports(cast, who):
    with pytest.raises(PermissionDenied):
        import_year(notice(), actor=getattr(cast, who), now=NOW)
    assert not WorkYear.objects.filter(pk=2027).exists()


def test_an_unsound_notice_is_refused_whole(cast):
    with pytest.raises(UnsoundNotice) as refusal:
        import_year(notice(source=" ", published_on=None), actor=cast.sven, now=NOW)
    assert [one.code for one in refusal.value.problems] == ["no_source", "no_date"]
    assert not WorkYear.objects.filter(pk=2027).exists()


def test_a_preview_says_what_would_come_of_it(cast, started):
    seen = calendar.preview(notice(), now=NOW)
    assert (seen.problems, seen.unusual, seen.replaces) == ([], [], None)
    assert seen.months == workdays_per_month(notice())
    assert (seen.total, seen.provisional_count) == (247, 1)
    rows = tuple(row for row in notice().off if row.name != "端午节")
    odd = calendar.preview(notice(off=rows), now=NOW)
    assert [one.values["name"] for one in odd.unusual] == ["端午节"]
    assert calendar.preview(notice(2026), now=NOW).replaces.pk == 2026
    for year in (0, -1, 10**30, 3000):
        bad = calendar.preview(HolidayYear(year), now=NOW)
        assert bad.problems[0].code in PROBLEMS
        assert bad.months == []


# What is wrong with a notice

FEW = (off("元旦", "2027-01-01"),)


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("year_out_of_range", {"year": 1948}),
        ("no_days_off", {"off": ()}),
        ("too_many_rows", {"off": FEW * 21}),
        ("bad_name", {"off": (off("", "2027-01-01"),)}),
        ("bad_name", {"off": (off("节" * 21, "2027-01-01"),)}),
        ("bad_name", {"off": (off("元\n旦", "2027-01-01"),)}),
        ("name_twice", {"off": (*FEW, off("元旦", "2027-02-01"))}),
        ("ends_before_start", {"off": (off("元旦", "2027-01-02", "2027-01-01"),)}),
        ("too_long", {"off": (off("春节", "2027-02-01", "2027-02-17"),)}),
        ("outside_year", {"off": (off("元旦", "2026-11-30", "2026-12-02"),)}),
        ("outside_year", {"off": (off("元旦", "2026-12-30", "2026-12-31"),)}),
        ("outside_year", {"off": (off("元旦", "2027-12-31", "2028-01-01"),)}),
        ("off_twice", {"off": (*FEW, off("春节", "2026-12-31", "2027-01-01"))}),
        ("makeup_outside_year", {"makeups": (Makeup(d("2028-01-02")),)}),
        ("makeup_outside_year", {"makeups": (Makeup(d("2026-11-29")),)}),
        ("makeup_not_weekend", {"makeups": (Makeup(d("2027-02-16")),)}),
        ("makeup_twice", {"makeups": (Makeup(d("2027-02-20")),) * 2}),
        ("makeup_is_off", {"makeups": (Makeup(d("2027-01-02")),)}),
        ("implausible_total", {"off": FEW, "makeups": ()}),
    ],
)
def test_what_is_wrong_is_named_in_a_sentence(code, changes):
    found = problems(notice(**changes))
    assert code in [one.code for one in found]
    with translation.override("zh-hans"):
        for one in found:
            sentence = problem_sentence(one)
            assert "%(" not in sentence
            assert sentence.endswith(("。", "？"))


def test_every_published_notice_is_sound():
    assert {year.year: problems(year) for year in published_years()} == {
        year: [] for year in range(2019, 2027)
    }


def test_a_make_up_day_may_lie_in_december_before():
    assert problems(notice(makeups=(Makeup(d("2026-12-27")),))) == []


# The file


def test_a_notice_as_a_file_is_read_back_equal():
    for year in published_years():
        assert from_json(to_json(year)) == year


def test_make_up_days_may_come_as_a_list():
    data = to_json(notice()) | {"makeup_workdays": ["2027-02-20"]}
    assert from_json(data).makeups == (Makeup(d("2027-02-20")),)


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("year", {"year": "2027"}),
        ("year", {"year": True}),
        ("off", {"off": []}),
        ("off", {"off": {"元旦": "2027-01-01"}}),
        ("off", {"off": {"元旦": ["2027-01-01"]}}),
        ("day", {"off": {"元旦": ["2027-01-01", 5]}}),
        ("day", {"off": {"元旦": ["2027-01-01", "20270103"]}}),
        ("day", {"off": {"元旦": ["2027-01-01", "2027-02-30"]}}),
        ("makeup_workdays", {"makeup_workdays": None}),
        ("makeup_workdays", {"makeup_workdays": "2027-02-20"}),
        ("makeup_workdays", {"makeup_workdays": {"2027-02-20": 1}}),
        ("source", {"source": 7}),
        ("day", {"published_on": "soon"}),
    ],
)
def test_a_file_of_another_shape_is_refused(code, changes):
    with pytest.raises(BadNotice) as refusal:
        from_json(to_json(notice()) | changes)
    assert refusal.value.code == code
    with pytest.raises(BadNotice):
        from_json([])


# The printed text


def printed(year):
    """The notice in the words of the State Council, from the data."""

    def day(one, before=None):
        own = f"{one.year}年" if one.year != (before or year).year else ""
        return f"{own}{one.month}月{one.day}日（周{'一二三四五六日'[one.weekday()]}）"

    lines = [f"关于{year.year}年部分节假日安排的通知", "国办发明电〔2026〕9号", ""]
    for number, row in zip("一二三四五六七", year.off, strict=False):
        span = day(row.first)
        if row.last != row.first:
            span += f"至{day(row.last, row.first)}"
        line = (
            f"　　{number}、{row.name}：{span}放假调休，共{len(list(row.days()))}天。"
        )
        worked = [day(one.day) for one in year.makeups if one.name == row.name]
        lines.append(line + ("、".join(worked) + "上班。" if worked else ""))
    lines += ["鼓励各单位安排职工在除夕（2月9日）休息。", "2026年11月5日"]
    return "\n".join(lines)


@pytest.mark.parametrize("year", published_years(), ids=lambda year: str(year.year))
def test_the_printed_notice_is_read(year):
    got = read_notice(printed(year))
    assert got.unread == ()
    assert (got.notice.year, got.notice.off) == (year.year, year.off)
    assert set(got.notice.makeups) == set(year.makeups)
    assert got.notice.source == "国办发明电〔2026〕9号"
    assert got.notice.published_on == d("2026-11-05")


def test_short_forms_and_narrow_punctuation_are_read_too():
    got = read_notice(
        "六、中秋节、国庆节:9月29日至10月6日放假调休,共8天。", 2023
    ).notice
    assert got.off == (off("中秋节、国庆节", "2023-09-29", "2023-10-06"),)
    got = read_notice("一、元旦:1月1日放假,与周末连休。", 2024).notice
    assert got.off == (off("元旦", "2024-01-01"),)


def test_what_cannot_be_read_is_named():
    got = read_notice("一、元旦：放假安排另行通知。\n二、春节：2月30日放假。", 2027)
    assert (got.notice.off, got.unread) == ((), ("元旦", "春节"))
    assert read_notice("").notice.off == ()


# The calendar in each process


def test_another_process_notices_a_new_year_within_a_minute(cast, monkeypatch):
    clock = [1000.0]
    monkeypatch.setattr(calendar.time, "monotonic", lambda: clock[0])
    assert calendar.current().years[-1] == 2026
    WorkYear.objects.create(
        year=2027,
        days_off={},
        makeup_days={},
        source="x",
        published_on=d("2026-11-05"),
        imported_at=timezone.now(),
    )
    clock[0] += 59
    assert calendar.current().years[-1] == 2026
    clock[0] += 1
    assert calendar.current().years[-1] == 2027


def test_the_calendar_costs_no_query_while_it_is_fresh(queries_of):
    assert queries_of(lambda: calendar.add(d("2026-11-16"), 5)) == 0


def test_the_job_asks_the_database_before_it_computes(cast, started):
    calendar.refresh()
    WorkYear.objects.create(
        year=2027,
        days_off={"春节": ["2027-02-08", "2027-02-12"]},
        makeup_days={},
        source="x",
        published_on=d("2026-11-05"),
        imported_at=timezone.now(),
    )
    jobs.recompute_deadlines()
    assert Deadline.objects.get(pk=started[0].pk).due_on == d("2027-02-19")


# The years that come with the program


def test_the_published_years_are_in_every_new_database(db):
    stored = {year.pk: year.notice() for year in WorkYear.objects.all()}
    assert stored == {year.year: year for year in published_years()}


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_years_are_there_again_after_a_flush():
    call_command("flush", interactive=False, verbosity=0)
    assert WorkYear.objects.count() == len(published_years())


def test_seeding_again_leaves_what_an_administrator_changed(db):
    WorkYear.objects.filter(pk=2026).update(source="更正")
    WorkYear.objects.filter(pk=2025).delete()
    seed_calendar.seed(apps=apps)
    assert WorkYear.objects.get(pk=2026).source == "更正"
    assert WorkYear.objects.get(pk=2025).notice() == published_years()[6]


def test_a_user_who_left_cannot_import(cast):
    cast.sven.is_active = False
    with pytest.raises(PermissionDenied):
        import_year(notice(), actor=cast.sven, now=NOW)
