"""What belongs to a ticket but is told elsewhere: each part hangs its panel here."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from crm.models import User
from visits.models import Ticket

# What a panel shows of one ticket to one person today; None: nothing, no panel.
# The ticket comes from for_page() and with_rights(person).
Fill = Callable[[Ticket, User, date], dict[str, Any] | None]


@dataclass(frozen=True)
class Panel:
    """A card of the ticket's page. `template` gets `ticket`, `data` and `today`."""

    name: str
    order: int
    template: str
    fill: Fill


@dataclass(frozen=True)
class Shown:
    """A panel that has something to say on this page."""

    name: str
    template: str
    data: dict[str, Any]


_panels: dict[str, Panel] = {}


def hang(panel: Panel) -> None:
    """Called once for each panel, when the apps are loaded."""
    _panels[panel.name] = panel


def of(ticket: Ticket, user: User, today: date) -> list[Shown]:
    """The panels of this page in their order, without those that are empty."""
    ordered = sorted(_panels.values(), key=lambda panel: panel.order)
    filled = [(panel, panel.fill(ticket, user, today)) for panel in ordered]
    return [
        Shown(panel.name, panel.template, data)
        for panel, data in filled
        if data is not None
    ]
