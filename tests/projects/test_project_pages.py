"""The pages of projects: lists that cost the same, acts by their doors, refusals."""

from datetime import timedelta

import pytest
from django.urls import reverse

from crm.models import StoredFile
from crm.services import search
from projects.models import Milestone, Project, State
from projects.services import milestones as services
from projects.services.milestones import Act
from tests.factories import NOON, ProjectFactory

TODAY = NOON.date()


@pytest.fixture(autouse=True)
def at_noon(time_machine):
    time_machine.move_to(NOON, tick=False)


def url(name, record, **more):
    return reverse(f"projects:{name}", kwargs={"pk": record.pk, **more})


def test_the_list_costs_the_same_for_1_and_20(cast, begun, as_user, queries_of):
    client, page = as_user(cast.dora), reverse("projects:index") + "?tab=all"
    client.get(page)
    cost = queries_of(lambda: client.get(page))
    for _ in range(19):
        name = "年产三十万件汽车轻量化关键零部件智能制造及配套物流园一期建设项目"
        ProjectFactory(name=name, company=cast.company, lead_department=cast.bureau)
    assert queries_of(lambda: client.get(page)) == cost
    # session with person, keys of the page, their rows, the count;
    # for the lamps: the rules, points, steps, month ends, who lives
    assert cost == 10
    assert len(client.get(page).content) < 30 * 1024


def test_the_lamp_in_the_list_is_the_projects_own(cast, begun, as_user, time_machine):
    """Nothing is due: no department holds an item; yet nothing was done for weeks."""
    time_machine.move_to(NOON + timedelta(days=60), tick=False)
    page = as_user(cast.dora).get(reverse("projects:index") + "?tab=running").text
    assert "严重滞后" in page
    board = as_user(cast.dora).get(reverse("projects:board") + "?by=stage").text
    assert "严重滞后" in board
    head = as_user(cast.dora).get(begun.get_absolute_url()).text.split("<h1>")[1]
    assert "严重滞后" in head.split('class="page-acts"')[0]


def test_the_list_shows_what_is_due_next(cast, items, walk, as_user):
    walk(items.site, "prepare", "hand-in", "accept")
    body = as_user(cast.olga).get(reverse("projects:index")).content.decode()
    assert "恒润智能织造项目" in body
    assert "0/4" in body
    assert "03-27" in body  # seven working days from today


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=智能", True),
        ("q=530101-04", True),
        ("q=恒润纺织", True),
        ("q=别的", False),
        ("stage=signed", True),
        ("stage=capacity", False),
        ("green=true", False),
        ("department=水利", True),
    ],
)
def test_the_list_is_narrowed(cast, begun, as_user, query, found):
    search.refresh(cast.company.pk)
    page = reverse("projects:index") + f"?tab=all&{query}"
    assert ("恒润智能" in as_user(cast.dora).get(page).content.decode()) == found


@pytest.mark.parametrize("query", ["stage=moon", "cursor=xx", "tab=' OR 1=1", "q=%00"])
def test_a_damaged_address_is_no_error(cast, begun, as_user, query):
    page = reverse("projects:index") + f"?{query}"
    assert as_user(cast.dora).get(page).status_code in {200, 400, 422}


def test_the_page_costs_the_same_for_4_and_40_items(cast, begun, as_user, queries_of):
    client = as_user(cast.dora)
    client.get(url("project", begun))
    cost = queries_of(lambda: client.get(url("project", begun)))
    first = begun.milestones.first()
    for number in range(36):
        Milestone.objects.create(
            project=begun,
            key=f"x{number}",
            name="事项",
            department=cast.bureau,
            stage=5,
            attempt_from=TODAY,
            order=number + 10,
        )
    assert first is not None
    assert queries_of(lambda: client.get(url("project", begun))) == cost
    # Of them nine for the timeline, one for a newer version of its template, one for
    # official statuses that differ, one for joint sessions, one for leaders,
    # one for orders.
    assert cost <= 33


def test_a_project_is_entered_with_its_departments(cast, as_user):
    data = {
        "name": "恒润二期",
        "region": cast.town.pk,
        "company": cast.company.pk,
        "kind": "industry",
        "lead_department": cast.bureau.pk,
        "supporting": [cast.other_bureau.pk],
        "visit_every_days": 10,
    }
    response = as_user(cast.dora).post(reverse("projects:project-new"), data)
    made = Project.objects.get(name="恒润二期")
    assert response.url == made.get_absolute_url()
    assert {part.kind for part in made.parts.all()} == {"lead", "support"}


