"""What of projects stands on the home pages, per role."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from crm.models import User
from projects import progress_list

from . import project_queries as queries
from .sections import ROWS, More, Section

ITEMS = "reports/home/_items.html"


def officer(user: User, today: date) -> Iterable[Section]:
    """Only for who serves a project: the others have nothing to read here."""
    yield from asked_by_companies(user, today)
    yield from sessions(queries.sessions_of_officer(user, today, ROWS + 1))
    sites = queries.site_visits(user, today)
    own = queries.with_the_company(user, today, ROWS + 1)
    near = queries.near_of_projects(user, today, ROWS + 1)
    expiring = queries.expiring(user, today, ROWS + 1)
    mine = More(reverse("projects:index"), _("My projects"))
    if sites:
        yield Section(
            title=_("Site visits that are due"),
            template="reports/home/_sites.html",
            rows=sites,
            empty="",
            more=mine,
        )
    if near:
        yield Section(
            title=_("Approvals to push"),
            template=ITEMS,
            rows=near,
            empty="",
            hint=_("Late or due soon with a department."),
            more=mine,
        )
    if own:
        yield Section(
            title=_("Materials to hand in"),
            template=ITEMS,
            rows=own,
            empty="",
            hint=_("It is the company's turn; help it."),
            more=mine,
            is_aside=True,
        )
    if expiring:
        yield Section(
            title=_("Approvals that lapse soon"),
            template="reports/home/_expiring.html",
            rows=expiring,
            empty="",
            is_aside=True,
        )


def sessions(rows: Any, *, is_aside: bool = True) -> Iterable[Section]:
    """Any: rows of queries.session_rows()."""
    if rows:
        yield Section(
            title=_("Joint sessions on site"),
            template="reports/home/_sessions.html",
            rows=rows,
            empty="",
            more=More(reverse("projects:sessions"), _("All joint sessions")),
            is_aside=is_aside,
        )


def asked_by_companies(user: User, today: date) -> Iterable[Section]:
    if asked := queries.questions(user, today, ROWS + 1):
        yield Section(
            title=_("Questions of companies"),
            template="reports/home/_questions.html",
            rows=asked,
            empty="",
        )
    if agencies := queries.agencies_to_draw_up(user, today, ROWS + 1):
        yield Section(
            title=_("Agency agreements to draw up"),
            template="reports/home/_agencies.html",
            rows=agencies,
            empty="",
        )


def unit(user: User, today: date) -> Iterable[Section]:
    rows = queries.to_decide(user, today, ROWS + 1)
    if rows:
        yield Section(
            title=_("Approval items to decide"),
            template=ITEMS,
            rows=rows,
            empty="",
            more=More(reverse("projects:desk"), _("The whole desk")),
        )
    if owed := queries.promises(user, today, ROWS + 1):
        yield promised(_("Promised in joint sessions"), owed)
    yield from sessions(queries.sessions_of_unit(user, today, ROWS + 1))


def promised(title: str, rows: Sequence[queries.PromiseRow]) -> Section:
    return Section(
        title=title,
        template="reports/home/_promises.html",
        rows=rows,
        empty="",
        more=More(reverse("projects:sessions") + "?tab=owing", _("All promises")),
    )


def leader(user: User, today: date) -> Iterable[Section]:
    if rows := queries.listings(user, ROWS + 1):
        yield Section(
            title=_("Key list: decide"),
            template="reports/home/_listings.html",
            rows=rows,
            empty="",
        )
    if behind := queries.behind(user, today):
        yield Section(
            title=_("Projects in my charge that are behind"),
            template="reports/home/_behind.html",
            rows=behind,
            empty="",
            more=More(reverse("projects:board") + "?by=lamp", _("Board by lamp")),
        )


def late(user: User, today: date) -> Iterable[Section]:
    """For who decides and for who watches."""
    if items := queries.late_approvals(user, today, ROWS + 1):
        yield Section(
            title=_("Late approvals"),
            template=ITEMS,
            rows=items,
            empty="",
            more=More(reverse("projects:index"), _("All projects")),
        )
    if owed := queries.late_promises(user, today, ROWS + 1):
        yield promised(_("Late promises of joint sessions"), owed)


def dispatcher(user: User, today: date) -> Iterable[Section]:
    if rows := queries.without_officer(user, ROWS + 1):
        yield Section(
            title=_("Projects without an officer"),
            template="reports/home/_projects.html",
            rows=rows,
            empty="",
            is_aside=True,
        )


def owner(user: User, today: date) -> Iterable[Section]:
    if agencies := queries.agencies_to_sign(user):
        yield Section(
            title=_("For you to sign"),
            template="reports/home/_agencies.html",
            rows=agencies,
            empty="",
        )
    yield from sessions(queries.sessions_of_owner(user, today, ROWS + 1))
    if lines := progress_list.lines_for(user, today):
        yield Section(
            title=_("Your projects"),
            template="reports/home/_own_projects.html",
            rows=lines,
            empty="",
            more=More(reverse("projects:mine"), _("All projects")),
            is_counted=False,
        )
