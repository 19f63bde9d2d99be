"""Beside the approvals: officers, key list, green channel, blockers, progress."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from crm.lib.errors import DomainError, StaleVersion
from projects.models import Blocker
from projects.services import life, officers
from tests.factories import NOON

TODAY = NOON.date()


def test_officers_change_with_a_reason(cast, project):
    with pytest.raises(DomainError, match="原因"):
        officers.assign_officer(project, actor=cast.dora, role="A", officer=cast.oleg)
    with pytest.raises(DomainError, match="不能为同一人"):
        officers.assign_officer(
            project, actor=cast.dora, role="A", officer=cast.bela, reason="轮岗"
        )
    officers.assign_officer(
        project, actor=cast.dora, role="A", officer=cast.oleg, reason="轮岗"
    )
    open_ones = officers.open_of(project)
    assert open_ones["A"].officer == cast.oleg
    officers.end_officer(project, actor=cast.dora, role="B", reason="调离")
    assert "B" not in officers.open_of(project)


def test_only_an_officer_serves_a_project(cast, project):
    with pytest.raises(DomainError, match="不是联络员"):
        officers.assign_officer(
            project, actor=cast.dora, role="A", officer=cast.hana, reason="轮岗"
        )


def test_the_key_list_is_asked_for_and_decided(cast, project):
    listing = life.ask_listing(project, actor=cast.dora, kind="entry", reason="省重点")
    with pytest.raises(DomainError, match="待批"):
        life.ask_listing(project, actor=cast.olga, kind="entry", reason="再次")
    with pytest.raises(PermissionDenied):
        life.decide_listing(listing, actor=cast.dora, is_approved=True)
    with pytest.raises(DomainError, match="不同意的理由"):
        life.decide_listing(listing, actor=cast.maria, is_approved=False)
    life.decide_listing(listing, actor=cast.maria, is_approved=True)
    project.refresh_from_db()
    assert project.is_key
    with pytest.raises(DomainError, match="已作出批复"):
        life.decide_listing(listing, actor=cast.maria, is_approved=True)
    with pytest.raises(DomainError, match="已在重点清单"):
        life.ask_listing(project, actor=cast.dora, kind="entry", reason="省重点")


def test_only_a_leader_opens_the_green_channel(cast, project):
    until = TODAY + timedelta(days=90)
    words = {"reason": "省重点", "until": until, "now": NOON}
    with pytest.raises(PermissionDenied):
        life.open_green_channel(project, actor=cast.dora, **words)
    made = life.open_green_channel(project, actor=cast.maria, **words)
    assert made.is_green(until) and not made.is_green(until + timedelta(days=1))
    with pytest.raises(DomainError, match="已过"):
        life.open_green_channel(
            project, actor=cast.maria, **(words | {"until": date(2026, 3, 17)})
        )
    life.close_green_channel(project, actor=cast.maria, reason="条件不符")
    project.refresh_from_db()
    assert project.green_until is None


@pytest.fixture
def blocker(cast, project):
    values = {"kind": "land", "text": "两户未搬迁", "since": TODAY}
    return life.report_blocker(project, actor=cast.olga, values=values, now=NOON)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"since": TODAY + timedelta(days=1)}, "今天"),
        ({"relief_by": TODAY - timedelta(days=1), "relief_plan": "协调"}, "不能早于"),
        ({"relief_by": TODAY}, "同时填写"),
        ({"relief_plan": "协调"}, "同时填写"),
    ],
)
def test_a_blocker_that_cannot_be(cast, project, changes, words):
    values = {"kind": "land", "text": "两户未搬迁", "since": TODAY} | changes
    with pytest.raises(DomainError, match=words):
        life.report_blocker(project, actor=cast.olga, values=values, now=NOON)


@pytest.mark.parametrize(
    ("who", "may"),
    [("olga", True), ("bela", True), ("dora", True), ("hana", False), ("otto", False)],
)
def test_who_reports_a_blocker(cast, project, who, may):
    values = {"kind": "land", "text": "两户未搬迁", "since": TODAY}
    if may:
        assert life.report_blocker(project, actor=getattr(cast, who), values=values)
    else:
        with pytest.raises(PermissionDenied):
            life.report_blocker(project, actor=getattr(cast, who), values=values)


@pytest.mark.slow
def test_a_blocker_is_an_inner_matter(cast, blocker):
    assert Blocker.objects.visible_to(cast.hana).exists()
    assert not Blocker.objects.visible_to(cast.otto).exists()


def test_a_blocker_is_planned_and_removed(cast, blocker):
    plan = {"relief_plan": "镇里协调搬迁", "relief_by": TODAY + timedelta(days=20)}
    life.edit_blocker(blocker, actor=cast.bela, version=1, values=plan)
    with pytest.raises(StaleVersion):
        life.edit_blocker(blocker, actor=cast.olga, version=1, values=plan)
    with pytest.raises(DomainError, match="解决情况"):
        life.clear_blocker(blocker, actor=cast.olga, note=" ")
    life.clear_blocker(blocker, actor=cast.olga, note="已搬迁")
    with pytest.raises(DomainError, match="已解决"):
        life.clear_blocker(blocker, actor=cast.olga, note="已搬迁")


def test_progress_is_a_percentage_of_a_day_that_was(cast, project):
    life.note_progress(project, actor=cast.olga, on=TODAY, percent=35, now=NOON)
    for on, percent in ((TODAY + timedelta(days=1), 40), (TODAY, 101), (TODAY, -1)):
        with pytest.raises(DomainError):
            life.note_progress(
                project, actor=cast.olga, on=on, percent=percent, now=NOON
            )
    assert project.notes.get().percent == 35
