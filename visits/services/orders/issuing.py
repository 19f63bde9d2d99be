"""Issue an order: who may, to whom, about what; here its clock starts."""

import uuid
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.lib import trees
from crm.lib.errors import DomainError
from crm.models import Department, Grant, Region, Role, User, subject_of
from crm.services import deadlines
from crm.services.deadlines import Wanted
from visits.models import SupervisionOrder
from visits.models.orders import ISSUERS, ORDER
from visits.models.visits import UNIT_ROLES

from . import numbers, subjects
from .acts import tell
from .reds import propose_red
from .subjects import Facts

Colour = SupervisionOrder.Colour
# An answer is due within so many working days at most.
LONGEST: Final = 60


@dataclass(frozen=True, kw_only=True)
class Demand:
    """What is demanded of whom; the basis is filled in where it is left empty."""

    colour: str
    addressee: Department
    requirement: str
    days: int
    matter: str = ""
    basis: str = ""
    person: User | None = None


class OrderedAlready(DomainError):
    """The department has an open order on this record."""

    code = "ordered_already"


def issue_order(
    *,
    actor: User,
    subject: models.Model | None = None,
    colour: str,
    addressee: Department,
    requirement: str,
    days: int,
    matter: str = "",
    basis: str = "",
    person: User | None = None,
    client_key: uuid.UUID | None = None,
    now: datetime | None = None,
) -> SupervisionOrder:
    """督办: about a record, or about what `matter` says. The clock runs from now on.

    By a supervisor, or a leader in scope; pressed twice it is the same order.
    """
    now = now or timezone.now()
    key = client_key or uuid.uuid4()
    demand = Demand(
        colour=colour,
        addressee=addressee,
        requirement=requirement,
        days=days,
        matter=matter,
        basis=basis,
        person=person,
    )
    if client_key and (known := known_order(actor, client_key)):
        return known
    try:
        with transaction.atomic():
            return issued(subject, demand, actor, key, now)
    except OrderedAlready:
        # Pressed twice in the same moment: the number of the second is given back.
        if client_key and (known := known_order(actor, client_key)):
            return known
        raise


def issued(
    subject: models.Model | None,
    demand: Demand,
    actor: User,
    key: uuid.UUID,
    now: datetime,
) -> SupervisionOrder:
    facts = seen(subject, actor, now) if subject else None
    place = facts.place_path if facts else place_of_words(actor, demand.addressee)
    region = issuing_region(actor, place, demand.addressee)
    demand = filled(demand, facts)
    check_demand(actor, demand, now)
    order = SupervisionOrder(
        region=region,
        client_key=key,
        place_path=place,
        company_id=facts.company if facts else None,
        project_id=facts.project if facts else None,
        issued_by=actor,
        issued_at=now,
        **about(subject),
        **columns_of(demand),
    )
    write(order, demand, now)
    propose_red(order, now=now)
    return order


def filled(demand: Demand, facts: Facts | None) -> Demand:
    """What was left empty as the record says it."""
    matter = demand.matter.strip() or (facts.matter if facts else "")
    basis = demand.basis.strip() or "\n".join(facts.basis if facts else ())
    return replace(
        demand,
        matter=matter[:200],
        basis=basis,
        requirement=demand.requirement.strip(),
    )


def seen(subject: models.Model, actor: User, now: datetime) -> Facts:
    """What the record says, if the actor reads it from inside."""
    record = subjects.found(actor, *subject_of(subject))
    if record is None or not subjects.of(record).is_orderable:
        raise PermissionDenied
    return subjects.facts_of(record, timezone.localdate(now))


def about(subject: models.Model | None) -> dict[str, Any]:  # Any: values of columns
    if subject is None:
        return {}
    subject_type, subject_id = subject_of(subject)
    return {"subject_type": subject_type, "subject_id": subject_id}


def columns_of(demand: Demand) -> dict[str, Any]:  # Any: values of columns
    return {
        "colour": demand.colour,
        "department": demand.addressee,
        "person": demand.person,
        "matter": demand.matter,
        "requirement": demand.requirement,
        "basis": demand.basis,
    }


