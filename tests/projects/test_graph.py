"""The drawing of a template: boxes apart, each right of all it needs, nothing lost."""

import re
from xml.etree import ElementTree as ET

from hypothesis import given, settings
from hypothesis import strategies as st

from projects.picture.graph import GAP_X, HIGH, WIDE, Node, graph, laid_out

LONG = "建设项目用地预审与选址意见书" * 3
LANES = {1: "立项", 2: "工程", 3: "施工", 5: "并行"}


@st.composite
def graphs(draw, most=12):
    nodes = []
    for n in range(draw(st.integers(0, most))):
        needs = tuple(one.key for one in nodes if draw(st.booleans()))
        levels = {one.key: one.level for one in nodes}
        nodes.append(
            Node(
                key=f"k{n}",
                name=draw(st.sampled_from(["备案", LONG])),
                lane=draw(st.sampled_from([1, 2, 3, 5])),
                level=max((levels[key] + 1 for key in needs), default=0),
                needs=needs,
                is_critical=draw(st.booleans()),
            )
        )
    return nodes


def apart(one, other):
    return abs(one.x - other.x) >= WIDE + GAP_X or abs(one.y - other.y) >= HIGH


@given(graphs())
def test_boxes_stand_apart_and_right_of_what_they_need(nodes):
    layout = laid_out(nodes, LANES)
    boxes = layout.boxes
    assert set(boxes) == {node.key for node in nodes}
    places = list(boxes.values())
    assert all(
        apart(one, other) for n, one in enumerate(places) for other in places[:n]
    )
    for node in nodes:
        box = boxes[node.key]
        assert 0 <= box.x <= layout.wide - WIDE and 0 <= box.y <= layout.high - HIGH
        assert all(boxes[need].x + WIDE < box.x for need in node.needs)


@given(graphs())
@settings(max_examples=30)
def test_a_stage_has_one_head_above_its_boxes(nodes):
    layout = laid_out(nodes, LANES)
    assert sorted(lane.name for lane in layout.lanes) == sorted(
        {LANES[node.lane] for node in nodes}
    )
    heads = {lane.name: lane for lane in layout.lanes}
    for node in nodes:
        head, box = heads[LANES[node.lane]], layout.boxes[node.key]
        assert head.y < box.y and head.x <= box.x
        assert box.x + WIDE <= head.x + head.wide


@given(graphs())
@settings(max_examples=30)
def test_it_is_whole_and_every_arrow_is_drawn(nodes):
    root = ET.fromstring(graph(nodes, LANES, "图"))
    arrows = [
        one for one in root.iter("path") if one.get("class", "").startswith("g-arrow")
    ]
    assert len(arrows) == sum(len(node.needs) for node in nodes)


def test_names_cannot_break_out_of_it():
    evil = '"><script>alert(1)</script>'
    node = Node("k", evil, 1, 0, foot=evil, sentence=evil, url=f"/{evil}")
    drawn = graph([node], {1: evil}, evil)
    assert "<script" not in drawn and ET.fromstring(drawn) is not None


def test_a_bracket_never_begins_a_line():
    node = Node("k", "环境影响评价审批(报告表)", 1, 0)
    lines = re.findall(r'class="g-name"[^>]*>([^<]*)<', graph([node], LANES, ""))
    assert lines == ["环境影响评价审批(报告", "表)"]


def test_nothing_is_a_drawing_as_well():
    assert graph([], LANES, "图").startswith("<svg")
