"""One ticket of the queue as the dispatcher reads it before he decides."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.db.models import Exists, OuterRef, QuerySet
from django.forms import Form
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from crm.lib import words
from crm.lib.labels import label_of
from crm.models import Attachment, Department, User
from visits.forms import ticket_sides as side_forms
from visits.forms import tickets as ticket_forms
from visits.models import Category, Suggestion, Ticket, TicketReturn
from visits.services import categories, queueing
from visits.services.batches import proposed_category, suggestion_of
from visits.services.tickets import Act, dispatch_targets
from visits.services.tickets.acts import MERGE_TARGETS, STATES
from visits.ticket_list import with_lead

from . import suggestion_words

SHOWN = 8


@dataclass(frozen=True, slots=True)
class Alike:
    """A ticket that is told like this one, in whatever state it is."""

    FIELDS: ClassVar[tuple[str, ...]] = (
        "pk",
        "number",
        "title",
        "status",
        "outcome",
        "company",
        "company__name",
        "lead",
        "raised_at",
    )
    percent: int
    pk: int
    number: str
    title: str
    status: str
    outcome: str
    company_id: int
    company: str
    lead: str | None
    raised_at: datetime

    @property
    def state(self) -> str:
        if self.outcome:
            return label_of(Ticket.Outcome, self.outcome)
        return label_of(Ticket.Status, self.status)

    @property
    def may_take(self) -> bool:
        """Whether the ticket could be merged into this one."""
        return self.status in MERGE_TARGETS


@dataclass
class Detail:
    """The ticket, what is proposed for it and why, and forms for what can be done."""

    ticket: Ticket
    now: datetime
    suggestion: Suggestion | None
    alike: list[Alike]
    files: list[Attachment]
    objection: TicketReturn | None
    forms: dict[str, Form]
    # Where the desk goes on after the act.
    next: int | None = None

    @property
    def waited(self) -> timedelta:
        since = self.objection.asked_at if self.objection else self.ticket.raised_at
        return queueing.waited(since, self.now)

    @property
    def waited_words(self) -> str:
        return words.hours(self.waited)

    @property
    def is_over(self) -> bool:
        if self.objection:
            due_on = self.objection.rule_by.due_on
            return due_on is not None and due_on < timezone.localdate(self.now)
        return self.waited > queueing.target()

    @property
    def category_reason(self) -> str:
        return suggestion_words.of_category(self.suggestion) if self.suggestion else ""

    @property
    def lead_reason(self) -> str:
        return suggestion_words.of_lead(self.suggestion) if self.suggestion else ""

    @property
    def is_said_otherwise(self) -> bool:
        """The words speak for another category than whoever raised it chose."""
        likely = self.suggestion and self.suggestion.category_id
        return bool(likely and likely != proposed_category(self.ticket).pk)

    @property
    def other_categories(self) -> str:
        """The next likely ones, as the select names them."""
        keys = self.suggestion.other_categories if self.suggestion else ()
        widget: Any = self.forms["dispatch"].fields["category"].widget  # Any: a select
        names = dict(widget.choices)
        between = pgettext("between names", ", ")
        return between.join(names[key] for key in keys if key in names)

    @property
    def button(self) -> str:
        """What one press does, with the name of whom it does it to."""
        form = self.forms["dispatch"]
        widget: Any = form.fields["lead"].widget  # Any: a select
        names = dict(widget.choices)
        lead = names.get(form.initial.get("lead"))
        return self.sentence % lead if lead else str(Act.DISPATCH.label)

    @property
    def sentence(self) -> str:
        """Of the button, while another department is chosen."""
        return _("Dispatch to %s")

    def address(self, act: str) -> str:
        """Of an act's page, with the way back to the desk."""
        url = reverse(f"visits:ticket-{act}", args=[self.ticket.pk])
        at = f"&at={self.next}" if self.next else ""
        return f"{url}?to=desk{at}"

    @property
    def addresses(self) -> dict[str, str]:
        return {act: self.address(act) for act in ("dispatch", *self.forms)}


def find(user: User, pk: int) -> Ticket | None:
    """A ticket of this desk, with what its detail needs."""
    tickets = Ticket.objects.dispatchable_by(user).select_related(
        "company", "category", "visit", "suggestion__category", "suggestion__lead"
    )
    with_files = tickets.annotate(has_files=Exists(files_with(OuterRef("pk"))))
    return with_files.filter(pk=pk).first()


def is_waiting(ticket: Ticket) -> bool:
    waiting = (*Ticket.UNDISPATCHED, Ticket.Status.RETURNED)
    return ticket.status in waiting


def detail_of(
    ticket: Ticket,
    user: User,
    now: datetime,
    *,
    visible: Mapping[int, tuple[Any, ...]] | None = None,
    after: int | None = None,
) -> Detail:
    """`visible` are rows of look-alikes, where they were read for the whole page."""
    suggestion = suggestion_of(ticket)
    if visible is None:
        visible = visible_rows(alike_keys(ticket), user)
    objection = None
    if ticket.status == Ticket.Status.RETURNED:
        returns = ticket.returns.select_related(
            "suggested", "asked_by", "part__department", "rule_by"
        )
        objection = returns.first()
    return Detail(
        ticket=ticket,
        now=now,
        suggestion=suggestion,
        alike=alike_of(suggestion, visible),
        files=files_of(ticket),
        objection=objection,
        forms=forms_of(ticket, user, suggestion, objection),
        next=after,
    )


