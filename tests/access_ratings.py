"""Ratings of the two counties on which the access table is tried."""

from typing import NamedTuple

from django.utils import timezone

from crm.models import Attachment, Department, User, subject_of
from visits.services import ratings, tickets


class People(NamedTuple):
    officer: User
    unit: Department
    dispatcher: User
    handler: User


def make_ratings(company, file, people):
    """Of a closed ticket a bad one, with a paper to its correction; another ticket."""
    rated, unrated = (close_ticket(company, people) for _ in range(2))
    said = ratings.Said(level=1, words=f"{company.name[:2]}不满意")
    owner = company.grants.get(role="owner").user
    rating = ratings.rate(rated, actor=owner, said=said)
    kind, pk = subject_of(rating.correction)
    Attachment.objects.create(
        subject_type=kind, subject_id=pk, file=file, is_internal=False
    )
    return {
        "rating": {"pk": rating.pk},
        "rating-file": {"pk": rating.pk, "uuid": file.uuid},
        "unrated-ticket": {"pk": unrated.pk},
    }


def close_ticket(company, people):
    now = timezone.now()
    ticket = tickets.raise_ticket(
        actor=people.officer, company=company, text=f"{company.name[:2]}缺电", now=now
    )
    ticket = tickets.dispatch_ticket(
        ticket, actor=people.dispatcher, lead=people.unit, now=now
    )
    ticket = tickets.accept_ticket(ticket, actor=people.handler, now=now)
    ticket = tickets.answer_ticket(
        ticket, actor=people.handler, text="已增容。", proposed="solved", now=now
    )
    owner = company.grants.get(role="owner").user
    return tickets.confirm_ticket(ticket, actor=owner, outcome="solved", now=now)
