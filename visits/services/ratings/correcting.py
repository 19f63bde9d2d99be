"""整改: the unit mends what was bad, is asked back, and the company looks again."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import events
from crm.lib import trees
from crm.lib.errors import DomainError, StaleVersion, WrongStatus
from crm.models import Grant, Role, User
from crm.services import deadlines
from crm.services.attaching import Sent, attach
from crm.services.deadlines import Wanted
from visits.models import Correction, Rating, RatingRule
from visits.models.corrections import FIX, LOOK
from visits.models.ratings import RatingQuerySet
from visits.models.visits import UNIT_ROLES

State, Outcome, Call = Correction.State, Correction.Outcome, Correction.Call
Narrow = Callable[[RatingQuerySet, User], RatingQuerySet]
UNIT: Final[Narrow] = RatingQuerySet.answered_by
HEAD: Final[Narrow] = RatingQuerySet.headed_by
CALLER: Final[Narrow] = RatingQuerySet.asked_back_by


def start_correction(rating: Rating, *, now: datetime) -> Correction:
    """The clock of the rated unit starts on the day on which it is told."""
    today = timezone.localdate(now)
    days = RatingRule.objects.on(today).fix_days
    unit = rating.department
    (clock,) = deadlines.start_many([Wanted(FIX, days, today, department=unit)])
    handler = None if rating.is_anonymous else rating.officer
    if handler is not None:
        deadlines.hand([clock], handler)
    correction = Correction.objects.create(
        rating=rating, department=unit, handler=handler, fix_by=clock
    )
    tell(correction, "started", None, now, state=correction.state, due_on=clock.due_on)
    return correction


@transaction.atomic
def hand_correction(
    correction: Correction,
    *,
    actor: User,
    handler: User,
    version: int | None = None,
    now: datetime | None = None,
) -> Correction:
    """The unit's head, or the dispatcher where there is none, says who does it."""
    now = now or timezone.now()
    correction = claim(correction, actor, HEAD)
    if correction.handler_id == handler.pk:
        return correction
    check(correction, {State.FIXING}, version)
    if not people_of(correction, now).filter(pk=handler.pk).exists():
        sentence = _("Choose a person of the rated unit.")
        raise DomainError(sentence, code="wrong_handler", field="handler")
    before = correction.handler_id
    correction.handler = handler
    save(correction, "handler")
    deadlines.hand([correction.fix_by], handler)
    tell(correction, "handed", actor, now, handler=[before, handler.pk])
    return correction


def people_of(correction: Correction, now: datetime) -> QuerySet[User]:
    """Who of the rated unit can be given it: handlers, heads, officers."""
    path, today = correction.department.path, timezone.localdate(now)
    grants = Grant.objects.current(today).filter(
        Q(department__path__in=trees.path_and_above(path)),
        role__in=(*UNIT_ROLES, Role.OFFICER),
    )
    return User.objects.active().filter(pk__in=grants.values("user")).order_by("name")


@transaction.atomic
def send_correction(
    correction: Correction,
    *,
    actor: User,
    done: str,
    files: Sequence[Sent] = (),
    version: int | None = None,
    now: datetime | None = None,
) -> Correction:
    """Report what was done, for the company to read; then somebody else asks back."""
    now = now or timezone.now()
    correction = claim(correction, actor, UNIT)
    if correction.state != State.FIXING and correction.done == done.strip():
        return correction
    check(correction, {State.FIXING}, version)
    if not done.strip():
        sentence = _("Say what was done about it.")
        raise DomainError(sentence, code="done_missing", field="done")
    rating, before = correction.rating, correction.state
    correction.done, correction.sent_by, correction.sent_at = done.strip(), actor, now
    # Nobody can call a company that gave no name: it is asked to look at once.
    correction.move_to(State.ASKED if rating.is_anonymous else State.SENT)
    if correction.state == State.ASKED:
        start_look(correction, now)
    save(correction, "done", "sent_by", "sent_at", "state", "look_by")
    deadlines.meet(correction.fix_by, now=now)
    company = None if rating.is_anonymous else rating.company
    attach(correction, files, company=company, actor=actor, is_internal=False, now=now)
    change = [before, correction.state]
    tell(correction, "sent", actor, now, state=change, file_count=len(files))
    return correction


