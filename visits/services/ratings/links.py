"""Links to rate without an account: made, opened, used once, and not told of after."""

import secrets
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from crm import events
from crm.lib.errors import DomainError
from crm.models import Role, User, subject_of
from crm.services.links import BYTES, UsedLinkError, hash_of
from projects.models import Agency
from visits.models import Rating, RatingLink, Ticket, Visit

from .correcting import CALLER, require
from .giving import RatedAlreadyError, Said, give
from .second import write_second
from .things import Record, company_of, lock, rating_of, record_of, thing_of

Purpose = RatingLink.Purpose
LASTS: Final = timedelta(days=30)
SECOND_LASTS: Final = timedelta(days=180)
MOST_LINKS: Final = 10


def linkable_by(actor: User, record: Record) -> bool:
    """Who of the officials hands the company a link to this thing."""
    sets: list[QuerySet[Any, Any]]  # of one of three models
    if isinstance(record, Ticket):
        every = Ticket.objects.all()
        sets = [every.dispatchable_by(actor), every.workable_by(actor)]
        if actor.has_role(Role.OFFICER):
            sets.append(every.confirmable_by(actor))
    elif isinstance(record, Visit):
        # Whoever logged it, and the company's officers.
        visits = Visit.objects.visible_to(actor)
        sets = [visits.filter(logged_by=actor)]
        if actor.has_role(Role.OFFICER, Role.DISPATCHER):
            sets.append(visits)
    else:
        sets = [Agency.objects.kept_by(actor)]
    return any(one.filter(pk=record.pk).exists() for one in sets)


@transaction.atomic
def make_link(
    record: Record, *, actor: User, now: datetime | None = None
) -> tuple[RatingLink, str]:
    """A link and its token, which is told this once and stored nowhere.

    Of a thing that was rated without a name one is made like any other: a refusal
    would tell.
    """
    now = now or timezone.now()
    if not linkable_by(actor, record):
        raise PermissionDenied
    record = record_of(*subject_of(record))
    if not is_answered(record):
        thing_of(record, now)
    rating = rating_of(record)
    if rating is not None and not rating.is_anonymous:
        raise RatedAlreadyError(rating)
    kind, pk = subject_of(record)
    older = RatingLink.objects.open(now).filter(
        purpose=Purpose.RATE, subject_type=kind, subject_id=pk, used_on=None
    )
    surplus = older.order_by("-pk").values_list("pk", flat=True)[MOST_LINKS - 1 :]
    RatingLink.objects.filter(pk__in=list(surplus)).update(revoked_at=now)
    link, token = new_link(record, Purpose.RATE, LASTS, actor, now)
    events.record(
        actor,
        "rating.link_made",
        link,
        now=now,
        subject_type=kind,
        expires_at=link.expires_at,
    )
    return link, token


def is_answered(record: Record) -> bool:
    """The link goes out with the answer; until the company agrees it only waits."""
    confirming = Ticket.Status.CONFIRMING
    return isinstance(record, Ticket) and record.status == confirming


def new_link(
    record: Record,
    purpose: RatingLink.Purpose,
    lasts: timedelta,
    actor: User | None,
    now: datetime,
) -> tuple[RatingLink, str]:
    kind, pk = subject_of(record)
    token = secrets.token_urlsafe(BYTES)
    link = RatingLink.objects.create(
        purpose=purpose,
        token_hash=hash_of(token),
        subject_type=kind,
        subject_id=pk,
        company=company_of(record),
        created_by=actor,
        created_at=now,
        expires_at=now + lasts,
    )
    return link, token


def find_link(token: str, purpose: RatingLink.Purpose, now: datetime) -> RatingLink:
    """The link behind a token, used or not; unknown, old and revoked are alike."""
    links = RatingLink.objects.open(now).filter(purpose=purpose)
    related = links.select_related("company", "rating")
    if link := related.filter(token_hash=hash_of(token)).first():
        return link
    raise UsedLinkError


