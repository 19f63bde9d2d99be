"""Prepared templates say what Django's own would say."""

from dataclasses import dataclass
from datetime import date
from functools import partial
from types import SimpleNamespace

import pytest
from django.template import Context, Engine, engines
from django.template.base import TextNode
from django.utils.translation import override

from crm.company_page import StreamItem
from crm.lib.templates.constants import Constant
from crm.lib.templates.loader import QuickTemplate
from crm.models import Attachment, StoredFile
from crm.templatetags.ui import icon, render_each
from tests.factories import NOON


class Row:
    pk = 7
    name = "<甲> & 乙"
    none = None
    on = date(2026, 10, 9)

    def __str__(self):
        return "<row>"

    def called(self):
        return "called"

    def dangerous(self):
        raise AssertionError("a template must not call it")

    dangerous.alters_data = True

    @property
    def broken(self):
        raise AttributeError("inside")


SOURCES = [
    "{{ row.name }} {{ row.name|safe }} {{ row.name|upper }} {{ row.none }}",
    "{{ row.called }} {{ row.dangerous }} {{ row.missing }} {{ nothing }} {{ row }}",
    "{{ list.0 }} {{ list.1.name }} {{ dict.key }} {{ dict.items }} {{ text.upper }}",
    "{% autoescape off %}{{ row.name }} {% translate 'a < b' %}{% endautoescape %}",
    "{% translate 'Companies' %} {% icon 'plus' %} {# not shown #}"
    "{% translate 'x' as y %}{{ y }}{% url 'crm:companies' as all %}{{ all }}",
    "{% url 'crm:companies' %} {{ row.pk }}",
    "{% url 'crm:company' row.pk %} {% url 'crm:company' 5 %} {% url 'no:such' as no %}"
    "{% url 'crm:company' row.pk as one %}{{ one }}",
    "{% for a, b in pairs %}{{ forloop.counter }}{{ a }}{% if b %}{{ b.name }}"
    "{% endif %}"
    "{% include 'parts/_crumb.html' with label=a url=b only %}{% endfor %}{{ a }}",
    "{% if row.pk == 7 and not row.none %}{% with n=row.name %}{{ n }}{% endwith %}"
    "{% else %}no{% endif %}{{ 'text' }}{{ 5 }}{{ row.on|date:'Y' }}{{ row.on }}",
]


def both(source):
    engine = engines["django"].engine
    made = Engine(libraries=engine.libraries, builtins=engine.builtins, loaders=[])
    made.template_loaders = engine.template_loaders
    return made.from_string(source), QuickTemplate(source, engine=made)


def values():
    row = Row()
    return {
        "row": row,
        "list": ["<1>", SimpleNamespace(name="zwei")],
        "dict": {"key": "<v>", "items": "an item"},
        "text": "abc",
        "pairs": [("a<", row), ("b", None)],
    }


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_prepared_template_says_the_same(source, language):
    plain, quick = both(source)
    with override(language):
        for _ in range(2):  # the second time from what was kept
            assert quick.render(Context(values())) == plain.render(Context(values()))


def test_a_mistake_in_a_property_is_not_hidden():
    for template in both("{{ row.broken }}"):
        with pytest.raises(AttributeError, match="inside"):
            template.render(Context(values()))


def test_constant_neighbours_become_one_and_follow_the_language():
    _, quick = both("<b>{% translate 'Companies' %}</b>{% icon 'plus' %}")
    assert [type(node) for node in quick.nodelist] == [Constant]
    with override("zh-hans"):
        chinese = quick.render(Context())
    with override("en"):
        assert quick.render(Context()) != chinese
    assert "Companies" not in chinese


def test_what_takes_a_value_is_not_constant():
    _, quick = both("a{% icon name %}b")
    assert isinstance(quick.nodelist[0], TextNode)
    shown = [quick.render(Context({"name": name})) for name in ("plus", "x")]
    assert shown == [f"a{icon('plus')}b", f"a{icon('x')}b"]


def test_pages_are_made_with_it():
    assert isinstance(
        engines["django"].get_template("base.html").template, QuickTemplate
    )


@dataclass(frozen=True)
class Line:
    pk: int
    company: str
    day: date = date(2026, 10, 9)
    purpose: str = ""
    mode_label: str = ""
    officer: str = ""
    for_unit: bool = False
    is_held: bool = True
    status_label: str = ""


def shown(rows, today, language="en"):
    with override(language):
        return render_each(rows, "visits/_visit_row.html", today=today)


def test_rows_are_shown_as_they_are_now():
    today, tomorrow = date(2026, 10, 9), date(2026, 10, 10)
    first = shown([Line(1, "<甲>"), Line(2, "乙")], today)
    assert first.count("<tr") == 2
    assert "&lt;甲&gt;" in first
    assert shown([Line(1, "<甲>"), Line(2, "乙")], today) == first
    assert "丙" in shown([Line(1, "丙")], today)
    assert shown([Line(1, "<甲>")], tomorrow) not in first
    assert shown([Line(1, "<甲>")], today, "zh-hans") not in first


def test_a_row_that_holds_a_list_is_never_kept():
    """What it holds changes while the row, as a key, would stay the same."""
    file = StoredFile(name="批复.pdf", size=10, state="received")
    held = [Attachment(pk=1, file=file)]
    item = StreamItem(NOON, who="olga", icon="message", what="", files=held)
    values = {"company_pk": 1, "now": NOON}
    with override("en"):
        render = partial(render_each, [item], "crm/_company_event.html", **values)
        assert "being checked" in render()
        file.state = StoredFile.State.STORED
        assert "being checked" not in render()
        held.clear()
        assert "批复" not in render()
