"""`manage.py escalate`: the minute's sweep by hand."""

import json

import pytest
import time_machine
from django.core.management import CommandError, call_command

from crm.lib.periodic import REGISTRY
from crm.models import Deadline, Event
from tests.visits.escalation.stories import at, late_ticket
from visits.models import Escalation, Ticket

pytestmark = pytest.mark.django_db


def run(capsys, *arguments):
    call_command("escalate", *arguments)
    return capsys.readouterr().out


def fired(capsys, *arguments):
    return json.loads(run(capsys, "--json", *arguments))["fired"]


def test_it_says_what_it_raised(cast, capsys):
    ticket = late_ticket(cast)
    (near, late) = fired(capsys, "--now", "2026-03-28T09:00")
    assert set(late) == {"subject", "rule", "cycle", "level", "why"}
    assert late["subject"] == f"visits.ticket:{ticket.pk}"
    assert (near["rule"], near["level"]) == ("ticket_due_soon", "handler")
    assert (late["rule"], late["level"]) == ("ticket_late", "head")
    assert late["cycle"] == f"solve-{ticket.solve_by_id}-0"
    # The 28th is a Saturday: seven working days have counted.
    assert late["why"] == (
        "交办后第 7 个工作日，仍未答复（时限 7 个工作日，03-27 到期），"
        "按规则“办结逾期”提到单位负责人。"
    )
    assert near["why"].endswith("按规则“办结期限临近”提醒经办人。")


def test_it_prints_the_object_and_nothing_else(cast, capsys):
    assert run(capsys, "--json").strip() == '{"fired": []}'


def test_the_second_run_raises_nothing(cast, capsys):
    late_ticket(cast)
    when = ("--now", "2026-03-28T09:00")
    assert len(fired(capsys, *when)) == 2
    assert fired(capsys, *when) == []


def test_a_dry_run_writes_nothing(cast, capsys):
    late_ticket(cast)
    events = Event.objects.count()
    when = ("--now", "2026-03-28T09:00")
    dry = fired(capsys, *when, "--dry-run")
    assert len(dry) == 2
    assert Escalation.objects.count() == 0
    assert Event.objects.count() == events
    assert not Deadline.objects.filter(look_on="2026-03-30").exists()
    assert Ticket.objects.get().level == 0
    assert fired(capsys, *when) == dry


def test_in_words(cast, capsys):
    late_ticket(cast)
    when = ("--now", "2026-03-28T09:00")
    assert run(capsys, *when, "--dry-run").startswith("将提级 2 件；什么也没有写入。")
    assert run(capsys, *when).startswith("已提级 2 件。")
    assert run(capsys, *when).strip() == "已提级 0 件。"


@pytest.mark.parametrize(
    ("now", "count"),
    [
        ("2026-03-27T23:59", 1),  # local
        ("2026-03-27T15:59+00:00", 1),
        ("2026-03-27T16:00Z", 2),
        ("2026-03-28", 2),
    ],
)
def test_a_time_without_a_zone_is_local(cast, capsys, now, count):
    late_ticket(cast)
    assert len(fired(capsys, "--now", now)) == count


def test_without_a_time_it_is_now(cast, capsys):
    late_ticket(cast)
    with time_machine.travel(at(3, 28), tick=False):
        assert len(fired(capsys)) == 2


@pytest.mark.parametrize(
    "now",
    [
        *("", "tomorrow", "2026-02-30", "0001-01-01", "9999-12-31T23:59"),
        *("2026-13-01T00:00", "\ud800", "2026-03-28T09:00\x00", "9" * 400),
    ],
)
def test_a_time_that_is_none_is_a_sentence(cast, now):
    with pytest.raises(CommandError) as refused:
        call_command("escalate", "--now", now)
    assert refused.value.returncode == 1
    assert "2026-10-09T08:00" in str(refused.value) or "2000" in str(refused.value)


def test_the_worker_does_it_every_minute():
    assert REGISTRY["visits.jobs.escalate"].seconds == 60
