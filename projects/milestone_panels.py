"""What belongs to an approval item but is told above: parts hang their panels here."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from crm.models import User
from projects.models import Milestone

# What a panel shows of one item to one person today; None: nothing, no panel.
# The item comes from for_page() and with_rights(person).
Fill = Callable[[Milestone, User, date], dict[str, Any] | None]


@dataclass(frozen=True)
class Panel:
    """A card of the item's page. `template` gets `milestone`, `data` and `today`."""

    name: str
    order: int
    template: str
    fill: Fill


@dataclass(frozen=True)
class Shown:
    """A panel that has something to say on this page."""

    template: str
    data: dict[str, Any]


_panels: dict[str, Panel] = {}


def hang(panel: Panel) -> None:
    """Called once for each panel, when the apps are loaded."""
    _panels[panel.name] = panel


def of(milestone: Milestone, user: User, today: date) -> list[Shown]:
    """The panels of this page in their order, without those that are empty."""
    ordered = sorted(_panels.values(), key=lambda panel: panel.order)
    filled = [(panel.template, panel.fill(milestone, user, today)) for panel in ordered]
    return [Shown(template, data) for template, data in filled if data is not None]
