"""Progress on site as pages show it: how far it is, in words and pictures."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.db.models import QuerySet

from crm.models import Attachment, StoredFile
from projects import of_project
from projects.models import ProgressNote, Project

# Of the notes, so many are on a company's page.
SHOWN: Final = 3


@dataclass(frozen=True)
class SiteNote:
    """One note with its photos; other files are for download."""

    note: ProgressNote
    files: list[Attachment]

    @property
    def photos(self) -> list[StoredFile]:
        return [one.file for one in self.files if is_photo(one.file)]

    @property
    def papers(self) -> list[Attachment]:
        return [one for one in self.files if not is_photo(one.file)]


def is_photo(file: StoredFile) -> bool:
    return file.mime.startswith("image/")


def notes_of(project: Project) -> list[SiteNote]:
    """The newest first, with everything that hangs from them."""
    notes: list[ProgressNote] = of_project.PROGRESS.rows([project.pk])
    return with_files(notes, attached())


def public_notes_of(project: Project) -> list[SiteNote]:
    """The latest, without what only officials may see."""
    notes: list[ProgressNote] = of_project.PROGRESS.rows([project.pk])
    return with_files(notes[:SHOWN], attached().filter(is_internal=False))


def with_files(
    notes: Iterable[ProgressNote], attachments: QuerySet[Attachment]
) -> list[SiteNote]:
    notes = list(notes)
    found: dict[int, list[Attachment]] = {}
    hung = attachments.filter(subject_id__in=[one.pk for one in notes])
    for one in hung.select_related("file").order_by("pk"):
        found.setdefault(one.subject_id, []).append(one)
    return [SiteNote(one, found.get(one.pk, [])) for one in notes]


def attached() -> QuerySet[Attachment]:
    return Attachment.objects.filter(subject_type=ProgressNote._meta.label_lower)


def photos_of(project: Project, *, is_inside: bool) -> QuerySet[StoredFile]:
    """The photos that whoever reads the project may open."""
    notes = ProgressNote.objects.filter(project=project)
    hung = attached().filter(subject_id__in=notes.values("pk"))
    if not is_inside:
        hung = hung.filter(is_internal=False)
    return StoredFile.objects.filter(
        pk__in=hung.values("file"), mime__startswith="image/"
    )
