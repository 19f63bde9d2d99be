"""What the log page shows: offers, what was typed, and what is wrong with it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.core.serializers.json import DjangoJSONEncoder
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.html import json_script
from django.utils.translation import gettext as _

from crm.lib.http import key_of
from crm.models import Contact, User
from visits.api.problems import Problem
from visits.forms.visits import words_of
from visits.models import Finding, Visit
from visits.services import offers
from visits.services.content import Content, Heard

from .page_words import labels, script_words

# Blocks that the plain page offers; with scripts one is left, and more are a tap away.
BLANKS = 2
Values = dict[str, Any]  # Any: JSON and strings, as fields hold them


class Readable(DjangoJSONEncoder):
    """Chinese as Chinese: escaped it would be twice as long on its way to a phone."""

    def __init__(self, **options: Any) -> None:  # Any: as JSONEncoder's
        super().__init__(**{**options, "ensure_ascii": False})


@dataclass(frozen=True)
class Tick:
    """A person to tick: the value carries key, name and post, so nothing is asked."""

    value: str
    name: str
    title: str = ""


def tick(pk: int, name: str, title: str = "") -> Tick:
    return Tick(f"{pk}\t{name}\t{title}", name, title)


@dataclass(frozen=True)
class Block:
    """One finding of the page."""

    n: str
    values: dict[str, str]
    errors: dict[str, str]

    @property
    def paths(self) -> dict[str, str]:
        names = ("symptom", "category", "answer")
        return {name: f"findings.{self.n}.{name}" for name in names}


def blank_values(now: datetime) -> Values:
    local = timezone.localtime(now).strftime("%Y-%m-%dT%H:%M")
    return {"uuid": str(uuid4()), "mode": Visit.Mode.ONSITE, "starts_at": local}


def typed_values(post: QueryDict) -> Values:
    """What was typed, as it was typed."""
    names = ("uuid", "plan", "met_names", "companion_names", "ended_on")
    return {
        **{name: value for name, value in words_of(post).items() if name != "findings"},
        **{name: post.get(name, "") for name in names},
        "met_ticked": post.getlist("met"),
        "companions_ticked": post.getlist("companions"),
        "project": key_of(post.get("project", "")),
    }


def planned_values(plan: Visit) -> Values:
    same = ("mode", "purpose", "asked_by_company", "gate_reason")
    links = {"plan": plan.pk, "project": plan.project_id}
    return {name: getattr(plan, name) for name in same} | links


def values_of(content: Content) -> Values:
    """A kept content in the fields of the page, for amending it."""
    met = [tick(one.contact, one.name, one.title) for one in content.met if one.contact]
    came = [tick(one.user, one.name) for one in content.companions if one.user]
    local = timezone.localtime(content.starts_at)
    return {
        **content.as_json(),
        "starts_at": local.strftime("%Y-%m-%dT%H:%M"),
        "met_ticked": [one.value for one in met],
        "met_names": "，".join(one.name for one in content.met if not one.contact),
        "companions_ticked": [one.value for one in came],
        "companion_names": "，".join(
            one.name for one in content.companions if not one.user
        ),
    }


def blocks_of(
    heard: Iterable[dict[str, str]], problems: list[Problem], *, blanks: int = BLANKS
) -> list[Block]:
    """The filled blocks, and empty ones up to the number that the page offers."""
    filled = list(heard)
    spare = max(1, blanks - len(filled)) if blanks else 0
    rows = [*filled, *({} for _ in range(spare))]
    return [
        Block(str(n), {**blank_block(), **row}, errors_of_block(problems, n))
        for n, row in enumerate(rows)
    ]


def blank_block() -> dict[str, str]:
    return {"key": str(uuid4()), "result": Finding.Result.TICKET}


def template_block() -> Block:
    """What a script copies for one more finding."""
    return Block("__n__", {"key": "", "result": Finding.Result.TICKET}, {})


def heard_of(content: Content) -> list[dict[str, str]]:
    return [vars_of(one) for one in content.findings]


def vars_of(one: Heard) -> dict[str, str]:
    names = ("key", "category", "symptom", "cause", "wish", "result", "answer")
    return {name: str(getattr(one, name)) for name in names}


def errors_of_block(problems: list[Problem], n: int) -> dict[str, str]:
    start = f"findings.{n}."
    return {
        one["path"].removeprefix(start): one["message"]
        for one in problems
        if one["path"].startswith(start)
    }


def errors_by_field(problems: list[Problem]) -> dict[str, str]:
    """One sentence for each field; people and lists have one error place."""
    found: dict[str, str] = {}
    for one in problems:
        found.setdefault(one["path"].partition(".")[0], one["message"])
    return found


def listed(problems: list[Problem]) -> list[dict[str, str]]:
    """The summary on top: each problem with the field that it leads to."""
    names = labels()
    rows = []
    for one in problems:
        field, _dot, rest = one["path"].partition(".")
        anchor = f"f-{one['path']}" if field == "findings" and rest else f"f-{field}"
        label = names.get(field, "")
        if field == "findings" and rest.partition(".")[0].isdigit():
            label = f"{label} {int(rest.partition('.')[0]) + 1}"
        known = field in names
        rows.append(
            {
                "anchor": anchor if known else "",
                "label": label,
                "message": one["message"],
            }
        )
    return rows


def page(
    user: User,
    values: Values,
    facts: offers.Facts | None,
    problems: list[Problem] = [],  # noqa: B006 (never changed)
) -> dict[str, Any]:  # Any: a template's context
    """Everything that the fields of the page need."""
    chips, categories = offers.categories_for(user)
    now = timezone.localtime()
    shown = {**values, "latest": now.strftime("%Y-%m-%dT23:59")}
    return {
        "values": shown,
        "facts": facts,
        "contacts": ticks_of(facts),
        "problems": listed(problems),
        "errors": errors_by_field(problems),
        "modes": Visit.Mode.choices,
        "results": result_choices(),
        "purposes": usual_purposes(user),
        "colleagues": [tick(one.pk, one.name) for one in offers.colleagues_of(user)],
        "chips": chips,
        "categories": categories,
        "empty_block": template_block(),
        "words": json_script(script_words(), "capture-words", Readable),
        "login_url": reverse("crm:login"),
    }


def ticks_of(facts: offers.Facts | None) -> list[Tick]:
    contacts = facts.contacts if facts else []
    return [tick(one.pk, one.name, one.title) for one in contacts]


def contacts_of(visit: Visit, user: User) -> list[Tick]:
    """The company's people, for whoever may know them."""
    visible = Contact.objects.visible_to(user).filter(company=visit.company_id)
    contacts = visible.current()
    rows = contacts.order_by("-is_main", "pk").values_list("pk", "name", "title")
    return [tick(*row) for row in rows[: offers.MOST]]


def result_choices() -> list[tuple[str, str]]:
    """In the words of an act, the usual one first."""
    return [
        (Finding.Result.TICKET, _("Make it a ticket")),
        (Finding.Result.SOLVED, _("Answered on the spot")),
        (Finding.Result.NOTED, _("Only note it")),
    ]


def usual_purposes(user: User) -> list[str]:
    """The person's own, else everybody's."""
    return offers.usual_purposes(user) or usual_words()


def usual_words() -> list[str]:
    """Purposes for somebody who has not written any yet."""
    return [
        _("Regular visit"),
        _("Explain a policy"),
        _("Follow up a problem"),
        _("Ask about staff and orders"),
    ]
