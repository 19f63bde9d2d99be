"""How the code is laid out: what a reader relies on without looking."""

import ast
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps
from django.utils.module_loading import import_string

from crm.lib.querysets import ScopedQuerySet
from reports import kinds

ROOT = Path(__file__).resolve().parent.parent
APPS = ["crm", "projects", "visits", "reports"]
WRITES = {"save", "update", "delete", "create", "bulk_create", "get_or_create"}
WRITES |= {"update_or_create", "bulk_update"}

# Models whose rows every signed-in official may read, and why.
OPEN = {
    "crm.Region": "a choice in every form; names of places",
    "crm.Document": "a hash by its number; the file is read as its kind says",
    "crm.Department": "a choice in every form; names of offices",
    "crm.Industry": "a national classification",
    "crm.Tag": "words for kinds of companies",
    "crm.Attachment": "asked for by the record it hangs on, found visible before",
    "crm.StoredFile": "asked for by the record it hangs on, found visible before",
    "crm.HandoverNote": "asked for by its absence, found visible before",
    "visits.VisitVersion": "asked for by its visit, found visible before",
    "crm.WorkYear": "the published calendar",
    "projects.KeyListing": "asked for by its project, found visible before",
    "projects.LifeStep": "asked for by its project, found visible before",
    "projects.MilestoneMaterial": "asked for by its item, found visible before",
    "projects.ProgressNote": "asked for by its project, found visible before",
    "projects.LampRule": "numbers from which lamps turn yellow or red",
    "visits.RatingRule": "weights of levels and days, for one role",
    "visits.EscalationRule": "when something goes to whom",
    "visits.Category": "words for kinds of problems and their days",
}


def sources():
    for app in APPS:
        yield from sorted((ROOT / app).rglob("*.py"))


def name_of(path):
    return str(path.relative_to(ROOT))


@cache
def nodes(path):
    return list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


def imported(path):
    """The dotted names that a file imports, relative ones resolved."""
    package = path.relative_to(ROOT).with_suffix("").parts[:-1]
    for node in nodes(path):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            yield ".".join([*base, *filter(None, [node.module])])


@pytest.mark.parametrize("app", APPS)
def test_imports_go_down(app):
    above = APPS[APPS.index(app) + 1 :]
    wrong = [
        f"{name_of(path)} imports {name}"
        for path in sources()
        if path.relative_to(ROOT).parts[0] == app and "config" not in path.parts
        for name in imported(path)
        if name.split(".")[0] in {*above, "tests"} or name.startswith("crm.config")
    ]
    assert wrong == []


def test_the_cellar_knows_no_model():
    allowed = {"crm/lib/http.py", "crm/lib/querysets.py"}  # for the type checker only
    wrong = [
        f"{name_of(path)} imports {name}"
        for path in (ROOT / "crm/lib").rglob("*.py")
        for name in imported(path)
        if name.startswith(("crm.models", "crm.services", "crm.events"))
        and name_of(path) not in allowed
    ]
    assert wrong == []


def test_services_never_import_tasks_or_heavy_libraries():
    heavy = ("PIL", "weasyprint", "apprise", "pypinyin", "pi_heif", "pypdfium2")
    wrong = [
        f"{name_of(path)} imports {name}"
        for path in sources()
        if path.parts[-2] in {"services", "models", "views", "api"}
        or path.name in {"services.py", "views.py", "models.py"}
        for name in imported(path)
        if name.split(".")[0] in heavy or name.endswith((".jobs", ".tasks_of_worker"))
    ]
    assert wrong == []


def sizes(kind):
    for path in sources():
        if "migrations" in path.parts:
            continue
        for node in nodes(path):
            if isinstance(node, kind):
                yield f"{name_of(path)}:{node.name}", node.end_lineno - node.lineno + 1


def test_functions_are_at_most_50_lines():
    functions = sizes((ast.FunctionDef, ast.AsyncFunctionDef))
    assert {name: lines for name, lines in functions if lines > 50} == {}


def test_classes_are_at_most_200_lines():
    assert {name: lines for name, lines in sizes(ast.ClassDef) if lines > 200} == {}


def test_modules_are_at_most_400_lines():
    lines = {
        name_of(path): path.read_text().count("\n")
        for path in sources()
        if "migrations" not in path.parts
    }
    assert {name: n for name, n in lines.items() if n > 400} == {}


def may_write(path):
    parts, name = path.relative_to(ROOT).parts, path.name
    return (
        "services" in parts
        or "migrations" in parts
        or parts[:2] == ("crm", "lib")
        or name in {"services.py", "demo.py", "events.py"}
        or "demo" in parts
    )


# Writers outside services.py, each with the reason why it is not a service.
WRITERS = {
    "crm/session_store.py": "Django's own session row",
    "crm/sessions.py": "Django's own session row",
    "crm/search.py": "the search index follows the records",
    "crm/pinyin.py": "the search index follows the records",
    "crm/worker.py": "the queue's own rows",
}


def test_only_services_write():
    wrong = []
    for path in sources():
        if may_write(path) or name_of(path) in WRITERS:
            continue
        wrong.extend(
            f"{name_of(path)}:{node.lineno} {ast.unparse(node.func)}"
            for node in nodes(path)
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in WRITES
            and "objects" in ast.unparse(node.func.value)
        )
    assert wrong == []


def test_saving_names_its_fields():
    """Two people who edit different fields must not undo each other."""
    wrong = [
        f"{name_of(path)}:{node.lineno}"
        for path in sources()
        if "services" in path.parts and "migrations" not in path.parts
        for node in nodes(path)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "save"
        and not {"update_fields", "force_insert"} & {word.arg for word in node.keywords}
        and not node.args
        and "storage" not in ast.unparse(node.func.value)
    ]
    assert wrong == []


def test_every_enqueued_name_resolves():
    names = {
        node.args[0].value
        for path in sources()
        for node in nodes(path)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "enqueue"
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }
    assert names, "tasks are enqueued by name"
    names |= {kind.job for kind in kinds.every()}
    for name in sorted(names):
        assert callable(import_string(name)), name


def test_models_that_people_read_are_scoped_or_listed():
    """A model with a list of its own decides whose rows it shows, closed by default."""
    used = {
        node.value.attr if isinstance(node.value, ast.Attribute) else node.value.id
        for path in sources()
        if "views" in path.parts or "api" in path.parts
        for node in nodes(path)
        if isinstance(node, ast.Attribute)
        and node.attr == "objects"
        and isinstance(node.value, ast.Name | ast.Attribute)
    }
    unscoped = {
        model._meta.label
        for model in apps.get_models()
        if model.__name__ in used
        and model._meta.app_label in APPS
        and not isinstance(model._default_manager.all(), ScopedQuerySet)
    }
    assert unscoped - set(OPEN) == set()


def test_private_names_stay_private():
    wrong = [
        f"{name_of(path)}: {alias.name}"
        for path in sources()
        for node in nodes(path)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.name.startswith("_")
    ]
    assert wrong == []


def test_several_choices_take_no_key_that_databases_refuse():
    """Django's own field asks the database, which fails on a number too large."""
    plain = [
        name_of(path)
        for path in sources()
        if "ModelMultipleChoiceField" in path.read_text(encoding="utf-8")
    ]
    assert plain == ["crm/forms/choices.py"]
