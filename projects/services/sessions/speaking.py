"""Lines of a joint session: what a department says, promises, and answers later."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import events
from crm.lib.errors import DomainError, StaleVersion
from crm.models import Department, User
from crm.services import deadlines
from crm.services.deadlines import Wanted
from projects.models import JointSession, Milestone, SessionLine
from projects.models.sessions import PROMISE
from projects.services import upkeep
from projects.services.milestones import Act, Said, Source
from projects.services.milestones.acts import FROM
from projects.services.milestones.moving import step
from projects.signals import session_changed

from .calling import check_planned, claim

Outcome = SessionLine.Outcome
# A promise is at most so many working days long.
LONGEST: Final = 60
# What brings an item to "accepted" when its papers are handed over on site.
TO_ACCEPTED: Final = (Act.PREPARE, Act.HAND_IN, Act.CORRECTED, Act.ACCEPT)


@dataclass(frozen=True, kw_only=True)
class Spoken:
    """What a department said: answered, or promised within so many working days."""

    outcome: str
    words: str = ""
    speaker: str = ""
    days: int | None = None


@transaction.atomic
def add_line(
    session: JointSession,
    *,
    actor: User,
    department: Department,
    matter: str,
    milestone: Milestone | None = None,
    now: datetime | None = None,
) -> SessionLine:
    """One more department, or one more matter of the same."""
    now = now or timezone.now()
    session = claim(session, actor, None)
    check_planned(session)
    line = SessionLine(session=session, department=department)
    write_matter(line, matter, milestone)
    upkeep.note_called(session.project)
    tell(line, "joint_session.line_added", actor, now, department=department.pk)
    return line


def write_matter(line: SessionLine, matter: str, milestone: Milestone | None) -> None:
    if not matter.strip():
        sentence = _("Say what the department shall settle.")
        raise DomainError(sentence, code="matter_missing", field="matter")
    if milestone and (
        milestone.project_id != line.session.project_id
        or milestone.department_id != line.department_id
    ):
        sentence = _("This item is not one that the department decides on here.")
        raise DomainError(sentence, code="unknown_item", field="milestone")
    line.matter, line.milestone = matter.strip(), milestone
    fields = None if line.pk is None else ["matter", "milestone", "version"]
    try:
        with transaction.atomic():
            line.save(force_insert=fields is None, update_fields=fields)
    except IntegrityError:
        sentence = _("The department has a line on this matter already.")
        raise DomainError(sentence, code="line_already", field="matter") from None


@transaction.atomic
def edit_line(
    line: SessionLine,
    *,
    actor: User,
    matter: str,
    milestone: Milestone | None = None,
    version: int | None = None,
    now: datetime | None = None,
) -> SessionLine:
    """What the line is about, as long as nobody has spoken."""
    now = now or timezone.now()
    line = claim_line(line, actor, version)
    line.session = claim(line.session, actor, None)
    check_planned(line.session)
    check_silent(line)
    line.version += 1
    write_matter(line, matter, milestone)
    tell(line, "joint_session.line_edited", actor, now)
    return line


@transaction.atomic
def remove_line(
    line: SessionLine, *, actor: User, now: datetime | None = None
) -> JointSession:
    """The department need not come; the last line stays."""
    now = now or timezone.now()
    line = claim_line(line, actor, None)
    session = line.session = claim(line.session, actor, None)
    check_planned(session)
    check_silent(line)
    if session.lines.count() < 2:
        sentence = _("A session has at least one department. Call it off instead.")
        raise DomainError(sentence, code="last_line")
    tell(line, "joint_session.line_removed", actor, now, department=line.department_id)
    line.delete()
    upkeep.note_called(session.project)
    return session


def check_silent(line: SessionLine) -> None:
    if line.outcome:
        sentence = _("The department has spoken on this already; the line stays.")
        raise DomainError(sentence, code="spoken_already")


@transaction.atomic
def record_line(
    line: SessionLine,
    *,
    actor: User,
    spoken: Spoken,
    version: int | None = None,
    now: datetime | None = None,
) -> SessionLine:
    """Write down what was said; a promise runs from the day of the session on.

    Whoever decides on the item accepts it with the same press.
    """
    now = now or timezone.now()
    line = claim_line(line, actor, version)
    check_planned(line.session)
    check_spoken(line, spoken, timezone.localdate(now))
    before = events.snapshot(line, "outcome", "days")
    line.outcome, line.words = spoken.outcome, spoken.words.strip()
    line.speaker = spoken.speaker.strip()
    line.days = spoken.days if line.is_promised else None
    dropped = run_clock(line)
    line.version += 1
    line.save(update_fields=["outcome", "words", "speaker", "days", "due", "version"])
    if dropped:
        deadlines.drop(dropped)
    tell(line, "joint_session.recorded", actor, now, **events.changed(before, line))
    if line.outcome == Outcome.ACCEPTED:
        accept_item(line, actor, now)
    line.refresh_from_db()
    return line


def check_spoken(line: SessionLine, spoken: Spoken, today: date) -> None:
    if not line.session.is_begun(today):
        sentence = _("The day of the session has not come yet.")
        raise DomainError(sentence, code="too_early")
    if line.answered_at:
        sentence = _("This is answered already; what was promised stays.")
        raise DomainError(sentence, code="answered_already")
    if spoken.outcome not in Outcome:
        sentence = _("Choose what came of it.")
        raise DomainError(sentence, code="outcome_missing", field="outcome")
    if spoken.outcome == Outcome.ANSWERED and not spoken.words.strip():
        sentence = _("Write down the answer.")
        raise DomainError(sentence, code="words_missing", field="words")
    is_promise = spoken.outcome in SessionLine.PROMISED
    if is_promise and not 1 <= (spoken.days or 0) <= LONGEST:
        sentence = _("Within how many working days, from 1 to %(most)s?")
        raise DomainError(sentence % {"most": LONGEST}, code="days", field="days")


def run_clock(line: SessionLine) -> Any:  # the deadline to drop, or None
    """The promise's own deadline: begun, changed, or not there after all."""
    if not line.is_promised:
        old, line.due = line.due, None
        return old
    assert line.days is not None, "a promise has days"
    if line.due:
        deadlines.change_days(line.due, line.days)
    else:
        day, unit = line.session.day, line.department
        wanted = Wanted(PROMISE, line.days, day, department=unit)
        line.due = deadlines.start_many([wanted])[0]
    return None


