"""The agency of a project as both sides see it: where it stands, what can be done."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from crm.models import Document, Event, User, subject_of
from projects.models import Agency, AgencyState, Project
from projects.services import agencies

S = AgencyState
Service = Callable[..., Agency]
# It is the company's turn to sign.
TO_SIGN: Final = {S.TO_SIGN, S.STOPPING, S.FINISHING}
DRAFTS: Final = {S.ASKED, S.DRAFTING, S.TO_SIGN}


@dataclass(frozen=True)
class Act:
    """Something one side does with the agreement, and in which states."""

    key: str
    label: str | Promise
    froms: set[AgencyState]
    service: Service
    # Whether the company does it as well, or the centre alone.
    is_shared: bool = False


# The first possible one is the filled button.
ACTS: Final = {
    act.key: act
    for act in (
        Act(
            "sign",
            pgettext_lazy("agency act", "Sign"),
            TO_SIGN,
            agencies.sign,
            is_shared=True,
        ),
        Act(
            "offer",
            pgettext_lazy("agency act", "Offer it for signing"),
            {S.DRAFTING},
            agencies.offer,
        ),
        Act(
            "draw-up",
            pgettext_lazy("agency act", "Draw up the agreement"),
            {S.ASKED, S.DRAFTING},
            agencies.draw_up,
        ),
        Act(
            "finish",
            pgettext_lazy("agency act", "Report it as finished"),
            {S.SIGNED},
            agencies.finish,
        ),
        Act(
            "back",
            pgettext_lazy("agency act", "Send it back"),
            TO_SIGN,
            agencies.send_back,
            is_shared=True,
        ),
        Act("stop", pgettext_lazy("agency act", "Stop it"), {S.SIGNED}, agencies.stop),
        Act(
            "refuse",
            pgettext_lazy("agency act", "Refuse it"),
            DRAFTS,
            agencies.refuse,
        ),
    )
}


@dataclass(frozen=True)
class Told:
    """One step of the agreement's history."""

    at: datetime
    who: str
    state: str
    note: str


@dataclass(frozen=True)
class Page:
    """One project's agreement that is open, or the last one; and the earlier ones."""

    project: Project
    agency: Agency | None
    earlier: list[Agency]
    acts: list[Act]
    papers: list[Document]
    steps: list[Told]
    is_party: bool

    @property
    def may_ask(self) -> bool:
        is_free = self.agency is None or not self.agency.is_open
        return self.is_party and is_free and self.project.company_id is not None


def page_of(project: Project, user: User) -> Page:
    """The project must come from with_rights(user)."""
    found = list(Agency.objects.visible_to(user).filter(project=project).for_page())
    agency = found[0] if found else None
    return Page(
        project=project,
        agency=agency,
        earlier=found[1:],
        acts=acts_for(agency, project) if agency else [],
        papers=papers_of(agency, user) if agency else [],
        steps=steps_of(agency) if agency else [],
        is_party=is_centre(project) or is_company(project),
    )


def is_centre(project: Project) -> bool:
    return any(getattr(project, flag) for flag in ("may_work", "may_manage"))


def is_company(project: Project) -> bool:
    return bool(getattr(project, "is_owned", False))


def acts_for(agency: Agency, project: Project) -> list[Act]:
    """What this person can do now."""
    possible = [act for act in ACTS.values() if agency.state in act.froms]
    return [act for act in possible if may_do(act, project)]


def may_do(act: Act, project: Project) -> bool:
    return is_centre(project) or (act.is_shared and is_company(project))


def papers_of(agency: Agency, user: User) -> list[Document]:
    """The newest version of each kind, for who may read the signatures."""
    if not Agency.objects.on_paper_for(user).filter(pk=agency.pk).exists():
        return []
    subject_type, subject_id = subject_of(agency)
    papers = Document.objects.filter(subject_type=subject_type, subject_id=subject_id)
    newest = {paper.kind: paper for paper in papers.order_by("kind", "version")}
    return sorted(newest.values(), key=lambda paper: paper.pk)


def steps_of(agency: Agency) -> list[Told]:
    return [told(one) for one in Event.objects.for_subject(agency).for_list()]


def told(event: Event) -> Told:
    def new(name: str) -> str | int | None:
        value: str | int | None = event.changes.get(name, [None, None])[1]
        return value

    who = event.actor.name if event.actor else ""
    state = str(AgencyState(int(new("state") or S.ASKED)).label)
    return Told(event.at, who, state, str(new("note") or ""))
