"""The companies of a large county as rows: what the services would have written."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from crm import events, pinyin
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
from crm.services import companies, search
from crm.services.contacts import FIELDS

from .county import County
from .making import CHANGED, profile_of
from .rows import EVENTS, row_of
from .story import CompanyStory

SAID_EACH = 20_000
A, B = CompanyLiaison.Role.A, CompanyLiaison.Role.B


class Companies:
    """Writes companies with all that hangs from them, in the order of the story."""

    def __init__(self, county: County) -> None:
        self.county = county
        self.rows = county.rows
        self.rows.follow(Company, CompanyTag, Contact, CompanyLiaison, CompanySearch)
        self.rows.follow(*EVENTS)
        self.industries = {one.code: one for one in Industry.objects.all()}
        self.tags = {one.key: one for one in Tag.objects.all()}

    def make(self) -> None:
        for number, told in enumerate(self.county.story.companies):
            if number and number % SAID_EACH == 0:
                self.county.say(f"{number} companies")
            self.enter(told)
            self.rows.flush_if_full()
        self.rows.pause()

    def enter(self, told: CompanyStory) -> None:
        now, industry = told.entered_at, self.industries.get(told.industry)
        profile = profile_of(self.county, told, industry)
        company = companies.unsaved(profile, now)
        self.rows.add(company)
        self.county.keys.append(company.pk)
        known = events.snapshot(company, *companies.IDENTITY, *companies.PROFILE)
        self.rows.record(None, "company.created", company, now, known, is_public=True)
        self.tag(company, told)
        self.add_contacts(company, told)
        if told.leader:
            self.link(company, self.county.users[told.leader], now)
        self.pair_up(company, told)
        self.make_findable(company, told)

    def tag(self, company: Company, told: CompanyStory) -> None:
        chosen = [self.tags[key] for key in told.tags if key in self.tags]
        for tag in sorted(chosen, key=lambda one: one.pk):
            self.rows.add(row_of(CompanyTag, company_id=company.pk, tag_id=tag.pk))
        if chosen:
            change: list[list[str]] = [[], sorted(tag.key for tag in chosen)]
            tags = {"tags": change}
            self.rows.record(None, "company.tagged", company, told.entered_at, tags)

    def add_contacts(self, company: Company, told: CompanyStory) -> None:
        for number, one in enumerate(told.contacts):
            contact = row_of(
                Contact,
                company_id=company.pk,
                name=one.name,
                title=one.title,
                phone=one.phone,
                is_main=one.is_main,
            )
            self.rows.add(contact)
            if number == 0:
                self.county.contact_keys.append(contact.pk)
            self.rows.record(
                None,
                "contact.added",
                contact,
                told.entered_at,
                {"is_main": contact.is_main},
                is_public=True,
                personal={field: getattr(contact, field) for field in FIELDS},
            )

    def link(self, company: Company, leader: User, now: datetime) -> None:
        company.leader, company.version = leader, company.version + 1
        change = {"leader": [None, leader.pk]}
        self.rows.record(None, "company.leader_linked", company, now, change)

    def pair_up(self, company: Company, told: CompanyStory) -> None:
        if told.officer_a is None or told.officer_b is None:
            return
        # As note_who_serves() would find: nobody has left.
        company.is_unserved = False
        users = self.county.users
        first = self.open_one(company, A, users[told.former_a or told.officer_a], told)
        self.open_one(company, B, users[told.officer_b], told)
        when = told.changed_at
        if told.former_a and when and when <= self.county.agenda.now:
            first.ended_on, first.end_reason = when.date(), CHANGED
            after = row_of(
                CompanyLiaison,
                company_id=company.pk,
                role=A.value,
                officer_id=users[told.officer_a].pk,
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
        liaison = row_of(
            CompanyLiaison,
            company_id=company.pk,
            role=str(role),
            officer_id=officer.pk,
            started_on=told.entered_at.date(),
        )
        self.rows.add(liaison)
        self.record(liaison, [None, officer.pk], told.entered_at)
        return liaison

    def record(
        self, liaison: CompanyLiaison, change: Sequence[int | None], now: datetime
    ) -> None:
        said = {"role": liaison.role, "officer": list(change), "reason": liaison.reason}
        self.rows.record(None, "liaison.assigned", liaison, now, said, is_public=True)

    def make_findable(self, company: Company, told: CompanyStory) -> None:
        """With pinyin, and sorted by it."""
        people = [one.name for one in told.contacts]
        names = [company.name, company.short_name]
        read = pinyin.read(names, people)
        company.sort_key = pinyin.sort_key_of(read.names[0])
        words = words_of(names, people, company.uscc or "", read)
        self.rows.add(search.row_of(company.pk, words))
