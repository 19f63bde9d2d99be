"""What a person does next, per role: sections that a home page is made of."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.models import Role, User

from . import (
    admin_home,
    complaint_home,
    escalation_home,
    leader_home,
    order_home,
    project_home,
    queries,
    rating_home,
    stand_in_home,
    ticket_home,
    ticket_queries,
    word_queries,
)
from .sections import ROWS, More, Section
from .troubles import troubles_of

Builder = Callable[[User, date], Iterable[Section]]


def sections_for(user: User, today: date) -> list[Section]:
    """Every role's sections once, the roles in the order of the table."""
    return numbered(escalation_home.told_where_it_stands(built(BUILDERS, user, today)))


def overview_for(user: User, today: date) -> list[Section]:
    """What a leader may look at beside what he decides."""
    return numbered(built(OVERVIEW, user, today))


def built(
    builders: "list[tuple[tuple[Role, ...], Builder]]", user: User, today: date
) -> list[Section]:
    found: list[Section] = []
    for roles, build in builders:
        if user.has_role(*roles):
            found.extend(build(user, today))
    return found


def numbered(sections: list[Section]) -> list[Section]:
    for number, section in enumerate(sections, 1):
        section.anchor = f"section-{number}"
    return sections


# --- Officer -------------------------------------------------------------------


def officer(user: User, today: date) -> Iterable[Section]:
    if asked := queries.visits_asked_for(user, today, ROWS + 1):
        yield Section(
            title=_("Companies ask for a visit"),
            template="reports/home/_asked.html",
            rows=asked,
            empty="",
        )
    yield Section(
        title=_("Planned visits"),
        template="reports/home/_plans.html",
        rows=queries.planned_for(user, today, ROWS + 1),
        empty=_("No visit is planned for the next seven days."),
        more=More(reverse("visits:index") + "?status=planned", _("All plans")),
        act=More(reverse("visits:plan"), _("Plan a visit")),
    )
    yield Section(
        title=_("Wait for your confirmation"),
        template="reports/home/_to_confirm.html",
        rows=queries.to_confirm(user, today, ROWS + 1),
        empty=_("No answer waits for the word of your companies."),
        more=More(reverse("visits:tickets") + "?tab=confirm", _("All of them")),
    )
    if silent := word_queries.to_call_back(user, today, ROWS + 1):
        yield Section(
            title=_("Companies to call back"),
            template="reports/home/_to_call.html",
            rows=silent,
            empty="",
            hint=_("They have said nothing to the answer. Silence is not consent."),
            more=More(reverse("visits:callbacks"), _("All of them")),
        )
    yield Section(
        title=_("Late tickets"),
        template="reports/home/_tickets.html",
        rows=queries.late_of(user, today, ROWS + 1),
        empty=_("No ticket of your companies is late."),
        more=More(reverse("visits:tickets") + "?tab=late", _("All late tickets")),
    )
    trouble = troubles_of(user, today)
    if trouble:
        yield Section(
            title=_("Needs your look"),
            template="reports/home/_troubles.html",
            rows=trouble,
            empty="",
            is_aside=True,
        )
    title = _("Your companies that nobody has seen for long")
    yield coverage(user, today, title, served=True)


def coverage(user: User, today: date, title: str, *, served: bool) -> Section:
    """Watched companies that nobody has seen for N days, the longest first."""
    days = settings.CRM_COVERAGE_DAYS
    since = today - timedelta(days=days)
    rows = queries.unseen(user, today, since, ROWS + 1, served=served)
    url = reverse("crm:companies") + f"?watched=true&unseen={days}&sort=unseen"
    return Section(
        title=title,
        template="reports/home/_coverage.html",
        rows=rows,
        hint=ngettext(
            "Companies in trouble and fast growers without a visit for %(days)s day",
            "Companies in trouble and fast growers without a visit for %(days)s days",
            days,
        )
        % {"days": days},
        empty=_("Every watched company was seen in this time."),
        more=More(url, _("All of them")),
        is_aside=True,
    )


