"""代办 on paper: the agreement, its termination, its completion, its refusal."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from crm.models import Document, StoredFile, User
from projects.agency_words import clauses
from projects.models import Agency, AgencyState

from .kinds import Kind
from .visit_reports import SEPARATOR, version_words

AGREEMENT: Final = "agency_agreement"
REFUSAL: Final = "agency_refusal"
STOP: Final = "agency_stop"
FINISH: Final = "agency_finish"
# Which paper a state brings: the agreement to be signed, and again with the signature.
PAPERS: Final[dict[int, str]] = {
    AgencyState.TO_SIGN: AGREEMENT,
    AgencyState.SIGNED: AGREEMENT,
    AgencyState.REFUSED: REFUSAL,
    AgencyState.STOPPED: STOP,
    AgencyState.FINISHED: FINISH,
}
TITLES: Final = {
    AGREEMENT: pgettext_lazy("paper", "Agency agreement"),
    REFUSAL: pgettext_lazy("paper", "Notice of refusal"),
    STOP: pgettext_lazy("paper", "Sheet of termination"),
    FINISH: pgettext_lazy("paper", "Sheet of completion"),
}


def is_readable(user: User, document: Document) -> bool:
    agencies = Agency.objects.on_paper_for(user)
    return agencies.filter(pk=document.subject_id).exists()


def address(document: Document) -> str:
    project = Agency.objects.values_list("project", flat=True).get(
        pk=document.subject_id
    )
    return reverse("projects:agency", args=[project])


KINDS: Final = tuple(
    Kind(
        key=key,
        label=label,
        job="reports.jobs.make_agency_paper",
        is_readable=is_readable,
        address=address,
    )
    for key, label in TITLES.items()
)


@dataclass(frozen=True)
class Sheet:
    """Everything the paper shows, in words; pictures by name."""

    title: str
    facts: list[tuple[str, str]]
    clauses: list[str]
    reason: str
    reason_label: str
    signature: str
    signed_by: str
    centre: str
    agent: str
    date: str
    number: str
    version_words: str
    verify_url: str
    is_signed_by_company: bool


def signatures_of(agency: Agency) -> dict[str, StoredFile]:
    """Pictures of what the company has signed."""
    files = {"signature": agency.signature, "end-signature": agency.end_signature}
    return {name: file for name, file in files.items() if file}


def sheet_of(agency: Agency, document: Document, pictures: set[str]) -> Sheet:
    """The caller has activated the paper's language; `pictures` are there to show."""
    is_agreement = document.kind == AGREEMENT
    name = "signature" if is_agreement else "end-signature"
    verify = reverse("reports:verify", args=[document.number])
    day = agency.signed_at if is_agreement else agency.ended_at
    return Sheet(
        title=str(TITLES[document.kind]),
        facts=list(facts_of(agency)),
        clauses=[*clauses(), *filter(None, [agency.terms])] if is_agreement else [],
        reason="" if is_agreement else agency.reason,
        reason_label=reason_label(document.kind),
        signature=name if name in pictures else "",
        signed_by=agency.signed_by if is_agreement else agency.end_signed_by,
        centre=agency.centre.name if agency.centre else "",
        agent=agency.agent.name if agency.agent else "",
        date=paper_day(day or document.created_at),
        number=document.number,
        version_words=version_words(document.version),
        verify_url=settings.CRM_BASE_URL + verify,
        is_signed_by_company=document.kind != REFUSAL,
    )


def facts_of(agency: Agency) -> Iterator[tuple[str, str]]:
    project = agency.project
    company = project.company
    rows: list[tuple[str, Any]] = [
        (pgettext("paper", "Agreement number"), agency.number),
        (pgettext("paper", "Project"), project.name),
        (pgettext("paper", "Project code"), project.code),
        (pgettext("paper", "Party A, the company"), company.name if company else ""),
        (
            pgettext("paper", "Party B, the acting office"),
            agency.centre.name if agency.centre else "",
        ),
        (pgettext("paper", "Agent"), agency.agent.name if agency.agent else ""),
        (pgettext("paper", "Stages"), SEPARATOR.join(agency.stage_labels)),
        (pgettext("paper", "Asked for"), paper_day(agency.asked_at)),
        (
            pgettext("paper", "Agreement signed"),
            paper_day(agency.signed_at) if agency.signed_at else "",
        ),
    ]
    return ((label, str(value)) for label, value in rows if value)


def reason_label(kind: str) -> str:
    if kind == FINISH:
        return pgettext("paper", "What was done")
    return pgettext("paper", "Reason")


def paper_day(moment: datetime) -> str:
    return formats.date_format(timezone.localdate(moment), _("paper date"))
