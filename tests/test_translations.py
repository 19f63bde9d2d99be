"""Chinese first: every sentence is translated, none is left in the code."""

import ast
import re
import shutil
import subprocess
from pathlib import Path

import polib
import pytest

ROOT = Path(__file__).resolve().parent.parent
APPS = ["crm", "projects", "visits", "reports"]
CHINESE = re.compile(r"[一-鿿]")
COMMENTS = re.compile(r"\{#.*?#\}|\{% comment.*?endcomment %\}|<!--.*?-->", re.S)


def catalogue(app):
    return polib.pofile(ROOT / app / "locale/zh_Hans/LC_MESSAGES/django.po")


def key(entry):
    return entry.msgctxt, entry.msgid, entry.msgid_plural


@pytest.mark.parametrize("app", APPS)
def test_every_entry_has_its_chinese(app):
    missing = [
        entry.msgid
        for entry in catalogue(app)
        if not entry.obsolete and (entry.fuzzy or not entry.translated())
    ]
    assert missing == []


@pytest.mark.parametrize("app", APPS)
def test_placeholders_survive_translation(app):
    names = re.compile(r"%\((\w+)\)")
    wrong = [
        entry.msgid
        for entry in catalogue(app)
        for text in [entry.msgstr, *entry.msgstr_plural.values()]
        if not set(names.findall(text or ""))
        <= set(names.findall(entry.msgid + entry.msgid_plural))
    ]
    assert wrong == []


def test_a_word_means_the_same_in_every_app():
    """Catalogues are merged: the first app's Chinese would show in all of them."""
    meanings = {}
    for app in APPS:
        for entry in catalogue(app):
            text = entry.msgstr or "/".join(entry.msgstr_plural.values())
            meanings.setdefault(key(entry)[:2], {}).setdefault(text, app)
    assert {k: v for k, v in meanings.items() if len(v) > 1} == {}


@pytest.mark.slow
@pytest.mark.parametrize("app", APPS)
def test_no_sentence_of_the_code_is_missing_in_the_catalogue(app, tmp_path):
    copy = tmp_path / app
    shutil.copytree(
        ROOT / app, copy, ignore=shutil.ignore_patterns("static", "locale", "*.pyc")
    )
    (copy / "locale").mkdir()
    subprocess.run(
        ["django-admin", "makemessages", "-l", "zh_Hans", "-v0", "-e", "html,txt,py"],
        cwd=copy,
        check=True,
        env={"PATH": f"{ROOT}/.venv/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
    )
    used = polib.pofile(copy / "locale/zh_Hans/LC_MESSAGES/django.po")
    known = {key(entry) for entry in catalogue(app)}
    # Django's own words ("Yes", "No") come with their own catalogue.
    missing = [entry.msgid for entry in used if key(entry) not in known]
    assert missing == []


def test_templates_hold_no_chinese():
    """A sentence in a template would be Chinese for everyone."""
    wrong = [
        f"{path.relative_to(ROOT)}: {line.strip()[:60]}"
        for app in APPS
        for path in (ROOT / app).rglob("templates/**/*.html")
        if "styleguide" not in str(path)
        for line in COMMENTS.sub("", path.read_text()).splitlines()
        if CHINESE.search(line.replace("中文", ""))
    ]
    assert wrong == []


def strings_of(path):
    text = path.read_text()
    if not CHINESE.search(text):
        return
    tree = ast.parse(text)
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in docs
            and CHINESE.search(node.value)
        ):
            yield node.lineno, node.value


# Chinese that is data, not a sentence to a person.
DATA = {
    "crm/services/importing/reading.py": "the headings of the ledger",
    "crm/services/importing/values.py": "what people type into the ledger",
    "crm/pinyin.py": "characters with more than one reading",
    "crm/lib/phones.py": "an extension as people write it",
    "crm/lib/notice_text.py": "the wording of the State Council's notices",
    "crm/views/styleguide.py": "samples, only with DEBUG",
    "crm/formats/zh_Hans/formats.py": "formats of dates",
    "crm/formats/en/formats.py": "formats of dates",
    "projects/exchange/statuses.py": "days as people write them",
    "projects/exchange/columns.py": "the headings and words of a template's file",
    "reports/papers.py": "glyphs that warm the fonts up",
}


@pytest.mark.slow
def test_python_holds_no_chinese_sentences():
    wrong = [
        f"{path.relative_to(ROOT)}:{line} {text[:40]}"
        for app in APPS
        for path in (ROOT / app).rglob("*.py")
        if "migrations" not in path.parts
        and "demo" not in str(path)
        and str(path.relative_to(ROOT)) not in DATA
        for line, text in strings_of(path)
    ]
    assert wrong == []
