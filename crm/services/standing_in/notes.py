"""Going away and coming back: the check, the note of what is open, both signatures."""

from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import events, handover
from crm.lib.errors import DomainError
from crm.models import Absence, User, WorkNote

from . import roster
from .roster import Away, Roster


def check_work_is_held(
    officer: User, starts_on: date, ends_on: date, cover: User | None, today: date
) -> None:
    """Refuse when somebody's work would lie with nobody: his own, or another's.

    An absence of whoever handles nothing and stands in for nobody is his own affair.
    """
    lock(officer, today)
    days = Away(starts_on, ends_on, cover.pk if cover else None)
    people = {officer.pk, *([cover.pk] if cover else ())}
    known = roster.read(people, starts_on, ends_on, today)
    if cover is not None:
        check_cover(officer, cover, known, days)
    planned = known.with_absence(officer.pk, days)
    handlers = {one for one in planned.handles if planned.away.get(one)}
    for day in planned.days_of_change(max(starts_on, today), ends_on):
        for handler in sorted(handlers, key=lambda key: key != officer.pk):
            if planned.is_here(handler, day) or planned.holder(handler, day):
                continue
            # What nobody had before is no reason to stay.
            if handler != officer.pk and known.holder(handler, day) is None:
                continue
            raise nobody_there(officer, handler, day, planned)


def lock(officer: User, today: date) -> None:
    """Two who stand in for each other cannot both leave at the same moment."""
    pairs = roster.pairs_around([officer.pk])
    people = {officer.pk, *pairs, *pairs.values()}
    rows = User.objects.filter(pk__in=people).order_by("pk")
    list(rows.select_for_update(no_key=True).values_list("pk"))


def check_cover(officer: User, cover: User, known: Roster, days: Away) -> None:
    if cover.pk == officer.pk or not known.heads.get(cover.pk):
        sentence = _("Choose the head of the unit who covers.")
        raise DomainError(sentence, code="wrong_cover", field="cover")
    if known.handles.get(officer.pk) and not known.may_work(cover.pk, officer.pk):
        sentence = _("%(name)s does not head every unit in which %(handler)s works.")
        values = {"name": cover.name, "handler": officer.name}
        raise DomainError(sentence % values, code="not_able", field="cover")
    away = known.away.get(cover.pk, ())
    if clash := next(
        (one for one in away if one.first <= days.last and one.last >= days.first), None
    ):
        sentence = _("%(name)s is away from %(first)s to %(last)s as well.")
        days_of = {"name": cover.name, "first": clash.first, "last": clash.last}
        raise DomainError(sentence % days_of, code="both_absent", field="cover")


def nobody_there(officer: User, handler: int, day: date, known: Roster) -> DomainError:
    """Why not, in a sentence: no B, B away too, or somebody relies on this person."""
    if handler != officer.pk:
        name = User.objects.values_list("name", flat=True).get(pk=handler)
        sentence = _(
            "%(name)s is away on %(day)s and relies on you; then nobody would have "
            "that work. Let the head of the unit cover, or choose other days."
        )
        values = {"name": name, "day": day}
        return DomainError(sentence % values, code="relied_on", field="starts_on")
    b = known.stand_in.get(officer.pk)
    if b is None:
        sentence = _(
            "Nobody stands in for %(name)s. Let the head of the unit name a B, or "
            "choose that the head covers."
        )
        return DomainError(
            sentence % {"name": officer.name}, code="no_stand_in", field="cover"
        )
    name = User.objects.values_list("name", flat=True).get(pk=b)
    sentence = _(
        "%(name)s, who stands in, is not there on %(day)s either. Choose other days, "
        "or that the head of the unit covers."
    )
    values = {"name": name, "day": day}
    return DomainError(sentence % values, code="both_absent", field="starts_on")


