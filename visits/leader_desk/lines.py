"""The five lines of a card: what, whom it hurts, how long, what was tried, proposal."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext, pgettext_lazy

from crm.lib import words
from crm.lib.labels import label_of
from crm.lib.workdays import Unit
from crm.models import DeadlinePause
from crm.services import calendar
from projects.models import KeyListing

from .matters import TICKET, Key
from .offers import Offers, cut
from .proposals import Case
from .sources import Waiting


@dataclass(frozen=True)
class Part:
    """A piece of a line; a number opens to what made it."""

    text: str
    url: str = ""


def whom(case: Case) -> list[Part]:
    """What a directive was about, the company, its officer, and the project."""
    matter, found = case.matter, []
    if matter.about:
        found.append(Part(matter.about, matter.about_url))
    if matter.company:
        url = reverse("crm:company", args=[matter.company])
        found.append(Part(matter.company_name, url))
    found += [Part(tag) for tag in matter.tags[:2]]
    if matter.urgency:
        found.append(Part(matter.urgency))
    if matter.project_name:
        url = (
            reverse("projects:project", args=[matter.project]) if matter.project else ""
        )
        found.append(Part(matter.project_name, url))
    if matter.officer:
        found.append(Part(_("officer %(name)s") % {"name": matter.officer}))
    return found


def how_long(case: Case) -> list[Part]:
    """Which working day it is of how many, and by how many it is late."""
    matter, today = case.matter, case.today
    found = [*asked(case), *besides(case)]
    left = matter.left(today)
    if left is None or matter.due_on is None:
        if case.due_on:
            found.append(Part(words.due(case.due_on, today, until(case))))
        return found
    url = why_url(case)
    # After the last day the count goes on.
    values = {"nth": matter.days - left, "days": matter.days}
    found.append(Part(_("working day %(nth)s of %(days)s") % values, url))
    found.append(Part(words.due(matter.due_on, today, left), url))
    return found


def until(case: Case) -> int | None:
    """Working days to the day of a promise that is not the matter's own clock."""
    if case.due_on is None:
        return None
    return calendar.count_between(case.today, case.due_on, Unit.WORKING)


def why_url(case: Case) -> str:
    """Where every day on the way is explained."""
    if case.matter.subject_type == TICKET:
        return reverse("visits:ticket-why", args=[case.matter.pk, "solve"])
    return case.matter.url


def asked(case: Case) -> Iterator[Part]:
    """What somebody asks for, in his words."""
    if case.waiting.source == "extension":
        values = {
            "before": case.fact("days_before"),
            "days": case.fact("days"),
            "reason": case.fact("reason"),
        }
        yield Part(_("asks for %(days)s working days instead of %(before)s") % values)
    elif case.waiting.source == "pause":
        values = {
            "kind": label_of(DeadlinePause.Kind, case.fact("kind")),
            "day": words.day(case.fact("until_on"), case.today),
        }
        yield Part(_("asks for a pause until %(day)s: %(kind)s") % values)
    elif case.fact("raised_by__name"):
        values = {"name": case.fact("raised_by__name")}
        yield Part(_("raised by %(name)s") % values)
    elif case.fact("rule__name"):
        url = reverse("visits:escalation", args=[case.waiting.pk])
        yield Part(_("raised: %(rule)s") % {"rule": case.fact("rule__name")}, url)
    elif case.waiting.source == "listing":
        kind = label_of(KeyListing.Kind, case.fact("kind"))
        values = {
            "kind": kind,
            "day": words.day(case.fact("asked_at").date(), case.today),
        }
        yield Part(_("key list: %(kind)s, asked for %(day)s") % values)


def besides(case: Case) -> Iterator[Part]:
    """What else came about the same: of one clock, one directive, one order once."""
    told = {promise_of(case.waiting)}
    for one in case.waiting.also:
        text, promise = brought_by(one), promise_of(one)
        if text and promise not in told:
            pattern = _("also: %(what)s") if len(told) == 1 else "%(what)s"
            told.add(promise)
            yield Part(pattern % {"what": text}, url_of(one))


def promise_of(one: Waiting) -> tuple[Key, str]:
    """The gravest rule speaks for all of the same clock."""
    clock = one.facts.get("rule__clock", "") if one.about[0] == TICKET else ""
    return one.about, clock or one.facts.get("raised_by__name") or ""


def brought_by(one: Waiting) -> str:
    if name := one.facts.get("raised_by__name"):
        values = {"name": name, "reason": cut(one.facts["reason"])}
        return _("raised by %(name)s: %(reason)s") % values
    rule = one.facts.get("rule__name") or OTHERS.get(one.source) or ""
    return str(rule)


def url_of(one: Waiting) -> str:
    if one.source == "escalation":
        return reverse("visits:escalation", args=[one.pk])
    return one.matter.url if one.matter else ""


# As the cards of these sources are called on another one.
OTHERS = {
    "extension": pgettext_lazy("card", "an extension is asked for"),
    "pause": pgettext_lazy("card", "a pause is asked for"),
    "order": pgettext_lazy("card", "a red order is not answered"),
    "directive": pgettext_lazy("card", "your directive is not answered"),
}


def tried(case: Case) -> list[Part]:
    """Who has it in hand, and what came of it so far."""
    matter = case.matter
    who = " ".join(filter(None, [case.department_name, matter.handler]))
    found = [Part(who)] if who else []
    if reason := case.fact("reason"):
        found.append(Part(_("reason: %(reason)s") % {"reason": cut(reason)}))
    stream = f"{matter.url}#stream"
    for name, count in matter.tried.items():
        if count:
            found.append(Part(TRIED[name](count), stream))
    return found


TRIED = {
    "answers": lambda n: ngettext("%(n)s answer", "%(n)s answers", n) % {"n": n},
    "returns": lambda n: ngettext("%(n)s return", "%(n)s returns", n) % {"n": n},
    "redos": lambda n: (
        ngettext("not solved %(n)s time", "not solved %(n)s times", n) % {"n": n}
    ),
    "directives": lambda n: (
        ngettext("%(n)s directive", "%(n)s directives", n) % {"n": n}
    ),
    "corrections": lambda n: (
        ngettext("%(n)s correction", "%(n)s corrections", n) % {"n": n}
    ),
    "orders": lambda n: (
        ngettext("%(n)s supervision order", "%(n)s supervision orders", n) % {"n": n}
    ),
    "sent_back": lambda n: (
        ngettext("answer sent back %(n)s time", "answer sent back %(n)s times", n)
        % {"n": n}
    ),
    "again": lambda n: (
        ngettext("asked again %(n)s time", "asked again %(n)s times", n) % {"n": n}
    ),
    "escalations": lambda n: (
        ngettext("raised %(n)s time", "raised %(n)s times", n) % {"n": n}
    ),
}


def proposal(offers: Offers, today: date) -> str:
    """What is proposed and why, with the words that a tap would send."""
    values = {
        "act": offers.proposed.label.removesuffix(" …").removesuffix("…"),
        "why": offers.rule.why,
        "text": offers.proposed.terms.get("text", ""),
    }
    if values["text"]:
        return pgettext("proposal", "%(act)s, because %(why)s: “%(text)s”") % values
    return pgettext("proposal", "%(act)s, because %(why)s") % values
