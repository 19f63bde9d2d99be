"""Regions, industries and officers by what people call them."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

from django.utils.translation import gettext as _

from crm.lib.trees import PathRange
from crm.models import Industry, Region, Role, User

from .values import NOTHING, BadCellError

DIVIDERS: Final = re.compile(r"[\s/\\>、,，\-—－·]+")
CODE_FIRST: Final = re.compile(r"([A-Ta-t]?)(\d{0,4})[\s.、:：-]*(.*)", re.DOTALL)
NAMED: Final = 3


class Regions:
    """By code, by name, or by the names on the way to it, with or without signs."""

    def __init__(
        self, fallback: Region | None, ranges: Sequence[PathRange] | None
    ) -> None:
        self.by_path = {one.path: one for one in Region.objects.active()}
        self.fallback = fallback or self.only_root()
        # Of two towns of one name the one that is meant lies here.
        self.near = [PathRange(fallback.path)] if fallback else list(ranges or ())
        self.known: dict[str, list[Region]] = defaultdict(list)
        for region in self.by_path.values():
            self.known[region.code].append(region)
            for name in self.names_of(region):
                self.known[name].append(region)

    def only_root(self) -> Region | None:
        roots = [one for one in self.by_path.values() if one.parent_id is None]
        return roots[0] if len(roots) == 1 else None

    def names_of(self, region: Region) -> set[str]:
        """城东镇, 清溪县城东镇, 云州市城东镇, 云州市清溪县城东镇."""
        above = [one.name for one in self.above(region)]
        names = {""}
        for name in above:
            names |= {one + name for one in names}
        return {folded(one + region.name) for one in names}

    def above(self, region: Region) -> list[Region]:
        parts = region.path.rstrip("/").split("/")[:-1]
        paths = ["/".join(parts[: end + 1]) + "/" for end in range(len(parts))]
        return [self.by_path[path] for path in paths if path in self.by_path]

    def find(self, cell: str) -> Region:
        if cell.strip() in NOTHING:
            if not self.by_path:
                raise BadCellError(
                    _(
                        "There is no region yet. The system administrator enters the "
                        "regions first."
                    )
                )
            if self.fallback is None:
                raise BadCellError(
                    _("The region is missing; there is more than one to choose from.")
                )
            return self.fallback
        found = self.known.get(folded(cell), [])
        found = [one for one in found if is_below(one, self.near)] or found
        if not found:
            raise BadCellError(_("No region has this name or code."))
        if len(found) > 1:
            ways = _(", ").join(self.whole(one) for one in found[:NAMED])
            sentence = _("Several regions are called that: %(regions)s.")
            raise BadCellError(sentence % {"regions": ways})
        return found[0]

    def whole(self, region: Region) -> str:
        return "/".join(one.name for one in [*self.above(region), region])


class Industries:
    """By code, with or without its letter, by name, or by both."""

    def __init__(self) -> None:
        rows = list(Industry.objects.order_by("code"))
        self.by_code = {one.code: one for one in rows}
        # Where a section and its only division share a name, the finer one holds.
        by_length = sorted(rows, key=lambda one: (one.code[0].isdigit(), len(one.code)))
        self.by_name = {folded(one.name): one for one in by_length}

    def find(self, cell: str) -> Industry | None:
        text = unicodedata.normalize("NFKC", cell).strip()
        if text in NOTHING or cell.strip() in NOTHING:
            return None
        if named := self.by_name.get(folded(text)):
            return named
        for part in reversed([one for one in re.split(r"[/>\\]", text) if one.strip()]):
            if found := self.by_name.get(folded(part)) or self.coded(part.strip()):
                return found
        raise BadCellError(_("No industry has this name or code."))

    def coded(self, text: str) -> Industry | None:
        match = CODE_FIRST.fullmatch(text)
        if match is None or not (match[1] or match[2]):
            return None
        letter, digits = match[1].upper(), match[2]
        if not digits:
            return self.by_code.get(letter)
        if len(digits) == 1:
            digits = f"0{digits}"  # Excel drops the nought of 06
        for length in range(len(digits), 1, -1):
            found = self.by_code.get(digits[:length])
            if found and (not letter or self.section(found) == letter):
                return found
        return None

    def section(self, industry: Industry) -> str:
        while industry.parent_id:
            industry = self.by_code[industry.parent_id]
        return industry.code


class Officers:
    """By account, by phone, or by a name that only one of them bears."""

    def __init__(self, today: date) -> None:
        officers = User.objects.active().with_role(Role.OFFICER, today=today)
        self.known: dict[str, list[User]] = defaultdict(list)
        for user in officers.select_related("department"):
            for word in {user.login.lower(), user.phone, folded(user.name)} - {""}:
                self.known[word].append(user)

    def find(self, cell: str) -> User | None:
        text = unicodedata.normalize("NFKC", cell).strip()
        if text in NOTHING or cell.strip() in NOTHING:
            return None
        words = (text.lower(), text.replace("-", "").replace(" ", ""), folded(text))
        found = next((self.known[word] for word in words if word in self.known), [])
        if not found:
            raise BadCellError(_("No liaison officer has this account, phone or name."))
        if len(found) > 1:
            people = _(", ").join(self.described(found[:NAMED]))
            sentence = _(
                "Several officers are called that: %(people)s. Give the account."
            )
            raise BadCellError(sentence % {"people": people})
        return found[0]

    def described(self, users: Iterable[User]) -> list[str]:
        return [f"{one.login} {one.department or ''}".strip() for one in users]


def folded(text: str) -> str:
    return DIVIDERS.sub("", unicodedata.normalize("NFKC", text))


def is_below(region: Region, ranges: Iterable[PathRange]) -> bool:
    return any(region.path in one for one in ranges)