def check_stranger(visitor: User | None) -> None:
    """An official who is signed in must not rate in a company's place."""
    if visitor is not None and visitor.access.roles - {Role.OWNER}:
        sentence = _(
            "You are signed in as an official. A rating is the company's own word: "
            "please hand the link on."
        )
        raise DomainError(sentence, code="is_official")


@transaction.atomic
def rate_by_link(
    token: str,
    *,
    said: Said,
    visitor: User | None = None,
    now: datetime | None = None,
) -> Rating:
    """The one rating that this link is for; a second use is refused."""
    now = now or timezone.now()
    check_stranger(visitor)
    link = find_link(token, Purpose.RATE, now)
    link = RatingLink.objects.select_for_update(of=("self",)).get(pk=link.pk)
    thing = thing_of(lock(record_of(link.subject_type, link.subject_id)), now)
    rating = give(thing, actor=None, said=said, way=Rating.Way.LINK, now=now)
    if link.used_on is None:
        note_use(link, rating, now)
    return rating


def note_use(link: RatingLink, rating: Rating, now: datetime) -> None:
    link.used_on, link.rating = timezone.localdate(now), rating
    try:
        with transaction.atomic():
            link.save(update_fields=["used_on", "rating"])
    except IntegrityError:
        raise RatedAlreadyError(rating) from None


def first_of(link: RatingLink) -> Rating | None:
    """The rating that stands already, as far as whoever has this link may know of it.

    Of one without a name nothing: officials make these links, and would open them.
    """
    rating = rating_of(record_of(link.subject_type, link.subject_id))
    return None if rating is None or rating.is_anonymous else rating


# --- The second look ------------------------------------------------------------


def token_after(token: str) -> str:
    """The token of the second look that follows from the first one's, for its giver."""
    mac = salted_hmac("visits.second_look", token, algorithm="sha256")
    text: str = urlsafe_b64encode(mac.digest()).decode()
    return text.rstrip("=")


@transaction.atomic
def link_after(token: str, rating: Rating, *, now: datetime | None = None) -> str:
    """Of a bad rating: where its giver looks again; the same as often as asked."""
    now = now or timezone.now()
    after = token_after(token)
    RatingLink.objects.get_or_create(
        token_hash=hash_of(after),
        defaults={
            "purpose": Purpose.SECOND,
            "subject_type": rating.subject_type,
            "subject_id": rating.subject_id,
            "company": rating.company,
            "rating": rating,
            "created_at": day_start(now),
            "expires_at": day_start(now) + SECOND_LASTS,
        },
    )
    return after


def day_start(now: datetime) -> datetime:
    return timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)


@transaction.atomic
def make_second_link(
    rating: Rating, *, actor: User, now: datetime | None = None
) -> tuple[RatingLink, str]:
    """Whoever calls back hands out the link too; nobody can for a nameless rating."""
    now = now or timezone.now()
    require(rating, actor, CALLER)
    record = record_of(rating.subject_type, rating.subject_id)
    link, token = new_link(record, Purpose.SECOND, SECOND_LASTS, actor, now)
    link.rating = rating
    link.save(update_fields=["rating"])
    events.record(
        actor,
        "rating.link_made",
        link,
        now=now,
        subject_type=link.subject_type,
        expires_at=link.expires_at,
    )
    return link, token


@transaction.atomic
def look_by_link(
    token: str,
    *,
    level: int,
    words: str = "",
    visitor: User | None = None,
    now: datetime | None = None,
) -> Rating:
    """The second look by link, once."""
    now = now or timezone.now()
    check_stranger(visitor)
    link = find_link(token, Purpose.SECOND, now)
    link = RatingLink.objects.select_for_update(of=("self",)).get(pk=link.pk)
    assert link.rating is not None, "a link of this purpose has its rating"
    rating = write_second(link.rating, actor=None, level=level, words=words, now=now)
    if link.used_on is None:
        note_use(link, rating, now)
    return rating
