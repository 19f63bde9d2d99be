"""Variables of templates on the short way; whatever is unusual goes Django's."""

import re
from datetime import date, datetime
from functools import cache
from html import escape
from typing import Any

from django.template.base import (
    FilterExpression,
    Node,
    Parser,
    Variable,
    VariableNode,
    render_value_in_context,
)
from django.template.context import Context
from django.utils.safestring import SafeString

has_special = re.compile("[&<>\"']").search
# What a lookup never calls and never asks for an item.
PLAIN = frozenset({str, SafeString, int, bool, type(None), date, datetime})


class QuickVariable(Variable):
    """`row.name`: an attribute or a key, found without asking what else it could be."""

    # Any: whatever the page was given.
    def resolve(self, context: Any) -> Any:
        if self.lookups is None:
            return super().resolve(context)
        try:
            value = context[self.lookups[0]]
            for name in self.lookups[1:]:
                value = value[name] if type(value) is dict else attribute(value, name)
        except Exception:  # missing, or found in another way: Django knows
            return super().resolve(context)
        if type(value) in PLAIN or not callable(value):
            return value
        return super().resolve(context)


@cache
def has_attributes_only(kind: type) -> bool:
    """Whether Django would neither ask objects of this type for items nor call them."""
    names = {name for base in type.mro(kind) for name in vars(base)}
    return not names & {"__getitem__", "__call__"}


def attribute(value: Any, name: str) -> Any:  # Any: whatever the page was given
    if has_attributes_only(type(value)):  # type: ignore[arg-type] # types have a hash
        return getattr(value, name)
    raise LookupError


class QuickExpression(FilterExpression):
    """A variable with its filters; without filters one step less."""

    def __init__(self, token: str, parser: Parser) -> None:
        super().__init__(token, parser)
        if type(self.var) is Variable:
            self.var = QuickVariable(self.var.var)
        self.filters = [
            (function, [(is_var, quick(one)) for is_var, one in arguments])
            for function, arguments in self.filters
        ]

    @property
    def is_constant(self) -> bool:
        """A text or number that stands in the template, as it stands there."""
        return not self.filters and (not self.is_var or self.var.lookups is None)


def quick(argument: Any) -> Any:  # Any: a literal or a Variable
    return QuickVariable(argument.var) if type(argument) is Variable else argument


class QuickVariableNode(Node):
    """`{{ row.name }}`: most values are texts, and most texts need no escaping."""

    child_nodelists = ()

    def __init__(self, node: VariableNode) -> None:
        self.filter_expression = node.filter_expression

    def render(self, context: Context) -> Any:  # Any: text, as Node has it
        value = self.filter_expression.resolve(context)
        kind = type(value)
        if kind is SafeString:
            return value
        if kind is str and context.autoescape:
            return escape(value) if has_special(value) else value
        return render_value_in_context(value, context)

    render_annotated = render
