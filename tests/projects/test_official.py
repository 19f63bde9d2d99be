"""The official status: compared with ours, taken over by our moves, or kept."""

import csv
import io
import json
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from crm.models import Event
from projects import jobs
from projects.models import Milestone, MilestoneMove, OfficialStatus, State, Upload
from projects.models.states import NEXT
from projects.official import SILENT, Row, way
from projects.services import official as services
from tests.factories import NOON
from tests.projects.statuses import CODE, cells

DAY = NOON.date()
NOW = NOON + timedelta(days=12)


def row(number, item, state, days, **more):
    known = {"project": CODE, **more}
    return Row(
        number, known.pop("project"), item, state, DAY + timedelta(days), **known
    )


def take(cast, *rows, who="dora", chosen=None):
    actor = getattr(cast, who)
    return services.take_statuses(rows, actor=actor, chosen=chosen, now=NOW)


def told(judged):
    return [(one.verdict.value, one.is_taken) for one in judged]


def states(item):
    return list(item.moves.values_list("after", "on", "source"))


def test_missing_steps_are_filled_on_the_same_day(cast, begun, items):
    done = take(cast, row(1, "site", 3, 2))
    assert done[0].is_taken and done[0].path == (-1, 1, 3)
    assert states(items.site) == [
        (after, DAY + timedelta(2), "import") for after in (-1, 1, 3)
    ]
    items.site.refresh_from_db()
    assert (items.site.state, items.site.accepted_on) == (3, DAY + timedelta(2))
    assert items.site.decide_by.days == 7


def test_the_same_rows_again_change_nothing(cast, begun, items):
    rows = [row(1, "site", 1, 1), row(2, "site", 3, 2), row(3, "site", 11, 6)]
    assert told(take(cast, *rows)) == [("equal", True)] * 3
    before = MilestoneMove.objects.count(), Event.objects.count()
    again = take(cast, *rows)
    assert told(again) == [("equal", False)] * 3
    assert (MilestoneMove.objects.count(), Event.objects.count()) == before


def test_rows_of_one_item_are_taken_by_their_days(cast, begun, items):
    done = take(
        cast,
        row(1, "site", 11, 9, certificate="〔2026〕8号"),
        row(2, "site", 7, 8),
        row(3, "site", 6, 5, note="补红线图"),
        row(4, "site", 3, 2),
    )
    assert told(done) == [("equal", True)] * 4
    items.site.refresh_from_db()
    assert (items.site.state, items.site.certificate) == (11, "〔2026〕8号")
    assert items.site.moves.get(after=6).notice == "补红线图"


def test_an_item_is_known_by_key_or_by_name(cast, begun, items):
    done = take(cast, row(1, "事项 site", 1, 1), row(2, "事项", 1, 1))
    assert told(done) == [("equal", True), ("unknown", False)]
    Milestone.objects.update(name="同名")
    assert "事项代码" in take(cast, row(1, "同名", 1, 1))[0].sentence


@pytest.mark.parametrize(
    ("state", "days", "words"),
    [
        (3, 1, "登记日期为"),  # the same state on another day
        (1, 1, "已登记自"),  # before what is recorded
        (7, 6, "中间状态不明"),  # nobody recorded a correction
        (1, 6, "已在其后"),
        (3, 40, "晚于今天"),
        (11, -3, "才启动审批"),
        (12, 6, "容缺材料"),
    ],
)
def test_what_does_not_fit_is_kept_and_listed(
    cast, begun, items, walk, state, days, words
):
    walk(items.site, "prepare", "hand-in", ("accept", 4, {}))
    done = take(cast, row(1, "site", state, days))
    assert done[0].verdict == "keep" and words in done[0].sentence
    items.site.refresh_from_db()
    assert (items.site.state, items.site.moves.count()) == (3, 3)
    listed = OfficialStatus.objects.differing()
    # A day to come is nothing that anybody said yet.
    assert listed.filter(milestone=items.site).exists() == (days != 40)


def test_a_conflict_stays_listed_until_both_say_the_same(cast, begun, items, walk):
    walk(items.site, "prepare", "hand-in", ("accept", 2, {}))
    take(cast, row(1, "site", 10, 5))
    status = OfficialStatus.objects.differing().get()
    assert (status.milestone, status.state) == (items.site, 10)
    words = {"notice": "专家评审", "facts": {"kind": "expert_review"}}
    walk(items.site, ("special", 3, words), ("special-end", 5, {}))
    assert not OfficialStatus.objects.differing().exists()


def test_an_older_file_does_not_replace_the_latest_word(cast, begun, items):
    take(cast, row(1, "site", 3, 5))
    take(cast, row(1, "site", 1, 2))
    status = OfficialStatus.objects.get()
    assert (status.state, status.on) == (3, DAY + timedelta(5))