def test_what_was_typed_comes_back_with_a_bad_code(cast, as_user):
    data = {"name": "恒润二期", "code": "2599-1"}
    response = as_user(cast.dora).post(reverse("projects:project-new"), data)
    assert response.status_code == 422
    assert "24 位" in response.content.decode()
    assert "恒润二期" in response.content.decode()


def test_two_who_edit_see_both_versions(cast, project, as_user):
    client = as_user(cast.dora)
    data = {
        "name": "甲改的名",
        "region": cast.town.pk,
        "company": cast.company.pk,
        "kind": "industry",
        "lead_department": cast.bureau.pk,
        "version": 1,
    }
    assert client.post(url("project-edit", project), data).status_code == 302
    late = client.post(url("project-edit", project), data | {"name": "乙改的名"})
    assert late.status_code == 409
    body = late.content.decode()
    assert "<dd>甲改的名</dd>" in body and 'value="乙改的名"' in body
    again = data | {"name": "乙改的名", "version": 2}
    assert client.post(url("project-edit", project), again).status_code == 302


def test_accepting_on_the_desk_is_one_press(cast, items, walk, as_user):
    item = walk(items.site, "prepare", "hand-in")
    client = as_user(cast.hana)
    body = client.get(reverse("projects:desk")).content.decode()
    assert "事项 site" in body and "受理" in body
    data = {"version": item.version, "desk": "1"}
    response = client.post(url("milestone-quick", item, act="accept"), data)
    assert response.url == reverse("projects:desk")
    assert "已办理：事项 site，受理。" in client.get(response.url).text
    item.refresh_from_db()
    assert item.state == State.ACCEPTED


def test_the_desk_costs_the_same_for_1_and_20(cast, items, walk, as_user, queries_of):
    client, page = as_user(cast.hana), reverse("projects:desk")
    walk(items.site, "prepare", "hand-in")
    client.get(page)
    cost = queries_of(lambda: client.get(page))
    first = Milestone.objects.get(pk=items.site.pk)
    Milestone.objects.bulk_create(
        copied(first, key=f"extra-{number}", admit_by=None) for number in range(19)
    )
    assert queries_of(lambda: client.get(page)) == cost
    # session with person, the units, the rows, the count
    assert cost == 5
    shown = client.get(page)
    assert len(shown.context["rows"]) == 20
    assert len(shown.content) < 40 * 1024


def copied(record, **changes):
    """Another one like it, not saved."""
    values = {one.name: getattr(record, one.name) for one in record._meta.fields}
    return type(record)(**{**values, "id": None, **changes})


@pytest.mark.slow
def test_the_same_act_for_several_items_or_for_none(cast, items, walk, as_user):
    for key in ("site", "filing"):
        walk(getattr(items, key), "prepare", "hand-in")
    client, page = as_user(cast.hana), reverse("projects:desk-bulk")
    both = [items.site.pk, items.filing.pk]
    refused = client.post(page, {"items": [*both, items.permit.pk], "act": "accept"})
    assert refused.status_code == 409
    assert "恒润智能织造项目，事项 permit：" in refused.text
    # What was ticked stays ticked.
    for one in (items.site, items.filing):
        assert f'value="{one.pk}" checked' in refused.text
    assert not Milestone.objects.filter(state=State.ACCEPTED).exists()
    client.post(page, {"items": both, "act": "accept"})
    assert Milestone.objects.filter(state=State.ACCEPTED).count() == 2


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"items": ["x"], "act": "accept"},
        {"items": ["1" * 40], "act": "accept"},
        {"act": "accept"},
    ],
)
def test_a_bulk_act_without_items_is_a_sentence(cast, items, as_user, data):
    response = as_user(cast.hana).post(reverse("projects:desk-bulk"), data)
    assert response.status_code == 422
    assert "请勾选事项" in response.content.decode()


def test_a_foreign_item_is_no_part_of_a_bulk_act(cast, items, walk, as_user):
    walk(items.site, "prepare", "hand-in")
    data = {"items": [items.site.pk, items.eia.pk], "act": "accept"}
    response = as_user(cast.hana).post(reverse("projects:desk-bulk"), data)
    assert response.status_code == 403
    items.site.refresh_from_db()
    assert items.site.state == State.RECEIVED


def test_a_correction_is_asked_for_with_its_words(cast, items, walk, as_user):
    item = walk(items.site, "prepare", "hand-in")
    client, page = as_user(cast.hana), url("milestone-act", items.site, act="correct")
    bare = client.post(page, {"on": TODAY, "version": item.version})
    assert bare.status_code == 422
    data = {"on": TODAY, "notice": "补正红线图", "version": item.version}
    assert client.post(page, data).status_code == 302
    body = client.get(item.get_absolute_url()).content.decode()
    assert "补正红线图" in body


