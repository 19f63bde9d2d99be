"""Pairs of a unit: set, changed and ended by its head."""

from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import events
from crm.lib import trees
from crm.lib.errors import DomainError
from crm.models import Absence, Department, Grant, Role, StandIn, User

from . import notes, roster
from .roster import UNIT_ROLES, Roster


def handlers_headed_by(user: User, today: date) -> QuerySet[User]:
    """Handlers of the units this person heads."""
    ranges = user.access.department_ranges(Role.UNIT_HEAD)
    if not ranges:
        return User.objects.none()
    held = Grant.objects.current(today).filter(
        trees.in_ranges(ranges, "department__path"), role=Role.HANDLER
    )
    people = User.objects.active().filter(pk__in=held.values("user"))
    return people.select_related("department").order_by("name", "pk")


def able_for(handler: User, today: date) -> list[User]:
    """Who can be this handler's B: a role for each of the units he works in."""
    units = roster.units_of([handler.pk], today)[0].get(handler.pk, set())
    above = {one for path in units for one in trees.path_and_above(path)}
    held = Grant.objects.current(today).filter(
        role__in=UNIT_ROLES, department__path__in=sorted(above)
    )
    people = User.objects.active().filter(pk__in=held.values("user"))
    found = people.exclude(pk=handler.pk).select_related("department")
    known = Roster({}, {}, *roster.units_of([handler.pk, *pks(found)], today))
    return [
        one
        for one in found.order_by("name", "pk")
        if known.may_work(one.pk, handler.pk)
    ]


def pks(people: QuerySet[User]) -> list[int]:
    return list(people.values_list("pk", flat=True))


@transaction.atomic
def set_stand_in(
    handler: User,
    *,
    actor: User | None,
    stand_in: User,
    reason: str = "",
    now: datetime | None = None,
) -> StandIn:
    """Make this person the handler's B; the one before steps down with a reason."""
    now = now or timezone.now()
    today = timezone.localdate(now)
    department = post_of(handler, actor, today)
    people = User.objects.filter(pk__in=[handler.pk, stand_in.pk]).order_by("pk")
    list(people.select_for_update(no_key=True).values_list("pk"))
    before = StandIn.objects.open().filter(handler=handler).first()
    if before and before.stand_in_id == stand_in.pk:
        return before
    check_person(handler, stand_in, today)
    check_not_both_away(handler, stand_in, today)
    if before:
        if not reason.strip():
            sentence = _("Give the reason.")
            raise DomainError(sentence, code="reason_missing", field="reason")
        close(before, today, reason)
    made = StandIn(
        handler=handler,
        stand_in=stand_in,
        department=department,
        started_on=today,
        reason=reason.strip(),
        set_by=actor,
    )
    save_once(made)
    events.record(
        actor,
        "stand_in.set",
        made,
        now=now,
        handler=handler.pk,
        stand_in=[before.stand_in_id if before else None, stand_in.pk],
        reason=made.reason,
    )
    notes.write_for_running(handler, stand_in, now)
    return made


def save_once(pair: StandIn) -> None:
    """Two heads at once: the second is told."""
    try:
        with transaction.atomic():
            pair.save(force_insert=True)
    except IntegrityError:
        sentence = _("Somebody else has just set a B for %(name)s. Look again.")
        values = {"name": pair.handler.name}
        raise DomainError(sentence % values, code="set_already") from None


def post_of(handler: User, actor: User | None, today: date) -> Department:
    """The handler's unit, out of those that the actor heads."""
    held = Grant.objects.current(today).filter(user=handler, role=Role.HANDLER)
    if actor is not None:
        ranges = actor.access.department_ranges(Role.UNIT_HEAD)
        held = held.filter(trees.in_ranges(ranges, "department__path"))
    grant = held.select_related("department").order_by("pk").first()
    if grant is None or grant.department is None:
        raise PermissionDenied
    return grant.department


def check_person(handler: User, stand_in: User, today: date) -> None:
    if handler.pk == stand_in.pk:
        sentence = _("Nobody stands in for himself.")
        raise DomainError(sentence, code="b_is_a", field="stand_in")
    known = Roster({}, {}, *roster.units_of([handler.pk, stand_in.pk], today))
    if not known.may_work(stand_in.pk, handler.pk):
        sentence = _(
            "%(name)s has no role for every unit in which %(handler)s works. The "
            "security administrator gives it."
        )
        values = {"name": stand_in.name, "handler": handler.name}
        raise DomainError(sentence % values, code="not_able", field="stand_in")


def check_not_both_away(handler: User, stand_in: User, today: date) -> None:
    """Days that are entered already must not leave the work with nobody."""
    coming = Absence.objects.filter(cancelled_at=None, ends_on__gte=today, cover=None)
    for mine in coming.filter(officer=handler):
        clash = coming.overlapping(max(mine.starts_on, today), mine.ends_on)
        if other := clash.filter(officer=stand_in).first():
            sentence = _("%(name)s is away from %(first)s to %(last)s as well.")
            values = {
                "name": stand_in.name,
                "first": other.starts_on,
                "last": other.ends_on,
            }
            raise DomainError(sentence % values, code="both_absent", field="stand_in")


@transaction.atomic
def end_stand_in(
    pair: StandIn, *, actor: User, reason: str, now: datetime | None = None
) -> StandIn:
    """No B any more; during an absence the head of the unit then has the work."""
    now = now or timezone.now()
    pair = StandIn.objects.lock(StandIn.objects.changeable_by(actor).open(), pair.pk)
    if not reason.strip():
        sentence = _("Give the reason.")
        raise DomainError(sentence, code="reason_missing", field="reason")
    close(pair, timezone.localdate(now), reason)
    told_ended(pair, actor, now, reason.strip())
    return pair


@transaction.atomic
def end_all_of(
    user: User, *, actor: User | None, now: datetime | None = None
) -> list[StandIn]:
    """Somebody left his unit or his account was closed: pairs end that do not hold."""
    now = now or timezone.now()
    today = timezone.localdate(now)
    mine = StandIn.objects.open().filter(Q(handler=user) | Q(stand_in=user))
    pairs = list(mine.select_for_update(of=("self",)))
    people = {key for one in pairs for key in (one.handler_id, one.stand_in_id)}
    known = Roster({}, {}, *roster.units_of(people, today))
    ended = [
        one for one in pairs if not known.may_work(one.stand_in_id, one.handler_id)
    ]
    for one in ended:
        close(one, today, "")
        told_ended(one, actor, now, "transfer")
    return ended


def close(pair: StandIn, today: date, reason: str) -> None:
    pair.ended_on, pair.end_reason = today, reason.strip()
    pair.save(update_fields=["ended_on", "end_reason"])


def told_ended(pair: StandIn, actor: User | None, now: datetime, reason: str) -> None:
    events.record(
        actor,
        "stand_in.ended",
        pair,
        now=now,
        handler=pair.handler_id,
        stand_in=pair.stand_in_id,
        reason=reason,
    )
