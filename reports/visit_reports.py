"""What a visit report says: read from the records, written as an official would."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from crm.lib.words import masked
from crm.models import CompanyLiaison, Document, Role, StoredFile, User
from visits.models import Finding, Ticket, Visit
from visits.models.visits import VisitQuerySet

from .kinds import Kind
from .queries import VISIT_REPORT, signature_of

LANGUAGE = "zh-hans"
SEPARATOR = "、"


# The company reads the visit's public part instead.
NOT_FOR = (Role.OWNER,)


def visits_on_paper(user: User) -> VisitQuerySet:
    """The visits whose papers this person may read."""
    if user.has_role(*NOT_FOR):
        return Visit.objects.none()
    return Visit.objects.visible_to(user).held()


def is_readable(user: User, document: Document) -> bool:
    return visits_on_paper(user).filter(pk=document.subject_id).exists()


KIND = Kind(
    key=VISIT_REPORT,
    label=gettext_lazy("Visit report"),
    job="reports.jobs.make_visit_report",
    is_readable=is_readable,
    address=lambda document: reverse("visits:detail", args=[document.subject_id]),
)


@dataclass(frozen=True)
class Raised:
    """A row of the table: a finding and what becomes of it."""

    category: str
    situation: str
    handling: str


@dataclass(frozen=True)
class Answered:
    """A finding that was solved on the spot; `count` is its numeral (一, 二 …)."""

    count: str
    category: str
    situation: str
    answer: str


@dataclass(frozen=True)
class Photo:
    name: str
    caption: str
    stored_name: str


@dataclass
class VisitReport:
    """Everything the paper shows, in words; pictures by the name of their file."""

    title: str
    unit: str
    date: str
    facts: list[tuple[str, str]]
    paragraphs: list[str]
    raised: list[Raised]
    answered: list[Answered]
    photos: list[Photo]
    signature: str
    signature_file: str
    signed_by: str
    number: str
    version_words: str
    verify_url: str
    language: str = LANGUAGE


def visit_report(visit: Visit, document: Document) -> VisitReport:
    """Read the visit as it stands. The caller has activated the paper's language."""
    findings = list(
        visit.findings.filter(withdrawn_at=None).select_related("category", "ticket")
    )
    signature = signature_of(visit)
    return VisitReport(
        title=_("Report on the visit to %(company)s") % {"company": visit.company.name},
        unit=visit.unit.name,
        date=formats.date_format(timezone.localdate(), _("paper date")),
        facts=list(facts_of(visit)),
        paragraphs=[line.strip() for line in visit.note.splitlines() if line.strip()],
        raised=[raised(one) for one in findings if one.result != "solved"],
        answered=list(answered(findings)),
        photos=list(photos_of(visit)),
        signature="signature" if signature else "",
        signature_file=signature.report_name or signature.stored_name
        if signature
        else "",
        signed_by=visit.signed_by,
        number=document.number,
        version_words=version_words(document.version),
        verify_url=settings.CRM_BASE_URL
        + reverse("reports:verify", args=[document.number]),
    )


def version_words(version: int) -> str:
    if version == 1:
        return ""
    return _("Version %(version)s, replaces all earlier ones") % {"version": version}


def facts_of(visit: Visit) -> Iterator[tuple[str, str]]:
    """The facts in the order of the form; empty ones are left out."""
    company = visit.company
    start = timezone.localtime(visit.starts_at)
    day = formats.date_format(start, _("paper date and time"))
    if visit.ended_on and visit.ended_on != visit.day:
        last = formats.date_format(visit.ended_on, _("paper date"))
        day = _("%(first)s to %(last)s") % {"first": day, "last": last}
    came = [visit.logged_by.name, *(one.name for one in visit.companions.all())]
    rows: list[tuple[str, Any]] = [
        (pgettext("paper", "Company"), company.name),
        (pgettext("paper", "Credit code"), company.uscc),
        (pgettext("paper", "Address"), company.address),
        (
            pgettext("paper", "Industry"),
            company.industry.name if company.industry else "",
        ),
        (pgettext("paper", "Size"), company.get_size_display()),
        (pgettext("paper", "Time"), day),
        (pgettext("paper", "Mode"), visit.get_mode_display()),
        (pgettext("paper", "Purpose"), visit.purpose),
        (pgettext("paper", "Led by"), visit.led_by),
        (pgettext("paper", "Visitors"), SEPARATOR.join(came)),
        (pgettext("paper", "People met"), SEPARATOR.join(people_met(visit))),
        (pgettext("paper", "Officers"), SEPARATOR.join(officers_of(visit))),
    ]
    return ((label, str(value)) for label, value in rows if value)


def people_met(visit: Visit) -> Iterator[str]:
    """Names with posts; a phone never in full on paper."""
    for one in visit.met.select_related("contact"):
        phone = masked(one.contact.phone) if one.contact else ""
        words = " ".join(part for part in (one.name, one.title) if part)
        yield f"{words}({phone})" if phone else words


def officers_of(visit: Visit) -> Iterator[str]:
    open_ones = CompanyLiaison.objects.open().filter(company=visit.company)
    for one in open_ones.select_related("officer").order_by("role"):
        yield _("%(name)s (role %(role)s)") % {
            "name": one.officer.name,
            "role": one.role,
        }


def situation_of(finding: Finding) -> str:
    parts = [
        finding.symptom,
        finding.cause and _("Cause: %(text)s") % {"text": finding.cause},
        finding.wish and _("Wish: %(text)s") % {"text": finding.wish},
    ]
    return "\n".join(part for part in parts if part)


def raised(finding: Finding) -> Raised:
    return Raised(finding.category.name, situation_of(finding), handling_of(finding))


def handling_of(finding: Finding) -> str:
    ticket: Ticket | None = getattr(finding, "ticket", None)
    if ticket is None:
        return pgettext("paper", "Noted")
    return _("Ticket %(number)s\n%(state)s") % {
        "number": ticket.number,
        "state": ticket.get_status_display(),
    }


def answered(findings: list[Finding]) -> Iterator[Answered]:
    solved = [one for one in findings if one.result == Finding.Result.SOLVED]
    for place, one in enumerate(solved, start=1):
        yield Answered(numeral(place), one.category.name, situation_of(one), one.answer)


def numeral(number: int) -> str:
    """1 → 一, 12 → 十二, 30 → 三十; a visit has at most 50 findings."""
    digits = pgettext("numerals 0 to 10", "0 1 2 3 4 5 6 7 8 9 10").split()
    tens, ones = divmod(number, 10)
    if len(digits) != 11 or digits[1] == "1":
        return str(number)
    return (
        (digits[tens] if tens > 1 else "")
        + (digits[10] if tens else "")
        + (digits[ones] if ones else "")
    )


def photos_of(visit: Visit) -> Iterator[Photo]:
    """Those that are safely stored; the visible stamp is already in the picture."""
    rows = visit.photos.shown().filter(file__state=StoredFile.State.STORED)
    for place, photo in enumerate(rows.select_related("file"), start=1):
        assert photo.file is not None, "the filter asks for its state"
        caption = _("Photo %(number)s") % {"number": place}
        name = photo.file.report_name or photo.file.stored_name
        yield Photo(f"photo-{place}", caption, name)
