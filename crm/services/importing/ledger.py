"""Check every row of a ledger, then save the good ones in one transaction."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import events, notices
from crm.lib.errors import DomainError
from crm.models import Company, Region, Role, User
from crm.services import companies, contacts, liaisons, search

from . import values
from .lookups import Industries, Officers, Regions, is_below
from .reading import Ledger
from .values import BadCellError, CellError

T = TypeVar("T")


@dataclass(slots=True)
class Entry:
    """A row that is in order."""

    row: int
    profile: companies.Profile
    contact: str = ""
    phone: str = ""
    officers: dict[str, User] = field(default_factory=dict)


@dataclass(slots=True)
class Outcome:
    """What became of a ledger."""

    row_count: int
    errors: list[CellError]
    saved: list[int] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)

    @property
    def bad_rows(self) -> set[int]:
        return {one.row for one in self.errors}


class NothingSavedError(Exception):
    """Takes the transaction back; never leaves this module."""


def import_companies(
    ledger: Ledger,
    *,
    actor: User | None = None,
    skip_bad: bool = False,
    region: Region | None = None,
    now: datetime | None = None,
) -> Outcome:
    """Save all rows, or with any error none; `skip_bad` saves the good ones.

    `region` is for rows that name none; the only root region, if it is not given.
    """
    now = now or timezone.now()
    checker = Checker(ledger, actor, region, now)
    entries = [
        one
        for row, cells in ledger.rows
        if (one := checker.entry_of(row, cells)) and row not in ledger.merged_rows
    ]
    outcome = Outcome(
        row_count=len(ledger.rows),
        errors=[*ledger.errors, *checker.errors],
        ignored=ledger.ignored,
    )
    # A heading that is there twice makes every row doubtful.
    if ledger.is_ambiguous or (outcome.errors and not skip_bad):
        outcome.errors.sort()
        return outcome
    try:
        with transaction.atomic():
            outcome.saved = Saver(actor, now, outcome).save(entries)
            if outcome.errors and not skip_bad:
                raise NothingSavedError
    except NothingSavedError:
        outcome.saved = []
    outcome.errors.sort()
    return outcome


class Checker:
    """Reads rows, remembers what came before them, collects what is wrong."""

    def __init__(
        self, ledger: Ledger, actor: User | None, region: Region | None, now: datetime
    ) -> None:
        self.headings = ledger.headings
        self.errors: list[CellError] = []
        self.ranges = actor.access.region_ranges(Role.DISPATCHER) if actor else None
        self.regions = Regions(region, self.ranges)
        self.industries = Industries()
        self.officers = Officers(timezone.localdate(now))
        known = Company.objects.filter(merged_into=None)
        self.known_codes = set(known.exclude(uscc=None).values_list("uscc", flat=True))
        self.known_names = set(known.filter(uscc=None).values_list("name", flat=True))
        self.all_names = set(known.values_list("name", flat=True))
        self.rows_of_code: dict[str, int] = {}
        self.rows_of_name: dict[str, tuple[int, bool]] = {}

    def entry_of(self, row: int, cells: dict[str, str]) -> Entry | None:
        before = len(self.errors)
        read = Reader(self, row, cells)
        name = read("name", values.name_of)
        code = read("uscc", values.code_of)
        region = read("region", self.region_of)
        fields: dict[str, Any] = {
            "address": read("address", lambda cell: values.optional_text_of(cell, 200)),
            "industry": read("industry", self.industries.find),
            "staff_count": read("staff", values.staff_of, with_unit=True),
            "revenue": read("revenue", values.money_of, with_unit=True),
            "assets": read("assets", values.money_of, with_unit=True),
        }
        contact = read("contact", lambda cell: values.optional_text_of(cell, 40))
        phone = read("phone", values.phone_of)
        officers = self.pair_of(read)
        if name:
            self.check_new(read, name, code)
        if len(self.errors) > before or name is None or region is None:
            return None
        profile = companies.Profile(name=name, uscc=code, region=region, **fields)
        return Entry(row, profile, contact or "", phone or "", officers)

    def region_of(self, cell: str) -> Region:
        region = self.regions.find(cell)
        if self.ranges is not None and not is_below(region, self.ranges):
            raise BadCellError(_("This region is not yours to enter companies for."))
        return region

    def pair_of(self, read: "Reader") -> dict[str, User]:
        found = {
            role: officer
            for role, key in (("A", "officer_a"), ("B", "officer_b"))
            if (officer := read(key, self.officers.find))
        }
        if len(found) == 2 and found["A"] == found["B"]:  # A and B
            read.refuse("officer_b", _("A and B must be two people."))
        return found

    def check_new(self, read: "Reader", name: str, code: str | None) -> None:
        """Neither in the database nor in a row above."""
        if code:
            if code in self.known_codes:
                read.refuse("uscc", _("A company with this code exists already."))
            first = self.rows_of_code.setdefault(code, read.row)
            if first != read.row:
                sentence = _("The same code stands in row %(row)s.")
                read.refuse("uscc", sentence % {"row": first})
        names = self.known_names if code else self.all_names
        if name in names:
            read.refuse("name", _("A company with this name exists already."))
        above = self.rows_of_name.get(name)
        # Two codes tell two companies of one name apart.
        if above and not (code and above[1]):
            sentence = _("The same name stands in row %(row)s.")
            read.refuse("name", sentence % {"row": above[0]})
        self.rows_of_name.setdefault(name, (read.row, bool(code)))


class Reader:
    """One row's cells; a bad one is noted and read as None."""

    def __init__(self, checker: Checker, row: int, cells: dict[str, str]) -> None:
        self.checker, self.row, self.cells = checker, row, cells

    def __call__(
        self, key: str, parse: Callable[..., T], *, with_unit: bool = False
    ) -> T | None:
        cell = self.cells.get(key, "")
        heading = self.checker.headings.get(key)
        more: dict[str, Any] = {"unit": heading.unit} if with_unit and heading else {}
        try:
            return parse(cell, **more)
        except BadCellError as error:
            self.refuse(key, str(error))
            return None

    def refuse(self, key: str, sentence: str) -> None:
        heading = self.checker.headings.get(key)
        place = heading.place if heading else ""
        value = " ".join(self.cells.get(key, "").split())[:40]
        self.checker.errors.append(CellError(self.row, place, sentence, value))


