"""A link by which the company says, without an account, what came of its problem.

It asks about one answer. Made by the company's officer or by who answered, it passes
through an official's hands: so its word is counted apart from the company's own, and
weighs as much as an officer's when the supervisor draws whom to ask again.
"""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import events
from crm.lib.errors import DomainError, WrongStatus
from crm.lib.querysets import union_of
from crm.models import Company, Grant, Role, User
from crm.services.links import BYTES, UsedLinkError, hash_of
from visits.models import Answer, ConfirmLink, LinkWord, Ticket, Word
from visits.models.ticket_sets import TicketQuerySet

from .tickets.closing import Proof, close, send_back
from .tickets.silence import current_answer

Status = Ticket.Status
# For one answer; the oldest one gives way to one more.
MOST_LINKS: Final = 10


@dataclass(frozen=True)
class Said:
    """What stands already: by which way, and when."""

    said: str
    words: str
    at: datetime
    sign_off: str

    @property
    def label(self) -> str:
        return str(Word(self.said).label)


class SaidAlreadyError(DomainError):
    """The company has spoken on this answer; nothing is said twice."""

    code = "said_already"

    def __init__(self, said: Said) -> None:
        super().__init__(_("This was said already: “%(said)s”.") % {"said": said.label})
        self.said = said


class LinkOverError(DomainError):
    """The link is about an answer that is not the last one any more."""

    code = "link_over"

    def __init__(self) -> None:
        super().__init__(
            _(
                "The problem went on after this answer. Please wait for the next "
                "answer: it comes with a link of its own."
            )
        )


def linkable_by(user: User) -> TicketQuerySet:
    """Whose company may get a link from this person: its officer, or the lead."""
    worked = Ticket.objects.workable_by(user).values("pk")
    found = Ticket.objects.filter(pk__in=worked)
    if user.access.has(Role.OFFICER):
        own = Ticket.objects.officered_by(user).values("pk")
        found = Ticket.objects.filter(pk__in=union_of([worked, own]) or [])
    return found


@transaction.atomic
def make_confirm_link(
    ticket: Ticket, *, actor: User, now: datetime | None = None
) -> tuple[ConfirmLink, str]:
    """A link and its token, which is told this once and stored nowhere."""
    now = now or timezone.now()
    ticket = Ticket.objects.lock(linkable_by(actor), ticket.pk)
    answer = current_answer(ticket)
    if answer is None:
        sentence = _(
            "Ticket %(number)s is “%(state)s”: no answer waits for the company's word."
        )
        values = {"number": ticket.number, "state": ticket.get_status_display()}
        raise WrongStatus(sentence % values)
    _make_room(answer, now)
    token = secrets.token_urlsafe(BYTES)
    link = ConfirmLink.objects.create(
        ticket=ticket,
        answer=answer,
        token_hash=hash_of(token),
        created_by=actor,
        created_at=now,
        expires_at=now + timedelta(days=settings.CRM_CONFIRM_LINK_DAYS),
    )
    events.record(
        actor,
        "ticket.confirm_link_made",
        ticket,
        is_public=True,
        now=now,
        confirm_link=link.pk,
        expires_at=link.expires_at,
    )
    return link, token


def _make_room(answer: Answer, now: datetime) -> None:
    older = ConfirmLink.objects.open(now).filter(answer=answer).order_by("-pk")
    surplus = list(older.values_list("pk", flat=True)[MOST_LINKS - 1 :])
    ConfirmLink.objects.filter(pk__in=surplus).update(revoked_at=now)


@transaction.atomic
def revoke_confirm_link(
    link: ConfirmLink, *, actor: User, now: datetime | None = None
) -> ConfirmLink:
    """From now on the link opens nothing."""
    now = now or timezone.now()
    ticket = Ticket.objects.lock(linkable_by(actor), link.ticket_id)
    open_ones = ConfirmLink.objects.open(now).filter(pk=link.pk, word=None)
    if not open_ones.update(revoked_at=now):
        sentence = _("This link does not open anything any more.")
        raise DomainError(sentence, code="link_over")
    events.record(
        actor,
        "ticket.confirm_link_revoked",
        ticket,
        is_public=True,
        now=now,
        confirm_link=link.pk,
    )
    return link


def find_confirm_link(token: str, now: datetime) -> ConfirmLink:
    """The link behind a token, used or not; unknown, old and revoked are alike."""
    links = ConfirmLink.objects.open(now).filter(token_hash=hash_of(token))
    related = links.select_related("answer__part__department", "ticket__company")
    if link := related.first():
        return link
    raise UsedLinkError


