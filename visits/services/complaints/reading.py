"""Which supervisors may read a complaint, and which complaints nobody may."""

from collections import defaultdict
from datetime import date
from typing import Any

from django.db.models import QuerySet

from crm.lib.querysets import union_of
from crm.models import Access, Grant, Role, User
from visits.models import Complaint


def supervisors(today: date) -> list[User]:
    """Everybody who is one today, with what he may do where."""
    people = User.objects.active().with_role(Role.SUPERVISOR, today=today)
    held: dict[int, list[tuple[Any, ...]]] = defaultdict(list)  # Any: Access.COLUMNS
    grants = Grant.objects.current(today).filter(user__in=people.values("pk"))
    for user, *columns in grants.order_by("pk").values_list("user", *Access.COLUMNS):
        held[user].append(tuple(columns))
    found = list(people.select_related("department").order_by("pk"))
    for one in found:
        one.access = Access.of(held[one.pk])
    return found


def supervisors_of(complaint: Complaint, today: date) -> list[User]:
    """Those in whose scope it is, without whom it concerns."""
    return [
        one
        for one in supervisors(today)
        if Complaint.objects.supervised_by(one).filter(pk=complaint.pk).exists()
    ]


def unheard(today: date) -> "QuerySet[Complaint]":
    """Open ones that no supervisor may read. To others only their number is told."""
    complaints = Complaint.objects.open()
    heard = union_of(
        [
            Complaint.objects.supervised_by(one).values("pk")
            for one in supervisors(today)
        ]
    )
    return complaints if heard is None else complaints.exclude(pk__in=heard)


def readers_of(complaint: Complaint, today: date) -> list[User]:
    """Everybody who may be told of it: its supervisors, and who made it by login."""
    personal = getattr(complaint, "personal", None)
    own = [personal.user] if personal and personal.user else []
    return [*supervisors_of(complaint, today), *own]
