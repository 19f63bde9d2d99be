"""追评: when the unit has reported, the company looks once more: the last word."""

from datetime import datetime
from typing import Final

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import events
from crm.lib.errors import DomainError
from crm.models import User
from visits.models import Correction, Rating, RatingLevel
from visits.models.ratings import BAD

from .correcting import Outcome, State, end
from .giving import check_words, company_in_events


class LookedAlreadyError(DomainError):
    code = "looked_already"


@transaction.atomic
def look_again(
    rating: Rating,
    *,
    actor: User,
    level: int,
    words: str = "",
    now: datetime | None = None,
) -> Rating:
    """The company says, signed in, what came of the correction."""
    now = now or timezone.now()
    if not Rating.objects.owned_by(actor).filter(pk=rating.pk).exists():
        raise PermissionDenied
    return write_second(rating, actor=actor, level=level, words=words, now=now)


def write_second(
    rating: Rating, *, actor: User | None, level: int, words: str, now: datetime
) -> Rating:
    """Lock, check, write; fair or better is corrected, everything else is not."""
    rating = Rating.objects.select_for_update(of=("self",)).get(pk=rating.pk)
    if rating.second_level == level and rating.second_words == words.strip():
        return rating
    correction = open_for_look(rating)
    if level not in RatingLevel.values:
        sentence = _("Choose one of the five levels.")
        raise DomainError(sentence, code="level_missing", field="level")
    check_words(words, "words")
    rating.second_level, rating.second_words = level, words.strip()
    rating.second_on = timezone.localdate(now)
    rating.save(update_fields=["second_level", "second_words", "second_on"])
    nameless = rating.is_anonymous
    events.record(
        None if nameless else actor,
        "rating.second_look",
        rating,
        company=company_in_events(rating),
        is_public=not nameless,
        now=now,
        second_level=level,
    )
    outcome = Outcome.NOT_CORRECTED if level <= BAD else Outcome.CORRECTED
    end(correction, outcome, actor=None if nameless else actor, now=now)
    return rating


def open_for_look(rating: Rating) -> Correction:
    """The correction on which the company may look now, or why it may not."""
    if rating.second_level is not None:
        sentence = _("The second look was given already; it is given once.")
        raise LookedAlreadyError(sentence)
    correction = Correction.objects.filter(rating=rating)
    related = correction.select_related("look_by", "fix_by", "department")
    found = related.select_for_update(of=("self",)).first()
    if found is None or found.state not in NOT_YET | {State.ASKED}:
        sentence = _("There is nothing to look at again here.")
        raise DomainError(sentence, code="no_second_look")
    if found.state in NOT_YET:
        sentence = _(
            "The unit is still at it, or somebody will ask you first how it went. "
            "Please come back afterwards; the link stays good."
        )
        raise DomainError(sentence, code="not_ended")
    found.rating = rating
    return found


NOT_YET: Final = frozenset({State.FIXING, State.SENT})
