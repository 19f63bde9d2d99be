"""What a handler of a department has open, for whoever stands in for him."""

from datetime import date
from typing import Any, Final

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm import handover, stand_in_page
from crm.lib import trees
from crm.models import Grant, Role, User
from visits.models import Correction, Directive, Ticket, TicketPart

Items = list[dict[str, Any]]  # any: what JSON holds
# More of one kind nobody reads on a note; the lists have them all.
MOST: Final = 100


def hang() -> None:
    """Called once, when the apps are loaded."""
    handover.register_work("visits", open_work)
    stand_in_page.KINDS.update(
        ticket=_("ticket"),
        part=pgettext_lazy("handover", "assisting part"),
        ticket_return=pgettext_lazy("handover", "return, not ruled on"),
        extension=pgettext_lazy("handover", "extension, not decided"),
        pause=pgettext_lazy("handover", "pause, not decided"),
        directive=pgettext_lazy("handover", "directive"),
        correction=pgettext_lazy("handover", "correction of a bad rating"),
    )
    ticket = "visits:ticket"
    stand_in_page.PLACES.update(
        dict.fromkeys(("ticket", "part", "ticket_return", "extension", "pause"), ticket)
    )
    stand_in_page.PLACES["directive"] = "visits:directive"
    stand_in_page.PLACES["correction"] = "visits:rating"


def open_work(handler: User, today: date) -> Items:
    """In his hands, asked by him, addressed to him; and his units' assisting parts."""
    return [
        *tickets_of(handler),
        *parts_of(handler, today),
        *asked_by(handler),
        *directives_of(handler),
        *corrections_of(handler),
    ]


def tickets_of(handler: User) -> Items:
    rows = Ticket.objects.open().filter(handler=handler)
    columns = ("pk", "number", "title", "due_on")
    ordered = rows.order_by("due_on", "pk").values_list(*columns)
    return [item("ticket", *values) for values in ordered[:MOST]]


def parts_of(handler: User, today: date) -> Items:
    """Of the units in which he works: whoever is there answers them."""
    held = Grant.objects.current(today).filter(user=handler, role=Role.HANDLER)
    paths = held.values_list("department__path", flat=True)
    ranges = trees.outermost(path for path in paths if path)
    if not ranges:
        return []
    rows = TicketPart.objects.owed_by(ranges).order_by("answer_by__due_on", "pk")
    columns = ("ticket", "ticket__number", "ticket__title", "answer_by__due_on")
    return [item("part", *values) for values in rows.values_list(*columns)[:MOST]]


def asked_by(handler: User) -> Items:
    """What he asked for and nobody has decided yet."""
    kinds = (
        ("ticket_return", "returns", "ruled_at", "rule_by__due_on"),
        ("extension", "extensions", "decided_at", None),
        ("pause", "pauses", "decided_at", None),
    )
    found: Items = []
    for kind, related, decided, due in kinds:
        rows = waiting(handler, related, decided)
        columns = ("pk", "number", "title", *([f"{related}__{due}"] if due else ()))
        for values in rows.values_list(*columns)[:MOST]:
            found.append(item(kind, *values))
    return found


def waiting(handler: User, related: str, decided: str) -> "QuerySet[Ticket]":
    asked = {f"{related}__asked_by": handler, f"{related}__{decided}": None}
    return Ticket.objects.filter(**asked).order_by("pk")


def directives_of(handler: User) -> Items:
    rows = Directive.objects.open().filter(person=handler).order_by("due__due_on", "pk")
    columns = ("pk", "text", "due__due_on")
    return [
        item("directive", pk, "", text[:60], due)
        for pk, text, due in rows.values_list(*columns)[:MOST]
    ]


def corrections_of(handler: User) -> Items:
    """Of bad ratings, in his hands and not reported yet."""
    rows = Correction.objects.filter(handler=handler, state=Correction.State.FIXING)
    columns = ("rating", "rating__words", "fix_by__due_on")
    ordered = rows.order_by("fix_by__due_on", "pk").values_list(*columns)
    return [
        item("correction", pk, "", words[:60], due) for pk, words, due in ordered[:MOST]
    ]


def item(
    kind: str, pk: int, number: str, title: str, due_on: date | None = None
) -> dict[str, Any]:  # any: what JSON holds
    day = due_on.isoformat() if due_on else None
    return {"kind": kind, "id": pk, "number": number, "title": title, "due_on": day}
