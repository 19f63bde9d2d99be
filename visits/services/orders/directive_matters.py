"""批示 as what orders are about: a directive that nobody answers is ordered."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db import models
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from visits.models import Directive
from visits.models.directives import DIRECTIVE

from .matters import paper_day, standing
from .subjects import Facts, Overdue, Subject


def facts_of(directive: Directive, today: date) -> Facts:
    return Facts(
        matter=directive.text[:200],
        place_path=place_of(directive),
        company=directive.company_id,
        project=directive.project_id,
        department=directive.department,
        person=directive.person,
        basis=tuple(told_of(directive, today)),
        url=directive.get_absolute_url(),
    )


def place_of(directive: Directive) -> str:
    """As in_regions() of its queryset: of what it is about, else of its addressee."""
    if directive.company:
        return str(directive.company.region_path)
    if directive.project:
        return str(directive.project.region_path)
    return str(directive.department.region.path)


def told_of(directive: Directive, today: date) -> Iterator[str]:
    values = {
        "leader": directive.leader.name,
        "day": paper_day(timezone.localdate(directive.given_at)),
        "text": directive.text,
    }
    yield _("Directive of %(leader)s on %(day)s: %(text)s") % values
    if directive.due and directive.due.due_on:
        yield _("To be answered by %(due)s.") % {"due": paper_day(directive.due.due_on)}
    yield from standing(directive.due, today)


def unanswered() -> "models.QuerySet[Any, Any]":
    place = Coalesce(
        "company__region_path", "project__region_path", "department__region__path"
    )
    return Directive.objects.open().order_by().annotate(place=place)


SUBJECT = Subject(
    Directive,
    gettext_lazy("directive"),
    lambda user: (
        Directive.objects.visible_to(user)
        .for_page()
        .select_related("department__region")
    ),
    facts_of,
    (
        Overdue(
            rows=unanswered,
            deadline="due",
            kind=DIRECTIVE,
            place="place",
            company="company",
            department="department",
            person="person",
            matter="text",
        ),
    ),
)
