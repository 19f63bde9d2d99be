"""抽查回访: chance names closings, the supervisor asks the companies again.

The supervisor changes nothing: what the company said before stays, and a contradiction
goes to the dispatch centre, which reopens the ticket or says why it does not.
"""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import events
from crm.lib import trees
from crm.lib.errors import DomainError, StaleVersion, WrongStatus
from crm.models import Contact, Department, Region, Role, User
from visits.filters.tickets import midnight
from visits.models import Category, Sample, SampledCall, Ticket, TicketPart
from visits.models.samples import OFFICIALS_WEIGHT, OWN_WEIGHT
from visits.sampling import Weighed, draw, size_of

from .tickets.acts import LEEWAY, need
from .tickets.closing import take_up

Result, Decision = SampledCall.Result, SampledCall.Decision
# A longer list is no longer checked by anybody: narrow the days.
MOST_CLOSINGS: Final = 20_000
MOST_CALLS: Final = 500
MOST_DAYS: Final = 366
SEED_BYTES: Final = 16


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is to be drawn from: whose closings, of which days, and how many."""

    region: Region
    first_on: date
    last_on: date
    percent: int | None = None
    number: int | None = None
    category: Category | None = None
    department: Department | None = None


def regions_of(user: User) -> "QuerySet[Region]":
    """Where this supervisor may draw."""
    ranges = user.access.region_ranges(Role.SUPERVISOR)
    return Region.objects.filter(trees.in_ranges(ranges, "path"))


def closings(wanted: Wanted) -> "QuerySet[Ticket, Ticket]":
    """Closed in these days and not asked about yet, in the order of their numbers."""
    inside = trees.in_ranges(
        [trees.PathRange(wanted.region.path)], "company__region_path"
    )
    asked = SampledCall.objects.filter(
        ticket=OuterRef("pk"), closed_at=OuterRef("closed_at")
    )
    found = Ticket.objects.filter(
        inside,
        ~Exists(asked),
        status=Ticket.Status.CLOSED,
        closed_at__gte=midnight(wanted.first_on),
        closed_at__lt=midnight(wanted.last_on + timedelta(days=1)),
        company__archived_at=None,
    )
    if wanted.category:
        found = found.filter(category=wanted.category)
    if wanted.department:
        below = Department.objects.filter(
            trees.in_ranges([trees.PathRange(wanted.department.path)], "path")
        )
        leads = TicketPart.objects.open().filter(
            is_lead=True, department__in=below.values("pk")
        )
        found = found.filter(pk__in=leads.values("ticket"))
    return found.order_by("number")


def weight_of(sign_off: str) -> int:
    """A word that went through an official's hands is asked about more often."""
    is_own = sign_off == Ticket.SignOff.COMPANY
    return OWN_WEIGHT if is_own else OFFICIALS_WEIGHT


def population_of(wanted: Wanted) -> list[Weighed]:
    pairs = closings(wanted).values_list("number", "sign_off")[: MOST_CLOSINGS + 1]
    return [(number, weight_of(sign_off)) for number, sign_off in pairs]


@transaction.atomic
def draw_sample(
    wanted: Wanted, *, actor: User, seed: str = "", now: datetime | None = None
) -> Sample:
    """Draw, and keep seed and list: whoever doubts it draws the same again.

    No page takes a seed: only the demo's past gives one, to be the same each time.
    """
    now = now or timezone.now()
    if not regions_of(actor).filter(pk=wanted.region.pk).exists():
        raise PermissionDenied
    check_wanted(wanted, timezone.localdate(now))
    population = population_of(wanted)
    size = checked_size(wanted, len(population))
    seed = seed or secrets.token_hex(SEED_BYTES)
    sample = Sample.objects.create(
        **vars(wanted),
        size=size,
        seed=seed,
        population=population,
        population_count=len(population),
        drawn_by=actor,
        drawn_at=now,
    )
    write_calls(sample, draw(population, size, seed))
    events.record(
        actor,
        "sample.drawn",
        sample,
        now=now,
        seed=seed,
        size=size,
        population_count=len(population),
    )
    return sample


