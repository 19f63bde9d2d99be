"""Long functions, classes and modules are refused: split them."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FOLDERS = ["crm", "projects", "visits", "reports", "deploy", "tests"]
# Lines, as CONTRIBUTING.md says.
FUNCTION, CLASS, MODULE = 50, 200, 400


def modules():
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def limit_of(node):
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return FUNCTION
    return CLASS if isinstance(node, ast.ClassDef) else None


def too_long(text):
    """Yield what is over its limit in one module's source."""
    if (lines := text.count("\n")) > MODULE:
        yield f"the module has {lines} lines of {MODULE}"
    for node in ast.walk(ast.parse(text)):
        limit = limit_of(node)
        if limit and (lines := node.end_lineno - node.lineno + 1) > limit:
            yield f"{node.name} has {lines} lines of {limit}"


def test_nothing_is_longer_than_a_person_reads_at_once():
    found = [
        f"{path.relative_to(ROOT)}: {what}"
        for path in modules()
        for what in too_long(path.read_text(encoding="utf-8"))
    ]

    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("source", "limit"),
    [("def f():\n", FUNCTION), ("class C:\n", CLASS), ("if 1:\n", MODULE)],
)
def test_one_line_more_is_noticed(source, limit):
    assert not list(too_long(source + "    0\n" * (limit - 1)))
    assert list(too_long(source + "    0\n" * limit))
