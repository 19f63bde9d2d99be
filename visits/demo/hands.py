"""The hands that go through the services: everything obeys the rules."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from random import Random
from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile

from crm.demo.county import County
from crm.demo.story import ContactStory
from crm.models import Department, StoredFile, User
from crm.services.files import Received, receive_file
from projects.models import Project
from visits.models import Category, Ticket
from visits.services import intake, tickets
from visits.services.content import Content, Heard, Person

from . import pictures, projects
from .acts import Assistant, Case
from .rating_hands import ServiceRatings
from .story import FindingStory, VisitStory

CALL = timedelta(minutes=4)


class ServiceHands(ServiceRatings):
    """As officers, dispatchers, handlers and companies would, one act at a time."""

    def __init__(
        self,
        county: County,
        random: Random,
        categories: dict[str, Category],
        pictured_from: int,
    ) -> None:
        self.county, self.random, self.categories = county, random, categories
        # Only the newest visits bring photos; more would only fill the disk.
        self.pictured_from, self.held = pictured_from, 0

    def hold(self, visit: VisitStory, now: datetime) -> list[Case]:
        self.held += 1
        company = self.county.keys[visit.company]
        received = {}
        if self.held > self.pictured_from:
            received = files_for(self.random, visit)
        of_company = Project.objects.filter(company=company)
        project = projects.chosen(projects.running(of_company), visit, now)
        sending = intake.Sending(
            uuid=UUID(int=self.random.getrandbits(128), version=4),
            company=company,
            content=replace(self.content_of(visit, received), project=project),
        )
        officer = self.county.users[visit.officer]
        outcome = intake.receive(sending, actor=officer, received=received, now=now)
        self.held_visit = outcome.visit
        later = {str(n): one for n, one in enumerate(visit.findings)}
        cases = []
        if any(one.result == "ticket" for one in visit.findings):
            for ticket in outcome.visit.tickets.select_related("finding").order_by(
                "pk"
            ):
                told = later[ticket.finding.key if ticket.finding else ""]
                category = self.categories[told.category]
                cases.append(Case(visit.company, category, told.later, ticket))
        return cases

    def content_of(self, visit: VisitStory, received: dict[str, Received]) -> Content:
        photos = [key for key, one in received.items() if one.mime == "image/jpeg"]
        signed = [key for key, one in received.items() if one.mime == "image/png"]
        return content_of(
            visit,
            people=people_met(self.county, visit),
            photos=tuple(photos),
            signature=signed[0] if signed else "",
        )

    def raise_ticket(
        self, case: Case, actor: User, told: FindingStory, now: datetime
    ) -> None:
        case.record = tickets.raise_ticket(
            actor=actor,
            company=self.county.company(case.company),
            text=told.symptom,
            wish=told.wish,
            category=case.category,
            now=now,
        )

    def refuse(
        self, case: Case, actor: User, refusal: str, note: str, now: datetime
    ) -> None:
        tickets.refuse_ticket(
            case.record,
            actor=actor,
            refusal=Ticket.Refusal(refusal),
            note=note,
            now=now,
        )

    def dispatch(
        self,
        case: Case,
        actor: User,
        lead: Department,
        assistants: Sequence[Assistant],
        now: datetime,
    ) -> None:
        tickets.dispatch_ticket(
            case.record, actor=actor, lead=lead, assistants=assistants, now=now
        )

    def accept(self, case: Case, actor: User, now: datetime) -> None:
        tickets.accept_ticket(case.record, actor=actor, now=now)

    def contact(
        self, case: Case, actor: User, person: ContactStory, now: datetime
    ) -> None:
        tickets.record_contact(
            case.record,
            actor=actor,
            person=person.name,
            phone=person.phone,
            called_at=now - CALL,
            now=now,
        )

    def start(self, case: Case, actor: User, now: datetime) -> None:
        tickets.start_work(case.record, actor=actor, now=now)

    def comment(
        self, case: Case, actor: User, text: str, *, is_internal: bool, now: datetime
    ) -> None:
        tickets.comment_ticket(
            case.record, actor=actor, text=text, is_internal=is_internal, now=now
        )

    def answer_part(
        self, case: Case, actor: User, unit: Department, text: str, now: datetime
    ) -> None:
        tickets.answer_part(
            case.record, actor=actor, text=text, department=unit, now=now
        )

    def answer(
        self, case: Case, actor: User, text: str, proposed: str, now: datetime
    ) -> None:
        tickets.answer_ticket(
            case.record, actor=actor, text=text, proposed=proposed, now=now
        )

    def reject(self, case: Case, actor: User, reason: str, now: datetime) -> None:
        tickets.reject_answer(case.record, actor=actor, reason=reason, now=now)

    def confirm(
        self,
        case: Case,
        actor: User,
        outcome: str,
        note: str,
        person: ContactStory | None,
        now: datetime,
    ) -> None:
        proof = None
        if person is not None:
            proof = tickets.Proof(
                kind=Ticket.SignOff.CALL,
                person=person.name,
                phone=person.phone,
                called_at=now - CALL,
            )
        tickets.confirm_ticket(
            case.record, actor=actor, outcome=outcome, note=note, proof=proof, now=now
        )


def people_met(county: County, visit: VisitStory) -> list[Person]:
    first = county.contact_keys[visit.company]
    told = county.story.companies[visit.company].contacts[: visit.met]
    return [
        Person(name=one.name, title=one.title, contact=first + number)
        for number, one in enumerate(told)
    ]


def content_of(
    visit: VisitStory,
    *,
    people: list[Person],
    photos: tuple[str, ...] = (),
    signature: str = "",
) -> Content:
    """What the phone would send; the bulk hands make their rows of the same."""
    return Content(
        mode=visit.mode,
        purpose=visit.purpose,
        starts_at=visit.starts_at,
        asked_by_company=visit.asked_by_company,
        gate_reason=visit.gate_reason,
        led_by=visit.led_by,
        note=visit.note,
        met=tuple(people),
        findings=tuple(
            Heard(
                key=str(n),
                category=one.category,
                symptom=one.symptom,
                cause=one.cause,
                wish=one.wish,
                result=one.result,
                answer=one.answer,
            )
            for n, one in enumerate(visit.findings)
        ),
        photos=photos,
        signature=signature,
        signed_by=people[0].name if visit.signed and people else "",
    )


def files_for(random: Random, visit: VisitStory) -> dict[str, Received]:
    """The photos and, where somebody signed, the signature."""
    photo, signature = StoredFile.Kind.PHOTO, StoredFile.Kind.SIGNATURE
    drawn = [(pictures.photo(random), photo) for _ in range(visit.photos)]
    if visit.signed:
        drawn.append((pictures.signature(random), signature))
    found = {}
    for body, kind in drawn:
        upload = SimpleUploadedFile("camera", body)
        found[sha256(body).hexdigest()] = receive_file(upload, kind)
    return found