def test_a_new_attempt_is_begun_only_when_it_is_chosen(cast, begun, items, walk):
    walk(items.site, "prepare", "hand-in", "accept", ("reject", 3, {"notice": "不符"}))
    again = row(1, "site", 3, 6)
    assert told(take(cast, again)) == [("ask", False)]
    assert told(take(cast, again, chosen={1})) == [("equal", True)]
    items.site.refresh_from_db()
    assert (items.site.attempt, items.site.state) == (2, 3)


def test_only_what_is_chosen_is_taken(cast, begun, items):
    rows = [row(1, "site", 1, 1), row(2, "eia", 1, 1)]
    done = take(cast, *rows, chosen={2})
    assert told(done) == [("take", False), ("equal", True)]
    assert [one.milestone.key for one in OfficialStatus.objects.differing()] == ["site"]


def test_a_certificate_that_was_not_known_is_added(cast, begun, items, walk):
    walk(items.filing, "prepare", "hand-in", "accept", ("approve", 1, {}))
    done = take(cast, row(1, "filing", 11, 1, certificate="备〔2026〕1号"))
    assert told(done) == [("equal", False)]
    items.filing.refresh_from_db()
    assert items.filing.certificate == "备〔2026〕1号"


def test_a_certificate_that_was_typed_in_stays(cast, begun, items, walk):
    typed = {"certificate": "备〔2026〕1号"}
    walk(items.filing, "prepare", "hand-in", "accept", ("approve", 1, typed))
    take(cast, row(1, "filing", 11, 1, certificate="备〔2026〕9号"))
    items.filing.refresh_from_db()
    assert items.filing.certificate == "备〔2026〕1号"


def test_what_is_not_approved_has_no_certificate(cast, begun, items, walk):
    walk(items.filing, "prepare", "hand-in", "accept")
    done = take(cast, row(1, "filing", 3, 0, certificate="备〔2026〕9号"))
    assert told(done) == [("equal", False)]
    items.filing.refresh_from_db()
    assert items.filing.certificate == ""


def test_projects_of_another_region_are_unknown(cast, begun, items):
    assert told(take(cast, row(1, "site", 1, 1), who="dirk")) == [("unknown", False)]
    other = "2604-530101-04-01-000001"
    assert told(take(cast, row(1, "site", 1, 1, project=other))) == [("unknown", False)]


def test_one_refused_row_does_not_take_the_others_back(cast, begun, items, monkeypatch):
    # A rule that the preview does not foresee.
    monkeypatch.setattr("projects.services.milestones.moving.LONGEST_NOTICE", 2)
    note = row(1, "site", 5, 2, note="材料不全")
    done = take(cast, note, row(2, "eia", 3, 2))
    assert told(done) == [("keep", False), ("equal", True)]
    assert not items.site.moves.exists()


def test_refusals_without_words_say_where_they_come_from(cast, begun, items):
    take(cast, row(1, "site", 5, 2))
    assert "官方系统" in items.site.moves.get(after=5).notice


# --- The table of moves ---------------------------------------------------------------


def test_every_way_goes_by_the_table_and_fills_in_only_what_is_silent():
    for start in State.values:
        for target in range(1, 16):
            path = way(start, target)
            if path:
                steps = [start, *path]
                assert all(b in NEXT[a] for a, b in zip(steps, path, strict=False))
                assert set(path[:-1]) <= SILENT and path[-1] == target
    assert way(State.NOT_STARTED, State.ACCEPTED) == (-1, 1, 3)
    assert way(State.RECEIVED, State.CORRECTED) is None
    assert way(State.APPROVED, State.ACCEPTED) is None


# --- The pages ------------------------------------------------------------------------

HEAD = ["项目代码", "事项", "状态", "日期", "证书文号", "备注"]


def table(*rows):
    out = io.StringIO()
    csv.writer(out).writerows([HEAD, *rows])
    return out.getvalue()


@pytest.fixture
def dora(cast, as_user, time_machine):
    time_machine.move_to(NOW, tick=False)
    return as_user(cast.dora)


def send(client, text, encoding="utf-8"):
    file = io.BytesIO(text.encode(encoding))
    file.name = "进度.csv"
    return client.post(reverse("projects:statuses-import"), {"file": file})


@pytest.mark.slow
def test_a_file_is_looked_at_decided_and_taken(cast, begun, items, walk, dora):
    walk(items.eia, "prepare", "hand-in", ("accept", 4, {}), actor=cast.tom)
    text = table(
        [CODE, "site", "窗口受理", "2026-03-20"],
        [CODE, "eia", "3", "2026/3/20"],
        [CODE, "nowhere", "3", "2026-03-20"],
        [CODE, "permit", "99", "2026-03-20"],
    )
    response = send(dora, text, "gb18030")
    where = response["Location"]
    page = dora.get(where).content.decode()
    for words in ("将更新 1", "不一致，保留现状 1", "无法对应 1", "无法读取 1"):
        assert words in page
    assert "准备材料" in page and not MilestoneMove.objects.filter(source="import")
    dora.post(where, {"take": ["2"], "shown": ["2"]})
    items.site.refresh_from_db()
    assert items.site.state == 3
    after = dora.get(where).content.decode()
    assert "已一致 1" in after and "将更新" not in after
    # Once is enough; and the project lists what differs.
    assert dora.post(where, {"take": ["2"]}).status_code == 409
    listed = dora.get(begun.get_absolute_url()).content.decode()
    assert "与官方进度不一致" in listed and "按官方更新" in listed


