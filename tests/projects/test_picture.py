"""The timeline picture: what it promises whatever a project looks like."""

from dataclasses import replace
from datetime import date, timedelta
from time import process_time

import pytest
from django.template.loader import render_to_string
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from projects.picture import (
    Expiry,
    Halt,
    Item,
    Lane,
    Mark,
    MarkLine,
    Picture,
    Span,
    Zoom,
    drawn,
    paged,
)
from tests.projects import pictures
from tests.projects.drawn import (
    bars_of,
    classes,
    collisions,
    lines_of,
    outside,
    tags,
    titles,
    tree,
    words_of,
)

NASTY = "<script>alert('1')</script>\"&{{ x }}"


@pytest.fixture(autouse=True)
def in_chinese():
    with translation.override("zh-hans"):
        yield


def html(picture, part, zoom=Zoom.MONTH):
    context = {"drawing": drawn(picture, zoom), "lines": picture.lines}
    context["today"] = picture.today
    return render_to_string(f"projects/timeline/_{part}.html", context)


def check(picture, zoom):
    drawing = drawn(picture, zoom)
    for part in (drawing.axis, drawing.names, drawing.body):
        assert collisions(part) == []
        assert outside(part) == []
    return drawing


spans = st.builds(
    lambda first, days: Span(pictures.day(first), pictures.day(first + days)),
    st.integers(-400, 400),
    st.integers(0, 200),
)
maybe = st.none() | spans
halts = st.lists(
    st.builds(Halt, spans, st.sampled_from(["补正", "特别程序"])), max_size=2
)
expiries = st.none() | st.builds(
    Expiry, spans.map(lambda span: span.last), st.just("距到期 9 天")
)
items = st.builds(
    Item,
    key=st.just(""),
    name=st.text("审批用地abW1( ", min_size=1, max_size=40),
    department=st.sampled_from(["住建局", "行政审批服务局", "Housing Bureau"]),
    state=st.sampled_from(["部门审查", "办结(容缺通过)"]),
    planned=maybe,
    actual=maybe,
    forecast=maybe,
    before=maybe,
    due_on=st.none() | spans.map(lambda span: span.last),
    halts=halts.map(tuple),
    expiry=expiries,
    is_critical=st.booleans(),
)
marks = st.lists(
    st.builds(Mark, spans.map(lambda s: s.first), st.just("电话/视频 走访")),
    max_size=30,
)


@st.composite
def projects(draw):
    rows = draw(st.lists(items, min_size=1, max_size=12))
    keyed = [
        replace(row, key=str(n), needs=tuple(str(m) for m in range(max(0, n - 2), n)))
        for n, row in enumerate(rows)
    ]
    lines = (MarkLine("走访", "circle", tuple(draw(marks))),)
    lane = Lane("施工许可", tuple(keyed))
    return Picture("项目", pictures.TODAY, (lane,), lines)


@settings(max_examples=20, derandomize=True)
@given(projects(), st.sampled_from(Zoom))
def test_words_never_meet_words_or_bars_and_nothing_lies_outside(picture, zoom):
    with translation.override("zh-hans"):
        check(picture, zoom)


@pytest.mark.parametrize("zoom", Zoom)
def test_a_project_in_the_middle_of_its_approvals(zoom):
    check(pictures.story(), zoom)


@pytest.mark.parametrize("count", [1, 40, 500])
def test_any_number_of_items(count):
    drawing = check_quickly(pictures.chain(count))
    names = [node.text for node in tags(tree(drawing.names), "title")]
    assert len(names) == count + 1  # the stage has a name too


def check_quickly(picture):
    """Without comparing every word with every other: 500 have too many pairs."""
    drawing = drawn(picture, Zoom.MONTH)
    assert outside(drawing.body) == []
    assert outside(drawing.names) == []
    return drawing


