"""Ratings through the services, as companies, units and supervisors would."""

from datetime import date, datetime, timedelta
from typing import Any

from visits.models import Rating
from visits.services import ratings
from visits.services.ratings import Said

from .ratings import Rated

HANDED_OVER = timedelta(minutes=20)


class ServiceRatings:
    """The part of the hands that rates and mends."""

    def rate(self, rated: Rated, subject: Any, now: datetime) -> None:
        """Any: a ticket or a visit."""
        opinion = rated.opinion
        said = Said(
            level=opinion.level,
            words=opinion.words,
            tags=opinion.tags,
            is_anonymous=opinion.is_anonymous,
            name=opinion.name,
        )
        if opinion.owner is not None:
            rated.record = ratings.rate(
                subject, actor=opinion.owner, said=said, now=now
            )
            return
        given_at = now - HANDED_OVER
        _link, rated.token = ratings.make_link(
            subject, actor=opinion.giver, now=given_at
        )
        rated.record = ratings.rate_by_link(rated.token, said=said, now=now)

    def tell_nameless(self, now: datetime) -> None:
        ratings.tell_nameless(now=now)

    def report(self, rated: Rated, done: str, now: datetime) -> None:
        rated.record = Rating.objects.get(pk=rated.record.pk)
        ratings.send_correction(
            rated.record.correction, actor=rated.reporter, done=done, now=now
        )

    def call_back(
        self, rated: Rated, call: str, person: str, note: str, now: datetime
    ) -> date:
        correction = ratings.record_call_back(
            rated.record.correction,
            actor=rated.caller,
            call=call,
            person=person,
            note=note,
            now=now,
        )
        assert correction.look_by is not None, "it begins with the call"
        return correction.look_by.due_on or now.date()

    def look_again(self, rated: Rated, level: int, words: str, now: datetime) -> None:
        owner = rated.opinion.owner
        if owner is not None:
            ratings.look_again(
                rated.record, actor=owner, level=level, words=words, now=now
            )
            return
        token = second_link(rated, now)
        ratings.look_by_link(token, level=level, words=words, now=now)

    def end_unheard(self, now: datetime) -> None:
        ratings.end_unheard(now=now)

    def object_to(self, rated: Rated, kind: str, reason: str, now: datetime) -> None:
        rated.record = Rating.objects.get(pk=rated.record.pk)
        ratings.object_to(
            rated.record, actor=rated.reporter, kind=kind, reason=reason, now=now
        )

    def rule(
        self, rated: Rated, *, is_upheld: bool, reason: str, now: datetime
    ) -> None:
        ratings.rule_on_objection(
            rated.record,
            actor=rated.caller,
            is_upheld=is_upheld,
            reason=reason,
            now=now,
        )


def second_link(rated: Rated, now: datetime) -> str:
    """A nameless giver kept the link that came with the first; others are sent one."""
    if rated.opinion.is_anonymous:
        return ratings.link_after(rated.token, rated.record, now=now)
    return ratings.make_second_link(rated.record, actor=rated.caller, now=now)[1]
