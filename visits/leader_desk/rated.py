"""Bad ratings on the desk: what was rated and by whom, as far as the company let it."""

from collections.abc import Iterable, Mapping
from typing import Final

from django.utils.translation import gettext as _

from crm.lib.labels import label_of
from visits.models import Rating, Ticket

from . import matters
from .matters import TICKET, Matter

RATING: Final = "visits.rating"


def ratings(keys: Iterable[int]) -> Iterable[Matter]:
    found = list(Rating.objects.filter(pk__in=keys).for_page())
    named = [one.subject_id for one in found if is_named(one)]
    tickets = Ticket.objects.in_bulk(named)
    return [of_rating(one, tickets) for one in found]


def is_named(one: Rating) -> bool:
    """A ticket's name would tell whose it was."""
    return one.subject_type == TICKET and not one.is_anonymous


def of_rating(one: Rating, tickets: Mapping[int, Ticket]) -> Matter:
    correction = getattr(one, "correction", None)
    clock = correction.fix_by if correction else None
    ticket = tickets.get(one.subject_id) if is_named(one) else None
    kind = str(Rating.KINDS[one.subject_type])
    nameless = _("%(kind)s, rated without a name") % {"kind": kind}
    return Matter(
        key=(RATING, one.pk),
        title=f"{one.get_level_display()} · {one.department}",
        url=one.get_absolute_url(),
        state=str(correction.get_state_display()) if correction else "",
        about=nameless if one.is_anonymous else ticket.title if ticket else kind,
        about_url=ticket.get_absolute_url() if ticket else "",
        company=None if one.is_anonymous else one.company_id,
        company_name="" if one.is_anonymous else one.company.name,
        tags=tuple(label_of(Rating.Tag, tag) for tag in one.tags),
        department=one.department_id,
        department_name=one.department.name,
        due_on=clock.due_on if clock else None,
        days=clock.days if clock else 0,
        is_running=bool(clock and clock.met_at is None and clock.due_on),
    )


def hang() -> None:
    """Called once, when the apps are loaded."""
    matters.READERS[RATING] = ratings
