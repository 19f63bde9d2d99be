"""Links, call-backs and samples for the access table: one of each at a company."""

from django.db import transaction

from crm.services import deadlines
from tests.factories import NOON, ContactFactory
from visits.models import Callback, ConfirmLink, Sample, SampledCall
from visits.services import tickets


def make_confirming(company, officer, unit, dispatcher, handler):
    """A ticket that waits, with link and call-back; two closings that were drawn."""
    people = (company, officer, unit, dispatcher, handler)
    waiting, answer = answered(*people)
    link = ConfirmLink.objects.create(
        ticket=waiting,
        answer=answer,
        token_hash=f"{company.pk:064}",
        created_by=officer,
        created_at=NOON,
        expires_at=NOON.replace(year=2099),
    )
    with transaction.atomic():
        clock = deadlines.start("callback", 5, started_on=NOON.date())
    callback = Callback.objects.create(
        ticket=waiting, answer=answer, opened_at=NOON, call_by=clock
    )
    sample = make_sample(company, officer)
    called = drawn(sample, 1, closed(*people))
    otherwise = drawn(
        sample,
        2,
        closed(*people),
        result="contradicts",
        words=f"{company.name[:2]}说没有解决",
        person="张会计",
        phone="13800001111",
        called_at=NOON,
        noted_by=officer,
        noted_at=NOON,
    )
    contact = ContactFactory(
        company=company, name=f"{company.name[:2]}会计", is_main=False
    )
    return {
        "confirm-link": {"pk": waiting.pk, "link_pk": link.pk},
        "callback": {"pk": callback.pk},
        "drawn-sample": {"pk": sample.pk},
        "sampled-call": {"pk": called.pk},
        "sampled-call-number": {"pk": called.pk, "contact_pk": contact.pk},
        "contradiction": {"pk": otherwise.pk},
    }


def answered(company, officer, unit, dispatcher, handler):
    text = f"{company.name[:2]}的问题。"
    ticket = tickets.raise_ticket(
        actor=dispatcher, company=company, text=text, now=NOON
    )
    ticket = tickets.dispatch_ticket(ticket, actor=dispatcher, lead=unit, now=NOON)
    ticket = tickets.accept_ticket(ticket, actor=handler, now=NOON)
    ticket = tickets.answer_ticket(
        ticket, actor=handler, text=text, proposed="solved", now=NOON
    )
    return ticket, ticket.answers.get()


def closed(company, *people):
    ticket, _answer = answered(company, *people)
    owner = company.grants.get(role="owner").user
    return tickets.confirm_ticket(ticket, actor=owner, outcome="solved", now=NOON)


def make_sample(company, officer):
    day = NOON.date()
    return Sample.objects.create(
        region=company.region,
        first_on=day,
        last_on=day,
        number=2,
        size=2,
        seed="x",
        population=[],
        population_count=2,
        drawn_by=officer,
        drawn_at=NOON,
    )


def drawn(sample, place, ticket, **said):
    return SampledCall.objects.create(
        sample=sample,
        place=place,
        ticket=ticket,
        closed_at=ticket.closed_at,
        outcome=ticket.outcome,
        sign_off=ticket.sign_off,
        **said,
    )
