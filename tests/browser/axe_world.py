"""Records on which pages have what they ask for, today."""

from django.utils import timezone

from tests.access_ratings import People, close_ticket
from tests.factories import VisitFactory
from tests.visits.orders import stories as order_stories
from visits.models import Category
from visits.services import ratings, tickets
from visits.services.ratings import links


def make_states(cast, company):
    """What each address is opened with, by its name."""
    people = People(cast.olga, cast.bureau, cast.dora, cast.hana)
    now = timezone.now()
    visit = VisitFactory(
        held=True, company=company, logged_by=cast.olga, starts_at=now, day=now.date()
    )
    answered = order_stories.answered(cast)
    sent, objected, called = (rated(cast, company, people) for _ in range(3))
    report(cast, sent)
    objection = {"kind": "mistake", "reason": "评错了部门。"}
    ratings.object_to(objected, actor=cast.hana, **objection)
    report(cast, called)
    call = {"call": "corrected", "person": "王经理", "note": "说已解决"}
    ratings.record_call_back(called.correction, actor=cast.dora, **call)
    _link, rate = links.make_link(close_ticket(company, people), actor=cast.dora)
    _link, look = links.make_second_link(called, actor=cast.dora)
    given = dispatched(cast, company)
    return {
        # Offered only while their time is not over.
        "visits:ticket-return": {"pk": given.pk},
        "visits:ticket-extend": {"pk": begun(cast, company).pk},
        "visits:ticket-reopen": {"pk": close_ticket(company, people).pk},
        "visits:rate-visit": {"pk": visit.pk},
        "visits:rating-call": {"pk": sent.pk},
        "visits:rating-rule": {"pk": objected.pk},
        "visits:rate-by-link": {"token": rate},
        "visits:look-by-link": {"token": look},
        "visits:order-close": {"pk": answered.pk},
        "visits:order-send-back": {"pk": answered.pk},
    }


def rated(cast, company, people):
    said = ratings.Said(level=1, words="推来推去")
    return ratings.rate(close_ticket(company, people), actor=cast.otto, said=said)


def report(cast, rating):
    ratings.send_correction(rating.correction, actor=cast.hana, done="已上门道歉。")


def dispatched(cast, company):
    ticket = tickets.raise_ticket(actor=cast.olga, company=company, text="缺电工。")
    category = Category.objects.get(key="labour")
    return tickets.dispatch_ticket(
        ticket, actor=cast.dora, lead=cast.bureau, category=category
    )


def begun(cast, company):
    ticket = tickets.accept_ticket(dispatched(cast, company), actor=cast.hana)
    return tickets.start_work(ticket, actor=cast.hana)