def alike_keys(ticket: Ticket) -> list[int]:
    suggestion = suggestion_of(ticket)
    return [key for key, _percent in suggestion.alike] if suggestion else []


def visible_rows(keys: Iterable[int], user: User) -> dict[int, tuple[Any, ...]]:
    """Alike.FIELDS of those among the keys that this person may see."""
    wanted = list(keys)
    if not wanted:
        return {}
    visible = Ticket.objects.visible_to(user).filter(pk__in=wanted)
    rows = with_lead(visible).order_by().values_list(*Alike.FIELDS)
    return {values[0]: values for values in rows}


def alike_of(
    suggestion: Suggestion | None, visible: Mapping[int, tuple[Any, ...]]
) -> list[Alike]:
    """As many of the look-alikes as fit, the most alike first."""
    pairs = suggestion.alike if suggestion else ()
    found = [Alike(percent, *visible[key]) for key, percent in pairs if key in visible]
    return sorted(found, key=lambda one: (-one.percent, -one.pk))[:SHOWN]


def files_of(ticket: Ticket) -> list[Attachment]:
    """Sent with the ticket itself; needs one of find()."""
    if not ticket.has_files:  # type: ignore[attr-defined] # annotated
        return []
    return list(files_with(ticket.pk).select_related("file").order_by("pk"))


def files_with(ticket: Any) -> "QuerySet[Attachment]":  # Any: a key, or OuterRef
    subject_type = Ticket._meta.label_lower
    of_ticket = Attachment.objects.filter(subject_type=subject_type, comment=None)
    return of_ticket.filter(subject_id=ticket)


def forms_of(
    ticket: Ticket,
    user: User,
    suggestion: Suggestion | None,
    objection: TicketReturn | None,
) -> dict[str, Form]:
    """A form for each act that is possible now, under the act's name."""
    version: dict[str, Any] = {"version": ticket.version}  # Any: initial values
    units = list(dispatch_targets(user))
    made: dict[str, Form] = {}
    kinds = list(Category.objects.filter(is_active=True))
    if ticket.status in STATES[Act.DISPATCH]:
        made["dispatch"] = dispatch_form(ticket, units, suggestion)
        offer(made["dispatch"], "category", kinds)
        made["refuse"] = ticket_forms.RefuseForm(initial=version, auto_id="refuse_%s")
    if ticket.status in STATES[Act.RULE]:
        suggested = objection.suggested_id if objection else None
        made["rule"] = side_forms.RuleForm(
            departments=Department.objects.none(),
            initial={**version, "lead": suggested},
            auto_id="rule_%s",
        )
        offer(made["rule"], "lead", units)
    if ticket.status in STATES[Act.MERGE]:
        made["merge"] = side_forms.MergeForm(initial=version, auto_id="merge_%s")
    if ticket.status in STATES[Act.SPLIT]:
        made["split"] = side_forms.SplitForm(initial=version, auto_id="split_%s")
        for name in (one for one in made["split"].fields if one.startswith("cat")):
            offer(made["split"], name, kinds, empty=_("The same category"))
    return made


def dispatch_form(
    ticket: Ticket, units: list[Department], suggestion: Suggestion | None
) -> Form:
    """The proposal filled in; with one press it is done."""
    category = proposed_category(ticket)
    lead = lead_for(ticket, category, suggestion)
    form = ticket_forms.DispatchForm(
        departments=Department.objects.none(),
        initial={
            "version": ticket.version,
            "category": category.pk,
            "lead": lead.pk if lead else None,
        },
        auto_id="dispatch_%s",
    )
    offer(form, "lead", units)
    address = reverse("visits:desk-lead", args=[ticket.pk])
    form.fields["category"].widget.attrs |= {
        "data-key": "c",
        "hx-get": address,
        "hx-trigger": "change",
        "hx-target": "#desk-lead",
        "hx-swap": "outerHTML",
    }
    return form


def lead_for(
    ticket: Ticket, category: Category, suggestion: Suggestion | None
) -> Department | None:
    """As proposed; before a task has looked at it, whoever the category names."""
    if suggestion and suggestion.lead:
        return suggestion.lead
    return categories.usual_lead(category, ticket.company)


def offer(
    form: Form,
    name: str,
    records: Sequence[Department] | Sequence[Category],
    *,
    empty: str = "—",
) -> None:
    """Choices that were read already; what is sent is checked by the act's own page."""
    widget: Any = form.fields[name].widget  # Any: a select
    widget.choices = [("", empty), *((one.pk, one.name) for one in records)]
    if name == "lead":
        widget.attrs |= {"data-key": "l", "data-search": ""}