def checked_size(wanted: Wanted, population: int) -> int:
    """How many calls that makes, or why it cannot be drawn."""
    if population == 0:
        sentence = _(
            "No closing of these days is left to ask about. Choose other days, or "
            "leave out category and department."
        )
        raise DomainError(sentence, code="nothing_closed")
    if population > MOST_CLOSINGS:
        sentence = _("More than %(most)s closings: choose fewer days.")
        raise DomainError(
            sentence % {"most": MOST_CLOSINGS}, code="too_many", field="first_on"
        )
    size = size_of(population, percent=wanted.percent, number=wanted.number)
    if size > MOST_CALLS:
        sentence = _(
            "That would be %(size)s calls; at most %(most)s are drawn at once."
        )
        raise DomainError(
            sentence % {"size": size, "most": MOST_CALLS}, code="too_many_calls"
        )
    return size


def check_wanted(wanted: Wanted, today: date) -> None:
    if wanted.last_on < wanted.first_on:
        sentence = _("The last day lies before the first.")
        raise DomainError(sentence, code="bad_days", field="last_on")
    if wanted.last_on > today:
        sentence = _("Choose days that are over.")
        raise DomainError(sentence, code="bad_days", field="last_on")
    if (wanted.last_on - wanted.first_on).days >= MOST_DAYS:
        sentence = _("Choose a year at most.")
        raise DomainError(sentence, code="bad_days", field="first_on")
    if (wanted.percent is None) == (wanted.number is None):
        sentence = _("Say how many: a share, or a number.")
        raise DomainError(sentence, code="share_or_number", field="number")


def write_calls(sample: Sample, numbers: list[str]) -> None:
    tickets = {one.number: one for one in Ticket.objects.filter(number__in=numbers)}
    rows = [
        SampledCall(
            sample=sample,
            place=place,
            ticket=tickets[number],
            closed_at=tickets[number].closed_at or sample.drawn_at,
            outcome=tickets[number].outcome,
            sign_off=tickets[number].sign_off,
        )
        for place, number in enumerate(numbers, start=1)
    ]
    try:
        with transaction.atomic():
            SampledCall.objects.bulk_create(rows)
    except IntegrityError:
        # Two draws at the same moment had one closing in common.
        sentence = _("Somebody drew a sample at the same moment. Please draw again.")
        raise DomainError(sentence, code="drawn_at_once") from None


def is_as_drawn(sample: Sample) -> bool:
    """Whether the kept list and seed give the tickets that stand in the sample."""
    population = [(number, weight) for number, weight in sample.population]
    drawn = draw(population, sample.size, sample.seed)
    return drawn == list(sample.calls.values_list("ticket__number", flat=True))


# --- The calls ---------------------------------------------------------------------


@transaction.atomic
def record_sampled_call(
    call: SampledCall,
    *,
    actor: User,
    result: str,
    called_at: datetime,
    person: str = "",
    phone: str = "",
    words: str = "",
    version: int | None = None,
    now: datetime | None = None,
) -> SampledCall:
    """What the company says now. One that was not reached may be called again."""
    now = now or timezone.now()
    call = SampledCall.objects.claim(call.pk, actor)
    if call.result == result and call.called_at == called_at:
        return call
    check_callable(call, version)
    person, phone, words = person.strip(), phone.strip(), words.strip()
    check_said(result, person, phone, words)
    check_when(call, called_at, now)
    before = call.result
    call.result, call.called_at, call.words = result, called_at, words
    call.person, call.phone = person, phone
    call.noted_by, call.noted_at = actor, now
    call.version += 1
    call.save(
        update_fields=[
            *("result", "called_at", "words", "person", "phone"),
            *("noted_by", "noted_at", "version"),
        ]
    )
    tell_call(call, before, actor, now)
    return call


def tell_call(call: SampledCall, before: str, actor: User, now: datetime) -> None:
    """Of no company's stream: nobody shall read there who was asked again."""
    events.record(
        actor,
        "sample.call_recorded",
        call,
        personal={"person": call.person, "phone": call.phone, "words": call.words},
        now=now,
        result=[before, call.result],
        called_at=call.called_at,
    )
    if call.result == Result.CONTRADICTS:
        events.record(
            actor,
            "callback.contradicted",
            call,
            now=now,
            outcome=call.outcome,
            sign_off=call.sign_off,
        )


