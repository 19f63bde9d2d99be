"""Load templates once and prepare them: constant parts, short ways to variables.

Django's own nodes do the rest. Only without DEBUG, whose pages for errors need every
node as it was written (docs/decisions/0011-quick-templates.md).
"""

from typing import Any

from django.template import Engine, Origin, Template
from django.template.base import (
    Lexer,
    Node,
    NodeList,
    Parser,
    TextNode,
    Token,
    VariableNode,
)
from django.template.context import Context
from django.template.defaulttags import URLNode
from django.template.loader_tags import IncludeNode
from django.template.loaders import cached

from .constants import Constant, Named, is_constant, is_literal, target_of
from .urls import QuickURL, has_one_key
from .variables import QuickExpression, QuickVariableNode


class QuickParser(Parser):
    """Django's parser; each finished node is exchanged for a quicker one."""

    def compile_filter(self, token: str) -> QuickExpression:
        return QuickExpression(token, self)

    def extend_nodelist(self, nodelist: NodeList, node: Node, token: Token) -> None:
        super().extend_nodelist(nodelist, node, token)
        made = quicker(node)
        made.token, made.origin = node.token, node.origin
        nodelist[-1] = made
        if len(nodelist) > 1:
            nodelist[-2:] = joined(*nodelist[-2:])


def quicker(node: Node) -> Node:
    if isinstance(node, VariableNode):
        return QuickVariableNode(node)
    if type(node) is IncludeNode and is_literal(node.template):
        return QuickInclude(node)
    if isinstance(node, URLNode) and is_literal(node.view_name) and has_one_key(node):
        return QuickURL(node)
    if is_constant(node):
        name = target_of(node)
        return Named(node, name) if name else Constant([node])
    return node


def joined(before: Node, last: Node) -> list[Node]:
    """One node of two neighbours, where both are constant."""
    kinds = (TextNode, Constant)
    if isinstance(last, Constant) and isinstance(before, kinds):
        parts = before.parts if isinstance(before, Constant) else [before]
        made = Constant([*parts, *last.parts])
    elif isinstance(last, TextNode) and isinstance(before, Constant):
        made = Constant([*before.parts, last])
    else:
        return [before, last]
    made.token, made.origin = before.token, before.origin
    return [made]


class QuickInclude(IncludeNode):
    """`{% include "…" %}`: the name is looked up once, `only` copies no context."""

    found: Template | None = None

    def __init__(self, node: IncludeNode) -> None:
        super().__init__(
            node.template,
            extra_context=node.extra_context,
            isolated_context=node.isolated_context,
        )

    def render(self, context: Context) -> Any:  # Any: as IncludeNode's
        if self.found is None:
            name = self.template.resolve(context)
            self.found = engine_of(context).get_template(name)
        given = self.extra_context.items()
        values = {name: expression.resolve(context) for name, expression in given}
        if self.isolated_context:
            return render_alone(self.found, context, values)
        with context.push(**values):
            return self.found.render(context)

    render_annotated = render


def engine_of(context: Context) -> Engine:
    if context.template is None:
        raise RuntimeError("a fragment is rendered without a template")
    return context.template.engine


def render_alone(
    template: Template, context: Context, values: dict[str, Any]
) -> Any:  # Any: values of all kinds; a SafeString
    """What template.render(context.new(values)) does, without copying the context."""
    inner = object.__new__(type(context))
    inner.__dict__.update(context.__dict__)
    inner.__dict__.pop("_processors_index", None)
    inner._reset_dicts(values)  # type: ignore[attr-defined] # the stub lacks it
    state = context.render_context
    outer, state.template = state.template, template
    state.dicts.append({})
    try:
        return template._render(inner)  # type: ignore[attr-defined] # the stub lacks it
    finally:
        state.template = outer
        state.dicts.pop()


class QuickTemplate(Template):
    """A template of the quick parser."""

    def compile_nodelist(self) -> NodeList:
        engine = self.engine
        parser = QuickParser(
            Lexer(self.source).tokenize(),
            engine.template_libraries,
            engine.template_builtins,
            self.origin,
        )
        nodelist = parser.parse()
        self.extra_data = parser.extra_data
        return nodelist


class Loader(cached.Loader):
    """Django's cached loader with our templates in the cache."""

    def get_template(
        self, template_name: str, skip: list[Origin] | None = None
    ) -> Template:
        key = self.cache_key(template_name, skip)
        known = self.get_template_cache.get(key)
        if isinstance(known, QuickTemplate):
            return known
        plain = super().get_template(template_name, skip)
        if self.engine.debug:
            return plain
        made = QuickTemplate(str(plain.source), plain.origin, plain.name, self.engine)
        self.get_template_cache[key] = made
        return made