# --- Department ----------------------------------------------------------------


def handler(user: User, today: date) -> Iterable[Section]:
    yield Section(
        title=_("To accept"),
        template="reports/home/_tickets.html",
        rows=queries.to_accept(user, today, ROWS + 1),
        empty=_("Nothing new has been dispatched to your unit."),
        hint=_("The clock runs since dispatch, accepted or not."),
        more=More(reverse("visits:tickets") + "?tab=unit", _("All of the unit")),
    )
    yield Section(
        title=_("In my hands, by due date"),
        template="reports/home/_tickets.html",
        rows=stand_in_home.in_hand_of(user, today, ROWS + 1),
        empty=_("You have no open ticket in hand."),
        more=More(reverse("visits:tickets") + "?tab=mine", _("My tickets")),
    )
    yield Section(
        title=_("Asked to assist"),
        template="reports/home/_tickets.html",
        rows=queries.parts_to_answer(user, today, ROWS + 1),
        empty=_("Nobody waits for your unit's part."),
        is_aside=True,
    )


def unit_head(user: User, today: date) -> Iterable[Section]:
    whole_unit = More(reverse("visits:tickets") + "?tab=unit", _("All of the unit"))
    yield Section(
        title=_("Late or due soon"),
        template="reports/home/_tickets.html",
        rows=queries.near_of_unit(user, today, ROWS + 1),
        empty=_("Nothing in your unit is late or due within two working days."),
        more=whole_unit,
    )
    if later := ticket_queries.to_accept_in_time(user, today, ROWS + 1):
        yield Section(
            title=_("Others not accepted yet"),
            template="reports/home/_tickets.html",
            rows=later,
            empty="",
            hint=_("The clock runs since dispatch, accepted or not."),
            more=whole_unit,
        )
    yield Section(
        title=_("Who has how much"),
        template="reports/home/_load.html",
        rows=queries.load_of_unit(user, today),
        empty=_("Nobody of your unit has an open ticket."),
        is_aside=True,
        is_counted=False,
    )


# --- Dispatcher ----------------------------------------------------------------


def dispatcher(user: User, today: date) -> Iterable[Section]:
    yield Section(
        title=_("To dispatch"),
        template="reports/home/_tickets.html",
        rows=queries.waiting_for_dispatch(user, today, ROWS + 1),
        empty=_("Nothing waits for dispatch."),
        more=More(reverse("visits:desk"), _("The whole queue")),
        act=More(reverse("visits:raise"), _("Enter a ticket")),
    )
    yield Section(
        title=_("Late tickets"),
        template="reports/home/_tickets.html",
        rows=queries.late_tickets(user, today, ROWS + 1),
        empty=_("No ticket in your region is late."),
        more=More(reverse("visits:tickets") + "?tab=late", _("All late tickets")),
    )
    yield Section(
        title=_("Companies without an officer"),
        template="reports/home/_companies.html",
        rows=queries.without_officer(user, ROWS + 1),
        empty=_("Every company has its officer."),
        more=More(reverse("crm:companies") + "?unassigned=true", _("All of them")),
        is_aside=True,
    )


# --- Leader and supervisor -----------------------------------------------------


def leader(user: User, today: date) -> Iterable[Section]:
    yield Section(
        title=_("Late tickets"),
        template="reports/home/_tickets.html",
        rows=queries.late_tickets(user, today, ROWS + 1),
        empty=_("No ticket in your field is late."),
        more=More(reverse("visits:tickets") + "?tab=late", _("All late tickets")),
    )
    title = _("Companies that nobody has seen for long")
    yield coverage(user, today, title, served=False)


# --- Company -------------------------------------------------------------------


