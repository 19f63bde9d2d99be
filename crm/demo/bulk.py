"""The companies of a large county as rows: what the services would have written."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from crm import events
from crm.lib.search_tokens import words_of
from crm.models import (
    Company,
    CompanyLiaison,
    CompanySearch,
    Contact,
    Industry,
    Tag,
    User,
)
from crm.models.companies import CompanyTag
from crm.pinyin import readings_of, sort_key_of
from crm.services import companies, contacts, search
from crm.services.contacts import FIELDS

from .county import County
from .making import CHANGED, profile_of
from .story import CompanyStory

A, B = CompanyLiaison.Role.A, CompanyLiaison.Role.B


class Companies:
    """Writes companies with all that hangs from them, in the order of the story."""

    def __init__(self, county: County) -> None:
        self.county = county
        self.rows = county.rows
        self.rows.follow(Company, CompanyTag, Contact, CompanyLiaison, CompanySearch)
        self.industries = {one.code: one for one in Industry.objects.all()}
        self.tags = {one.key: one for one in Tag.objects.all()}

    def make(self) -> None:
        for told in self.county.story.companies:
            self.enter(told)
            self.rows.flush_if_full()
        self.rows.finish()

    def enter(self, told: CompanyStory) -> None:
        now, industry = told.entered_at, self.industries.get(told.industry)
        profile = profile_of(self.county, told, industry)
        company = companies.unsaved(profile, now)
        self.rows.add(company)
        self.county.keys.append(company.pk)
        self.rows.record(
            actor=None,
            action="company.created",
            subject=company,
            is_public=True,
            now=now,
            changes=events.snapshot(company, *companies.IDENTITY, *companies.PROFILE),
        )
        self.tag(company, told)
        self.add_contacts(company, told)
        if told.leader:
            self.link(company, self.county.users[told.leader], now)
        self.pair_up(company, told)
        self.make_findable(company, told)

    def tag(self, company: Company, told: CompanyStory) -> None:
        chosen = [self.tags[key] for key in told.tags if key in self.tags]
        for tag in sorted(chosen, key=lambda one: one.pk):
            self.rows.add(CompanyTag(company=company, tag=tag))
        if chosen:
            change: list[list[str]] = [[], sorted(tag.key for tag in chosen)]
            self.rows.record(
                actor=None,
                action="company.tagged",
                subject=company,
                now=told.entered_at,
                changes={"tags": change},
            )

    def add_contacts(self, company: Company, told: CompanyStory) -> None:
        for number, one in enumerate(told.contacts):
            contact = Contact(
                company=company,
                name=one.name,
                title=one.title,
                phone=contacts.checked_phone(one.phone),
                is_main=one.is_main,
            )
            self.rows.add(contact)
            if number == 0:
                self.county.contact_keys.append(contact.pk)
            self.rows.record(
                actor=None,
                action="contact.added",
                subject=contact,
                is_public=True,
                personal={field: getattr(contact, field) for field in FIELDS},
                now=told.entered_at,
                changes={"is_main": contact.is_main},
            )

    def link(self, company: Company, leader: User, now: datetime) -> None:
        company.leader, company.version = leader, company.version + 1
        self.rows.record(
            actor=None,
            action="company.leader_linked",
            subject=company,
            now=now,
            changes={"leader": [None, leader.pk]},
        )

    def pair_up(self, company: Company, told: CompanyStory) -> None:
        if told.officer_a is None or told.officer_b is None:
            return
        users = self.county.users
        first = self.open_one(company, A, users[told.former_a or told.officer_a], told)
        self.open_one(company, B, users[told.officer_b], told)
        when = told.changed_at
        if told.former_a and when and when <= self.county.agenda.now:
            first.ended_on, first.end_reason = when.date(), CHANGED
            after = CompanyLiaison(
                company=company,
                role=A,
                officer=users[told.officer_a],
                reason=CHANGED,
                started_on=when.date(),
            )
            self.rows.add(after)
            # The row stands already; its event waits for its day.
            act = partial(self.record, after, [first.officer_id, after.officer_id])
            self.county.agenda.later(when, act)

    def open_one(
        self, company: Company, role: str, officer: User, told: CompanyStory
    ) -> CompanyLiaison:
        liaison = CompanyLiaison(
            company=company,
            role=role,
            officer=officer,
            started_on=told.entered_at.date(),
        )
        self.rows.add(liaison)
        self.record(liaison, [None, officer.pk], told.entered_at)
        return liaison

    def record(
        self, liaison: CompanyLiaison, change: Sequence[int | None], now: datetime
    ) -> None:
        self.rows.record(
            actor=None,
            action="liaison.assigned",
            subject=liaison,
            is_public=True,
            now=now,
            changes={
                "role": str(liaison.role),
                "officer": list(change),
                "reason": liaison.reason,
            },
        )

    def make_findable(self, company: Company, told: CompanyStory) -> None:
        """With pinyin, and sorted by it."""
        readings = [readings_of(company.name)]
        company.sort_key = sort_key_of(readings[0])
        people = [one.name for one in told.contacts]
        names = [company.name, company.short_name]
        words = words_of(names, people, company.uscc or "", readings)
        self.rows.add(search.row_of(company.pk, words))
