"""What ratings show on other pages: cards, an entry for companies, words, the night."""

from datetime import date, time
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm import audit_words, company_page, nav
from crm.lib import periodic
from crm.models import Role, User
from crm.nav import NavItem
from projects import agency_panels
from projects.models import Agency
from visits.models import Ticket, Visit

from . import rating_page, rating_words, ticket_panels
from .services.ratings import moves  # noqa: F401 - its receiver must be known

CARD = "visits/ratings/_of.html"


def hang() -> None:
    """Called once, when the apps are loaded."""
    nav.register(NavItem(55, _("Ratings"), "visits:ratings", "star", {Role.OWNER}))
    ticket_panels.hang(ticket_panels.Panel("rating", 60, CARD, of_ticket))
    agency_panels.hang(agency_panels.Panel("rating", 60, CARD, of_agency))
    audit_words.ACTIONS.update(rating_words.ACTIONS)
    audit_words.NAMES.update(rating_words.NAMES)
    for name, codes in rating_words.CODES.items():
        audit_words.CODES.setdefault(name, {}).update(codes)
    audit_words.RECORDS.update(rating_words.RECORDS)
    company_page.ICONS.update(rating_words.ICONS)
    periodic.daily(time(5, 30), "visits.rating_jobs.tell_and_end")


def of_ticket(ticket: Ticket, user: User, today: date) -> dict[str, Any] | None:
    return card(ticket, "ticket", user)


def of_agency(agency: Agency, user: User, today: date) -> dict[str, Any] | None:
    return card(agency, "agency", user)


def of_visit(visit: Visit, user: User) -> dict[str, Any] | None:
    return card(visit, "visit", user)


def card(record: Any, kind: str, user: User) -> dict[str, Any] | None:
    """Any: a ticket, visit or agency; nothing as long as it has not ended."""
    of = rating_page.of_record(record, kind, user, timezone.now())
    return {"of": of} if of else None
