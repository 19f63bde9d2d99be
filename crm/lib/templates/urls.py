"""Addresses that end in a key, without looking through the site's table for each."""

from functools import cache

from django.template.context import Context
from django.template.defaulttags import URLNode
from django.urls import NoReverseMatch, reverse

# Stands for the key where the address is looked up; no address holds it by itself.
KEY = 918273645546372819


@cache
def around_key(name: str) -> tuple[str, str] | None:
    """What stands before and after the key; None where there is not one key."""
    try:
        before, found, after = reverse(name, args=[KEY]).partition(str(KEY))
    except NoReverseMatch:
        return None
    return (before, after) if found and str(KEY) not in after else None


def address(name: str, key: int) -> str:
    """`reverse(name, args=[key])`."""
    around = around_key(name)
    return f"{around[0]}{key}{around[1]}" if around else reverse(name, args=[key])


class QuickURL(URLNode):
    """`{% url "crm:company" row.pk %}`; what is not a plain key goes Django's way."""

    def __init__(self, node: URLNode) -> None:
        super().__init__(node.view_name, node.args, node.kwargs, node.asvar)

    def render(self, context: Context) -> str:
        key = self.args[0].resolve(context)
        around = around_key(self.view_name.resolve(context))
        if type(key) is not int or key < 0 or around is None:
            return str(super().render(context))
        url = f"{around[0]}{key}{around[1]}"
        if self.asvar:
            context[self.asvar] = url
            return ""
        return url

    render_annotated = render


def has_one_key(node: URLNode) -> bool:
    return len(node.args) == 1 and not node.kwargs
