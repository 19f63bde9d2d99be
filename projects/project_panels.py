"""What belongs to a project but is told above it: each part hangs its panel here."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from crm.models import User
from projects.models import Project

# What a panel shows of one project to one official today; None: nothing, no panel.
# The project comes from for_page() and with_rights(person).
Fill = Callable[[Project, User, date], dict[str, Any] | None]


@dataclass(frozen=True)
class Panel:
    """A card of the project's page. `template` gets `project`, `data` and `today`."""

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


def of(project: Project, user: User, today: date) -> list[Shown]:
    """The panels of this page in their order, without those that are empty."""
    ordered = sorted(_panels.values(), key=lambda panel: panel.order)
    filled = [(panel.template, panel.fill(project, user, today)) for panel in ordered]
    return [Shown(template, data) for template, data in filled if data is not None]
