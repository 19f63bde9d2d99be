"""Ratings as rows: what the services would have left of each act."""

from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any

from django.utils import timezone

from crm.demo.rows import row_of
from crm.models import Deadline, Department, User
from visits.models import (
    Correction,
    Objection,
    Rating,
    RatingLink,
    RatingRule,
    Ticket,
    Visit,
)
from visits.models.ratings import BAD, random_key
from visits.services.ratings.giving import chosen, day_of
from visits.services.ratings.links import LASTS

from .bulk_tickets import Sheaf, TicketRows
from .rating_hands import HANDED_OVER
from .ratings import Rated


class RatingRows(TicketRows):
    """Knows the rows of every act; a test compares them with those of the services."""

    def begin_ratings(self) -> None:
        self.rows.follow(Rating, RatingLink, Correction, Objection)
        self.days = RatingRule.objects.on(self.county.today)
        self.units = {unit.pk: unit for unit in Department.objects.all()}
        self.untold: list[Rated] = []
        # What still changes: its rows are written when it does no more.
        self.open_ratings: dict[int, tuple[Rated, list[Any]]] = {}

    def end_ratings(self) -> None:
        for rated, rows in list(self.open_ratings.values()):
            self.put_rating_away(rated, rows)

    def put_rating_away(self, rated: Rated, rows: list[Any]) -> None:
        del self.open_ratings[rated.record.pk]
        self.rows.add(*(row for row in rows if isinstance(row, Deadline)))
        self.rows.add(rated.record)
        self.rows.add(*(row for row in rows if not isinstance(row, Deadline)))

    def tell_of(
        self,
        rated: Rated,
        actor: User | None,
        action: str,
        now: datetime,
        changes: dict[str, Any],  # codes and values
        *,
        subject: Any = None,  # a row
        personal: dict[str, str] | None = None,
    ) -> None:
        rating: Rating = rated.record
        nameless = rating.is_anonymous
        self.rows.record(
            actor,
            action,
            rating if subject is None else subject,
            now,
            changes,
            is_public=not nameless,
            personal=personal,
            company=None if nameless else rating.company_id,
            is_withheld=nameless,
        )

    # --- Given -------------------------------------------------------------------

    def rate(self, rated: Rated, subject: Any, now: datetime) -> None:
        opinion = rated.opinion
        rating = rated.record = self.rating_of(rated, subject, now)
        rows: list[Any] = []
        self.open_ratings[rating.pk] = rated, rows
        if opinion.owner is None:
            link = self.link_of(rated, "rate", opinion.giver, now - HANDED_OVER, LASTS)
            link.used_on, link.rating_id = now.date(), rating.pk
            rows.append(link)
        if opinion.is_anonymous:
            self.untold.append(rated)
        else:
            self.announce(rated, opinion.owner, now)

    def rating_of(self, rated: Rated, subject: Any, now: datetime) -> Rating:
        opinion, nameless = rated.opinion, rated.opinion.is_anonymous
        return row_of(
            Rating,
            id=random_key(),
            **about_of(subject),
            level=opinion.level,
            words=opinion.words,
            tags=chosen(opinion.tags),
            is_anonymous=nameless,
            way="link" if opinion.owner is None else "login",
            rated_by_id=None if nameless or not opinion.owner else opinion.owner.pk,
            rater_name="" if nameless or opinion.owner else opinion.name,
            rated_on=now.date(),
            created_at=day_of(now) if nameless else now,
            told_on=None if nameless else now.date(),
            client_key=self.new_uuid(),
        )

    def link_of(
        self,
        rated: Rated,
        purpose: str,
        actor: User | None,
        now: datetime,
        lasts: timedelta,
    ) -> RatingLink:
        """Its event too, where an official made it."""
        rating: Rating = rated.record
        link = row_of(
            RatingLink,
            id=self.rows.next_key(RatingLink),
            purpose=purpose,
            token_hash=token_hex(32),
            subject_type=rating.subject_type,
            subject_id=rating.subject_id,
            company_id=rating.company_id,
            created_by_id=actor.pk if actor else None,
            created_at=now,
            expires_at=now + lasts,
        )
        if actor is not None:
            told = {"subject_type": link.subject_type, "expires_at": link.expires_at}
            self.rows.record(actor, "rating.link_made", link, now, told)
        return link

    def tell_nameless(self, now: datetime) -> None:
        waiting, self.untold = self.untold, []
        for rated in waiting:
            if rated.record.rated_on >= now.date():
                self.untold.append(rated)
                continue
            rated.record.told_on = now.date()
            self.announce(rated, None, now)

    def announce(self, rated: Rated, actor: User | None, now: datetime) -> None:
        rating: Rating = rated.record
        told: dict[str, Any] = {
            "level": rating.level,
            "is_anonymous": rating.is_anonymous,
            "department": rating.department_id,
        }
        if not rating.is_anonymous:
            told |= {"subject_type": rating.subject_type, "way": rating.way}
        personal = {"rater_name": rating.rater_name} if rating.rater_name else None
        self.tell_of(rated, actor, "rating.given", now, told, personal=personal)
        if rating.level <= BAD:
            self.start_correction(rated, now)
        else:
            self.put_rating_away(*self.open_ratings[rating.pk])

    def start_correction(self, rated: Rated, now: datetime) -> None:
        """Of a bad one: the class above knows."""
        raise NotImplementedError


def about_of(subject: Any) -> dict[str, Any]:  # a sheaf, or the row of a visit
    """Whose work it was: as things.thing_of() reads it from the record."""
    if isinstance(subject, Sheaf):
        ticket: Ticket = subject.ticket
        return {
            "subject_type": "visits.ticket",
            "subject_id": ticket.pk,
            "company_id": ticket.company_id,
            "department_id": subject.parts[0].department_id,
            "officer_id": ticket.handler_id,
            "category_id": ticket.category_id,
            "ended_on": timezone.localdate(ticket.closed_at),
        }
    visit: Visit = subject
    return {
        "subject_type": "visits.visit",
        "subject_id": visit.pk,
        "company_id": visit.company_id,
        "department_id": visit.unit_id,
        "officer_id": visit.logged_by_id,
        "ended_on": visit.ended_on or visit.day,
    }
