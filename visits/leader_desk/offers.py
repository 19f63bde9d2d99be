"""Which buttons a card has: what one tap does, and what needs words."""

import json
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final

from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from crm.lib.labels import label_of as label_words
from visits.models import Decision, SupervisionOrder

from . import proposals
from .matters import DIRECTIVE, MILESTONE, PROJECT, TASK, TICKET
from .proposals import DAYS, MEET_THE_COMPANY, REPORT, Case, Rule

Act, Colour = Decision.Act, SupervisionOrder.Colour
# The matters for which an act exists; an act that is not named fits all of them.
FITS: Final[dict[str, frozenset[str]]] = {
    Act.GRANT: frozenset({TICKET}),
    Act.DENY: frozenset({TICKET}),
    Act.ADOPT: frozenset({TICKET, PROJECT}),
    Act.ORDER: frozenset({TICKET, MILESTONE, DIRECTIVE, TASK}),
    Act.RAISE: frozenset({TICKET, MILESTONE}),
    Act.REASSIGN: frozenset({TICKET}),
}
# No word is needed; a directive or an order only with the proposed ones.
PLAIN: Final = frozenset({Act.GRANT, Act.ADOPT, Act.APPROVE})
# For whoever is asked to do it.
TO_DEPARTMENT: Final = frozenset({Act.DIRECT, Act.ORDER, Act.REASSIGN})


@dataclass(frozen=True)
class Offer:
    """One button."""

    act: str
    label: str
    # One tap decides; otherwise it opens a page for the words.
    is_tap: bool = False
    url: str = ""
    terms: dict[str, Any] = field(default_factory=dict)
    # What the person saw when he tapped.
    seen: str = ""
    icon: str = ""


@dataclass(frozen=True)
class Offers:
    """The proposed one filled, one or two beside it, the rest behind 「更多」."""

    rule: Rule
    proposed: Offer
    beside: list[Offer]
    more: list[Offer]

    @property
    def taps(self) -> list[Offer]:
        return [one for one in (self.proposed, *self.beside, *self.more) if one.is_tap]


ICONS: Final[dict[str, str]] = {
    Act.DIRECT: "edit",
    Act.GRANT: "calendar-plus",
    Act.DENY: "ban",
    Act.ADOPT: "star",
    Act.ORDER: "report",
    Act.RAISE: "arrow-up",
    Act.REASSIGN: "transfer",
    Act.MEET: "users",
    Act.TABLE: "calendar-event",
    Act.APPROVE: "check",
    Act.REFUSE: "ban",
    Act.SETTLE: "message",
}


def offers_of(case: Case) -> Offers:
    rule = proposals.proposed(case)
    if not fits(rule.act, case):
        # The part that does it is not there, or not for this matter: say it in words.
        rule = Rule(rule.source, rule.when, Act.DIRECT, rule.why, text=REPORT)
    first = tap(case, rule) or page(case, rule.act)
    source = case.waiting.source
    wanted = [one for one in proposals.OFFERED[source] if one != rule.act]
    beside = [button(case, act) for act in wanted if fits(act, case)][:2]
    shown = {one.act for one in (first, *beside)}
    rest = [act for act in proposals.MORE if fits(act, case)]
    more = [button(case, act) for act in rest if act not in shown or act == Act.DIRECT]
    # The words of a directive can always be one's own.
    is_written = any(
        one.act == Act.DIRECT and not one.is_tap for one in (first, *beside)
    )
    more = [one for one in more if one.act != Act.DIRECT or not is_written]
    return Offers(rule, first, beside, more)


# What can be done beside the answer: by the pages that the matter itself has.
BESIDE: Final[dict[str, str]] = {
    Act.DIRECT: "visits:directive-new",
    Act.MEET: "visits:meeting-new",
}
NAMED: Final = {TICKET: "ticket", PROJECT: "project"}


def fits(act: str, case: Case) -> bool:
    """Whether it is possible here at all, and leads somewhere."""
    source, matter = case.waiting.source, case.matter
    if not proposals.settles(source, act) and act not in BESIDE:
        return False
    if matter.subject_type not in FITS.get(act, {matter.subject_type}):
        return False
    if act in TO_DEPARTMENT and case.department is None:
        return False
    if act == Act.ORDER:
        # A second order to the same department is refused: its colour is raised.
        return not case.matter.has_open_order
    if act in {Act.RAISE, Act.SETTLE}:
        is_raised = source == "escalation"
        return is_raised and (act == Act.SETTLE or not case.is_chief)
    return True


def button(case: Case, act: str) -> Offer:
    """One tap where no word is needed, else a page."""
    plain = Rule(case.waiting.source, proposals.always, act, "")
    return (tap(case, plain) if act in PLAIN else None) or page(case, act)


def tap(case: Case, rule: Rule) -> Offer | None:
    """What one tap would do, as it is read on the button."""
    text = words_of(case, rule)
    if rule.act not in PLAIN and not text:
        return None
    terms = terms_of(case, rule, text)
    return Offer(
        act=rule.act,
        label=label_of(rule.act, terms),
        is_tap=True,
        terms=terms,
        seen=seen_of(case, rule.act, terms),
        icon=ICONS[rule.act],
    )


def cut(text: str) -> str:
    """As much of it as a card has room for, ready to stand inside a sentence."""
    return Truncator(text.rstrip(".\u3002 ")).chars(60)


def words_of(case: Case, rule: Rule) -> str:
    if not rule.text:
        return ""
    matter = case.matter
    values = {
        "department": case.department_name,
        "company": matter.company_name,
        "title": cut(matter.title),
        "days": DAYS,
    }
    has_company = bool(matter.company_name) or rule.text != MEET_THE_COMPANY
    return str(rule.text if has_company else REPORT) % values


def terms_of(case: Case, rule: Rule, text: str) -> dict[str, Any]:
    if not text:
        return dict(rule.terms)
    given = {"text": text, "department": case.department, "days": DAYS}
    return {**rule.terms, **given}


def label_of(act: str, terms: dict[str, Any]) -> str:
    """「督办（黄色）」: what the tap does."""
    label = str(Act(act).label)
    if colour := terms.get("colour"):
        values = {"act": label, "colour": label_words(Colour, colour)}
        return _("%(act)s (%(colour)s)") % values
    return label


def seen_of(case: Case, act: str, terms: dict[str, Any]) -> str:
    """A short mark: another one means that something changed since."""
    versions = [case.waiting.version, case.matter.version]
    told = json.dumps([case.waiting.card, act, terms, versions], sort_keys=True)
    return sha256(told.encode()).hexdigest()[:16]


def page(case: Case, act: str) -> Offer:
    """A page that asks for the words."""
    url = reverse("visits:decide", args=[case.waiting.card, act])
    if not proposals.settles(case.waiting.source, act):
        named = f"{NAMED[case.matter.subject_type]}={case.matter.pk}"
        url = f"{reverse(BESIDE[act])}?{named}"
    label = _("%(act)s …") % {"act": Act(act).label}
    return Offer(act=act, label=label, url=url, icon=ICONS[act])
