"""Complaints of the demo county: new, near, late, answered, looked at a second time."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from crm.demo.county import County
from crm.demo.story import at
from crm.models import User
from visits.models import Complaint
from visits.services import complaints
from visits.services.complaints import Complainant, Matter, Voice

from .story import workdays
from .texts import texts

# Keys of the forms: the same codes with every demo of the same secret.
FIRST_KEY = 4100


def make(county: County, owners: dict[int, User]) -> None:
    """About handlers and departments; never about the supervisor's own office."""
    supervisor = county.users.get("supervisor1")
    if supervisor is None or not owners:
        return
    told = texts()["complaints"]
    number, owner = next(iter(owners.items()))
    by_owner = Complainant(user=owner, company=county.company(number))
    handler = county.users["handler1"]
    days = workdays(county.today - timedelta(days=60), county.today)
    closed = answered(county, told[0], days[-20], by_owner, handler, supervisor)
    complaints.accept_answer(
        closed, voice=Voice(owner), now=at(following(days, days[-20], 6), 9)
    )
    looked = answered(county, told[1], days[-12], by_owner, handler, supervisor)
    complaints.say_unsatisfied(
        looked,
        voice=Voice(owner),
        note=told[1]["again"],
        now=at(following(days, days[-12], 6), 10),
    )
    late(county, told[2], days[-18], supervisor)
    unit = county.departments["commerce"]
    file(county, told[3], at(days[-2], 15), unit=unit, who=by_owner)
    file(county, told[4], at(days[-2], 16, 30), unit=county.departments["transport"])


def following(days: list[date], day: date, count: int) -> date:
    return days[days.index(day) + count]


def file(
    county: County,
    told: dict[str, Any],  # Any: texts of the demo
    now: datetime,
    who: Complainant | None = None,
    **about: Any,  # Any: keyword arguments of Matter
) -> Complaint:
    """Anonymous without `who`."""
    key = UUID(int=FIRST_KEY + Complaint.objects.count(), version=4)
    origin = Complaint.Origin.LOGIN if who else Complaint.Origin.PUBLIC
    matter = Matter(category=told["category"], text=told["text"], **about)
    return complaints.file_complaint(
        matter, complainant=who, origin=origin, client_key=key, now=now
    ).complaint


def answered(
    county: County,
    told: dict[str, Any],  # Any: texts of the demo
    day: date,
    who: Complainant,
    accused: User,
    supervisor: User,
) -> Complaint:
    """Looked into with a note, and where there are any a question and its reply."""
    days = workdays(day, county.today)
    complaint = file(county, told, at(day, 10, 20), who, accused=accused)
    complaints.acknowledge_complaint(
        complaint, actor=supervisor, now=at(following(days, day, 1), 9, 5)
    )
    later = following(days, day, 2)
    note(complaint, supervisor, "papers", told["note"], at(later, 15))
    if "question" in told:
        note(complaint, supervisor, "question", told["question"], at(later, 15, 30))
        complaints.reply_to_supervisor(
            complaint, voice=Voice(who.user), text=told["reply"], now=at(later, 17)
        )
    return complaints.answer_complaint(
        complaint,
        actor=supervisor,
        outcome=told["outcome"],
        text=told["answer"],
        now=at(following(days, day, 5), 16),
    )


def note(
    complaint: Complaint, actor: User, kind: str, text: str, now: datetime
) -> None:
    complaints.note_complaint(complaint, actor=actor, kind=kind, text=text, now=now)


def late(
    county: County,
    told: dict[str, Any],  # Any: texts of the demo
    day: date,
    supervisor: User,
) -> None:
    """Its answer is due; a unit head has been asked and is silent."""
    days = workdays(day, county.today)
    unit = county.departments["natural-resources"]
    complaint = file(county, told, at(day, 14), unit=unit)
    acknowledged_at = at(following(days, day, 1), 10)
    complaint = complaints.acknowledge_complaint(
        complaint, actor=supervisor, now=acknowledged_at
    )
    note(complaint, supervisor, "papers", told["note"], acknowledged_at)
    heads = complaints.heads_for(complaint, county.today)
    if head := heads.first():
        complaints.ask_statement(
            complaint,
            actor=supervisor,
            asked_of=head,
            question=texts()["statement"],
            client_key=UUID(int=FIRST_KEY, version=4),
            now=at(following(days, day, 14), 11),
        )
