"""What belongs to an agency but is told elsewhere: upper apps hang their panel here."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from crm.models import User
from projects.models import Agency

# What a panel shows of one agency to one person today; None: nothing, no panel.
Fill = Callable[[Agency, User, date], dict[str, Any] | None]


@dataclass(frozen=True)
class Panel:
    """A card of the agency's page. `template` gets `data`, `today` and `csrf_token`."""

    name: str
    order: int
    template: str
    fill: Fill


@dataclass(frozen=True)
class Shown:
    template: str
    data: dict[str, Any]


_panels: dict[str, Panel] = {}


def hang(panel: Panel) -> None:
    """Called once for each panel, when the apps are loaded."""
    _panels[panel.name] = panel


def of(agency: Agency, user: User, today: date) -> list[Shown]:
    """The panels of this page in their order, without those that are empty."""
    ordered = sorted(_panels.values(), key=lambda panel: panel.order)
    filled = [(panel.template, panel.fill(agency, user, today)) for panel in ordered]
    return [Shown(template, data) for template, data in filled if data is not None]
