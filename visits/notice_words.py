"""How tickets, visits and requests stand in a notice."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, cast

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from crm import notices
from crm.lib.words import exact_day
from crm.models import Event, User
from crm.models.companies import BY_DEPARTMENT
from crm.notices import About, Told
from visits.models import (
    AccountabilityRecord,
    Case,
    Complaint,
    Directive,
    Escalation,
    Meeting,
    OrderProposal,
    Rating,
    StatementRequest,
    SupervisionOrder,
    Ticket,
    Visit,
    VisitRequest,
)

from . import (
    escalation_kinds,
    escalation_words,
    ticket_list,
    ticket_words,
    visit_words,
)


def hang() -> None:
    """Called once, when the apps are loaded."""
    notices.describe(About(Ticket, ticket, rows=with_lead, words=ticket_sentences))
    notices.describe(About(Visit, visit, rows=with_company, words=visit_sentences))
    notices.describe(About(VisitRequest, request, rows=with_company))
    notices.describe(About(Directive, directive, rows=with_due))
    notices.describe(About(Meeting, meeting))
    notices.describe(
        About(
            Escalation,
            escalation,
            rows=with_names,
            needs=("deadline__handler", "department", "company", "region"),
            surely=has_its_department,
        )
    )
    notices.describe(About(OrderProposal, proposal))
    notices.describe(About(Rating, rating, rows=with_correction))
    notices.describe(About(Case, case))
    notices.describe(About(Complaint, complaint))
    notices.describe(About(StatementRequest, statement))
    notices.describe(About(SupervisionOrder, order, rows=with_clock))
    notices.describe(About(AccountabilityRecord, accountability))


def with_lead(tickets: Any) -> QuerySet[Any]:  # Any: a TicketQuerySet, and its rows
    annotated = ticket_list.with_lead(tickets)
    return annotated.select_related("company", "solve_by").order_by()


def with_company(rows: QuerySet[Any]) -> QuerySet[Any]:  # Any: of either model
    return rows.select_related("company").order_by()


def with_due(rows: QuerySet[Directive]) -> QuerySet[Directive]:
    return rows.select_related("department", "due").order_by()


def ticket(one: Any, user: User | None) -> Told:  # Any: a Ticket with its lead
    runs = one.solve_by is not None and one.solve_by.met_at is None
    return Told(
        title=str(one),
        url=one.get_absolute_url(),
        number=one.number,
        company=one.company.name,
        unit=one.lead or "",
        due_on=one.solve_by.due_on if runs else None,
    )


def visit(one: Visit, user: User | None) -> Told:
    title = _("Visit on %(day)s") % {"day": exact_day(one.day)}
    return Told(title, one.get_absolute_url(), company=one.company.name)


def request(one: VisitRequest, user: User | None) -> Told:
    title = _("Request for a visit: %(wish)s") % {"wish": str(one)}
    return Told(title, reverse("visits:index"), company=one.company.name)


def directive(one: Directive, user: User | None) -> Told:
    """Of its text the first words: the rest is read on its page."""
    return Told(
        _("Directive: %(text)s") % {"text": str(one)},
        one.get_absolute_url(),
        unit=one.department.name,
        due_on=one.due.due_on if one.due and one.is_open else None,
    )


def meeting(one: Meeting, user: User | None) -> Told:
    day = {"day": exact_day(one.day), "topic": one.topic}
    return Told(_("Meeting on %(day)s: %(topic)s") % day, one.get_absolute_url())


def with_names(rows: QuerySet[Escalation]) -> list[Escalation]:
    """Each with how its subject is called: one question for each kind of subject."""
    found = list(rows.select_related("rule", "department", "raised_by").order_by())
    keys: defaultdict[str, set[int]] = defaultdict(set)
    for one in found:
        keys[one.subject_type].add(one.subject_id)
    kinds = {label: escalation_kinds.of_type(label) for label in keys}
    named = {label: kind.named(keys[label]) for label, kind in kinds.items() if kind}
    for one in found:
        # Any: our own note on the row, for escalation() below.
        cast(Any, one).named = named.get(one.subject_type, {}).get(one.subject_id)
    return found


def has_its_department(one: Escalation, user: User) -> bool:
    """One of the rights by which visible_to() finds it; of the others it is asked."""
    if one.department is None:
        return False
    below = user.access.department_ranges(*BY_DEPARTMENT)
    return any(one.department.path in place for place in below)


def escalation(one: Any, user: User | None) -> Told:  # Any: with its name
    named = one.named
    title = named.title if named else escalation_words.level_label(one.level)
    return Told(
        f"{named.number} {title}".strip() if named else title,
        one.get_absolute_url(),
        number=named.number if named else "",
        unit=one.department.name if one.department else "",
        due_on=one.due_on if one.is_open else None,
        why=escalation_words.sentence(escalation_words.facts_of(one)),
    )


def proposal(one: OrderProposal, user: User | None) -> Told:
    values = {"matter": one.matter}
    return Told(_("Proposed order: %(matter)s") % values, reverse("visits:orders"))


def with_correction(rows: QuerySet[Rating]) -> QuerySet[Rating]:
    near = rows.select_related("company", "department", "correction__fix_by")
    return near.order_by()


def rating(one: Rating, user: User | None) -> Told:
    """Of one without a name neither the company nor what was rated."""
    values = {"level": one.get_level_display()}
    correction = getattr(one, "correction", None)
    is_running = correction is not None and correction.fix_by.met_at is None
    return Told(
        _("Rating: %(level)s") % values,
        one.get_absolute_url(),
        company="" if one.is_anonymous else one.company.name,
        unit=one.department.name,
        due_on=correction.fix_by.due_on if correction and is_running else None,
    )


def case(one: Case, user: User | None) -> Told:
    """With what is to be changed by when, as long as it is planned."""
    rows = one.improvements.select_related("department", "due").filter(verdict="")
    task = rows.first()
    due = task.due if task and task.effective_on is None else None
    return Told(
        _("Case of a kind: %(title)s") % {"title": str(one)},
        one.get_absolute_url(),
        unit=task.department.name if task else "",
        due_on=due.due_on if due else None,
    )


def complaint(one: Complaint, user: User | None) -> Told:
    """Its number and no more: it is read where the supervisor is alone with it."""
    return Told(_("Complaint %(number)s") % {"number": one}, one.get_absolute_url())


def statement(one: StatementRequest, user: User | None) -> Told:
    return Told(_("A statement is asked of you"), one.get_absolute_url())


def with_clock(rows: QuerySet[SupervisionOrder]) -> QuerySet[SupervisionOrder]:
    return rows.select_related("department", "answer_by").order_by()


def order(one: SupervisionOrder, user: User | None) -> Told:
    return Told(
        title=f"{one.colour_title} {one.matter}",
        url=one.get_absolute_url(),
        number=one.number,
        unit=one.department.name,
        due_on=one.answer_by.due_on if one.is_owing else None,
    )


def accountability(one: AccountabilityRecord, user: User | None) -> Told:
    """That there is one: what it says is read where its reader is alone with it."""
    return Told(_("A record of responsibility"), one.get_absolute_url())


def ticket_sentences(events: Sequence[Event]) -> Mapping[int, str]:
    told = [event for event in events if event.action in ticket_words.SENTENCES]
    names = ticket_words.Names.of(told)
    return {event.pk: ticket_words.sentence_of(event, names) for event in told}


def visit_sentences(events: Sequence[Event]) -> Mapping[int, str]:
    return {
        event.pk: visit_words.sentence_of(event)
        for event in events
        if event.action in visit_words.SENTENCES
    }