def owner(user: User, today: date) -> Iterable[Section]:
    yield Section(
        title=_("Your matters"),
        template="reports/home/_matters.html",
        rows=ticket_queries.matters_of_owner(user, today, ROWS + 1),
        empty=_("You have raised nothing yet."),
        more=More(reverse("visits:tickets") + "?tab=all", _("All matters")),
        act=More(reverse("visits:raise"), _("Raise a problem")),
    )
    yield Section(
        title=_("Your officers"),
        template="reports/home/_officers.html",
        rows=queries.officers_for_owner(user, today),
        empty=_("Your company has no officer yet. Please call the service centre."),
        act=More(reverse("visits:ask-visit"), _("Ask for a visit")),
        is_aside=True,
        is_counted=False,
    )
    if requests := queries.requests_of_owner(user, today):
        yield Section(
            title=_("Visits you asked for"),
            template="reports/home/_requests.html",
            rows=requests,
            empty="",
            more=More(reverse("visits:ask-visit"), _("All of them")),
            is_aside=True,
            is_counted=False,
        )
    yield Section(
        title=_("Recent visits"),
        template="reports/home/_visits.html",
        rows=queries.visits_for_owner(user, ROWS + 1),
        empty=_("Nobody has visited you yet."),
        more=More(reverse("visits:index"), _("All visits")),
        is_aside=True,
        is_counted=False,
    )


BUILDERS: list[tuple[tuple[Role, ...], Builder]] = [
    ((Role.OFFICER,), officer),
    ((Role.OFFICER,), project_home.officer),
    ((Role.DISPATCHER,), ticket_home.dispatcher),
    ((Role.DISPATCHER,), dispatcher),
    ((Role.DISPATCHER,), project_home.dispatcher),
    ((Role.LEADER, Role.UNIT_HEAD, Role.HANDLER), escalation_home.waiting),
    (leader_home.ROLES, leader_home.unit),
    ((Role.SUPERVISOR, Role.DISPATCHER), leader_home.late),
    ((Role.UNIT_HEAD,), ticket_home.unit_head),
    ((Role.UNIT_HEAD, Role.HANDLER), order_home.unit),
    ((Role.UNIT_HEAD, Role.HANDLER), stand_in_home.unit),
    ((Role.UNIT_HEAD,), unit_head),
    ((Role.HANDLER,), handler),
    ((Role.UNIT_HEAD, Role.HANDLER), ticket_home.unit),
    ((Role.UNIT_HEAD, Role.HANDLER), project_home.unit),
    ((Role.UNIT_HEAD,), order_home.unit_head),
    ((Role.UNIT_HEAD, Role.HANDLER, Role.OFFICER), rating_home.unit),
    ((Role.DISPATCHER, Role.SUPERVISOR, Role.OFFICER), rating_home.caller),
    ((Role.SUPERVISOR,), rating_home.supervisor),
    ((Role.UNIT_HEAD,), stand_in_home.unit_head),
    ((Role.UNIT_HEAD,), complaint_home.unit_head),
    ((Role.SUPERVISOR,), complaint_home.supervisor),
    ((Role.LEADER, Role.SUPERVISOR), order_home.issuer),
    ((Role.SUPERVISOR,), order_home.supervisor),
    ((Role.LEADER,), leader_home.to_desk),
    ((Role.SUPERVISOR,), project_home.late),
    ((Role.SUPERVISOR,), leader),
    ((Role.OWNER,), ticket_home.owner),
    ((Role.OWNER,), project_home.owner),
    ((Role.OWNER,), owner),
    ((Role.OWNER,), rating_home.owner),
    ((Role.OWNER,), complaint_home.owner),
    ((Role.SECURITY_ADMIN,), complaint_home.security_admin),
    (
        (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN),
        admin_home.administrators,
    ),
]
# Beside the desk, where nothing stands but what needs a decision.
OVERVIEW: list[tuple[tuple[Role, ...], Builder]] = [
    ((Role.LEADER,), project_home.leader),
    ((Role.LEADER,), project_home.late),
    ((Role.LEADER,), leader),
    ((Role.LEADER,), leader_home.late),
]
