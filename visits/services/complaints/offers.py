"""Whom a company is offered to complain about, and an official's own card."""

from typing import Final

from django.core.signing import BadSignature, Signer
from django.db.models import QuerySet

from crm.lib.http import key_of
from crm.lib.querysets import union_of
from crm.models import CompanyLiaison, Department, Role, User
from projects.models import ProjectLiaison
from visits.models import Ticket

MOST_PEOPLE: Final = 30
CARD: Final = Signer(salt="visits.complaint.card", sep=".")


def people_met_by(user: User) -> QuerySet[User]:
    """Officials who had to do with this person's companies, then or now."""
    owned = user.access.company_ids(Role.OWNER)
    branches = [
        CompanyLiaison.objects.filter(company__in=owned).values("officer"),
        ProjectLiaison.objects.filter(project__company__in=owned).values("officer"),
        Ticket.objects.filter(company__in=owned)
        .exclude(handler=None)
        .values("handler"),
    ]
    people = User.objects.filter(pk__in=union_of(branches)).exclude(department=None)
    return people.select_related("department").order_by("name", "pk")[:MOST_PEOPLE]


def departments_offered() -> QuerySet[Department]:
    return Department.objects.active().order_by("name", "pk")


def card_token(user: User) -> str:
    """For the code on a card: names the person, and nobody can make another's."""
    return CARD.sign(str(user.pk))


def person_of_card(token: str) -> User | None:
    """The official on the card, while he is one."""
    try:
        key = key_of(CARD.unsign(token))
    except BadSignature:
        return None
    officials = User.objects.active().exclude(department=None)
    return officials.select_related("department").filter(pk=key).first()