def check_said(result: str, person: str, phone: str, words: str) -> None:
    if result not in Result.values:
        raise DomainError(_("Choose what the company says."), field="result")
    if result != Result.UNREACHED:
        need(person, _("Say who was called."), "person")
        need(phone, _("Say which number was called."), "phone")
    if result == Result.CONTRADICTS:
        need(words, _("Write down what the company says now."), "words")


def check_callable(call: SampledCall, version: int | None) -> None:
    if call.result not in ("", Result.UNREACHED):
        sentence = _("This call is recorded already: “%(result)s”. It stays as it is.")
        raise WrongStatus(sentence % {"result": call.get_result_display()})
    if version is not None and version != call.version:
        sentence = _("Somebody else recorded this call meanwhile. Look at it again.")
        raise StaleVersion(sentence, current=call)


def check_when(call: SampledCall, called_at: datetime, now: datetime) -> None:
    drawn_at = call.sample.drawn_at
    if called_at > now + LEEWAY or called_at + LEEWAY < drawn_at:
        sentence = _("The call must lie between the draw and now.")
        raise DomainError(sentence, field="called_at")


@transaction.atomic
def show_number(
    call: SampledCall, contact: Contact, *, actor: User, now: datetime | None = None
) -> str:
    """The full number for this call, written down. The company's stream says nothing:
    nobody shall read there who is in a sample.
    """
    call = SampledCall.objects.claim(call.pk, actor)
    current = Contact.objects.current().filter(company=call.ticket.company_id)
    if call.result not in ("", Result.UNREACHED) or not current.filter(pk=contact.pk):
        raise PermissionDenied
    events.record(actor, "sample.number_shown", call, now=now, contact=contact.pk)
    return contact.phone


# --- What follows from a contradiction --------------------------------------------


@transaction.atomic
def decide_contradiction(
    call: SampledCall,
    *,
    actor: User,
    decision: str,
    reason: str,
    version: int | None = None,
    now: datetime | None = None,
) -> SampledCall:
    """The dispatch centre reopens the ticket, or writes down why not."""
    now = now or timezone.now()
    ticket = lock_ticket(call, actor)
    call = SampledCall.objects.lock(SampledCall.objects.decidable_by(actor), call.pk)
    if call.decision == decision:
        return call
    if call.decision:
        sentence = _("This is decided already: %(decision)s.")
        raise WrongStatus(sentence % {"decision": call.get_decision_display()})
    if version is not None and version != call.version:
        sentence = _("Somebody else has decided meanwhile. Look at it again.")
        raise StaleVersion(sentence, current=call)
    if decision not in Decision.values:
        raise DomainError(_("Choose what follows."), field="decision")
    reason = need(reason, _("Say why."), "reason")
    if decision == Decision.REOPENED:
        check_same_closing(call, ticket)
        take_up(ticket, actor=actor, reason=reason, now=now, asked_again=True)
    call.decision, call.decision_note = decision, reason
    call.decided_by, call.decided_at = actor, now
    call.version += 1
    fields = ("decision", "decision_note", "decided_by", "decided_at", "version")
    call.save(update_fields=fields)
    events.record(
        actor,
        "callback.contradiction_decided",
        call,
        personal={"reason": reason},
        now=now,
        decision=decision,
    )
    return call


def lock_ticket(call: SampledCall, actor: User) -> Ticket:
    clocks = ("contact_by", "reply_by", "solve_by")
    allowed = Ticket.objects.dispatchable_by(actor).select_related(*clocks)
    return Ticket.objects.lock(allowed, call.ticket_id)


def check_same_closing(call: SampledCall, ticket: Ticket) -> None:
    is_same = ticket.closed_at == call.closed_at
    if ticket.status != Ticket.Status.CLOSED or not is_same:
        sentence = _(
            "Ticket %(number)s is “%(state)s” and was reopened meanwhile; nothing is "
            "left to reopen."
        )
        values = {"number": ticket.number, "state": ticket.get_status_display()}
        raise WrongStatus(sentence % values)


def contradictions_on(ticket: Ticket, user: User) -> list[Any]:
    """For the page of the ticket: what the company says otherwise, newest first."""
    told = SampledCall.objects.told_to(user).filter(ticket=ticket)
    return list(told.select_related("noted_by", "decided_by").order_by("-pk"))
