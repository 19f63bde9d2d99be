"""What the demo's companies said, and did not: silence, calls, a link, a sample."""

from datetime import datetime, timedelta

from django.db import transaction

from crm.demo.county import County
from crm.demo.story import at
from crm.models import CompanyLiaison, Contact, User
from visits.models import Callback, SampledCall, Ticket
from visits.services import callbacks, confirm_links, samples
from visits.services.callbacks import Call
from visits.services.tickets import lead_part

from .story import workdays
from .texts import texts

# One call in vain so far; three in vain; asked by link. The last one waits.
TRIED, UNREACHED, LINKED = 0, 1, 2
SAMPLED = 6
PERIOD = timedelta(days=60)


def say(county: County) -> None:
    """The officer's silent companies, each at another point of the way."""
    officer = county.users["officer1"]
    days = workdays(county.today - timedelta(days=21), county.agenda.now.date())
    opened_at = at(days[-5], 6, 20)
    with transaction.atomic():
        for place, ticket in enumerate(silent_of(officer, opened_at)):
            if place == LINKED:
                by_link(ticket, at(days[-2], 10, 5))
                continue
            callbacks.open_callback(
                ticket.pk, before=opened_at + timedelta(days=1), now=opened_at
            )
            tries = {TRIED: 1, UNREACHED: 3}.get(place, 0)
            for day in days[-4 : -4 + tries]:
                in_vain(Callback.objects.get(ticket=ticket), officer, at(day, 10, 30))
        ask_again(county, at(days[-2], 15, 0))


def silent_of(officer: User, before: datetime) -> list[Ticket]:
    served = CompanyLiaison.objects.open().filter(officer=officer, role="A")
    last = before - timedelta(days=7)
    tickets = Ticket.objects.filter(
        pk__in=callbacks.silent(last), company__in=served.values("company")
    )
    return list(tickets.order_by("number")[:4])


def by_link(ticket: Ticket, now: datetime) -> None:
    """Handed out by who answered, used by the company the day after."""
    part = lead_part(ticket)
    assert ticket.handler and part, "it was answered"
    _link, token = confirm_links.make_confirm_link(
        ticket, actor=ticket.handler, now=now
    )
    person = main_contact(ticket).name
    after = now + timedelta(hours=5)
    words = texts()["confirm_notes"]["partly"][0]
    confirm_links.say_by_link(
        token, said="partly", words=words, person=person, now=after
    )


def in_vain(callback: Callback, officer: User, now: datetime) -> None:
    phone = main_contact(callback.ticket).phone
    call = Call(is_reached=False, called_at=now, phone=phone)
    callbacks.record_call(callback, actor=officer, call=call, now=now)


def main_contact(ticket: Ticket) -> Contact:
    contacts = Contact.objects.current().filter(company=ticket.company_id)
    return contacts.order_by("-is_main", "pk")[0]


def ask_again(county: County, now: datetime) -> None:
    """The supervisor draws some closings and calls two: one says something else."""
    supervisor = county.users["supervisor1"]
    region = samples.regions_of(supervisor).order_by("path")[0]
    wanted = samples.Wanted(
        region=region,
        first_on=(now - PERIOD).date(),
        last_on=now.date() - timedelta(days=1),
        number=SAMPLED,
    )
    if samples.closings(wanted).count() < SAMPLED:
        return
    sample = samples.draw_sample(
        wanted, actor=supervisor, seed=f"{county.seed:032x}", now=now
    )
    results = (SampledCall.Result.CONFIRMED, SampledCall.Result.CONTRADICTS)
    calls = sample.calls.select_related("ticket").order_by("place")
    for minutes, (call, result) in enumerate(zip(calls, results, strict=False)):
        contact = main_contact(call.ticket)
        then = now + timedelta(minutes=10 * minutes + 8)
        words = texts()["rejections"][0] if minutes else ""
        samples.record_sampled_call(
            call,
            actor=supervisor,
            result=result,
            called_at=then,
            person=contact.name,
            phone=contact.phone,
            words=words,
            now=then,
        )
