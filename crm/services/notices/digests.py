"""The daily summary: on a working morning, of what is new and was not read."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils import timezone

from crm.models import Delivery, Notice, NoticeChoices, User

from . import hours, outbox


@transaction.atomic
def write_digests(*, now: datetime | None = None) -> int:
    """Leave one for each who has something new that he did not read; say how many.

    Of what he was told before the last one and did not open he is not told each day.
    """
    now = now or timezone.now()
    today = timezone.localdate(now)
    if not outbox.mails() or not hours.works_on(today):
        return 0
    known = last_ones(today)
    unread = Notice.objects.unread().filter(recipient__in=receivers().values("pk"))
    newest = unread.order_by().values("recipient").annotate(at=Max("created_at"))
    rows = [
        Delivery(
            channel=Delivery.Channel.DIGEST,
            recipient_id=pk,
            day=today,
            message_id=outbox.new_message_id(),
            next_at=hours.opening(now),
            created_at=now,
        )
        for pk, at in newest.values_list("recipient", "at")
        if pk not in known or at > known[pk]
    ]
    # Another worker on the same morning: the database keeps one for each.
    Delivery.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    return len(rows)


def receivers() -> QuerySet[User]:
    """Who has an address and did not say no."""
    without = NoticeChoices.objects.filter(has_digest=False)
    people = User.objects.active().exclude(email="")
    return people.exclude(pk__in=without.values("user"))


def last_ones(today: date) -> dict[int, datetime]:
    """When each person's last summary was written."""
    rows = Delivery.objects.filter(channel=Delivery.Channel.DIGEST, day__lt=today)
    latest = rows.order_by().values("recipient").annotate(at=Max("created_at"))
    return dict(latest.values_list("recipient", "at"))