def test_a_row_that_is_not_ticked_stays_as_it_is(cast, begun, items, dora):
    where = send(dora, table([CODE, "site", "3", "2026-03-20"]))["Location"]
    dora.post(where, {"shown": ["2"]})
    items.site.refresh_from_db()
    assert items.site.state == State.NOT_STARTED
    # It can be taken from the project's page later.
    status = OfficialStatus.objects.get()
    url = reverse("projects:project-status-take", args=[begun.pk, status.pk])
    assert dora.post(url).status_code == 302
    items.site.refresh_from_db()
    assert items.site.state == State.ACCEPTED
    assert dora.post(url).status_code == 409


def test_many_rows_are_the_workers(cast, begun, items, dora, monkeypatch):
    monkeypatch.setattr("projects.services.official.AT_ONCE", 0)
    waiting = []
    monkeypatch.setattr(
        "projects.services.official.uploads.enqueue",
        lambda name, pk: waiting.append((name, pk)),
    )
    where = send(dora, table([CODE, "site", "3", "2026-03-20"]))["Location"]
    dora.post(where, {"take": ["2"], "shown": ["2"]})
    assert "正在更新" in dora.get(where).content.decode()
    upload = Upload.objects.get()
    assert waiting == [("projects.jobs.take_statuses", upload.pk)]
    for _twice in range(2):
        jobs.take_statuses(upload.pk)
    items.site.refresh_from_db()
    assert (items.site.state, items.site.moves.count()) == (3, 3)


@pytest.mark.parametrize("who", ["olga", "hana", "maria", "axel", "otto", "sven"])
def test_only_a_dispatcher_imports(cast, begun, as_user, who):
    client = as_user(getattr(cast, who))
    assert client.get(reverse("projects:statuses-import")).status_code == 403
    with pytest.raises(PermissionDenied):
        services.keep_statuses([], actor=getattr(cast, who), name="x")


@pytest.mark.parametrize("data", [{"take": ["x", "9" * 40, "-1", "２"]}, {}])
def test_forged_numbers_take_nothing(cast, begun, items, dora, data):
    where = send(dora, table([CODE, "site", "99", "2026-03-20"]))["Location"]
    assert dora.post(where, data).status_code == 302
    assert not MilestoneMove.objects.filter(source="import").exists()


def test_the_preview_costs_the_same_for_1_and_20(cast, begun, items, dora, queries_of):
    where = send(dora, table([CODE, "site", "3", "2026-03-20"]))["Location"]
    cost = queries_of(lambda: dora.get(where))
    rows = [[CODE, "site", "3", "2026-03-20"]] * 20
    other = send(dora, table(*rows))["Location"]
    assert queries_of(lambda: dora.get(other)) == cost
    # session, user, file; projects, items, moves, materials that follow.
    assert cost == 7


# --- The API --------------------------------------------------------------------------


def post(client, body):
    return client.post(
        reverse("api-project-statuses"),
        json.dumps(body),
        content_type="application/json",
    )


def test_the_api_takes_rows_once(cast, begun, items, dora):
    body = {"rows": [cells(), cells(item="nowhere"), cells(state="x")]}
    first = post(dora, body | {"dry_run": True}).json()
    assert [one["result"] for one in first] == ["take", "unknown", "bad"]
    assert not items.site.moves.exists()
    second = post(dora, body).json()
    assert [one["result"] for one in second] == ["taken", "unknown", "bad"]
    assert second[0]["states"] == [-1, 1, 3]
    assert post(dora, body).json()[0]["result"] == "equal"


@pytest.mark.parametrize(
    "body",
    [
        {}, {"rows": []}, {"rows": "x"}, {"rows": [1]}, {"rows": [{}]}, [],
        {"rows": [{"project": {}, "item": 1, "state": [], "date": None}]},
        {"rows": [{}] * 501},
    ],
)  # fmt: skip
def test_a_body_that_is_none_is_refused(cast, dora, body):
    assert post(dora, body).status_code in {400, 422}


def test_the_api_is_the_dispatchers(cast, as_user):
    assert post(as_user(cast.olga), {"rows": [cells()]}).status_code == 403


def test_a_company_sees_nothing_of_it(cast, begun, items, walk, as_user):
    walk(items.site, "prepare", "hand-in", ("accept", 4, {}))
    take(cast, row(1, "site", 1, 2, note="官方内部备注"))
    page = as_user(cast.otto).get(begun.get_absolute_url(), follow=True)
    assert "官方内部备注" not in page.content.decode()
