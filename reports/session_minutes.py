"""联合服务 on paper: who came, what each department said, what it answered since."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from crm.models import Document, User
from projects.models import JointSession, SessionLine

from .agency_papers import paper_day
from .kinds import Kind
from .visit_reports import version_words

MINUTES: Final = "session_minutes"
TITLE: Final = pgettext_lazy("paper", "Minutes of the joint session")


def is_readable(user: User, document: Document) -> bool:
    sessions = JointSession.objects.visible_to(user)
    return sessions.filter(pk=document.subject_id).exists()


def address(document: Document) -> str:
    return reverse("projects:session", args=[document.subject_id])


KIND: Final = Kind(
    key=MINUTES,
    label=TITLE,
    job="reports.jobs.make_session_minutes",
    is_readable=is_readable,
    address=address,
)


@dataclass(frozen=True)
class Row:
    """One department's line, in words."""

    department: str
    matter: str
    said: str
    until: str


@dataclass(frozen=True)
class Sheet:
    """Everything the minutes show, in words."""

    title: str
    project: str
    facts: list[tuple[str, str]]
    rows: list[Row]
    summary: list[str]
    called_by: str
    chair: str
    date: str
    number: str
    version_words: str
    verify_url: str


def sheet_of(session: JointSession, document: Document) -> Sheet:
    """The caller has activated the paper's language."""
    lines = SessionLine.objects.filter(session=session).for_page().order_by("pk")
    verify = reverse("reports:verify", args=[document.number])
    unit = session.called_by.department
    return Sheet(
        title=str(TITLE),
        project=session.project.name,
        facts=list(facts_of(session, lines)),
        rows=[row_of(line) for line in lines],
        summary=[line for line in session.summary.splitlines() if line.strip()],
        called_by=unit.name if unit else session.called_by.name,
        chair=session.chair.name,
        date=paper_day(document.created_at),
        number=document.number,
        version_words=version_words(document.version),
        verify_url=settings.CRM_BASE_URL + verify,
    )


def facts_of(session: JointSession, lines: Any) -> Iterator[tuple[str, str]]:
    # Any: a queryset of lines
    project, between = session.project, pgettext("between names", ", ")
    day = formats.date_format(session.day, _("paper date"))
    if session.at:
        day = f"{day} {session.at:%H:%M}"
    came = dict.fromkeys(who_spoke(line) for line in lines)
    rows: list[tuple[str, str | None]] = [
        (pgettext("paper", "Topic"), session.topic),
        (pgettext("paper", "Project"), project.name),
        (pgettext("paper", "Project code"), project.code),
        (
            pgettext("paper", "Owner company"),
            project.company.name if project.company else "",
        ),
        (pgettext("minutes", "Time"), day),
        (pgettext("paper", "Place"), session.place),
        (pgettext("paper", "Chair"), session.chair.name),
        (pgettext("paper", "Departments"), between.join(came)),
        (pgettext("paper", "Others present"), session.attendees),
    ]
    return ((label, value) for label, value in rows if value)


def who_spoke(line: SessionLine) -> str:
    unit = line.department.name
    if not line.speaker:
        return unit
    named = _("%(unit)s (%(name)s)")
    return named % {"unit": unit, "name": line.speaker}


def row_of(line: SessionLine) -> Row:
    return Row(
        department=line.department.name,
        matter=line.matter,
        said="\n".join(said_of(line)),
        until=until_of(line),
    )


def said_of(line: SessionLine) -> Iterator[str]:
    yield str(line.get_outcome_display())
    if line.words:
        yield line.words
    if line.answer and line.answered_at:
        values = {"day": paper_day(line.answered_at), "answer": line.answer}
        yield pgettext("paper", "Answered on %(day)s: %(answer)s") % values
    elif line.answered_at and line.milestone:
        values = {
            "day": paper_day(line.answered_at),
            "state": line.milestone.get_state_display(),
        }
        yield pgettext("paper", "Decided on %(day)s: %(state)s") % values


def until_of(line: SessionLine) -> str:
    """「3 个工作日，3月25日前」, or a dash where nothing was promised."""
    if line.due is None or line.due.due_on is None:
        return pgettext("paper", "none")
    values = {
        "n": line.days,
        "day": formats.date_format(line.due.due_on, _("paper date")),
    }
    return pgettext("paper", "%(n)s working days, by %(day)s") % values
