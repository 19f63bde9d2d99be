"""The desks of the three administrators, on their first page."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from crm.models import Role, User

from .sections import More, Section


class Desk(NamedTuple):
    """Where an administrator works, and at what."""

    role: Role
    url_name: str
    label: str | Promise
    hint: str | Promise


DESKS = [
    Desk(
        Role.SYSTEM_ADMIN,
        "crm:people",
        _lazy("Accounts"),
        _lazy("Open and close accounts, give a new first password."),
    ),
    Desk(
        Role.SYSTEM_ADMIN,
        "crm:departments",
        _lazy("Departments"),
        _lazy("The tree of units that tickets are dispatched to."),
    ),
    Desk(
        Role.SYSTEM_ADMIN,
        "crm:regions",
        _lazy("Regions"),
        _lazy("Counties, towns and parks that companies belong to."),
    ),
    Desk(
        Role.SYSTEM_ADMIN,
        "crm:calendar",
        _lazy("Working calendar"),
        _lazy("Import the State Council's notice; deadlines follow it."),
    ),
    Desk(
        Role.SYSTEM_ADMIN,
        "visits:categories",
        _lazy("Categories and deadlines"),
        _lazy("Who usually leads, and how many working days each step has."),
    ),
    Desk(
        Role.SYSTEM_ADMIN,
        "visits:escalation-rules",
        _lazy("Escalation rules"),
        _lazy("What goes to whom when it is near, late, returned or not solved."),
    ),
    Desk(
        Role.SYSTEM_ADMIN,
        "visits:rating-rules",
        _lazy("Rules of ratings"),
        _lazy("Weights of the levels, and how many days follow a bad rating."),
    ),
    Desk(
        Role.SECURITY_ADMIN,
        "crm:grants",
        _lazy("Grants"),
        _lazy("Who holds which role, for which region, unit or company."),
    ),
    Desk(
        Role.SECURITY_ADMIN,
        "crm:locks",
        _lazy("Locked accounts"),
        _lazy("Let people in again who typed a wrong password too often."),
    ),
    Desk(
        Role.AUDIT_ADMIN,
        "crm:audit",
        _lazy("Audit log"),
        _lazy("Who did what and when; check that nothing was changed."),
    ),
]


def administrators(user: User, today: date) -> Iterable[Section]:
    rows = [
        More(reverse(desk.url_name), str(desk.label), str(desk.hint))
        for desk in DESKS
        if user.has_role(desk.role)
    ]
    yield Section(
        title=_("Administration"),
        template="reports/home/_links.html",
        rows=rows,
        empty="",
        hint=_("Administrators see no business data."),
        is_counted=False,
    )
