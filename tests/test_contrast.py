"""The colours of tokens.css can be read: text 4.5:1, shapes 3:1, in both schemes."""

import re
from pathlib import Path

import pytest

CSS = Path(__file__).parent.parent / "crm/static/crm/css/tokens.css"
GROUNDS = ["page", "surface", "frame", "sunken", "hover", "selected"]
TINTS = {"green": "green-ground", "amber": "amber-ground", "red": "red-ground"}

TEXT = [
    *((word, ground) for word in ("text", "quiet", "link") for ground in GROUNDS),
    *((word, ground) for word in ("text", "link") for ground in TINTS.values()),
    *((word, ground) for word in ("red", "amber") for ground in GROUNDS),
    *(("accent", ground) for ground in ("surface", "page")),
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
    ("on-red", "red"),
    ("on-red", "red-strong"),
    ("red", "red-ground"),
]
SHAPES = [
    *(
        (lamp, ground)
        for lamp in ("green", "amber", "red", "grey")
        for ground in GROUNDS
    ),
    *(TINTS.items()),
    *(("edge", ground) for ground in ("surface", "page", "sunken")),
    *((shape, ground) for shape in ("focus", "accent") for ground in GROUNDS),
]


def schemes():
    """The colours of the light scheme, of the dark one, and of the dark one again."""
    css = re.sub(r"/\*.*?\*/", "", CSS.read_text(), flags=re.S)
    blocks = re.findall(r"(:root[^{]*)\{([^{}]*)\}", css)
    read = [dict(re.findall(r"--([\w-]+):\s*([^;]+);", body)) for _, body in blocks]
    light, dark, by_system = read[0], read[1], read[2]
    return {"light": light, "dark": light | dark, "system": light | by_system}


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("pairs", "least"), [(TEXT, 4.5), (SHAPES, 3.0)])
def test_colours_can_be_told_apart(scheme, pairs, least):
    colours = schemes()[scheme]
    weak = {
        (front, ground): round(contrast(colours[front], colours[ground]), 2)
        for front, ground in pairs
        if contrast(colours[front], colours[ground]) < least
    }
    assert weak == {}


def test_dark_by_hand_and_by_system_are_the_same():
    found = schemes()
    assert found["dark"] == found["system"]


def test_a_token_that_is_used_exists():
    sheets = "".join(sheet.read_text() for sheet in CSS.parent.rglob("*.css"))
    used = set(re.findall(r"var\(--([\w-]+)", sheets))
    assert used - set(schemes()["light"]) == set()
