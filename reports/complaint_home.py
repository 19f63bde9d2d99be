"""First pages: complaints of supervisors and of who made them; a head's questions."""

from collections.abc import Iterable
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from crm.models import User
from visits import complaint_list
from visits.models import Complaint, StatementRequest
from visits.services import complaints

from .sections import ROWS, More, Section

# More of one's own nobody needs on the first page.
OWN_ROWS = 3


def supervisor(user: User, today: date) -> Iterable[Section]:
    """His own, those nobody has taken, and those a colleague is late with."""
    mine = Complaint.objects.on_desk_of(user, today)
    yield Section(
        title=_("Complaints"),
        template="reports/home/_complaints.html",
        rows=complaint_list.first_of(mine, today, ROWS + 1),
        empty=_("No complaint waits for you."),
        more=More(reverse("visits:complaints"), _("All of them")),
    )


def unit_head(user: User, today: date) -> Iterable[Section]:
    """Only whoever is asked sees that he is."""
    asked = StatementRequest.objects.asked_of(user).open()
    waiting = asked.select_related("answer_by").order_by("answer_by__due_on")
    if rows := list(waiting[: ROWS + 1]):
        yield Section(
            title=_("Statements asked of you"),
            template="reports/home/_statements.html",
            rows=rows,
            empty="",
        )


def owner(user: User, today: date) -> Iterable[Section]:
    """One's own alone: colleagues of the same company see none of it here."""
    own = Complaint.objects.own_of(user).select_related("accused", "unit")
    yield Section(
        title=_("Complaints about officials"),
        template="reports/home/_own_complaints.html",
        rows=list(own[:OWN_ROWS]),
        empty=_("Whoever it is about and their unit cannot read a complaint."),
        more=More(reverse("visits:own-complaints"), _("All of them")),
        act=More(reverse("visits:complaint-new"), _("Complain")),
        is_aside=True,
        is_counted=False,
    )


def security_admin(user: User, today: date) -> Iterable[Section]:
    """That there are some which no supervisor may read, and how many: no more."""
    if count := complaints.unheard(today).count():
        yield Section(
            title=_("Complaints without a supervisor"),
            template="reports/home/_unheard.html",
            rows=[count],
            empty="",
            act=More(reverse("crm:grants"), _("Give the role")),
            is_counted=False,
        )