@pytest.mark.parametrize("zoom", Zoom)
def test_a_project_of_six_years(zoom):
    long = pictures.item("a", -1000, 2190, name="六年")
    drawing = check(Picture("长", pictures.TODAY, (Lane("阶段", (long,)),)), zoom)
    assert float(tree(drawing.body).get("width")) <= 24_000


@pytest.mark.parametrize(
    "span",
    [Span(date.min, date.min), Span(date.max, date.max), Span(date.min, date.max)],
)
def test_the_ends_of_the_calendar_are_days_like_others(span):
    row = Item("a", "旧", "住建局", "部门审查", planned=span)
    check(Picture("远", pictures.TODAY, (Lane("阶段", (row,)),)), Zoom.WEEK)


def test_nothing_has_started_and_nothing_is_there():
    row = Item("a", "未排期", "住建局", "未开始")
    drawing = check(Picture("新", pictures.TODAY, (Lane("阶段", (row,)),)), Zoom.MONTH)
    assert bars_of(tree(drawing.body)) == []
    assert "未排期" in drawing.names
    check(Picture("空", pictures.TODAY, ()), Zoom.MONTH)


def facts_of(drawing):
    for stage in drawing.stages:
        yield stage.name
        for lane in stage.lanes:
            for told in lane.items:
                item = told.item
                yield from (item.name, item.department, item.state)
                yield from filter(None, [item.lamp, told.critical])
                yield from (value for _label, value in told.facts())


def test_drawing_list_and_table_say_the_same():
    picture = pictures.story()
    drawing = drawn(picture, Zoom.MONTH)
    told = "\n".join(titles(drawing.body) + titles(drawing.names))
    texts = {"list": html(picture, "list"), "table": html(picture, "table")}
    for fact in facts_of(drawing):
        assert fact in told
        assert all(fact in text for text in texts.values()), fact
    beside = html(picture, "picture")
    for mark in (mark for line in picture.lines for mark in line.marks):
        assert mark.word in told
        assert mark.word in beside


def test_what_a_bar_is_can_be_told_without_colour():
    """Planned is an outline, a forecast is hatched, a pause crossed, each by itself."""
    body = tree(drawn(pictures.story(), Zoom.MONTH).body)
    fills = {}
    for node in tags(body, "rect"):
        for css in classes(node):
            fills.setdefault(css, set()).add(node.get("fill"))
    assert fills["tl-forecast"] == {"url(#tl-hatch)"}
    assert fills["tl-halt"] == {"url(#tl-cross)"}
    assert fills["tl-planned"] == fills["tl-actual"] == {None}


def test_the_critical_path_is_marked_and_drawn():
    drawing = drawn(pictures.story(), Zoom.MONTH)
    critical = [i for i in pictures.story().items() if i.is_critical]
    marks = [g for g in tags(tree(drawing.names), "g") if "tl-mark" in classes(g)]
    paths = [p for p in tags(tree(drawing.body), "path") if "tl-path" in classes(p)]
    assert len(marks) == len(critical) == 5
    assert len(paths) == 4  # plan → drawing → quality, drawing → permit ← quality


def test_no_words_stand_on_the_arrow_that_leads_to_a_bar():
    first = pictures.item("a", -300, 10, is_critical=True)
    last = pictures.item("b", 300, 10, is_critical=True, needs=("a",))
    lane = Lane("阶段", (first, last))
    drawing = check(Picture("远", pictures.TODAY, (lane,)), Zoom.MONTH)
    assert len(list(lines_of(tree(drawing.body)))) == 3  # today, down, along


def test_pointing_at_an_item_shows_what_it_needs_and_what_needs_it():
    body = tree(drawn(pictures.story(), Zoom.MONTH).body)
    needs = {
        node.get("href"): len(
            [p for p in tags(node, "path") if "tl-need" in classes(p)]
        )
        for node in tags(body, "a")
        if "tl-item" in classes(node)
    }
    assert needs["#2"] == 2  # filing before it, the land permit after it
    assert needs["#9"] == 5


