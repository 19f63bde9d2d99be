"""One visit as its page shows it: the whole of it, or the company's public part."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from crm.lib.labels import label_of
from crm.lib.paging import PAGE_SIZE
from crm.lib.prepared import Prepared, places
from crm.models import Role, StoredFile, User
from projects.models import Project
from visits.models import Category, Finding, IntakeConflict, Visit, VisitVersion
from visits.services.content import Content
from visits.services.projects import visible_project
from visits.services.visits import decidable_by

from .visit_words import Told as Line
from .visit_words import stream_of

ROW: Final = (
    "pk",
    "company__name",
    "day",
    "mode",
    "status",
    "purpose",
    "logged_by__name",
    "unit__name",
    "for_unit",
)


# Whose they are is asked with their keys.
BY_KEYS: Final = Prepared(
    lambda: Visit.objects.filter(pk__in=places(PAGE_SIZE)).order_by().values_list(*ROW)
)


@dataclass(frozen=True, slots=True)
class VisitRow:
    """One visit in a list, flat."""

    pk: int
    company: str
    day: date
    mode: str
    status: str
    purpose: str
    officer: str
    unit: str
    for_unit: bool

    @property
    def mode_label(self) -> str:
        return label_of(Visit.Mode, self.mode)

    @property
    def status_label(self) -> str:
        return label_of(Visit.Status, self.status)

    @property
    def is_held(self) -> bool:
        return self.status == Visit.Status.HELD


@dataclass(frozen=True)
class Picture:
    """A photo's place: shown, being checked, on the way, or not readable."""

    number: int
    sha256: str
    file: StoredFile | None

    @property
    def state(self) -> str:
        return self.file.state if self.file else "missing"


@dataclass
class Sheet:
    """A visit and what hangs from it, as far as this person may read it."""

    visit: Visit
    is_public: bool
    findings: list[Finding]
    companions: list[str]
    # Only for who may see it: the visit alone does not open its project.
    project: Project | None = None
    pictures: list[Picture] = field(default_factory=list)
    met: list[Any] = field(default_factory=list)  # Any: rows of Met
    versions: list[VisitVersion] = field(default_factory=list)
    conflicts: list[IntakeConflict] = field(default_factory=list)
    may: set[str] = field(default_factory=set)
    stream: list[Line] = field(default_factory=list)

    @property
    def is_planned(self) -> bool:
        return self.visit.status == Visit.Status.PLANNED

    @property
    def is_held(self) -> bool:
        return self.visit.status == Visit.Status.HELD

    @property
    def ticket_count(self) -> int:
        return sum(hasattr(one, "ticket") for one in self.findings)

    @property
    def signature_state(self) -> str:
        if self.visit.signature is not None:
            return self.visit.signature.state
        return "missing" if self.visit.signed_by else ""

    @property
    def rejected(self) -> int:
        return sum(one.state == StoredFile.State.REJECTED for one in self.pictures)


def is_public_only(user: User) -> bool:
    """The company's own people read the public part and nothing else."""
    return not user.access.roles - {Role.OWNER}


def pictures_of(visit: Visit, then: Content | None = None) -> list[Picture]:
    """The photos that the visit shows, or those that it showed then."""
    every = visit.photos.select_related("file")
    photos = every.filter(sha256__in=then.photos) if then else every.shown()
    return [Picture(n, one.sha256, one.file) for n, one in enumerate(photos, start=1)]


def sheet_of(visit: Visit, user: User) -> Sheet:
    findings = visit.findings.filter(withdrawn_at=None)
    sheet = Sheet(
        visit=visit,
        is_public=is_public_only(user),
        findings=list(findings.select_related("category", "ticket")),
        companions=[one.name for one in visit.companions.all()],
        project=visible_project(user, visit.project_id),
        stream=stream_of(visit, public_only=is_public_only(user)),
    )
    if sheet.is_public:
        return sheet
    sheet.pictures = pictures_of(visit)
    sheet.met = list(visit.met.all())
    sheet.versions = list(visit.versions.select_related("replaced_by"))
    sheet.may = acts_of(visit, user)
    if "decide" in sheet.may:
        sheet.conflicts = list(visit.conflicts.filter(decided_at=None))
    return sheet


def acts_of(visit: Visit, user: User) -> set[str]:
    """What the person may do with this visit: for showing buttons, not for doing."""
    may = set()
    if Visit.objects.changeable_by(user).filter(pk=visit.pk).exists():
        if visit.status == Visit.Status.PLANNED:
            may |= {"log", "change", "cancel"}
        if visit.status == Visit.Status.HELD and visit.logged_by_id == user.pk:
            may |= {"amend"}
    if visit.status == Visit.Status.HELD and decidable_by(user).filter(pk=visit.pk):
        may |= {"decide"}
    return may


@dataclass(frozen=True)
class Told:
    """A kept content in words: an old version, or the other side of a conflict."""

    content: Content
    categories: dict[str, str]
    project: str = ""
    differs: Sequence[str] = ()

    @property
    def mode_label(self) -> str:
        return str(Visit.Mode(self.content.mode).label)

    @property
    def findings(self) -> list[dict[str, str]]:
        return [
            {
                "category": self.categories.get(one.category, one.category),
                "symptom": one.symptom,
                "cause": one.cause,
                "wish": one.wish,
                "answer": one.answer,
                "result": str(Finding.Result(one.result).label),
            }
            for one in self.content.findings
        ]


def told(content: Content, beside: Content | None = None) -> Told:
    names = dict(Category.objects.values_list("key", "name"))
    projects = Project.objects.filter(pk=content.project or 0)
    project = projects.values_list("name", flat=True).first() if content.project else ""
    differs = content.differences(beside) if beside else []
    return Told(content, names, project or "", differs)
