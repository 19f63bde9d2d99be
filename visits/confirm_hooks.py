"""What the company's word shows on other pages: panels, tabs, words, the night."""

from datetime import time

from django.utils.translation import gettext_lazy as _

from crm import audit_words, company_page
from crm.lib import periodic
from crm.models import Role

from . import confirm_panels, confirm_words, ticket_panels, ticket_ways
from .ticket_list import OFFICIALS
from .ticket_panels import Panel
from .ticket_ways import Way


def hang() -> None:
    """Called once, when the apps are loaded."""
    panel = "visits/samples/_panel.html"
    ticket_panels.hang(
        Panel("contradictions", 10, panel, confirm_panels.of_contradictions)
    )
    panel = "visits/confirm/_panel.html"
    ticket_panels.hang(Panel("waiting", 20, panel, confirm_panels.of_waiting))
    ticket_ways.register(
        Way(10, _("Call-backs"), "visits:callbacks", OFFICIALS),
        Way(20, _("Sampled call-backs"), "visits:samples", {Role.SUPERVISOR}),
    )
    audit_words.ACTIONS.update(confirm_words.ACTIONS)
    audit_words.NAMES.update(confirm_words.NAMES)
    for name, codes in confirm_words.CODES.items():
        audit_words.CODES.setdefault(name, {}).update(codes)
    company_page.ICONS.update(confirm_words.ICONS)
    periodic.daily(time(6, 20), "visits.callback_jobs.open_callbacks")
