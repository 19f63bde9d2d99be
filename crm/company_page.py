"""One company as its page shows it, in as few queries as it takes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, lru_cache
from typing import Any

from django.db.models import Case, CharField, OuterRef, Q, Subquery, When
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from crm import panels
from crm.audit_words import ACTIONS
from crm.company_list import tags_of
from crm.lib.prepared import KEPT, Prepared, place
from crm.lib.words import masked
from crm.models import (
    Attachment,
    Comment,
    Company,
    CompanyLiaison,
    Contact,
    Event,
    Role,
    Tag,
    User,
)
from crm.models.access import Access
from crm.models.companies import WIDE, CompanyQuerySet
from crm.models.events import EventQuerySet
from crm.models.liaisons import Liaison
from crm.models.people import anybody_with
from crm.services import comments, contacts, sizes

STREAM_LENGTH = 30
# What a stranger's department has to do with is not the whole company's life.
OF_THE_COMPANY = ("crm.company", "crm.contact", "crm.companyliaison", "crm.comment")
COMMENTED = "company.commented"
ICONS = {
    "company.created": "building",
    "company.edited": "edit",
    "company.tagged": "tags",
    "company.archived": "archive",
    "company.leader_linked": "star",
    "contact.added": "user-plus",
    "contact.edited": "edit",
    "contact.archived": "archive",
    "phone.revealed": "eye",
    "liaison.assigned": "user-check",
    "liaison.ended": "user",
    COMMENTED: "message",
    "visit.held": "clipboard-text",
    "visit.planned": "calendar-plus",
}


def company_for(user: User, pk: int) -> Company | None:
    """One company with all that its page says of it, if this person may see it."""
    found: Company | None = by_key(user.access).first(pk, user.pk)
    return found


@lru_cache(maxsize=KEPT)
def by_key(access: Access) -> Prepared:
    return Prepared(lambda: rows(anybody_with(access)).filter(pk=place()))


def rows(user: User) -> CompanyQuerySet:
    """The companies this person may see, with all that a page says of one."""
    related = ("region", "industry", "leader", "leader__department")
    visible = Company.objects.visible_to(user).select_related(*related)
    return visible.with_tags().with_rights(user)


@dataclass(frozen=True, slots=True)
class Officer:
    """An open liaison with its person."""

    role: str
    user: User
    unit: str
    since: date
    is_away: bool
    # B while A is away.
    is_acting: bool

    @property
    def tag(self) -> str:
        label = str(CompanyLiaison.Role(self.role).label)
        if self.is_away:
            return f"{label} · {_('away')}"
        return f"{label} · {_('stands in')}" if self.is_acting else label


@dataclass(frozen=True, slots=True)
class Person:
    """A contact; the number as this reader may see it."""

    contact: Contact
    phone: str
    is_masked: bool
    may_reveal: bool


@dataclass(frozen=True, slots=True)
class Change:
    label: str
    old: object
    new: object


@dataclass(frozen=True)
class StreamItem:
    """One line of the stream: what was done, or a remark with its files."""

    at: datetime
    who: str
    icon: str
    what: str
    text: str = ""
    is_internal: bool = False
    changes: tuple[Change, ...] = ()
    # A list where there are any: as a file changes its state, such a line is not kept.
    files: Sequence[Attachment] = ()


@dataclass(frozen=True)
class Page:
    """Everything `company.html` shows."""

    company: Company
    today: date
    is_staff: bool
    may_remark: bool
    is_own: bool
    sees_phones: bool
    may_edit: bool
    may_manage: bool
    may_add_contacts: bool
    officers: list[Officer]
    people: list[Person]
    stream: list[StreamItem]
    working: sizes.SizeWorking
    panels: list[str]

    @property
    def tags(self) -> list[tuple[str, str]]:
        return tags_of(self.company.tag_words)  # type: ignore[attr-defined] # annotated

    @property
    def may_comment(self) -> bool:
        return not self.company.is_archived and self.may_remark

    @property
    def missing_roles(self) -> list[str]:
        held = {one.role for one in self.officers}
        return [role for role in ("A", "B") if role not in held]


def page_of(company: Company, user: User, today: date) -> Page:
    is_own = bool(company.is_own)  # type: ignore[attr-defined] # annotated
    is_owner = company.pk in user.access.company_ids(Role.OWNER)
    sees_phones = is_owner or (is_own and user.has_role(Role.OFFICER))
    may_edit = bool(company.may_edit)  # type: ignore[attr-defined] # annotated
    return Page(
        company=company,
        today=today,
        is_staff=comments.is_staff(user),
        may_remark=comments.may_remark(user),
        is_own=is_own and not company.is_archived,
        sees_phones=sees_phones,
        may_edit=may_edit,
        may_manage=bool(company.may_manage),  # type: ignore[attr-defined] # annotated
        may_add_contacts=may_edit or (is_owner and not company.is_archived),
        officers=officers_of(company, today),
        people=people_of(company, sees_phones, contacts.may_reveal(user)),
        stream=stream_of(company, user, is_whole=is_own or is_wide(company, user)),
        working=sizes.working_of(company),
        panels=[
            render_to_string(one.template, one.fill(company, user, today))
            for one in panels.of_company()
        ],
    )


def is_wide(company: Company, user: User) -> bool:
    ranges = user.access.region_ranges(*WIDE)
    return any(company.region_path in one for one in ranges)


@lru_cache(maxsize=2)
def liaisons_on(today: date) -> Prepared:
    return Prepared(
        lambda: CompanyLiaison.objects.open().filter(company=place()).for_card(today)
    )


def officers_of(company: Company, today: date) -> list[Officer]:
    return officers_from(liaisons_on(today).rows([company.pk]))


def officers_from(liaisons: Iterable[Liaison]) -> list[Officer]:
    """A before B, as for_card() has them, so that B knows whether A is away."""
    found: list[Officer] = []
    for one in liaisons:
        a_is_away = any(known.is_away for known in found)
        unit = one.officer.department
        found.append(
            Officer(
                role=one.role,
                user=one.officer,
                unit=unit.name if unit else "",
                since=one.started_on,
                is_away=one.is_away,  # type: ignore[attr-defined] # annotated
                is_acting=one.role == CompanyLiaison.Role.B and a_is_away,
            )
        )
    return found


CONTACTS = Prepared(lambda: Contact.objects.current().filter(company=place()))


def people_of(company: Company, sees_phones: bool, may_reveal: bool) -> list[Person]:
    return [
        Person(
            contact=one,
            phone=one.phone if sees_phones else masked(one.phone),
            is_masked=bool(one.phone) and not sees_phones,
            may_reveal=may_reveal,
        )
        for one in CONTACTS.rows([company.pk])
    ]


def stream_of(company: Company, user: User, *, is_whole: bool) -> list[StreamItem]:
    """Events and remarks in one query, files in a second where there are any."""
    found = events_for(comments.is_staff(user), is_whole).rows([company.pk])
    files = files_of(found)
    tags = dict(tags_of(company.tag_words))  # type: ignore[attr-defined] # annotated
    tags |= names_of_gone(found, set(tags))
    return [item_of(event, files, tags) for event in found]


@cache
def events_for(is_staff: bool, is_whole: bool) -> Prepared:
    return Prepared(lambda: events_of(is_staff, is_whole)[:STREAM_LENGTH])


def events_of(is_staff: bool, is_whole: bool) -> EventQuerySet:
    """One company's, as far as this kind of reader sees them."""
    events = Event.objects.filter(company=place()).select_related("actor", "personal")
    if not is_staff:
        events = events.public()
    if not is_whole:
        events = events.filter(subject_type__in=OF_THE_COMPANY)
    # Remarks on visits and tickets stand on their own pages.
    elsewhere = Q(subject_type="crm.comment") & ~Q(action=COMMENTED)
    said = Comment.objects.filter(pk=OuterRef("subject_id"))
    liaison = CompanyLiaison.objects.filter(pk=OuterRef("subject_id"))
    annotated = events.exclude(elsewhere).annotate(
        said=when("crm.comment", said.values("text")),
        officer=when("crm.companyliaison", liaison.values("officer__name")),
    )
    return annotated.newest_first()


