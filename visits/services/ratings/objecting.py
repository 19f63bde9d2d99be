"""申诉: the rated unit objects once, the supervisor of the scope rules on it."""

from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import events
from crm.lib.errors import DomainError
from crm.models import User
from crm.services import deadlines
from crm.services.deadlines import Wanted
from visits.models import Correction, Objection, Rating, RatingRule

from .correcting import drop
from .giving import check_words, company_in_events


@transaction.atomic
def object_to(
    rating: Rating,
    *,
    actor: User,
    kind: str,
    reason: str,
    now: datetime | None = None,
) -> Objection:
    """Ask that the rating be left out; its correction runs on meanwhile."""
    now = now or timezone.now()
    every = Rating.objects.all()
    rating = Rating.objects.lock(every.answered_by(actor), rating.pk)
    check_objection(rating, kind, reason, timezone.localdate(now))
    objection = Objection(
        rating=rating, kind=kind, reason=reason.strip(), asked_by=actor, asked_at=now
    )
    write(objection)
    tell(rating, "objected", actor, now, kind=kind)
    return objection


@transaction.atomic
def disown(
    rating: Rating, *, actor: User, reason: str, now: datetime | None = None
) -> Objection:
    """The company says that somebody else used the link: no rating of its own."""
    now = now or timezone.now()
    every = Rating.objects.all()
    rating = Rating.objects.lock(every.owned_by(actor), rating.pk)
    if rating.way != Rating.Way.LINK:
        sentence = _("Your company gave this rating itself, signed in.")
        raise DomainError(sentence, code="own_rating")
    if rating.told_on is None:
        sentence = _("Officials read this rating from tomorrow on. Please come back.")
        raise DomainError(sentence, code="not_told")
    kind = Objection.Kind.FOREIGN
    check_reason(reason)
    # Who of the company says so is nobody's business.
    objection = Objection(rating=rating, kind=kind, reason=reason.strip(), asked_at=now)
    write(objection)
    told_by = None if rating.is_anonymous else actor
    tell(rating, "objected", told_by, now, kind=kind)
    return objection


def write(objection: Objection) -> None:
    try:
        with transaction.atomic():
            objection.save(force_insert=True)
    except IntegrityError:
        sentence = _("There is an objection to this rating already.")
        raise DomainError(sentence, code="objected_already") from None


def check_reason(reason: str) -> None:
    if not reason.strip():
        raise DomainError(_("Give the reason."), code="reason_missing", field="reason")
    check_words(reason, "reason")


def check_objection(rating: Rating, kind: str, reason: str, today: date) -> None:
    if kind not in Objection.Kind.values:
        sentence = _("Choose what is wrong with the rating.")
        raise DomainError(sentence, code="kind_missing", field="kind")
    check_reason(reason)
    if rating.told_on is not None and today > last_day(rating):
        sentence = _("The days for an objection are over; the rating stands.")
        raise DomainError(sentence, code="too_late")


def last_day(rating: Rating) -> date:
    """Until when the unit may object, from the day on which it was told."""
    told_on = rating.told_on or rating.rated_on
    days = RatingRule.objects.on(told_on).objection_days
    planned = deadlines.planned(Wanted("objection", days, told_on))
    return planned.due_on or date.max


@transaction.atomic
def rule_on_objection(
    rating: Rating,
    *,
    actor: User,
    is_upheld: bool,
    reason: str,
    now: datetime | None = None,
) -> Objection:
    """Upheld: read on as left out, in no figure, nothing to correct. Final."""
    now = now or timezone.now()
    every = Rating.objects.all()
    rating = Rating.objects.lock(every.ruled_by(actor), rating.pk)
    found = Objection.objects.select_for_update(of=("self",)).filter(rating=rating)
    objection = found.first()
    if objection is None:
        sentence = _("Nobody has objected to this rating.")
        raise DomainError(sentence, code="no_objection")
    wanted = Objection.Decision.UPHELD if is_upheld else Objection.Decision.REJECTED
    if objection.decision == wanted and objection.decided_by_id == actor.pk:
        return objection
    check_ruling(objection, actor, reason)
    objection.decision, objection.decision_reason = wanted, reason.strip()
    objection.decided_by, objection.decided_at = actor, now
    fields = ["decision", "decision_reason", "decided_by", "decided_at"]
    objection.save(update_fields=fields)
    tell(rating, "objection_ruled", actor, now, decision=wanted)
    if is_upheld:
        leave_out(rating, actor, now)
    return objection


def open_objection(rating: Rating) -> Objection:
    """The one that waits for a ruling, or why there is none."""
    objection = Objection.objects.filter(rating=rating).first()
    if objection is None:
        sentence = _("Nobody has objected to this rating.")
        raise DomainError(sentence, code="no_objection")
    if objection.decision:
        raise ruled_already(objection)
    return objection


def ruled_already(objection: Objection) -> DomainError:
    sentence = _("This objection is ruled on already: %(decision)s.")
    values = {"decision": objection.get_decision_display()}
    return DomainError(sentence % values, code="ruled_already")


def check_ruling(objection: Objection, actor: User, reason: str) -> None:
    if objection.decision:
        raise ruled_already(objection)
    if objection.asked_by_id == actor.pk:
        sentence = _("Nobody rules on an objection of his own.")
        raise DomainError(sentence, code="own_objection")
    check_reason(reason)


def leave_out(rating: Rating, actor: User, now: datetime) -> None:
    rating.excluded_at = now
    rating.save(update_fields=["excluded_at"])
    related = Correction.objects.select_related("fix_by", "look_by")
    correction = related.select_for_update(of=("self",)).filter(rating=rating).first()
    if correction is not None and correction.is_open:
        correction.rating = rating
        drop(correction, actor=actor, now=now)


def tell(
    rating: Rating,
    act: str,
    actor: User | None,
    now: datetime,
    **changes: Any,  # Any: codes
) -> None:
    events.record(
        actor,
        f"rating.{act}",
        rating,
        company=company_in_events(rating),
        is_public=not rating.is_anonymous,
        now=now,
        **changes,
    )