def test_two_clerks_at_once_are_told(cast, items, walk, as_user):
    item = walk(items.site, "prepare", "hand-in", "accept")
    page = url("milestone-act", item, act="approve")
    data = {"on": TODAY, "version": item.version}
    assert as_user(cast.hana).post(page, data).status_code == 302
    late = as_user(cast.uma).post(
        url("milestone-act", item, act="reject"), data | {"notice": "不符"}
    )
    assert late.status_code == 409
    body = late.content.decode()
    assert "刚被他人办理" in body and "不符" in body


@pytest.mark.slow
def test_a_press_on_an_old_page_does_nothing(cast, items, walk, as_user):
    item = walk(items.site, "prepare", "hand-in")
    Milestone.objects.filter(pk=items.filing.pk).update(kind=Milestone.Kind.INSTANT)
    filing = walk(items.filing, "prepare")
    hana = as_user(cast.hana)
    for page, one in (
        (url("milestone-quick", item, act="accept"), item),
        (url("milestone-at-once", filing), filing),
    ):
        assert hana.post(page, {"version": one.version - 1}).status_code == 409
        assert hana.post(page, {"version": one.version}).status_code == 302


def test_the_officer_has_no_page_for_what_the_department_decides(
    cast, items, walk, as_user
):
    walk(items.site, "prepare", "hand-in")
    page = url("milestone-act", items.site, act="accept")
    assert as_user(cast.olga).get(page).status_code == 403
    assert as_user(cast.olga).post(page, {"on": TODAY}).status_code == 403


def test_an_item_taken_out_meanwhile_is_gone_with_a_sentence(cast, items, as_user):
    services.remove_item(items.eia, actor=cast.dora, reason="不涉水", now=NOON)
    for who, status in (("olga", 409), ("tom", 409), ("omar", 404)):
        client = as_user(getattr(cast, who))
        response = client.post(url("milestone-quick", items.eia, act="prepare"))
        assert response.status_code == status
        assert ("已从该项目移除" in response.content.decode()) == (status == 409)


def test_an_unknown_act_is_not_found(cast, items, as_user):
    page = url("milestone-act", items.site, act="explode")
    assert as_user(cast.hana).get(page).status_code == 404


def test_the_slip_is_kept_as_proof(cast, items, as_user, tmp_path):
    services.move(items.site, Act.PREPARE, actor=cast.olga, now=NOON)
    slip = tmp_path / "slip.pdf"
    slip.write_bytes(b"%PDF-1.7\n%test\n")
    page = url("milestone-act", items.site, act="hand-in")
    with slip.open("rb") as file:
        response = as_user(cast.olga).post(page, {"on": TODAY, "papers": file})
    assert response.status_code == 302
    kept = StoredFile.objects.get()
    body = as_user(cast.hana).get(items.site.get_absolute_url()).content.decode()
    assert "slip.pdf" in body
    file_url = url("project-file", items.site.project, uuid=kept.uuid)
    assert as_user(cast.hana).get(file_url).status_code in {200, 404}
    assert as_user(cast.omar).get(file_url).status_code == 404


def test_a_clock_that_stands_shows_no_day(cast, items, walk, as_user, time_machine):
    """Neither a correction before acceptance nor one after it is late."""
    fix = {"notice": "补正红线图"}
    walk(items.site, "prepare", "hand-in", ("correct", 0, fix))
    walk(items.filing, "prepare", "hand-in", "accept", ("correct", 0, fix))
    time_machine.move_to(NOON.replace(month=5), tick=False)
    body = as_user(cast.hana).get(reverse("projects:desk") + "?tab=paused").content
    assert "事项 site" in body.decode() and "事项 filing" in body.decode()
    assert "逾期" not in body.decode().split("<tbody>")[1]


def test_ending_an_item_is_never_what_its_page_proposes(cast, items, walk, as_user):
    """Once it is decided, its unit can only revoke; the officer only withdraw."""
    item = walk(items.site, "prepare", "hand-in", "accept")
    page = as_user(cast.olga).get(item.get_absolute_url()).text
    assert "/acts/withdraw/" in page and "btn-primary" not in page
    item = walk(items.site, "approve")
    page = as_user(cast.hana).get(item.get_absolute_url()).text
    assert "/acts/revoke/" in page and "btn-primary" not in page


def test_what_is_coming_has_no_ticks_but_the_companys_word(cast, items, as_user):
    Milestone.objects.filter(pk=items.filing.pk).update(ready_told_at=NOON)
    page = as_user(cast.hana).get(reverse("projects:desk") + "?tab=coming").text
    assert "企业称材料已备齐" in page
    assert 'type="checkbox"' not in page
