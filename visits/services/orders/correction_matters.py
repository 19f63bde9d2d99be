"""整改 as what orders are about: a bad rating that the unit does not mend.

Of a rating without a name neither company nor its place may be told from the order.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db import models
from django.db.models import Case, F, Value, When
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from visits.models import Correction, Rating
from visits.models.corrections import FIX

from .matters import paper_day, standing
from .subjects import Facts, Overdue, Subject

NAMELESS = {"rating__is_anonymous": True}


def facts_of(correction: Correction, today: date) -> Facts:
    rating, unit = correction.rating, correction.department
    is_named = not rating.is_anonymous
    return Facts(
        matter=_("Correction of a bad rating"),
        place_path=rating.company.region_path if is_named else unit.region.path,
        company=correction.company_id,
        department=unit,
        person=correction.handler,
        basis=tuple(told_of(correction, today)),
        url=rating.get_absolute_url(),
    )


def told_of(correction: Correction, today: date) -> Iterator[str]:
    rating = correction.rating
    values = {
        "unit": correction.department.name,
        "day": paper_day(rating.rated_on),
        "level": rating.get_level_display(),
    }
    yield _("On %(day)s %(unit)s was rated “%(level)s” by a company.") % values
    if due_on := correction.fix_by.due_on:
        yield _("To be corrected by %(due)s.") % {"due": paper_day(due_on)}
    yield from standing(correction.fix_by, today)


def unmended() -> "models.QuerySet[Any, Any]":
    fixing = Correction.objects.filter(state=Correction.State.FIXING)
    return fixing.order_by().annotate(
        place=Case(
            When(**NAMELESS, then="department__region__path"),
            default="rating__company__region_path",
        ),
        whose=Case(When(**NAMELESS, then=None), default=F("rating__company")),
        matter=Value(_("Correction of a bad rating")),
    )


SUBJECT = Subject(
    Correction,
    gettext_lazy("correction of a rating"),
    lambda user: Correction.objects.filter(
        rating__in=Rating.objects.visible_to(user).values("pk")
    ).select_related("rating__company", "department__region", "handler", "fix_by"),
    facts_of,
    (
        Overdue(
            rows=unmended,
            deadline="fix_by",
            kind=FIX,
            place="place",
            company="whose",
            department="department",
            person="handler",
            matter="matter",
        ),
    ),
)
