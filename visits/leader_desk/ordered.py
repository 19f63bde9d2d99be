"""Red orders that nobody answered in time."""

from collections.abc import Iterable
from datetime import date

from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from crm.lib import trees
from crm.models import Department, Role, User
from visits.models import Decision, SupervisionOrder

from . import proposals
from .matters import TICKET, of_order
from .proposals import REPORT, Rule, always
from .sources import Reading, Source, Waiting, only, register, without_nearer

Act = Decision.Act
NAME = "order"
RED = SupervisionOrder.Colour.RED


def find(reading: Reading, pk: int | None) -> Iterable[Waiting]:
    """Of the departments in one's charge; of the region what nobody is in charge of."""
    user, today = reading.user, reading.today
    owing = SupervisionOrder.objects.filter(
        charge_of(user),
        colour=RED,
        status__in=SupervisionOrder.OWING,
        answer_by__due_on__lt=today,
    )
    placed = owing.annotate(place=F("department__path"), asked_by=F("issued_by"))
    rows = without_nearer(placed, user, today).for_page()
    for one in only(rows.order_by("answer_by__due_on", "pk"), pk):
        matter = of_order(one)
        yield Waiting(
            NAME,
            one.pk,
            matter.key,
            one.version,
            one.returned_count,
            rank=1,
            on=one.answer_by.due_on or date.max,
            matter=matter,
            ticket=one.subject_id if one.subject_type == TICKET else None,
        )


def charge_of(user: User) -> Q:
    access = user.access
    mine = trees.in_ranges(access.region_ranges(Role.LEADER), "place_path")
    if charged := access.department_ranges(Role.LEADER):
        units = Department.objects.filter(trees.in_ranges(charged, "path"))
        mine |= Q(department__in=units.values("pk"))
    return mine


RULES = (
    Rule(
        NAME,
        always,
        Act.DIRECT,
        _("a red order was not answered in time"),
        text=REPORT,
    ),
)
OFFERED = (Act.DIRECT, Act.MEET, Act.TABLE)


def hang() -> None:
    """Called once, when the apps are loaded."""
    register(Source(NAME, 25, find))
    proposals.add(RULES, NAME, OFFERED)
