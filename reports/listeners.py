"""What happens here when something changes below."""

from datetime import datetime
from typing import Any

from django.dispatch import receiver

from crm.models import User
from projects.models import Agency, JointSession
from projects.signals import agency_moved, session_changed
from visits.models import Meeting, Visit
from visits.signals import meeting_changed, visit_changed

from .agency_papers import PAPERS
from .services import (
    queue_first_report,
    request_agency_paper,
    request_meeting_minutes,
    request_minutes,
    request_visit_report,
)


@receiver(visit_changed)
def make_report_anew(
    sender: object,
    visit: Visit,
    actor: User | None,
    now: datetime,
    what: str,
    waits: bool = False,
    **kwargs: Any,
) -> None:
    """A held visit has its report; a change of its content makes the next version."""
    if what == "held":
        queue_first_report(visit, actor=actor, now=now, waits=waits)
    elif visit.status == Visit.Status.HELD:
        request_visit_report(visit, actor=actor, now=now)


@receiver(agency_moved)
def make_agency_paper(
    sender: object, agency: Agency, actor: User, now: datetime, **kwargs: Any
) -> None:
    """What is to be signed, and what was signed, is a paper."""
    if kind := PAPERS.get(agency.state):
        request_agency_paper(agency, kind, actor=actor, now=now)


@receiver(session_changed)
def make_minutes(
    sender: object,
    session: JointSession,
    actor: User | None,
    now: datetime,
    **kwargs: Any,
) -> None:
    """A closed session has its minutes; each later answer makes the next version."""
    if session.is_held:
        request_minutes(session, actor=actor, now=now)


@receiver(meeting_changed)
def make_meeting_minutes(
    sender: object,
    meeting: Meeting,
    actor: User | None,
    now: datetime,
    **kwargs: Any,
) -> None:
    """A meeting that was held has its minutes; each change makes the next version."""
    if meeting.is_held:
        request_meeting_minutes(meeting, actor=actor, now=now)
