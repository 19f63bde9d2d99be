"""The handover note: what is open, signed by both, and B's word on the return."""

import pytest
from django.core.exceptions import PermissionDenied

from crm import handover
from crm.lib.errors import DomainError
from crm.models import Event, WorkNote
from crm.services import absences, standing_in
from tests.crm.standing_in.conftest import NOW

ITEM = {"kind": "ticket", "id": 7, "number": "T-7", "title": "用工", "due_on": None}
RETURN = NOW.replace(month=4, day=13)


@pytest.fixture
def work(monkeypatch):
    """What the handler has open, to be changed by tests."""
    items = [ITEM]
    monkeypatch.setattr(handover, "_work", {"x": lambda handler, today: list(items)})
    return items


@pytest.fixture
def note(cast, pair, away, work):
    away(cast.hana, 10, 12, remark="招聘会材料在柜子里")
    return WorkNote.objects.get()


def test_going_away_writes_it_and_signs_for_a(cast, note, ben):
    assert (note.stand_in, note.items) == (ben, [ITEM])
    assert note.remark == "招聘会材料在柜子里"
    assert note.handed_at == NOW and note.taken_at is None


def test_entered_by_the_head_a_has_not_signed(cast, pair, away, work):
    away(cast.hana, 10, 12, actor=cast.uma, remark="不是本人写的")
    note = WorkNote.objects.get()
    assert note.handed_at is None and note.remark == ""
    work.append({**ITEM, "id": 8})
    standing_in.hand_over(note, actor=cast.hana, remark="请跟进", now=NOW)
    note.refresh_from_db()
    assert len(note.items) == 2 and note.remark == "请跟进" and note.handed_at


def test_b_signs(cast, note, ben):
    taken = standing_in.take_over(note, actor=ben, now=NOW)
    assert taken.taken_at == NOW
    assert standing_in.take_over(note, actor=ben, now=RETURN).taken_at == NOW
    actions = Event.objects.filter(action__startswith="work_note")
    assert [one.action for one in actions] == ["work_note.taken"]


def test_b_takes_over_where_a_could_not_hand_over(cast, pair, away, work, ben):
    away(cast.hana, 10, 12, actor=cast.uma)
    work.append({**ITEM, "id": 9})
    note = standing_in.take_over(WorkNote.objects.get(), actor=ben, now=NOW)
    assert len(note.items) == 2 and note.handed_at is None


def test_on_the_return_b_tells_what_was_done(cast, note, ben):
    with pytest.raises(DomainError) as early:
        standing_in.report_back(note, actor=ben, report="已办", now=NOW)
    assert early.value.code == "too_early"
    for wrong in ("  ", "x" * 2001):
        with pytest.raises(DomainError):
            standing_in.report_back(note, actor=ben, report=wrong, now=RETURN)
    standing_in.report_back(note, actor=ben, report="已答复企业。", now=RETURN)
    note.refresh_from_db()
    assert note.report == "已答复企业。" and note.reported_at == RETURN
    with pytest.raises(DomainError):
        standing_in.report_back(note, actor=ben, report="再说一次", now=RETURN)


@pytest.mark.parametrize("who", ["hana", "uma", "tom", "dora", "olga", "otto"])
def test_only_b_takes_and_reports(cast, note, who):
    actor = getattr(cast, who)
    with pytest.raises(PermissionDenied):
        standing_in.take_over(note, actor=actor)
    with pytest.raises(PermissionDenied):
        standing_in.report_back(note, actor=actor, report="已办", now=RETURN)


@pytest.mark.parametrize("who", ["uma", "tom", "dora", "olga", "otto"])
def test_only_a_hands_over(cast, pair, away, work, who):
    away(cast.hana, 10, 12, actor=cast.uma)
    with pytest.raises(PermissionDenied):
        standing_in.hand_over(WorkNote.objects.get(), actor=getattr(cast, who))


def test_a_called_off_absence_hands_nothing_over(cast, note, ben):
    absences.cancel_absence(note.absence, actor=cast.hana, now=NOW)
    with pytest.raises(DomainError) as refused:
        standing_in.take_over(note, actor=ben, now=NOW)
    assert refused.value.code == "called_off"


def test_a_head_who_covers_gets_it(cast, away, work):
    away(cast.hana, 10, 12, cover=cast.uma)
    assert WorkNote.objects.get().stand_in == cast.uma


def test_an_officer_gets_none_of_these(cast, away, work):
    away(cast.olga, 10, 12)
    assert not WorkNote.objects.exists()


def test_who_reads_it(cast, note, ben):
    visible = WorkNote.objects.visible_to
    readers = (cast.hana, ben, cast.uma, cast.dora)
    assert all(visible(one).exists() for one in readers)
    others = (cast.tom, cast.olga, cast.maria, cast.axel, cast.otto, cast.dirk)
    assert not any(visible(one).exists() for one in others)
