"""What of ratings stands on the home pages: only where something waits."""

from collections.abc import Iterable
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from crm.models import User
from visits import rating_list
from visits.models import Rating
from visits.models.ratings import RatingQuerySet

from .sections import ROWS, More, Section

TEMPLATE = "reports/home/_ratings.html"


def section(
    title: str, tab: str, ratings: RatingQuerySet, user: User, today: date
) -> Iterable[Section]:
    """The first few of a tab; nothing to do, nothing to read."""
    ordering = next(one.ordering for one in rating_list.TABS if one.key == tab)
    rows = rating_list.page_of(ratings, ordering, None, user, today).rows[: ROWS + 1]
    if rows:
        more = More(f"{reverse('visits:ratings')}?tab={tab}", _("All of them"))
        yield Section(title=title, template=TEMPLATE, rows=rows, empty="", more=more)


def unit(user: User, today: date) -> Iterable[Section]:
    mine = rating_list.to_fix(user)
    own = mine.filter(pk__in=Rating.objects.answered_by(user).values("pk"))
    yield from section(_("Bad ratings to correct"), "fixing", own, user, today)


def caller(user: User, today: date) -> Iterable[Section]:
    waiting = rating_list.to_call(user)
    title = _("Corrections to ask back about")
    yield from section(title, "calls", waiting, user, today)


def supervisor(user: User, today: date) -> Iterable[Section]:
    waiting = rating_list.to_rule(user)
    title = _("Objections to ratings")
    yield from section(title, "objections", waiting, user, today)


def owner(user: User, today: date) -> Iterable[Section]:
    """What it may rate, and what it may look at again."""
    looks = Rating.objects.owned_by(user).filter(correction__state="asked")
    title = _("Look once more at your ratings")
    yield from section(title, "all", looks, user, today)
    rows = rating_list.waiting_of(user, today, ROWS + 1)
    if rows:
        yield Section(
            title=_("Not rated yet"),
            template="reports/home/_to_rate.html",
            rows=rows,
            empty="",
            more=More(reverse("visits:ratings"), _("Ratings")),
            is_aside=True,
            is_counted=False,
        )
