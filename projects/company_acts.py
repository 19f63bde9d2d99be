"""What else a company may do for its project: upper apps say so in `ready()`."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise

from projects.models import Project

# Where it is done; empty where this project has no such act.
Address = Callable[[Project], str]


@dataclass(frozen=True)
class Act:
    label: str | Promise
    icon: str
    url: str


_acts: dict[str, tuple[int, str | Promise, str, Address]] = {}


def register(
    name: str, order: int, label: str | Promise, icon: str, address: Address
) -> None:
    _acts[name] = order, label, icon, address


def of(project: Project) -> list[Act]:
    """In their order; those of a project that has its company."""
    ordered = sorted(_acts.values(), key=lambda act: act[0])
    acts = [Act(label, icon, address(project)) for _, label, icon, address in ordered]
    return [act for act in acts if act.url]
