"""Reads a drawing back: which words and bars stand where."""

import re
from dataclasses import dataclass
from itertools import combinations
from xml.etree import ElementTree as ET

from projects.picture.measure import width

BARS = {"tl-planned", "tl-actual", "tl-done", "tl-forecast", "tl-halt", "tl-before"}
LARGE = {"tl-name", "tl-head"}


@dataclass(frozen=True)
class Box:
    left: float
    right: float
    top: float
    bottom: float
    what: str

    def meets(self, other):
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


def tree(svg):
    return ET.fromstring(svg)


def tags(root, name):
    return root.iter(f"{{http://www.w3.org/2000/svg}}{name}")


def classes(node):
    return set(node.get("class", "").split())


def words_of(root):
    boxes = []
    for node in tags(root, "text"):
        size = 14 if classes(node) & LARGE else 12
        left, foot = float(node.get("x")), float(node.get("y"))
        right = left + width(node.text, size)
        boxes.append(Box(left, right, foot - size + 2, foot + 2, node.text))
    return boxes


def bars_of(root):
    return [
        Box(
            left := float(node.get("x")),
            left + float(node.get("width")),
            top := float(node.get("y")),
            top + float(node.get("height")),
            node.get("class"),
        )
        for node in tags(root, "rect")
        if classes(node) & BARS
    ]


def lines_of(root):
    """Lines that run through the rows: today, links of the critical path."""
    for node in tags(root, "path"):
        way = node.get("d")
        if classes(node) & {"tl-now-line", "tl-flag-line"}:
            x, low, high = map(float, re.match(r"M(\S+) (\S+)V([\d.]+)", way).groups())
            yield Box(x, x, low, high, "line")
        elif "tl-path" in classes(node):
            x, low, by, high = map(
                float, re.match(r"M(\S+) ([\d.]+)h(\d+)V([\d.]+)", way).groups()
            )
            yield Box(x + by, x + by, min(low, high), max(low, high), "path")
            if along := re.search(r"V[\d.]+H([\d.]+)m", way):
                yield Box(x + by, float(along[1]), high, high, "path")


def collisions(svg):
    """Words that meet other words, bars or lines."""
    root = tree(svg)
    words = words_of(root)
    others = [*bars_of(root), *lines_of(root)]
    pairs = [*combinations(words, 2), *((w, o) for w in words for o in others)]
    return [(one.what, other.what) for one, other in pairs if one.meets(other)]


def outside(svg):
    """Words and bars that do not lie inside the drawing."""
    root = tree(svg)
    wide, high = float(root.get("width")), float(root.get("height"))
    return [
        box
        for box in [*words_of(root), *bars_of(root)]
        if box.left < 0 or box.right > wide or box.top < 0 or box.bottom > high
    ]


def titles(svg):
    return [node.text for node in tags(tree(svg), "title")]