def test_names_of_people_are_only_text():
    row = pictures.item("a", name=NASTY, department=NASTY, state=NASTY, url=f"/{NASTY}")
    line = MarkLine(NASTY, "circle", (Mark(pictures.TODAY, NASTY, f"/{NASTY}"),))
    picture = Picture(NASTY, pictures.TODAY, (Lane(NASTY, (row,)),), (line,))
    drawing = check(picture, Zoom.WEEK)
    for text in (*drawn_parts(drawing), html(picture, "list"), html(picture, "table")):
        assert "<script" not in text
    assert any(NASTY in text for text in titles(drawing.body))


def drawn_parts(drawing):
    return drawing.axis, drawing.names, drawing.body


def test_there_is_no_style_and_no_script_in_it():
    drawing = drawn(pictures.story(), Zoom.MONTH)
    for text in drawn_parts(drawing):
        assert "style" not in text
        assert " on" not in text.split("<title>")[0]


def test_marks_of_near_days_are_drawn_as_one_with_their_number():
    days = [Mark(pictures.day(n), "上门") for n in range(5)]
    picture = pictures.story(lines=(MarkLine("走访", "circle", tuple(days)),))
    body = tree(drawn(picture, Zoom.MONTH).body)
    events = [g for g in tags(body, "g") if "tl-event" in classes(g)]
    assert len(events) == 1
    assert "5" in [box.what for box in words_of(events[0])]


def test_an_expiry_beyond_the_picture_is_an_arrow_at_its_edge():
    soon, later = pictures.day(20), pictures.day(9000)
    rows = [
        pictures.item("a", expiry=Expiry(soon)),
        pictures.item("b", expiry=Expiry(later)),
    ]
    picture = Picture("证", pictures.TODAY, (Lane("阶段", tuple(rows)),))
    drawing = check(picture, Zoom.MONTH)
    wide = float(tree(drawing.body).get("width"))
    places = [
        float(g.get("transform").removeprefix("translate(").split()[0])
        for g in tags(tree(drawing.body), "g")
        if "tl-expiry" in classes(g)
    ]
    assert places[0] < wide - 100
    assert places[1] == wide - 7
    assert later.isoformat() in titles(drawing.body)[-1]


def test_the_picture_reaches_as_far_as_the_last_deadline():
    due = pictures.item("a", due_on=pictures.day(900))
    picture = Picture("期", pictures.TODAY, (Lane("阶段", (due,)),))
    body = tree(drawn(picture, Zoom.MONTH).body)
    ticks = [p.get("d") for p in tags(body, "path") if "tl-due" in classes(p)]
    assert float(ticks[0][1:].split()[0]) < float(body.get("width"))


def test_paper_shows_every_row_once_on_as_many_pages_as_needed():
    picture = pictures.chain(100)
    pages = paged(picture, 1480, 36)
    assert [(page.number, page.count) for page in pages] == [(1, 3), (2, 3), (3, 3)]
    found = [title for page in pages for title in titles(page.svg)]
    for item in picture.items():
        assert sum(title.startswith(item.name + " ·") for title in found) == 2
    assert all(float(tree(page.svg).get("width")) <= 1480 for page in pages)


def test_forty_items_are_drawn_in_a_moment():
    lines = (
        MarkLine("走访", "circle", pictures.visits(200, 2)),
        MarkLine("问题", "diamond", pictures.visits(50, 5)),
    )
    picture = replace(pictures.chain(40), lines=lines)
    times = []
    for _ in range(9):
        began = process_time()
        drawn(picture, Zoom.MONTH)
        times.append(process_time() - began)
    assert min(times) < 0.015


def test_today_is_where_the_page_opens():
    drawing = drawn(pictures.story(), Zoom.MONTH)
    line = next(
        p for p in tags(tree(drawing.body), "path") if "tl-now-line" in classes(p)
    )
    assert line.get("d").startswith(f"M{drawing.today_x}")
    assert pictures.TODAY + timedelta(0) == date(2026, 10, 9)