def write(order: SupervisionOrder, demand: Demand, now: datetime) -> None:
    """The deadline, then the number, last the row: nobody waits longer than that."""
    today = timezone.localdate(now)
    wanted = Wanted(ORDER, demand.days, today, department=demand.addressee)
    order.answer_by = deadlines.start_many([wanted])[0]
    if demand.person:
        deadlines.hand([order.answer_by], demand.person)
    order.year = today.year
    order.serial = numbers.take(order.region, order.year)
    try:
        with transaction.atomic():
            order.save(force_insert=True)
    except IntegrityError:
        sentence = _(
            "There is an open order to %(unit)s on this already. Raise its colour "
            "instead."
        )
        values = {"unit": demand.addressee.name}
        raise OrderedAlready(sentence % values) from None
    tell(
        order,
        "order.issued",
        order.issued_by,
        now,
        colour=order.colour,
        department=order.department,
        due_on=order.answer_by.due_on,
    )


def known_order(actor: User, client_key: uuid.UUID) -> SupervisionOrder | None:
    orders = SupervisionOrder.objects.filter(issued_by=actor, client_key=client_key)
    return orders.first()


# --- Who may, and to whom ------------------------------------------------------


def may_issue(actor: User) -> bool:
    return actor.has_role(*ISSUERS)


def may_issue_about(actor: User, facts: Facts) -> bool:
    """Whether this person may order somebody about a record that says this."""
    access = actor.access
    if any(facts.place_path in one for one in access.region_ranges(*ISSUERS)):
        return True
    unit = facts.department
    charged = access.department_ranges(Role.LEADER)
    return unit is not None and any(unit.path in one for one in charged)


def issuing_region(actor: User, place: str, addressee: Department) -> Region:
    """In whose name: the actor's own region, a leader of units the unit's."""
    access = actor.access
    for one in access.region_ranges(*ISSUERS):
        if place in one:
            return Region.objects.get(path=one.path)
    for one in access.department_ranges(Role.LEADER):
        if addressee.path in one:
            return addressee.region
    raise PermissionDenied


def place_of_words(actor: User, addressee: Department) -> str:
    """Of an order about no record: the unit's region, or the actor's own below it."""
    ranges = actor.access.region_ranges(*ISSUERS)
    path = str(addressee.region.path)
    if not ranges or any(path in one for one in ranges):
        return path
    return ranges[0].path


def addressees_for(actor: User) -> "models.QuerySet[Department]":
    """Departments of the actor's regions and of those above; those in his charge."""
    access = actor.access
    ranges = access.region_ranges(*ISSUERS)
    charged = access.department_ranges(Role.LEADER)
    above = {path for one in ranges for path in trees.path_and_above(one.path)}
    within = Q(region__path__in=above) | trees.in_ranges(ranges, "region__path")
    if charged:
        within |= trees.in_ranges(charged, "path")
    found = Department.objects.filter(within, is_active=True)
    return found.select_related("region")


def people_of(addressee: Department, now: datetime) -> "models.QuerySet[User]":
    """Handlers and heads who may be named as responsible."""
    above = trees.path_and_above(addressee.path)
    held = Grant.objects.current(timezone.localdate(now)).filter(
        role__in=UNIT_ROLES, department__path__in=above
    )
    people = User.objects.active().filter(pk__in=held.values("user"))
    return people.select_related("department").order_by("name", "pk")


def check_demand(actor: User, demand: Demand, now: datetime) -> None:
    if demand.colour not in Colour.values:
        sentence = _("Choose the colour of the order.")
        raise DomainError(sentence, code="colour_missing", field="colour")
    if not addressees_for(actor).filter(pk=demand.addressee.pk).exists():
        sentence = _(
            "A department that is closed or of another region cannot be chosen."
        )
        raise DomainError(sentence, code="out_of_reach", field="addressee")
    for name in ("matter", "requirement", "basis"):
        if not getattr(demand, name):
            sentence = _("Say what it is about, what is demanded, and on what basis.")
            raise DomainError(sentence, code=f"{name}_missing", field=name)
    check_days(demand.days)
    person = demand.person
    if person and not people_of(demand.addressee, now).filter(pk=person.pk).exists():
        sentence = _("%(name)s does not work for this department.")
        values = {"name": person.name}
        raise DomainError(sentence % values, code="not_of_the_unit", field="person")


def check_days(days: int) -> None:
    if not 1 <= days <= LONGEST:
        sentence = _("Within how many working days, from 1 to %(most)s?")
        raise DomainError(sentence % {"most": LONGEST}, code="days", field="days")
