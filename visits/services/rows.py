"""The rows that hang from a visit, written a kind at a time."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from crm.lib.errors import DomainError
from crm.models import Contact, User
from visits.models import Category, Companion, Finding, Met, Visit, VisitPhoto

from .content import Content, Heard, Person


class UnknownCategory(DomainError):
    code = "unknown_category"


def categories_of(findings: Sequence[Heard]) -> dict[str, Category]:
    """The categories by key. Retired ones hold: a phone may have been off for days."""
    wanted = {one.category for one in findings}
    if not wanted:
        return {}
    found = {one.key: one for one in Category.objects.filter(key__in=wanted)}
    for number, one in enumerate(findings):
        if one.category not in found:
            sentence = _("There is no such category. Please choose one of the list.")
            raise UnknownCategory(sentence, field=f"findings.{number}.category")
    return found


def set_people(visit: Visit, content: Content) -> None:
    """Companions and people met, as told; a link that does not hold is dropped."""
    colleagues = colleagues_among(visit, content.companions)
    Companion.objects.bulk_create(
        Companion(
            visit=visit,
            name=one.name,
            user_id=one.user if one.user in colleagues else None,
        )
        for one in content.companions
    )
    contacts = contacts_among(visit, content.met)
    Met.objects.bulk_create(
        Met(
            visit=visit,
            name=one.name,
            title=one.title,
            contact_id=one.contact if one.contact in contacts else None,
        )
        for one in content.met
    )


def colleagues_among(visit: Visit, people: Iterable[Person]) -> set[int]:
    """Links to people of the same unit only: a key must not fetch a stranger."""
    keys = [one.user for one in people if one.user is not None]
    if not keys:
        return set()
    same = User.objects.filter(pk__in=keys, department=visit.unit_id)
    return set(same.values_list("pk", flat=True))


def contacts_among(visit: Visit, people: Iterable[Person]) -> set[int]:
    keys = [one.contact for one in people if one.contact is not None]
    if not keys or visit.for_unit:
        return set()
    same = Contact.objects.filter(pk__in=keys, company=visit.company_id)
    return set(same.values_list("pk", flat=True))


def replace_people(visit: Visit, content: Content) -> None:
    """For an amendment: the old ones are in the version that it replaces."""
    visit.companions.all().delete()
    visit.met.all().delete()
    set_people(visit, content)


def add_findings(
    visit: Visit,
    findings: Iterable[Heard],
    categories: dict[str, Category],
    *,
    after: int = 0,
) -> list[Finding]:
    rows = findings_of(visit, findings, categories, after=after)
    return Finding.objects.bulk_create(rows) if rows else []


def findings_of(
    visit: Visit,
    findings: Iterable[Heard],
    categories: dict[str, Category],
    *,
    after: int = 0,
) -> list[Finding]:
    """As they would be, not saved; bulk loading writes such rows by itself."""
    return [
        Finding(
            visit=visit,
            key=one.key,
            order=order,
            category=categories[one.category],
            symptom=one.symptom,
            cause=one.cause,
            wish=one.wish,
            result=one.result,
            answer=one.answer,
        )
        for order, one in enumerate(findings, start=after + 1)
    ]


def change_photos(visit: Visit, photos: Collection[str], now: datetime) -> None:
    """Show these: take out what is not among them, bring back what was taken out."""
    here = visit.photos.all()
    here.shown().exclude(sha256__in=photos).update(withdrawn_at=now)
    here.filter(sha256__in=photos).update(withdrawn_at=None)
    known = set(here.values_list("sha256", flat=True))
    new = [one for one in photos if one not in known]
    expect_photos(visit, new, after=len(known))


def expect_photos(visit: Visit, photos: Iterable[str], *, after: int = 0) -> None:
    """Places for the photos; their files may come later."""
    rows = [
        VisitPhoto(visit=visit, sha256=sha256, order=order)
        for order, sha256 in enumerate(photos, start=after + 1)
    ]
    if rows:
        VisitPhoto.objects.bulk_create(rows)


def withdraw(findings: Iterable[Finding], now: datetime) -> None:
    for finding in findings:
        finding.withdrawn_at = now
        finding.save(update_fields=["withdrawn_at"])
