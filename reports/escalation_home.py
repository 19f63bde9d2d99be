"""What has come to a person by escalation, on the first page: only if there is any."""

from collections.abc import Iterable
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from crm.models import User
from visits import escalation_list
from visits.models import Escalation

from .sections import ROWS, More, Section


def waiting(user: User, today: date) -> Iterable[Section]:
    """The highest first; each row says why it came."""
    found = Escalation.objects.waiting_for(user, today)
    if rows := escalation_list.first_of(found, ROWS + 1, today):
        yield Section(
            title=_("Raised to you"),
            template="reports/home/_escalations.html",
            rows=rows,
            empty="",
            more=More(reverse("visits:escalations"), _("All of them")),
        )
