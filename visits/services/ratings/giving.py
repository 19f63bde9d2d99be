"""A company rates: signed in, or by a link; once, with its name or without."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import events
from crm.lib.errors import DomainError
from crm.models import User
from visits.models import Rating, RatingLevel, RatingTag
from visits.services.tickets import is_owner

from .correcting import start_correction
from .things import Record, Thing, company_of, lock, rating_of, thing_of

MOST_CHARACTERS: Final = 1000
MOST_TAGS: Final = 5


@dataclass(frozen=True, kw_only=True)
class Said:
    """What the company says of it."""

    level: int
    words: str = ""
    tags: Collection[str] = ()
    is_anonymous: bool = False
    # By a link only: what the person calls himself.
    name: str = ""
    client_key: uuid.UUID = field(default_factory=uuid.uuid4)


class RatedAlreadyError(DomainError):
    """One rating per thing; the first one goes along for who may see it."""

    code = "rated_already"

    def __init__(self, rating: Rating) -> None:
        super().__init__(
            _(
                "This was rated already. A rating is given once; the first one stands "
                "as it was given."
            )
        )
        self.rating = rating


@transaction.atomic
def rate(
    record: Record, *, actor: User, said: Said, now: datetime | None = None
) -> Rating:
    """The company rates, signed in."""
    now = now or timezone.now()
    if not is_owner(actor, company_of(record)):
        raise PermissionDenied
    thing, way = thing_of(lock(record), now), Rating.Way.LOGIN
    return give(thing, actor=actor, said=said, way=way, now=now)


def give(
    thing: Thing, *, actor: User | None, said: Said, way: Rating.Way, now: datetime
) -> Rating:
    """Write the one rating of a thing; the second of two at once gets the first."""
    check_said(said)
    kind, pk = thing.subject
    today = timezone.localdate(now)
    nameless = said.is_anonymous
    rating = Rating(
        subject_type=kind,
        subject_id=pk,
        ended_on=thing.ended_on,
        company=thing.company,
        department_id=thing.department,
        officer_id=thing.officer,
        category_id=thing.category,
        level=said.level,
        words=said.words.strip(),
        tags=chosen(said.tags),
        is_anonymous=nameless,
        way=way,
        rated_by=None if nameless else actor,
        rater_name="" if nameless or actor else said.name.strip(),
        rated_on=today,
        created_at=day_of(now) if nameless else now,
        told_on=None if nameless else today,
        client_key=said.client_key,
    )
    try:
        # In a savepoint: the other of two simultaneous firsts is found below.
        with transaction.atomic():
            rating.save(force_insert=True)
    except IntegrityError:
        return same_or_refuse(thing, said)
    if not nameless:
        announce(rating, actor=actor, now=now)
    return rating


def day_of(now: datetime) -> datetime:
    """Midnight before: the day, and no time that could be compared with another."""
    return timezone.make_aware(datetime.combine(timezone.localdate(now), time.min))


def same_or_refuse(thing: Thing, said: Said) -> Rating:
    """The same form sent twice is one rating; another one comes too late."""
    first = rating_of(thing.record)
    assert first is not None, "something stood in the way"
    if first.client_key == said.client_key:
        return first
    raise RatedAlreadyError(first)


def check_said(said: Said) -> None:
    if said.level not in RatingLevel.values:
        sentence = _("Choose one of the five levels.")
        raise DomainError(sentence, code="level_missing", field="level")
    check_words(said.words, "words")
    if len(set(said.tags)) > MOST_TAGS:
        sentence = _("At most %(most)s short words.") % {"most": MOST_TAGS}
        raise DomainError(sentence, code="too_many_tags", field="tags")
    if set(said.tags) - set(RatingTag.values):
        sentence = _("Choose from the short words that are offered.")
        raise DomainError(sentence, code="unknown_tag", field="tags")


def check_words(words: str, name: str) -> None:
    if len(words.strip()) > MOST_CHARACTERS:
        sentence = _("At most %(most)s characters.") % {"most": MOST_CHARACTERS}
        raise DomainError(sentence, code="too_long", field=name)


def chosen(tags: Collection[str]) -> list[str]:
    """In the order in which they are offered, each once."""
    return [str(tag) for tag in RatingTag.values if tag in set(tags)]


def announce(rating: Rating, *, actor: User | None, now: datetime) -> None:
    """From now on officials read it; a bad one must be corrected."""
    nameless = rating.is_anonymous
    personal = {"rater_name": rating.rater_name} if rating.rater_name else None
    events.record(
        actor,
        "rating.given",
        rating,
        company=company_in_events(rating),
        is_public=not nameless,
        personal=personal,
        now=now,
        **told_of(rating),
    )
    if rating.is_bad:
        start_correction(rating, now=now)


def told_of(rating: Rating) -> dict[str, Any]:  # Any: codes and values
    """What its event says: of one without a name nothing that leads to the company."""
    told: dict[str, Any] = {
        "level": rating.level,
        "is_anonymous": rating.is_anonymous,
        "department": rating.department_id,
    }
    if not rating.is_anonymous:
        told |= {"subject_type": rating.subject_type, "way": rating.way}
    return told


def company_in_events(rating: Rating) -> int:
    return events.WITHHELD if rating.is_anonymous else rating.company_id
