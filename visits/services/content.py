"""What a visit says, in the one form that is hashed, compared, kept and amended."""

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any, Final, Self

from visits.models import Visit

# A page long, not a book: beyond these an answer is 422.
MOST_FINDINGS: Final = 30
MOST_PHOTOS: Final = 20
MOST_PEOPLE: Final = 30


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody who was there: linked to a colleague or a contact, or only named."""

    name: str
    title: str = ""
    user: int | None = None
    contact: int | None = None


@dataclass(frozen=True, kw_only=True)
class Heard:
    """One thing heard. `key` is the client's own, `category` the key of a category."""

    key: str
    category: str
    symptom: str
    result: str
    cause: str = ""
    wish: str = ""
    answer: str = ""


@dataclass(frozen=True, kw_only=True)
class Content:
    """A held visit as its officer tells it."""

    mode: str
    purpose: str
    starts_at: datetime
    ended_on: date | None = None
    asked_by_company: bool = False
    gate_reason: str = ""
    led_by: str = ""
    note: str = ""
    place: str = ""
    companions: tuple[Person, ...] = ()
    met: tuple[Person, ...] = ()
    findings: tuple[Heard, ...] = ()
    # SHA-256 of the raw bytes, in the order in which they were taken.
    photos: tuple[str, ...] = ()
    signature: str = ""
    signed_by: str = ""
    project: int | None = None

    def as_json(self) -> dict[str, Any]:
        """Plain values; from_json() makes the same content of them."""
        plain = dict(vars(self))
        for name in ("companions", "met", "findings"):
            plain[name] = tuple(dict(vars(one)) for one in plain[name])
        plain["starts_at"] = self.starts_at.astimezone(UTC).isoformat()
        plain["ended_on"] = self.ended_on.isoformat() if self.ended_on else None
        if self.project is None:
            del plain["project"]  # what was hashed before there were any
        return plain

    @classmethod
    def from_json(cls, plain: dict[str, Any]) -> Self:
        ended = plain.get("ended_on")
        return cls(
            **{
                **plain,
                "starts_at": datetime.fromisoformat(plain["starts_at"]),
                "ended_on": date.fromisoformat(ended) if ended else None,
                "companions": tuple(Person(**one) for one in plain["companions"]),
                "met": tuple(Person(**one) for one in plain["met"]),
                "findings": tuple(Heard(**one) for one in plain["findings"]),
                "photos": tuple(plain["photos"]),
            }
        )

    def files(self) -> tuple[str, ...]:
        """Hashes of every file that belongs to it."""
        return (*self.photos, *([self.signature] if self.signature else []))

    def differences(self, other: Self) -> list[str]:
        """Names of the fields in which the two differ."""
        mine, others = self.as_json(), other.as_json()
        return [name for name in vars(self) if mine.get(name) != others.get(name)]

    def without_photos(self, gone: Collection[str]) -> Self:
        return replace(
            self, photos=tuple(one for one in self.photos if one not in gone)
        )

    def with_files_of(self, old: Self) -> Self:
        """These words with every file of the old ones."""
        added = tuple(one for one in self.photos if one not in old.photos)
        return replace(
            self,
            photos=(*old.photos, *added),
            signature=old.signature or self.signature,
            signed_by=old.signed_by or self.signed_by,
        )


def hash_of(content: Content, *, company: int, plan: int | None) -> str:
    """SHA-256 of the canonical JSON: the same words, the same hash, on every client."""
    whole = {**content.as_json(), "company": company, "plan": plan}
    text = json.dumps(whole, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def content_of(visit: Visit) -> Content:
    """What the visit says now, read from its rows."""
    findings = visit.findings.filter(withdrawn_at=None).select_related("category")
    signature = visit.signature
    return Content(
        mode=visit.mode,
        purpose=visit.purpose,
        starts_at=visit.starts_at,
        ended_on=visit.ended_on,
        asked_by_company=visit.asked_by_company,
        gate_reason=visit.gate_reason,
        led_by=visit.led_by,
        note=visit.note,
        place=visit.place,
        companions=tuple(
            Person(name=one.name, user=one.user_id) for one in visit.companions.all()
        ),
        met=tuple(
            Person(name=one.name, title=one.title, contact=one.contact_id)
            for one in visit.met.all()
        ),
        findings=tuple(
            Heard(
                key=one.key,
                category=one.category.key,
                symptom=one.symptom,
                cause=one.cause,
                wish=one.wish,
                result=one.result,
                answer=one.answer,
            )
            for one in findings
        ),
        photos=tuple(one.sha256 for one in visit.photos.shown()),
        signature=signature.received_sha256 if signature else "",
        signed_by=visit.signed_by,
        project=visit.project_id,
    )
