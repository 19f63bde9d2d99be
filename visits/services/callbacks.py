"""回访: who has answered nothing is asked by telephone, and never counted as solved."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import events
from crm.lib.errors import DomainError, WrongStatus
from crm.models import User
from crm.services import calendar, deadlines
from visits.filters.tickets import midnight
from visits.models import Answer, Callback, CallTry, Ticket, Word
from visits.models.callbacks import CALLBACK, MOST_TRIES

from .tickets.acts import Act, check_call
from .tickets.acts import claim as claim_ticket
from .tickets.closing import Proof, close, send_back
from .tickets.silence import current_answer, end_callback

Status = Ticket.Status


@dataclass(frozen=True, kw_only=True)
class Call:
    """What the officer heard, or that nobody answered."""

    is_reached: bool
    called_at: datetime
    phone: str
    person: str = ""
    said: str = ""
    words: str = ""


# --- Opened by itself ---------------------------------------------------------------


def open_callbacks(*, now: datetime | None = None) -> int:
    """A call-back for every answer that has been without a word for too long.

    Run by as many schedulers as there are, it makes one each: the answer is its key.
    """
    now = now or timezone.now()
    before = midnight(next_day(last_silent(timezone.localdate(now))))
    return sum(open_callback(pk, before=before, now=now) for pk in silent(before))


def last_silent(today: date) -> date:
    """The last day whose answers have had their working days for a word."""
    days = settings.CRM_CALLBACK_DAYS
    last = calendar.current().subtract(today, days + 1).start
    # A day off after it ends with the same working day.
    while (due := calendar.add(next_day(last), days).due) and due < today:
        last = next_day(last)
    return last


def next_day(day: date) -> date:
    return day + timedelta(days=1)


def silent(before: datetime) -> list[int]:
    """Tickets whose last answer is older and waits without a call-back."""
    last = Answer.objects.filter(ticket=OuterRef("pk"), part__is_lead=True)
    last = last.order_by("-pk")
    waiting = Ticket.objects.filter(status=Status.CONFIRMING).annotate(
        answered_at=Subquery(last.values("given_at")[:1]),
        called_back=Subquery(last.values("callback")[:1]),
    )
    found = waiting.filter(answered_at__lt=before, called_back=None)
    return list(found.order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def open_callback(ticket_pk: int, *, before: datetime, now: datetime) -> bool:
    """One, if the ticket still waits; False where another run was faster."""
    rows = Ticket.objects.select_for_update(of=("self",)).filter(pk=ticket_pk)
    ticket = rows.first()
    answer = current_answer(ticket) if ticket else None
    if ticket is None or answer is None or answer.given_at >= before:
        return False
    today = timezone.localdate(now)
    try:
        with transaction.atomic():
            callback = Callback.objects.create(
                ticket=ticket,
                answer=answer,
                opened_at=now,
                call_by=deadlines.start(
                    CALLBACK, settings.CRM_CALL_DAYS, started_on=today
                ),
            )
    except IntegrityError:
        return False
    events.record(
        None,
        "callback.opened",
        callback,
        now=now,
        answered_at=answer.given_at,
        due_on=callback.call_by.due_on,
    )
    return True


# --- Recorded by the officer --------------------------------------------------


@transaction.atomic
def record_call(
    callback: Callback,
    *,
    actor: User,
    call: Call,
    client_key: uuid.UUID | None = None,
    now: datetime | None = None,
) -> Callback:
    """Reached: the company's word, with whom, when and under which number as its proof.

    In vain: a try is counted, one a day; after the third the ticket stays unconfirmed.
    """
    now = now or timezone.now()
    ticket = claim_ticket(callback.ticket, actor, Act.CONFIRM)
    callback = Callback.objects.claim(callback.pk, actor)
    if client_key and callback.calls.filter(client_key=client_key).exists():
        return callback
    check_waits(callback, ticket)
    check_call(ticket, call.called_at, now)
    if not call.phone.strip():
        raise DomainError(_("Say which number was called."), field="phone")
    row = CallTry(
        callback=callback,
        is_reached=call.is_reached,
        said=call.said if call.is_reached else "",
        words=call.words.strip(),
        person=call.person.strip(),
        phone=call.phone.strip(),
        called_at=call.called_at,
        called_on=timezone.localdate(call.called_at),
        noted_by=actor,
        noted_at=now,
        client_key=client_key or uuid.uuid4(),
    )
    if call.is_reached:
        note_word(callback, ticket, row, actor, now)
    else:
        note_try(callback, row, actor, now)
    return callback


def check_waits(callback: Callback, ticket: Ticket) -> None:
    if callback.is_open and ticket.status == Status.CONFIRMING:
        return
    sentence = _(
        "This call-back has ended: %(end)s. Ticket %(number)s is “%(state)s” now."
    )
    raise WrongStatus(
        sentence
        % {
            "end": callback.get_end_display(),
            "number": ticket.number,
            "state": ticket.get_status_display(),
        }
    )


def note_word(
    callback: Callback, ticket: Ticket, row: CallTry, actor: User, now: datetime
) -> None:
    if row.said not in Word.values:
        raise DomainError(_("Choose what came of it."), field="said")
    if not row.person:
        raise DomainError(_("Say who was called."), field="person")
    if row.said == Word.NOT_SOLVED and not row.words:
        raise DomainError(_("Say what is not solved."), field="words")
    row.save(force_insert=True)
    callback.tries += 1
    callback.save(update_fields=["tries"])
    end_callback(ticket, Callback.End.SAID, now=now)
    callback.refresh_from_db(fields=["ended_at", "end"])
    tell(callback, "callback.reached", row, actor, now, said=row.said)
    if row.said == Word.NOT_SOLVED:
        kind = Ticket.SignOff.CALL
        send_back(ticket, actor=actor, reason=row.words, now=now, sign_off=kind)
        return
    proof = Proof(
        kind=Ticket.SignOff.CALL,
        person=row.person,
        phone=row.phone,
        called_at=row.called_at,
    )
    close(ticket, actor=actor, outcome=row.said, note=row.words, proof=proof, now=now)


def note_try(callback: Callback, row: CallTry, actor: User, now: datetime) -> None:
    if callback.calls.filter(called_on=row.called_on).exists():
        raise DomainError(
            _(
                "A try of that day is noted already. Another one counts on another "
                "day; it is best made at another hour."
            ),
            code="tried_today",
            field="called_at",
        )
    row.save(force_insert=True)
    callback.tries += 1
    callback.save(update_fields=["tries"])
    if callback.tries >= MOST_TRIES:
        end_callback(callback.ticket, Callback.End.UNREACHED, now=now)
        callback.refresh_from_db(fields=["ended_at", "end"])
    tell(callback, "callback.tried", row, actor, now, tries=callback.tries)
    if callback.end == Callback.End.UNREACHED:
        # A fact of its own, for those who are told of it.
        events.record(
            actor, "callback.unreached", callback, now=now, tries=callback.tries
        )


def tell(
    callback: Callback,
    action: str,
    row: CallTry,
    actor: User,
    now: datetime,
    **changes: Any,  # codes and values
) -> None:
    events.record(
        actor,
        action,
        callback,
        personal={"person": row.person, "phone": row.phone},
        now=now,
        called_at=row.called_at,
        **changes,
    )
