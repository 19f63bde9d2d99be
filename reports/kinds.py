"""Kinds of papers: what each is called, how it is made, and who may read it."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise

from crm.models import Document, User


@dataclass(frozen=True)
class Kind:
    """One kind of document. `job` is the dotted name of what the worker calls."""

    key: str
    label: str | Promise
    job: str
    # Whether this person may read the paper: as the record that it tells of.
    is_readable: Callable[[User, Document], bool]
    # The page that it belongs to.
    address: Callable[[Document], str]
    ending: str = "pdf"
    mime: str = "application/pdf"


_kinds: dict[str, Kind] = {}


def register(*kinds: Kind) -> None:
    """Called once, when the apps are loaded."""
    _kinds.update({kind.key: kind for kind in kinds})


def kind_of(document: Document) -> Kind:
    return _kinds[document.kind]


def every() -> list[Kind]:
    return list(_kinds.values())