@transaction.atomic
def record_call_back(
    correction: Correction,
    *,
    actor: User,
    call: str,
    person: str = "",
    note: str = "",
    version: int | None = None,
    now: datetime | None = None,
) -> Correction:
    """Somebody of no part in it asked the company; now it may look a second time."""
    now = now or timezone.now()
    correction = claim(correction, actor, CALLER)
    check(correction, {State.SENT}, version)
    if call not in Call.values:
        sentence = _("Choose what the company said.")
        raise DomainError(sentence, code="call_missing", field="call")
    if call != Call.UNREACHED and not person.strip():
        sentence = _("Say who was called.")
        raise DomainError(sentence, code="person_missing", field="person")
    before = correction.state
    correction.call, correction.called_by, correction.called_at = call, actor, now
    correction.call_person, correction.call_note = person.strip(), note.strip()
    correction.move_to(State.ASKED)
    start_look(correction, now)
    calling = ("call", "called_by", "called_at", "call_person", "call_note")
    save(correction, *calling, "state", "look_by")
    tell(
        correction,
        "called_back",
        actor,
        now,
        personal={"person": correction.call_person} if correction.call_person else None,
        call=call,
        state=[before, correction.state],
    )
    return correction


def start_look(correction: Correction, now: datetime) -> None:
    """How long the company may take for its second look."""
    today = timezone.localdate(now)
    days = RatingRule.objects.on(today).look_days
    correction.look_by = deadlines.start(LOOK, days, started_on=today)


def end(
    correction: Correction,
    outcome: str,
    *,
    actor: User | None,
    now: datetime,
    **changes: Any,  # Any: codes and values
) -> None:
    """The company has spoken, or will not any more."""
    before = correction.state
    correction.move_to(State.ENDED)
    correction.outcome, correction.ended_at = outcome, now
    deadlines.meet(correction.look_by, now=now)
    save(correction, "state", "outcome", "ended_at")
    change = [before, correction.state]
    tell(correction, "ended", actor, now, state=change, outcome=outcome, **changes)


def drop(correction: Correction, *, actor: User, now: datetime) -> None:
    """The rating does not stand: nothing has to be mended."""
    before = correction.state
    correction.move_to(State.VOID)
    deadlines.meet(correction.fix_by, now=now)
    deadlines.meet(correction.look_by, now=now)
    save(correction, "state")
    tell(correction, "dropped", actor, now, state=[before, correction.state])


@transaction.atomic
def end_unheard(*, now: datetime | None = None) -> int:
    """The days of the second look are over: what the call said stands, or nothing."""
    now = now or timezone.now()
    today = timezone.localdate(now)
    over = Correction.objects.filter(state=State.ASKED, look_by__due_on__lt=today)
    found = over.select_related("rating__department", "look_by")
    count = 0
    for correction in found.select_for_update(of=("self",)).order_by("pk"):
        end(
            correction,
            BY_CALL.get(correction.call, Outcome.UNHEARD),
            actor=None,
            now=now,
        )
        count += 1
    return count


BY_CALL: Final[dict[str, str]] = {
    Call.CORRECTED: Outcome.CORRECTED,
    Call.NOT_CORRECTED: Outcome.NOT_CORRECTED,
}


def claim(correction: Correction, actor: User, who: Narrow) -> Correction:
    """Lock rating and correction for this side, in this order."""
    rating = Rating.objects.lock(who(Rating.objects.all(), actor), correction.rating_id)
    related = ("fix_by", "look_by", "department", "handler")
    found = Correction.objects.select_related(*related).select_for_update(of=("self",))
    correction = found.get(pk=correction.pk)
    correction.rating = rating
    return correction


def check(correction: Correction, states: set[Any], version: int | None) -> None:
    """Refuse what the state does not allow, and what was decided on an old page."""
    check_state(correction, *states)
    if version is not None and version != correction.version:
        raise StaleVersion(
            _("Somebody else changed this correction meanwhile. Look at it again."),
            current=correction,
        )


def check_state(correction: Correction, *states: str) -> None:
    if correction.state not in states:
        sentence = _("This correction is “%(state)s”; that is not possible now.")
        raise WrongStatus(sentence % {"state": correction.get_state_display()})


def may_touch(rating: Rating, actor: User, who: Narrow) -> bool:
    return who(Rating.objects.all(), actor).filter(pk=rating.pk).exists()


def require(rating: Rating, actor: User, who: Narrow) -> None:
    if not may_touch(rating, actor, who):
        raise PermissionDenied


def save(correction: Correction, *fields: str) -> None:
    """Write only what the act changed, and count the version up."""
    correction.version += 1
    correction.save(update_fields=[*fields, "version"])


def tell(
    correction: Correction,
    act: str,
    actor: User | None,
    now: datetime,
    *,
    personal: dict[str, str] | None = None,
    **changes: Any,  # Any: codes and values
) -> None:
    """Its company reads along, unless it gave no name."""
    events.record(
        actor,
        f"correction.{act}",
        correction,
        is_public=not correction.rating.is_anonymous,
        personal=personal,
        now=now,
        **changes,
    )