def check_open(link: ConfirmLink) -> None:
    """Whether it still asks something; else what was said, or that it is over."""
    if said := said_on(link):
        raise SaidAlreadyError(said)
    answer = current_answer(link.ticket)
    if answer is None or answer.pk != link.answer_id:
        raise LinkOverError


def said_on(link: ConfirmLink) -> Said | None:
    """The company's word on the answer of this link, by whatever way it came."""
    answer, ticket = link.answer, link.ticket
    if word := LinkWord.objects.filter(answer=answer).first():
        return Said(word.said, word.words, word.said_at, Ticket.SignOff.LINK)
    if answer.rejected_at is not None:
        return Said(Word.NOT_SOLVED, answer.rejection, answer.rejected_at, "")
    is_last = not ticket.answers.filter(part__is_lead=True, pk__gt=answer.pk).exists()
    if ticket.status == Status.CLOSED and ticket.closed_at and is_last:
        return Said(ticket.outcome, "", ticket.closed_at, ticket.sign_off)
    return None


def check_stranger(visitor: User | None) -> None:
    """An official who is signed in must not speak in a company's place."""
    if visitor is not None and visitor.access.roles - {Role.OWNER}:
        sentence = _(
            "You are signed in as an official. Only the company says whether it is "
            "solved: please hand the link on."
        )
        raise DomainError(sentence, code="is_official")


@transaction.atomic
def say_by_link(
    token: str,
    *,
    said: str,
    words: str = "",
    person: str = "",
    visitor: User | None = None,
    now: datetime | None = None,
) -> Said:
    """The one word that this link is for; of two at once the second reads the first."""
    now = now or timezone.now()
    check_stranger(visitor)
    link = find_confirm_link(token, now)
    # The ticket's row is the lock; what is read after it is what stands.
    link.ticket = _locked(link.ticket_id)
    link.answer.refresh_from_db(fields=["rejected_at", "rejection"])
    check_open(link)
    if said not in Word.values:
        raise DomainError(_("Choose what came of it."), field="said")
    if said == Word.NOT_SOLVED and not words.strip():
        raise DomainError(_("Say what is not solved."), field="words")
    word = LinkWord(
        answer=link.answer,
        link=link,
        said=said,
        words=words.strip(),
        person=person.strip(),
        said_at=now,
    )
    _write(word)
    _act_on(link, word, now)
    return Said(word.said, word.words, word.said_at, Ticket.SignOff.LINK)


def _locked(pk: int) -> Ticket:
    clocks = ("contact_by", "reply_by", "solve_by", "company")
    rows = Ticket.objects.select_related(*clocks).select_for_update(of=("self",))
    return rows.get(pk=pk)


def _write(word: LinkWord) -> None:
    try:
        with transaction.atomic():
            word.save(force_insert=True)
    except IntegrityError:
        first = LinkWord.objects.get(answer=word.answer_id)
        link = Ticket.SignOff.LINK
        said = Said(first.said, first.words, first.said_at, link)
        raise SaidAlreadyError(said) from None


def _act_on(link: ConfirmLink, word: LinkWord, now: datetime) -> None:
    if word.said == Word.NOT_SOLVED:
        send_back(
            link.ticket,
            actor=None,
            reason=word.words,
            now=now,
            sign_off=Ticket.SignOff.LINK,
        )
        return
    proof = Proof(Ticket.SignOff.LINK, person=word.person, link=link)
    close(
        link.ticket,
        actor=None,
        outcome=word.said,
        note=word.words,
        proof=proof,
        now=now,
    )


def has_account(company: Company, today: date) -> bool:
    """Whether somebody of the company confirms by login; the others need a link."""
    held = Grant.objects.current(today).filter(company=company, role=Role.OWNER)
    return held.exists()


def links_of(ticket: Ticket, now: datetime) -> list[ConfirmLink]:
    """Those that still ask about the present answer, for who may make one."""
    answer = current_answer(ticket)
    if answer is None:
        return []
    links = ConfirmLink.objects.open(now).filter(answer=answer)
    return list(links.select_related("created_by"))


def may_make(ticket: Ticket, user: User) -> bool:
    """As the service decides, for a page about one ticket that waits."""
    if ticket.status != Status.CONFIRMING:
        return False
    return linkable_by(user).filter(pk=ticket.pk).exists()
