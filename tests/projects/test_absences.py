"""Away: whoever serves a project is stood in for, and both are never away."""

from datetime import date

import pytest

from crm.lib.errors import DomainError
from crm.models import CompanyLiaison
from crm.services import absences
from projects.models import Project
from projects.services import officers
from tests.factories import NOON

DAYS = {"kind": "leave", "starts_on": date(2026, 3, 18), "ends_on": date(2026, 3, 20)}


@pytest.fixture
def alone(project):
    """olga serves the project and no company."""
    CompanyLiaison.objects.update(ended_on=NOON.date())
    return project


def test_without_a_b_the_officer_of_a_project_cannot_leave(cast, alone):
    officers.end_officer(alone, actor=cast.dora, role="B", reason="调离")
    with pytest.raises(DomainError, match="恒润智能织造项目"):
        absences.enter_absence(cast.olga, actor=cast.olga, now=NOON, **DAYS)


def test_both_officers_of_a_project_are_never_away(cast, alone):
    absences.enter_absence(cast.bela, actor=cast.bela, now=NOON, **DAYS)
    with pytest.raises(DomainError, match="恒润智能织造项目"):
        absences.enter_absence(cast.olga, actor=cast.olga, now=NOON, **DAYS)


def test_the_work_goes_to_b_while_a_is_away(cast, alone):
    day = date(2026, 3, 19)
    acting = Project.objects.acting_for
    assert acting(cast.olga, day).exists() and not acting(cast.bela, day).exists()
    absences.enter_absence(cast.olga, actor=cast.olga, now=NOON, **DAYS)
    assert acting(cast.bela, day).exists() and not acting(cast.olga, day).exists()


def test_what_is_under_way_is_handed_over(cast, items, walk):
    walk(items.site, "prepare", "hand-in", "accept")
    absence = absences.enter_absence(cast.olga, actor=cast.olga, now=NOON, **DAYS)
    (item,) = absence.notes.get().items
    assert (item["kind"], item["title"]) == ("milestone", "事项 site")
    assert item["due_on"] == "2026-03-27"