def accept_item(line: SessionLine, actor: User, now: datetime) -> None:
    """Handed over and accepted on site, where the recorder decides on the item.

    Where he does not, the department moves it at its desk.
    """
    if line.milestone_id is None:
        return
    every = Milestone.objects.select_related("admit_by", "decide_by", "project")
    try:
        item = Milestone.objects.lock(every.decidable_by(actor), line.milestone_id)
    except PermissionDenied:
        return
    said = Said(on=line.session.day)
    for act in TO_ACCEPTED:
        if item.state in FROM[act]:
            step(item, act, actor=actor, said=said, source=Source.SESSION, now=now)
    upkeep.settle(item.project, now=now)


@transaction.atomic
def answer_line(
    line: SessionLine,
    *,
    actor: User,
    answer: str,
    version: int | None = None,
    now: datetime | None = None,
) -> SessionLine:
    """The department keeps its word; the company reads it, the minutes too."""
    now = now or timezone.now()
    line = claim_line(line, actor, version, SessionLine.objects.spoken_by)
    if not line.is_owing:
        sentence = _("Nothing is promised here that waits for an answer.")
        raise DomainError(sentence, code="nothing_owed")
    if not answer.strip():
        sentence = _("Write down the answer.")
        raise DomainError(sentence, code="answer_missing", field="answer")
    line.answer, line.answered_by, line.answered_at = answer.strip(), actor, now
    line.version += 1
    line.save(update_fields=["answer", "answered_by", "answered_at", "version"])
    deadlines.meet(line.due, now=now)
    tell(line, "joint_session.answered", actor, now)
    return line


def claim_line(
    line: SessionLine, actor: User, version: int | None, allowed: Any = None
) -> SessionLine:
    """Lock it for either side, or for the one that `allowed(actor)` names.

    The session first: each answer makes the next version of its minutes.
    """
    JointSession.objects.select_for_update(of=("self",)).get(pk=line.session_id)
    rights = (allowed or SessionLine.objects.changeable_by)(actor)
    related = ("session__project__company", "department", "due", "milestone")
    line = SessionLine.objects.lock(rights.select_related(*related), line.pk)
    if version is not None and version != line.version:
        raise StaleVersion(
            _("Somebody else changed this line meanwhile. Look at it again."),
            current=line,
        )
    return line


def tell(
    line: SessionLine, action: str, actor: User, now: datetime, **changes: Any
) -> None:
    session = line.session
    events.record(
        actor,
        action,
        line,
        company=session.project.company_id,
        is_public=True,
        now=now,
        **changes,
    )
    session_changed.send(sender=JointSession, session=session, actor=actor, now=now)
