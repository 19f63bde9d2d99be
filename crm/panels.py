"""Where an upper app hangs its panel on a lower page, without being imported."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from crm.models import Company, User

# What a panel shows of one company to one person today.
Fill = Callable[[Company, User, date], dict[str, Any]]


@dataclass(frozen=True)
class Panel:
    """A part of the company page. `template` gets what `fill` returns.

    It is filled in the page's own request: a fragment of its own would pay session,
    person and grants again (docs/decisions/0003-panels.md).
    """

    name: str
    order: int
    template: str
    fill: Fill


_company: dict[str, Panel] = {}


def hang_on_company(panel: Panel) -> None:
    _company[panel.name] = panel


def of_company() -> list[Panel]:
    return sorted(_company.values(), key=lambda panel: panel.order)
