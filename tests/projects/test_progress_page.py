"""What a company reads of its own project, and what it may do there."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse

from crm.models import Absence, Comment, Event
from projects.models import Blocker, MilestoneMaterial, State
from projects.services import forecasting, links
from projects.services.milestones import Act
from tests.factories import NOON, ProjectFactory, VisitFactory

SECRET = "只许内部看"


def address(project, name="progress"):
    return reverse(f"projects:{name}", args=[project.pk])


@pytest.fixture
def read(as_user, cast):
    """The text of the page some days after the beginning, in English."""

    def text(project, who=cast.otto, *, days=0, url=""):
        client = as_user(who)
        with time_machine.travel(NOON + timedelta(days=days), tick=False):
            page = client.get(
                url or address(project), headers={"accept-language": "en"}
            )
        assert page.status_code == 200
        return words_of(page.content.decode())

    return text


def words_of(html):
    html = html.split("<main")[1].split("</main>")[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html)).replace(" .", ".")


def test_before_the_approvals_begin_the_page_says_so(read, project):
    assert "have not begun yet" in read(project)


def test_the_first_sentence_is_what_the_company_has_to_do(read, begun):
    text = read(begun, days=3)
    assert (
        "It is your turn: prepare the papers for “事项 filing” and hand them in, for 3"
        in text
    )
    assert "You need do nothing now" not in text


@pytest.mark.slow
def test_while_departments_are_busy_the_company_need_do_nothing(
    read, cast, items, walk
):
    walk(items.filing, Act.PREPARE, Act.HAND_IN, Act.ACCEPT, Act.APPROVE)
    walk(items.site, Act.PREPARE, Act.HAND_IN, Act.ACCEPT)
    walk(items.eia, Act.PREPARE, Act.HAND_IN, Act.ACCEPT, actor=cast.tom)
    text = read(items.site.project, days=2)
    # The one with less room comes first.
    assert "The turn of 水利局 : “事项 eia”, for 2 days. Promised by Wed 04-01." in text
    assert "You need do nothing now" in text
    assert "人社局 · 事项 site · for 2 days · by Fri 03-27" in text
    assert "Days so far: company 0, department 2, special procedure 0" in text


def test_a_correction_comes_first_with_its_words(read, items, walk):
    walk(items.filing, Act.PREPARE, Act.HAND_IN, Act.ACCEPT, Act.APPROVE)
    said = {"notice": "总平面图缺消防车道，请补。"}
    walk(items.site, Act.PREPARE, Act.HAND_IN, Act.ACCEPT, (Act.CORRECT, 1, said))
    text = read(items.site.project, days=4)
    assert "It is your turn: correct the papers for “事项 site”, for 3 days." in text
    assert "人社局 writes: 总平面图缺消防车道，请补。" in text
    assert "At the same time: you · 事项 eia" in text


def test_a_second_correction_is_told_as_such(read, items, walk):
    said = {"notice": "请补。"}
    twice = [(Act.CORRECT, 0, said), Act.CORRECTED, (Act.CORRECT, 1, said)]
    walk(items.filing, Act.PREPARE, Act.HAND_IN, Act.ACCEPT, *twice)
    assert "correction no. 2" in read(items.filing.project, days=1)


def test_a_special_procedure_is_the_turn_of_a_third_party(read, items, walk):
    said = {"notice": "专家评审"}
    walk(items.filing, Act.PREPARE, Act.HAND_IN, Act.ACCEPT, (Act.SPECIAL, 0, said))
    text = read(items.filing.project, days=1)
    assert "The turn of a third party : special procedure for “事项 filing”" in text


def test_a_late_department_is_called_late(read, items, walk):
    walk(items.filing, Act.PREPARE, Act.HAND_IN, Act.ACCEPT, Act.APPROVE)
    walk(items.site, Act.PREPARE, Act.HAND_IN, Act.ACCEPT)
    assert "late" in read(items.site.project, days=30).split("Next steps")[0]


def test_what_to_bring_is_listed_with_where_to_get_it(read, items):
    MilestoneMaterial.objects.create(
        milestone=items.filing, name="营业执照", where="市场监管局窗口"
    )
    given = MilestoneMaterial.objects.create(
        milestone=items.filing, name="申请表", state="given"
    )
    text = read(items.filing.project)
    assert "营业执照 Where to get it: 市场监管局窗口" in text
    assert given.name not in text


def test_next_steps_done_steps_and_the_forecast_stand_there(read, items, walk):
    walk(items.filing, Act.PREPARE, Act.HAND_IN, Act.ACCEPT, Act.APPROVE)
    project = items.filing.project
    forecasting.refresh(project, today=NOON.date())
    text = read(project)
    assert "1 of 4 done" in text
    assert "Next steps 事项 permit 人社局" in text
    assert "An estimate, no promise: it rests on the promised days" in text


def test_a_next_step_begins_when_the_forecast_says(read, items, walk):
    """As on the timeline, not when the plan would have it."""
    project = items.filing.project
    told = forecasting.refresh(project, today=NOON.date())
    told.items["site"] = ["2026-05-06", "2026-05-15", "2026-05-20", 9]
    told.recorded_count = told.open_count
    told.save(update_fields=["items", "recorded_count"])
    text = read(project)
    assert re.search("事项 site [^·]* · [^·]*from Wed 05-06 on", text)
    assert "An estimate, no promise: for all 4 open steps" in text


@pytest.mark.slow
def test_when_all_is_through_nobody_has_a_turn(read, cast, items, walk):
    for item in (items.filing, items.site, items.eia, items.permit):
        who = cast.tom if item == items.eia else cast.hana
        walk(item, Act.PREPARE, Act.HAND_IN, Act.ACCEPT, Act.APPROVE, actor=who)
    assert "All approvals of this project are through" in read(items.filing.project)


def test_who_is_responsible_stands_by_the_step(read, cast, begun, items, walk):
    """Whoever of the department acted last; an officer is not of it."""
    walk(items.filing, "prepare", "hand-in", actor=cast.olga)
    assert "人社局 · Hana" not in read(begun)
    item = walk(items.filing, "accept")
    assert "人社局 · Hana" in read(begun)
    walk(item, "review", actor=cast.uma)
    assert "人社局 · Uma" in read(begun)
    _link, token = links.make_link(begun, actor=cast.olga, label="银行", now=NOON)
    visited = read(begun, cast.omar, url=reverse("projects:public", args=[token]))
    assert "Uma" not in visited


def test_the_officer_on_duty_is_the_one_to_call(read, cast, begun, as_user):
    today = NOON.date()
    assert f'tel:{cast.olga.phone}"' in page(as_user, cast, begun)
    Absence.objects.create(
        officer=cast.olga, kind="leave", starts_on=today, ends_on=today,
        created_by=cast.olga, created_at=NOON,
    )  # fmt: skip
    body = page(as_user, cast, begun)
    assert f'tel:{cast.bela.phone}"' in body
    assert f'tel:{cast.olga.phone}"' not in body


def page(as_user, cast, project):
    client = as_user(cast.otto)
    with time_machine.travel(NOON, tick=False):
        return client.get(address(project)).content.decode()


def test_before_it_has_officers_those_of_its_company_serve_it(read, cast):
    text = read(ProjectFactory(company=cast.company))
    assert "Olga" in text


# --- What the company does ---------------------------------------------------------


@pytest.mark.slow
def test_the_company_says_that_its_papers_are_ready(read, cast, items, as_user):
    client, url = (
        as_user(cast.otto),
        reverse("projects:tell-ready", args=[items.filing.pk]),
    )
    assert client.post(url).status_code == 302
    assert client.post(url).status_code == 302
    [event] = Event.objects.filter(action="milestone.ready_told")
    assert event.is_public
    text = read(items.filing.project)
    assert "You have said that the papers for “事项 filing” are ready" in text
    assert "You need do nothing now" in text
    inside = as_user(cast.olga).get(address(items.filing.project, "project"))
    assert "企业称材料已备齐" in inside.content.decode()
    assert "企业称材料已备齐" in as_user(cast.olga).get("/").content.decode()


def test_the_state_is_moved_by_others_and_the_word_is_forgotten(
    cast, items, walk, as_user
):
    url = reverse("projects:tell-ready", args=[items.filing.pk])
    as_user(cast.otto).post(url)
    items.filing.refresh_from_db()
    assert items.filing.state == State.NOT_STARTED
    walked = walk(items.filing, Act.PREPARE)
    assert walked.ready_told_at is None


def test_there_is_nothing_to_tell_while_a_department_is_busy(
    cast, items, walk, as_user
):
    walk(items.filing, Act.PREPARE, Act.HAND_IN)
    url = reverse("projects:tell-ready", args=[items.filing.pk])
    assert as_user(cast.otto).post(url).status_code == 409


@pytest.mark.parametrize("who", ["olga", "hana", "dora", "maria"])
def test_only_the_company_speaks_for_itself(cast, items, as_user, who):
    url = reverse("projects:tell-ready", args=[items.filing.pk])
    assert as_user(getattr(cast, who)).post(url).status_code == 403


def test_questions_are_asked_and_answered_in_public(read, cast, begun, as_user):
    url = address(begun, "ask")
    assert as_user(cast.otto).post(url, {"text": "容积率怎么算？"}).status_code == 422
    form = {"client_key": "5b0f2c1e-0000-4000-8000-000000000001", "text": "怎么算？"}
    for _ in range(2):
        as_user(cast.otto).post(url, form)
    assert "怎么算？" in as_user(cast.olga).get("/").content.decode()
    answer = {
        **form,
        "client_key": form["client_key"][:-1] + "2",
        "text": "按计容面积。",
    }
    as_user(cast.hana).post(url, answer)
    assert Comment.objects.count() == 2
    text = read(begun)
    assert text.index("按计容面积。") < text.index("怎么算？")
    assert "人社局" in text
    assert "怎么算？" not in as_user(cast.olga).get("/").content.decode()


def test_who_reads_only_asks_nothing(cast, begun, as_user):
    assert (
        as_user(cast.axel).post(address(begun, "ask"), {"text": "?"}).status_code == 403
    )


# --- Whose projects ------------------------------------------------------------------


def test_whoever_has_one_project_is_taken_straight_to_it(cast, begun, as_user):
    answer = as_user(cast.otto).get("/projects/mine/")
    assert answer.headers["Location"] == address(begun)
    assert as_user(cast.otto).get(address(begun, "project")).headers["Location"] == (
        address(begun)
    )


def test_several_projects_are_lines_with_their_turn(read, cast, begun, items, walk):
    other = ProjectFactory(company=cast.company, name="二期")
    text = read(begun, url="/projects/mine/")
    assert f"{begun.name} Yours to do: 事项 filing · 0 of 4 done" in text
    assert f"{other.name} The approvals have not begun yet." in text
    walk(items.filing, Act.PREPARE, Act.HAND_IN)
    assert "With 人社局: 事项 filing" in read(begun, url="/projects/mine/")


def test_a_company_without_projects_is_told_so(cast, as_user):
    page = as_user(cast.omar).get("/projects/mine/", headers={"accept-language": "en"})
    assert "no key project here" in page.content.decode()


@pytest.mark.slow
def test_no_internal_byte_reaches_the_company(cast, begun, items, walk, as_user):
    said = {"notice": "请补。", "facts": {"note": SECRET}}
    walk(items.filing, Act.PREPARE, Act.HAND_IN, Act.ACCEPT, (Act.CORRECT, 0, said))
    begun.green_reason, begun.green_by = SECRET, cast.maria
    begun.green_until = NOON.date()
    begun.save()
    Blocker.objects.create(
        project=begun, kind="land", text=SECRET, since=NOON.date(),
        relief_plan=SECRET, relief_by=NOON.date(), reported_by=cast.olga,
        reported_at=NOON,
    )  # fmt: skip
    for subject in (begun, items.filing):
        Comment.objects.create(
            subject_type=subject._meta.label_lower, subject_id=subject.pk,
            company=cast.company, author=cast.olga, text=SECRET, is_internal=True,
            created_at=NOON,
        )  # fmt: skip
    VisitFactory(held=True, company=cast.company, logged_by=cast.olga, note=SECRET)
    _link, token = links.make_link(begun, actor=cast.olga, label="银行")
    urls = [address(begun), "/projects/mine/", address(begun, "links"), f"/p/{token}/"]
    for url in [*urls, "/"]:
        body = as_user(cast.otto).get(url, follow=True).content.decode()
        assert SECRET not in body, url


def test_the_page_costs_the_same_for_4_and_40_items(
    cast, begun, as_user, queries_of, template
):
    client = as_user(cast.otto)
    few = queries_of(lambda: client.get(address(begun)))
    for number in range(36):
        copy_item(begun, cast, number)
    assert queries_of(lambda: client.get(address(begun))) == few
    # session, person, project; of the plan its head, items, needs, pauses and moves;
    # items, materials, notices, forecast, officers, questions, joint sessions,
    # notes of the site, who is responsible for each step
    assert few == 17


def copy_item(project, cast, number):
    item = project.milestones.get(key="filing")
    item.pk, item.key, item.name = None, f"more-{number}", f"事项 {number}"
    item.save()
    MilestoneMaterial.objects.create(milestone=item, name=f"材料 {number}")


def test_the_list_costs_the_same_for_2_and_20(cast, begun, as_user, queries_of):
    ProjectFactory(company=cast.company)
    client = as_user(cast.otto)
    few = queries_of(lambda: client.get("/projects/mine/"))
    ProjectFactory.create_batch(18, company=cast.company)
    assert queries_of(lambda: client.get("/projects/mine/")) == few


@pytest.mark.slow
def test_chinese_reads_as_the_design_wants_it(cast, items, walk, as_user):
    walk(items.filing, Act.PREPARE, Act.HAND_IN, Act.ACCEPT, Act.APPROVE)
    walk(items.site, Act.PREPARE, Act.HAND_IN, Act.ACCEPT)
    walk(items.eia, Act.PREPARE, Act.HAND_IN, Act.ACCEPT, actor=cast.tom)
    with time_machine.travel(NOON + timedelta(days=2), tick=False):
        page = as_user(cast.otto).get(address(items.site.project))
    text = words_of(page.content.decode()).replace(" ", "")
    assert "现在轮到水利局办理“事项eia”，已2天。承诺周三04-01前完成。您现在不用" in text


def test_an_open_question_stands_on_the_projects_page_until_it_is_answered(
    cast, project, as_user
):
    """The stream's box is internal by itself; the answer is written where all read."""
    ask = address(project, "ask")
    as_user(cast.otto).post(ask, {"text": "总平面图要几份？", "client_key": uuid4()})
    page = as_user(cast.olga).get(project.get_absolute_url()).text
    assert "企业提问：“总平面图要几份？”" in page
    assert f'href="{address(project)}#questions"' in page
    assert "企业在本页可以看到。" in as_user(cast.olga).get(address(project)).text
    as_user(cast.olga).post(ask, {"text": "两份。", "client_key": uuid4()})
    page = as_user(cast.olga).get(project.get_absolute_url()).text
    assert "企业提问：" not in page
