"""A company's people: added, edited, archived; their phones, shown to few."""

from datetime import datetime
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import events
from crm.lib import phones, words
from crm.lib.errors import DomainError, StaleVersion
from crm.models import Company, CompanyLiaison, Contact, Role, User
from crm.models.companies import CompanyQuerySet

from . import search

FIELDS: Final = ("name", "title", "phone")


def sees_phones(company: Company, user: User) -> bool:
    """The company's own officers and people: full numbers without a reveal."""
    if company.pk in user.access.company_ids(Role.OWNER):
        return True
    own = CompanyLiaison.objects.open().filter(company=company, officer=user)
    return user.has_role(Role.OFFICER) and own.exists()


def may_reveal(user: User) -> bool:
    """Who needs to call now and then; leaders and supervisors do not."""
    return user.has_role(Role.HANDLER, Role.UNIT_HEAD, Role.DISPATCHER)


def as_shown_to(company: Company, user: User) -> list[dict[str, Any]]:
    """The present contacts, phones masked unless this person sees them.

    Any: as many types as a contact has columns.
    """
    show = str if sees_phones(company, user) else words.masked
    return [
        {
            "id": one.pk,
            "name": one.name,
            "title": one.title,
            "phone": show(one.phone),
            "is_main": one.is_main,
        }
        for one in Contact.objects.current().filter(company=company)
    ]


def with_changeable_contacts(user: User) -> CompanyQuerySet:
    """Those whose profile the person may edit, and his own."""
    editable = Company.objects.changeable_by(user).values("pk")
    owned = user.access.company_ids(Role.OWNER)
    return Company.objects.living().filter(Q(pk__in=editable) | Q(pk__in=owned))


def claim_company(company: Company, actor: User | None) -> Company:
    """Lock the company for its profile's editors and for its own people."""
    living = Company.objects.living()
    allowed = living if actor is None else with_changeable_contacts(actor)
    return Company.objects.lock(allowed, company.pk)


@transaction.atomic
def add_contact(
    company: Company,
    *,
    actor: User | None,
    name: str,
    title: str = "",
    phone: str = "",
    is_main: bool = False,
    now: datetime | None = None,
) -> Contact:
    """Add a person; the same name and phone again is the same person."""
    company = claim_company(company, actor)
    contact = enter_contact(
        company,
        actor=actor,
        name=name,
        title=title,
        phone=phone,
        is_main=is_main,
        now=now or timezone.now(),
    )
    search.refresh(company.pk)
    return contact


def enter_contact(
    company: Company,
    *,
    actor: User | None,
    name: str,
    title: str,
    phone: str,
    is_main: bool,
    now: datetime,
    is_first: bool = False,
) -> Contact:
    """Save and record; the caller holds the company and makes it findable."""
    name, title, phone = name.strip(), title.strip(), checked_phone(phone)
    if not is_first:
        current = Contact.objects.current().filter(company=company)
        if same := current.filter(name=name, phone=phone).first():
            return same
        # The first one is the main one.
        is_main = is_main or not current.filter(is_main=True).exists()
        if is_main:
            current.filter(is_main=True).update(is_main=False)
    contact = Contact.objects.create(
        company=company, name=name, title=title, phone=phone, is_main=is_main
    )
    personal = {field: getattr(contact, field) for field in FIELDS}
    events.record(
        actor,
        "contact.added",
        contact,
        is_public=True,
        personal=personal,
        now=now,
        is_main=is_main,
    )
    return contact


def checked_phone(text: str) -> str:
    phone = phones.normalise(text)
    if problem := phones.problem_of(phone) if phone else "":
        raise DomainError(problem, code="bad_phone", field="phone")
    return phone


@transaction.atomic
def edit_contact(
    contact: Contact,
    *,
    actor: User | None,
    version: int | None,
    name: str,
    title: str = "",
    phone: str = "",
    is_main: bool = False,
    now: datetime | None = None,
) -> Contact:
    """Change a contact; a main contact stays one until another takes its place."""
    claim_company(contact.company, actor)
    contact = claim(contact, actor)
    if version is not None and version != contact.version:
        sentence = _("Somebody else has changed this contact. Compare both, then save.")
        raise StaleVersion(sentence, current=contact)
    old = {field: getattr(contact, field) for field in FIELDS}
    new = {"name": name.strip(), "title": title.strip()}
    new["phone"] = phone.strip() if phone.strip() == contact.phone else ""
    new["phone"] = new["phone"] or checked_phone(phone)
    becomes_main = is_main and not contact.is_main
    if new == old and not becomes_main:
        return contact
    if becomes_main:
        others = Contact.objects.current().filter(company=contact.company_id)
        others.filter(is_main=True).update(is_main=False)
        contact.is_main = True
    for field, value in new.items():
        setattr(contact, field, value)
    contact.version += 1
    contact.save(update_fields=[*FIELDS, "is_main", "version"])
    record_edit(contact, actor, old, new, becomes_main, now)
    if new["name"] != old["name"]:
        search.refresh(contact.company_id)
    return contact


def record_edit(
    contact: Contact,
    actor: User | None,
    old: dict[str, str],
    new: dict[str, str],
    becomes_main: bool,
    now: datetime | None,
) -> None:
    changed = [field for field in FIELDS if old[field] != new[field]]
    changes: dict[str, Any] = {"is_main": [False, True]} if becomes_main else {}
    if changed:
        changes["fields"] = [None, changed]
    events.record(
        actor,
        "contact.edited",
        contact,
        is_public=True,
        personal={field: [old[field], new[field]] for field in changed},
        now=now,
        **changes,
    )


def claim(contact: Contact, actor: User | None) -> Contact:
    current = Contact.objects.current()
    allowed = current if actor is None else current.changeable_by(actor)
    return Contact.objects.lock(allowed, contact.pk)


@transaction.atomic
def archive_contact(
    contact: Contact, *, actor: User | None, now: datetime | None = None
) -> Contact:
    """Take a person off the list; the next one becomes the main contact."""
    now = now or timezone.now()
    claim_company(contact.company, actor)
    contact = claim(contact, actor)
    was_main, contact.is_main = contact.is_main, False
    contact.archived_at = now
    contact.version += 1
    contact.save(update_fields=["archived_at", "is_main", "version"])
    others = Contact.objects.current().filter(company=contact.company_id)
    if was_main and (heir := others.order_by("pk").first()):
        heir.is_main = True
        heir.save(update_fields=["is_main"])
    events.record(
        actor,
        "contact.archived",
        contact,
        is_public=True,
        personal={"name": contact.name},
        now=now,
    )
    search.refresh(contact.company_id)
    return contact


@transaction.atomic
def reveal_phone(contact: Contact, *, actor: User, now: datetime | None = None) -> str:
    """Hand out the full number to who sees it masked, and write down who asked."""
    visible = Contact.objects.visible_to(actor)
    contact = Contact.objects.lock(visible, contact.pk)
    if not sees_phones(contact.company, actor):
        if not may_reveal(actor):
            raise PermissionDenied
        events.record(actor, "phone.revealed", contact, now=now)
    return contact.phone