def write_note(
    absence: Absence, *, actor: User | None, remark: str, now: datetime
) -> WorkNote | None:
    """What is open, for whoever has it from the first day on.

    Entered by the handler himself, it is handed over with that.
    """
    today = timezone.localdate(now)
    first = max(absence.starts_on, today)
    officer = absence.officer
    known = roster.read([officer.pk], first, first, today)
    holder = known.holder(officer.pk, first)
    is_handler = bool(known.handles.get(officer.pk)) or absence.cover_id is not None
    if not is_handler or holder in {None, officer.pk}:
        return None
    is_own = actor is not None and actor.pk == officer.pk
    return WorkNote.objects.create(
        absence=absence,
        stand_in_id=holder,
        items=handover.open_work(officer, today),
        listed_at=now,
        remark=remark.strip()[:1000] if is_own else "",
        handed_at=now if is_own else None,
    )


def write_for_running(handler: User, stand_in: User, now: datetime) -> None:
    """A new B in the middle of an absence gets a note of what is open now."""
    today = timezone.localdate(now)
    for absence in Absence.objects.on(today).filter(officer=handler, cover=None):
        WorkNote.objects.get_or_create(
            absence=absence,
            stand_in=stand_in,
            defaults={"items": handover.open_work(handler, today), "listed_at": now},
        )


def claim(note: WorkNote, actor: User) -> WorkNote:
    mine = WorkNote.objects.changeable_by(actor).select_related("absence__officer")
    note = WorkNote.objects.lock(mine, note.pk)
    if note.absence.cancelled_at:
        sentence = _("The absence was called off; nothing is handed over.")
        raise DomainError(sentence, code="called_off")
    return note


@transaction.atomic
def hand_over(
    note: WorkNote, *, actor: User, remark: str = "", now: datetime | None = None
) -> WorkNote:
    """A signs: the list is made anew, as it is now."""
    now = now or timezone.now()
    note = claim(note, actor)
    if note.absence.officer_id != actor.pk:
        raise PermissionDenied
    if note.handed_at:
        return note
    note.items = handover.open_work(note.absence.officer, timezone.localdate(now))
    note.listed_at = note.handed_at = now
    note.remark = remark.strip()
    note.save(update_fields=["items", "listed_at", "handed_at", "remark"])
    events.record(actor, "work_note.handed", note, now=now, count=len(note.items))
    return note


@transaction.atomic
def take_over(note: WorkNote, *, actor: User, now: datetime | None = None) -> WorkNote:
    """B signs, also where A could not hand over any more: the work is his by itself."""
    now = now or timezone.now()
    note = claim(note, actor)
    if note.stand_in_id != actor.pk:
        raise PermissionDenied
    if note.taken_at:
        return note
    fields = ["taken_at"]
    if note.handed_at is None:
        note.items = handover.open_work(note.absence.officer, timezone.localdate(now))
        note.listed_at = now
        fields += ["items", "listed_at"]
    note.taken_at = now
    note.save(update_fields=fields)
    events.record(actor, "work_note.taken", note, now=now, count=len(note.items))
    return note


@transaction.atomic
def report_back(
    note: WorkNote, *, actor: User, report: str, now: datetime | None = None
) -> WorkNote:
    """On the return B tells A what was done and what is left."""
    now = now or timezone.now()
    note = claim(note, actor)
    if note.stand_in_id != actor.pk:
        raise PermissionDenied
    if note.reported_at:
        sentence = _("You have told what was done already.")
        raise DomainError(sentence, code="reported_already")
    if timezone.localdate(now) < note.absence.starts_on:
        sentence = _("The absence has not begun yet.")
        raise DomainError(sentence, code="too_early")
    if not report.strip() or len(report) > 2000:
        sentence = _("Say in at most 2,000 characters what was done and what is left.")
        raise DomainError(sentence, code="report_missing", field="report")
    note.report, note.reported_at = report.strip(), now
    note.save(update_fields=["report", "reported_at"])
    events.record(actor, "work_note.reported", note, now=now)
    return note
