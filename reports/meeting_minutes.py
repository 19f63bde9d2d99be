"""协调会 on paper: who came, what was said of each matter, who does what until when."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from crm.models import Document, User
from visits.models import AgendaItem, Meeting, MeetingTask

from .agency_papers import paper_day
from .kinds import Kind
from .visit_reports import version_words

MINUTES: Final = "meeting_minutes"
TITLE: Final = pgettext_lazy("paper", "Minutes of the coordination meeting")


def is_readable(user: User, document: Document) -> bool:
    meetings = Meeting.objects.visible_to(user)
    return meetings.filter(pk=document.subject_id).exists()


def address(document: Document) -> str:
    return reverse("visits:meeting", args=[document.subject_id])


KIND: Final = Kind(
    key=MINUTES,
    label=TITLE,
    job="reports.jobs.make_meeting_minutes",
    is_readable=is_readable,
    address=address,
)


@dataclass(frozen=True)
class Matter:
    """One matter of the agenda, in words."""

    title: str
    source: str
    said: list[str]


@dataclass(frozen=True)
class Row:
    """One task, in words."""

    department: str
    text: str
    until: str
    state: str


@dataclass(frozen=True)
class Sheet:
    """Everything the minutes show, in words."""

    title: str
    topic: str
    facts: list[tuple[str, str]]
    matters: list[Matter]
    rows: list[Row]
    summary: list[str]
    called_by: str
    chair: str
    date: str
    number: str
    version_words: str
    verify_url: str


def sheet_of(meeting: Meeting, document: Document) -> Sheet:
    """The caller has activated the paper's language."""
    items = AgendaItem.objects.filter(meeting=meeting).for_page().order_by("pk")
    tasks = MeetingTask.objects.filter(meeting=meeting).for_page().order_by("pk")
    verify = reverse("reports:verify", args=[document.number])
    unit = meeting.chair.department
    return Sheet(
        title=str(TITLE),
        topic=meeting.topic,
        facts=list(facts_of(meeting)),
        matters=[matter_of(one) for one in items],
        rows=[row_of(one) for one in tasks],
        summary=[line for line in meeting.summary.splitlines() if line.strip()],
        called_by=unit.name if unit else meeting.chair.name,
        chair=meeting.chair.name,
        date=paper_day(document.created_at),
        number=document.number,
        version_words=version_words(document.version),
        verify_url=settings.CRM_BASE_URL + verify,
    )


def facts_of(meeting: Meeting) -> Iterator[tuple[str, str]]:
    between = pgettext("between names", ", ")
    came = meeting.departments.order_by("name", "pk").values_list("name", flat=True)
    day = formats.date_format(meeting.day, _("paper date"))
    rows = [
        (pgettext("paper", "Topic"), meeting.topic),
        (pgettext("minutes", "Time"), f"{day} {meeting.at:%H:%M}"),
        (pgettext("paper", "Place"), meeting.place),
        (pgettext("paper", "Chair"), meeting.chair.name),
        (pgettext("paper", "Departments"), between.join(came)),
        (pgettext("paper", "Others present"), meeting.attendees),
        (
            pgettext("paper", "Minutes by"),
            meeting.recorder.name if meeting.recorder else "",
        ),
    ]
    return ((label, value) for label, value in rows if value)


def matter_of(item: AgendaItem) -> Matter:
    return Matter(
        title=item.title,
        source=str(item.get_source_display()),
        said=[line for line in item.note.splitlines() if line.strip()],
    )


def row_of(task: MeetingTask) -> Row:
    assert task.due.due_on is not None, "a task has no pauses"
    values = {
        "n": task.days,
        "day": formats.date_format(task.due.due_on, _("paper date")),
    }
    return Row(
        department=task.department.name,
        text=task.text,
        until=pgettext("paper", "%(n)s working days, by %(day)s") % values,
        state="\n".join(state_of(task)),
    )


def state_of(task: MeetingTask) -> Iterator[str]:
    yield str(task.get_status_display())
    if task.answered_at:
        values = {"day": paper_day(task.answered_at), "answer": task.answer}
        yield pgettext("paper", "Answered on %(day)s: %(answer)s") % values
    elif task.remark:
        yield task.remark