def when(subject_type: str, rows: Any) -> Case:  # any: a queryset of one value
    return Case(
        When(subject_type=subject_type, then=Subquery(rows[:1])),
        output_field=CharField(),
    )


def files_of(events: list[Event]) -> dict[int, list[Attachment]]:
    with_files = [
        one.subject_id for one in events if one.changes.get("file_count", [0, 0])[1]
    ]
    found: dict[int, list[Attachment]] = {}
    if with_files:
        attached = Attachment.objects.filter(comment__in=with_files)
        for one in attached.select_related("file").order_by("pk"):
            found.setdefault(one.comment_id or 0, []).append(one)
    return found


def names_of_gone(events: list[Event], present: set[str]) -> dict[str, str]:
    """Names of tags that were taken off since; asked for only if there are any."""
    named = {
        key
        for event in events
        if event.action == "company.tagged"
        for keys in event.changes["tags"]
        for key in keys
    }
    gone = named - present
    return (
        dict(Tag.objects.filter(key__in=gone).values_list("key", "name"))
        if gone
        else {}
    )


def item_of(
    event: Any, files: dict[int, list[Attachment]], tags: dict[str, str]
) -> StreamItem:
    # any: an event with the annotations of stream_of()
    is_comment = event.action == COMMENTED
    return StreamItem(
        at=event.at,
        who=event.actor.name if event.actor else "",
        icon=ICONS.get(event.action, "history"),
        what="" if is_comment else str(ACTIONS.get(event.action, event.action)),
        text=event.said or "",
        is_internal=is_comment and not event.is_public,
        changes=tuple(changes_of(event, tags)),
        files=files.get(event.subject_id, ()) if is_comment else (),
    )


def changes_of(event: Any, tags: dict[str, str]) -> list[Change]:
    """What a reader wants to know, in words and values; any: an annotated event."""
    if event.action == "company.edited":
        return [
            Change(label_of(name), value_of(name, old), value_of(name, new))
            for name, (old, new) in event.changes.items()
        ]
    if event.action == "company.tagged":
        old, new = event.changes["tags"]
        come = [tags.get(key, key) for key in new if key not in old]
        gone = [tags.get(key, key) for key in old if key not in new]
        both = [(_("added"), come), (_("taken off"), gone)]
        return [
            Change(word, None, _(", ").join(names)) for word, names in both if names
        ]
    if event.action == "liaison.assigned":
        role = event.changes["role"][1]
        return [Change(str(CompanyLiaison.Role(role).label), None, event.officer)]
    if event.action.startswith("contact.") or event.action == "phone.revealed":
        private = getattr(event, "personal", None)
        name = private.values.get("name") if private else None
        old, new = name if isinstance(name, list) else (None, name)
        return [Change(str(Contact._meta.verbose_name), old, new)] if new else []
    return []


def label_of(name: str) -> str:
    return str(Company._meta.get_field(name).verbose_name)  # type: ignore[union-attr] # a column


def value_of(name: str, value: Any) -> Any:  # any: what JSON holds
    """Codes of choices as words; a key of a region says nothing to a reader."""
    if name == "region":
        return None
    choices = dict(Company._meta.get_field(name).flatchoices)  # type: ignore[union-attr] # a column
    return choices.get(value, value)
