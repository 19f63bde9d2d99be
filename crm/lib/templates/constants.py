"""Parts of templates that say the same on every page, in each language."""

from collections.abc import Sequence

from django.template.base import Node
from django.template.context import Context
from django.template.defaulttags import CommentNode, LoadNode, URLNode
from django.template.library import SimpleNode
from django.templatetags.i18n import TranslateNode
from django.templatetags.static import StaticNode
from django.utils.translation import get_language

from .variables import QuickExpression


class Constant(Node):
    """Neighbours that never change, rendered once per language."""

    child_nodelists = ()

    def __init__(self, parts: Sequence[Node]) -> None:
        self.parts = list(parts)
        self.texts: dict[tuple[str | None, bool], str] = {}

    def render(self, context: Context) -> str:
        key = (get_language(), context.autoescape)
        text = self.texts.get(key)
        if text is None:
            text = "".join(str(part.render_annotated(context)) for part in self.parts)
            self.texts[key] = text
        return text

    render_annotated = render


class Named(Node):
    """`{% translate "…" as name %}`: a constant that is put into the context."""

    child_nodelists = ()

    def __init__(self, node: Node, name: str) -> None:
        self.node = node
        self.name = name
        self.values: dict[tuple[str | None, bool], object] = {}

    def render(self, context: Context) -> str:
        key = (get_language(), context.autoescape)
        if key not in self.values:
            self.node.render(context)
            self.values[key] = context[self.name]
        context[self.name] = self.values[key]
        return ""

    render_annotated = render


def is_constant(node: Node) -> bool:
    """Whether the node says the same to everybody who reads the same language."""
    match node:
        case CommentNode() | LoadNode():
            return True
        case TranslateNode():
            return is_literal(node.filter_expression) and is_literal_or_none(
                node.message_context
            )
        case StaticNode():
            return is_literal(node.path)
        case URLNode():
            return is_literal(node.view_name) and not node.args and not node.kwargs
        case SimpleNode():
            return is_remembered(node)
    return False


def is_remembered(node: SimpleNode) -> bool:
    """A tag that caches its answers gives the same one each time."""
    arguments = [*node.args, *node.kwargs.values()]
    return (
        hasattr(node.func, "cache_info")
        and not node.takes_context
        and all(map(is_literal, arguments))
    )


def is_literal(expression: object) -> bool:
    return isinstance(expression, QuickExpression) and expression.is_constant


def is_literal_or_none(expression: object) -> bool:
    return expression is None or is_literal(expression)


def target_of(node: Node) -> str | None:
    """The name under which the node leaves its value, instead of showing it."""
    for attribute in ("asvar", "varname", "target_var"):
        if name := getattr(node, attribute, None):
            return str(name)
    return None
