"""What lies open when somebody leaves, asked of the upper apps."""

from collections.abc import Callable, Collection
from datetime import date
from typing import Any

from crm.models import CompanyLiaison, User
from crm.models.liaisons import Liaison

# For companies on a day: {company: [{"kind", "id", "number", "title", "due_on"}]}.
Provider = Callable[[Collection[int], date], dict[int, list[dict[str, Any]]]]

_providers: dict[str, Provider] = {}
# What an officer serves: companies here, projects when their app is loaded.
KINDS: list[type[Liaison]] = [CompanyLiaison]


def register(name: str, provider: Provider) -> None:
    """Registering the same name again replaces it."""
    _providers[name] = provider


# What a handler has open: [{"kind", "id", "number", "title", "due_on"}].
WorkProvider = Callable[[User, date], list[dict[str, Any]]]

_work: dict[str, WorkProvider] = {}


def register_work(name: str, provider: WorkProvider) -> None:
    """The same for handlers of departments: called when one of them goes away."""
    _work[name] = provider


def open_work(handler: User, today: date) -> list[dict[str, Any]]:
    return [item for provider in _work.values() for item in provider(handler, today)]


def open_items(
    companies: Collection[int], today: date
) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = {pk: [] for pk in companies}
    for provider in _providers.values():
        for pk, items in provider(companies, today).items():
            found.get(pk, []).extend(items)
    return found