class Saver:
    """Through the services' own rules, row by row, in the caller's transaction."""

    def __init__(self, actor: User | None, now: datetime, outcome: Outcome) -> None:
        self.actor, self.now, self.outcome = actor, now, outcome
        self.pairs = liaisons.NewPairs(actor, now)

    def save(self, entries: list[Entry]) -> list[int]:
        """The keys of what was saved; a row that was refused is told."""
        saved = []
        companies.lock_region(*{entry.profile.region for entry in entries})
        # Nobody is told of each of thousands that his ledger brings.
        with notices.only_since(notices.NEVER), events.together(), self.pairs:
            for entry in entries:
                try:
                    with transaction.atomic(), events.together():
                        saved.append(self.save_one(entry).pk)
                except DomainError as error:
                    self.refuse(entry, str(error.sentence))
                except PermissionDenied:
                    self.refuse(entry, _("You may not enter this company."))
        for start in range(0, len(saved), search.BATCH):
            search.refresh(*saved[start : start + search.BATCH])
        return saved

    def refuse(self, entry: Entry, sentence: str) -> None:
        self.outcome.errors.append(CellError(entry.row, "", sentence))

    def save_one(self, entry: Entry) -> Company:
        company = companies.enter_company(
            entry.profile, actor=self.actor, now=self.now, is_known_new=True
        )
        if entry.contact or entry.phone:
            contacts.enter_contact(
                company,
                actor=self.actor,
                name=entry.contact or _("Contact"),
                title="",
                phone=entry.phone,
                is_main=True,
                now=self.now,
                is_first=True,
            )
        self.pairs.enter(company, entry.officers)
        return company
