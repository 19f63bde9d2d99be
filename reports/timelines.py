"""A project's timeline on paper and as a picture, as far as who asks may see it."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.lib.words import exact_day
from crm.models import Document, User
from projects.models import Project
from projects.picture import Page, Picture, paged
from projects.timeline import Timeline

from .kinds import Kind

PDF: Final = "timeline"
PNG: Final = "timeline_png"
# An A3 sheet holds a drawing this wide at four fifths of its size, and these rows.
WIDE: Final = 1860
ROWS: Final = 31
# Of the picture: millimetres of paper per point of the drawing, and around it.
MM: Final = 396 / WIDE
AROUND: Final = 80


def is_readable(user: User, document: Document) -> bool:
    """What it shows was chosen for one person: others ask for their own."""
    visible = Project.objects.visible_to(user).filter(pk=document.subject_id)
    return document.created_by_id == user.pk and visible.exists()


def address(document: Document) -> str:
    return reverse("projects:timeline", args=[document.subject_id])


KINDS: Final = (
    Kind(
        key=PDF,
        label=gettext_lazy("Timeline of a project"),
        job="reports.jobs.make_timeline",
        is_readable=is_readable,
        address=address,
    ),
    Kind(
        key=PNG,
        label=gettext_lazy("Timeline of a project (picture)"),
        job="reports.jobs.make_timeline",
        is_readable=is_readable,
        address=address,
        ending="png",
        mime="image/png",
    ),
)


@dataclass(frozen=True)
class Sheet:
    """Everything the paper shows, in words."""

    title: str
    facts: str
    pages: list[Page]
    # The whole page's height in millimetres; of the picture alone.
    high: int | None
    number: str
    verify_url: str
    language: str


def picture_for(project: Project, user: User, today: date) -> Picture:
    return Timeline(project, user, today).picture


def sheet_of(
    project: Project, picture: Picture, document: Document, language: str
) -> Sheet:
    """On as many sheets as needed, or on a single one for a picture."""
    is_png = document.kind == PNG
    pages = paged(picture, WIDE, None if is_png else ROWS)
    as_of = _("As of %(day)s") % {"day": exact_day(picture.today)}
    owner = project.company.name if project.company else project.investor
    return Sheet(
        title=project.name,
        facts=" · ".join(part for part in (project.code, owner, as_of) if part),
        pages=pages,
        high=round(pages[0].high * MM) + AROUND if is_png else None,
        number=document.number,
        verify_url=settings.CRM_BASE_URL
        + reverse("reports:verify", args=[document.number]),
        language=language,
    )
