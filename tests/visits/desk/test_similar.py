"""How alike two problems are told: pure, on texts and numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visits.similar import (
    ALL,
    SKETCH,
    Rarity,
    counted,
    kinds_of,
    likeness,
    pieces_of,
    sketch_of,
    written,
)

TEXTS = [
    ("车间招不到挡车工", "夜班排不满"),
    ("车间一周停电三次", "设备要重启"),
    ("流动资金贷款到期", "银行要求先还后贷"),
]


def weights_of(text, texts=TEXTS):
    return Rarity(counted(texts)).weights(pieces_of(text))


def words(pieces):
    return {written(piece) for piece in pieces}


def test_pieces_are_characters_and_neighbours_within_a_clause():
    assert words(pieces_of("停电，招工")) == {"停", "电", "停电", "招", "工", "招工"}


def test_amounts_and_full_width_say_nothing():
    assert words(pieces_of("缺工12人")) == {"缺", "工", "缺工", "人"}
    assert pieces_of("ＶＯＣ") == pieces_of("voc")


def test_only_the_beginning_of_a_long_text_counts():
    assert pieces_of("停电" * 400 + "招工") == pieces_of("停电" * 400)


@given(st.text(max_size=300), st.text(max_size=300))
def test_likeness_lies_between_nothing_and_all(one, other):
    weights = weights_of(one)
    assert 0 <= likeness(weights, pieces_of(other)) <= 1
    if weights:
        assert likeness(weights, pieces_of(one)) == pytest.approx(1)


@given(st.text(min_size=2, max_size=300))
def test_a_sketch_is_drawn_alike_each_time_and_never_longer(text):
    weights = weights_of(text)
    drawn = sketch_of(weights)
    assert drawn == sketch_of(dict(reversed(weights.items())))
    assert len(drawn) == min(len(weights), SKETCH)


def test_the_same_said_otherwise_is_liker_than_something_else():
    asked = weights_of("排污许可证变更材料退了两次，不清楚要补什么")
    near = likeness(asked, pieces_of("环评批复和排污许可衔接不清楚，办证被退回"))
    far = likeness(asked, pieces_of("厂门口道路坑洼，大货车进出困难"))
    assert near > 0.15 > far


def test_what_stands_in_every_text_is_not_drawn():
    texts = [(f"企业反映{chr(0x4E00 + n)}",) for n in range(60)]
    weights = weights_of("企业反映停电", texts)
    assert words(weights) & {"企", "业", "企业", "反映"} == set()
    assert "停电" in words(sketch_of(weights))


def test_a_kind_is_known_by_what_was_decided_on_its_words():
    counts = {ALL: {1: 3, 2: 3}}
    for category, texts in ((1, ["停电跳闸"] * 3), (2, ["招工缺工"] * 3)):
        for text in texts:
            for piece in pieces_of(text):
                of_piece = counts.setdefault(piece, {})
                of_piece[category] = of_piece.get(category, 0) + 1
    first, second = kinds_of(pieces_of("厂里常停电"), counts)
    assert written(first.piece) in {"停", "电", "停电"}
    assert (first.category, first.count, first.of) == (1, 3, 3)
    assert second.category == 2
    assert kinds_of(pieces_of("从没说过的话"), counts) == []
    assert kinds_of(pieces_of("停电"), {}) == []
