"""What the browser loads stays small, plain and within the content security policy."""

import gzip
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
STATIC = ROOT / "crm/static/crm"
APPS = ("crm", "projects", "visits", "reports")
TEMPLATES = [
    path
    for app in APPS
    for path in sorted((ROOT / app / "templates").rglob("*.html"))
    if "paper" not in path.parts  # WeasyPrint's, never a browser's
]
INLINE = re.compile(r"<style|\sstyle=|\son[a-z]+=\"|<script(?![^>]*\ssrc=)|javascript:")


def kilobytes(*names):
    sizes = [len(gzip.compress((STATIC / "dist" / n).read_bytes())) for n in names]
    return sum(sizes) / 1024


@pytest.mark.parametrize(
    ("names", "most"),
    [
        (["app.css"], 12),
        (["app.js"], 28),
        # With its HTML the phone's visit page stays below 60.
        (["app.css", "app.js", "capture.js", "icons.svg"], 55),
    ],
)
def test_what_a_page_loads_is_small(names, most):
    assert kilobytes(*names) <= most


def test_a_script_has_one_behaviour():
    lengths = {
        path.name: len(path.read_text().splitlines())
        for path in (STATIC / "js").rglob("*.js")
    }
    assert {name: n for name, n in lengths.items() if n > 150} == {}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_page_has_inline_style_or_script(path):
    text = re.sub(r"\{#.*?#\}", "", path.read_text(), flags=re.S)
    assert INLINE.findall(text) == []


def test_every_icon_that_is_named_is_in_the_sprite():
    listed = set((STATIC / "icons.txt").read_text().split())
    pages = "".join(path.read_text() for path in TEMPLATES)
    code = "".join(p.read_text() for p in (ROOT).glob("*/apps.py"))
    named = set(re.findall(r"\{% icon \"([\w-]+)\"", pages))
    named |= set(re.findall(r"icon=\"([\w-]+)\"", pages + code))
    assert named - listed == set()


@pytest.mark.slow
def test_every_icon_of_the_sprite_is_used():
    listed = (STATIC / "icons.txt").read_text().split()
    scripts = (STATIC / "js").rglob("*.js")
    code = [path for app in APPS for path in (ROOT / app).rglob("*.py")]
    text = "".join(path.read_text() for path in (*TEMPLATES, *scripts, *code))
    assert [one for one in listed if not re.search(rf"[\"']{one}[\"']", text)] == []
