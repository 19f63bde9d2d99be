"""Directives and meetings on their pages: offered to whom, filled in, sent twice."""

import io
import uuid
from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tests.factories import NOON, DepartmentFactory, ProjectFactory
from tests.visits.leader.acts import DAY, answer, begin, call, close, give, task
from tests.visits.ticket_stories import picture
from visits.models import Adoption, AgendaItem, Directive, Meeting, MeetingSeries
from visits.services import meetings


@pytest.fixture(autouse=True)
def noon(time_machine):
    time_machine.move_to(NOON, tick=False)


def url(name, *args):
    return reverse(f"visits:{name}", args=args)


def text(client, address):
    response = client.get(address)
    assert response.status_code == 200, (address, response.status_code)
    return response.content.decode()


def test_a_leader_directs_from_the_ticket(cast, ticket, as_user):
    client = as_user(cast.maria)
    new = f"{url('directive-new')}?ticket={ticket.pk}"
    assert new in text(client, ticket.get_absolute_url())
    # Who leads the ticket is chosen already.
    assert f'value="{cast.bureau.pk}" selected' in text(client, new)
    key = str(uuid.uuid4())
    sent = {"text": "请到现场解决。", "department": cast.bureau.pk, "days": 3}
    for _ in range(2):
        assert client.post(new, {**sent, "client_key": key}).status_code == 302
    directive = Directive.objects.get()
    assert (directive.ticket, directive.leader) == (ticket, cast.maria)
    page = text(client, ticket.get_absolute_url())
    assert directive.get_absolute_url() in page
    assert "请到现场解决。" in page


def test_what_was_typed_stays_with_the_reason(cast, ticket, as_user):
    client = as_user(cast.maria)
    new = f"{url('directive-new')}?ticket={ticket.pk}"
    sent = {"text": "请到现场解决。", "department": cast.bureau.pk, "days": 99}
    response = client.post(new, sent)
    assert response.status_code == 422
    assert "请到现场解决。" in response.content.decode()
    assert not Directive.objects.exists()


@pytest.mark.parametrize(
    "asked",
    [
        "ticket=999999",
        "project=1",
        "milestone=x",
        f"ticket={2**70}",
        "ticket=1&project=1",
    ],
)
def test_what_is_not_there_cannot_be_directed(cast, as_user, asked):
    response = as_user(cast.maria).get(f"{url('directive-new')}?{asked}")
    assert response.status_code in {404, 409}


def test_an_officer_reads_that_there_is_one_and_a_company_not_even_that(
    cast, ticket, as_user
):
    directive = give(cast, ticket)
    page = text(as_user(cast.olga), ticket.get_absolute_url())
    assert "领导批示" in page
    assert directive.text not in page
    assert as_user(cast.olga).get(directive.get_absolute_url()).status_code == 404
    page = text(as_user(cast.otto), ticket.get_absolute_url())
    assert "批示" not in page


@pytest.mark.slow
def test_answered_with_papers_that_its_readers_open(cast, ticket, as_user):
    directive = give(cast, ticket)
    hana = as_user(cast.hana)
    assert url("directive-answer", directive.pk) in text(
        hana, directive.get_absolute_url()
    )
    sent = {"text": "已到现场。", "version": 1, "papers": [picture()]}
    assert hana.post(url("directive-answer", directive.pk), sent).status_code == 302
    maria = as_user(cast.maria)
    page = text(maria, directive.get_absolute_url())
    assert "已到现场。" in page
    file = page.split("/files/")[1].split("/")[0]
    place = url("directive-file", directive.pk, file)
    assert maria.get(place).status_code == 200
    assert as_user(cast.olga).get(place).status_code == 404
    other = give(cast, ticket)
    assert maria.get(url("directive-file", other.pk, file)).status_code == 404


def test_a_file_that_is_none_is_refused_in_words(cast, ticket, as_user):
    directive = give(cast, ticket)
    bad = SimpleUploadedFile("x.exe", io.BytesIO(b"MZ" + b"\0" * 40).getvalue())
    sent = {"text": "已到现场。", "papers": [bad]}
    client = as_user(cast.hana)
    response = client.post(url("directive-answer", directive.pk), sent)
    assert response.status_code == 422
    assert not directive.answers.exists()


def test_judged_on_the_page(cast, ticket, as_user):
    directive = answer(give(cast, ticket), cast.hana)
    client = as_user(cast.maria)
    page = text(client, directive.get_absolute_url())
    assert url("directive-accept", directive.pk) in page
    again = url("directive-again", directive.pk)
    assert client.post(again, {"remark": "缺期限", "days": 2}).status_code == 302
    directive.refresh_from_db()
    assert directive.is_open
    assert "缺期限" in text(as_user(cast.hana), directive.get_absolute_url())
    directive = answer(directive, cast.hana)
    accept = url("directive-accept", directive.pk)
    assert client.post(accept, {"version": 1}).status_code == 409
    assert client.post(accept, {"version": directive.version}).status_code == 302
    directive.refresh_from_db()
    assert directive.status == "accepted"
    assert accept not in text(client, directive.get_absolute_url())


def test_withdrawn_on_the_page(cast, ticket, as_user):
    directive = give(cast, ticket)
    client = as_user(cast.maria)
    client.post(url("directive-withdraw", directive.pk), {"reason": "已面谈"})
    assert "已面谈" in text(as_user(cast.hana), directive.get_absolute_url())


def test_the_lists_hold_what_their_tab_says(cast, ticket, as_user):
    give(cast, ticket, text="请现场办公")
    answer(give(cast, ticket, text="请报进展"), cast.hana)
    client = as_user(cast.axel)
    for tab, shown in {"open": [True, False], "answered": [False, True]}.items():
        page = text(client, f"{url('directives')}?tab={tab}")
        assert [one in page for one in ("请现场办公", "请报进展")] == shown
    page = text(client, f"{url('directives')}?tab=all&q=进展")
    assert ["请现场办公" in page, "请报进展" in page] == [False, True]
    assert "请现场办公" not in text(as_user(cast.dirk), url("directives"))


def test_what_waits_is_read_by_its_day(cast, ticket, as_user):
    # Given and called last, and still the next to be looked after.
    late, soon = give(cast, ticket, days=9), give(cast, days=2)
    call(cast, day=DAY + timedelta(days=9))
    call(cast, day=DAY + timedelta(days=2))
    client = as_user(cast.maria)
    shown = client.get(reverse("visits:directives")).context["rows"]
    assert [one.pk for one in shown] == [soon.pk, late.pk]
    days = [one.day for one in client.get(reverse("visits:meetings")).context["rows"]]
    assert days == sorted(days)
    whole = client.get(reverse("visits:meetings"), {"tab": "all"}).context["rows"]
    assert [one.day for one in whole] == sorted(days, reverse=True)


@pytest.mark.slow
def test_lists_cost_the_same_for_1_and_20(cast, ticket, as_user, queries_of):
    give(cast, ticket)
    call(cast)
    client = as_user(cast.maria)
    places = [url("directives"), url("meetings"), f"{url('meetings')}?tab=all"]
    cost = [queries_of(lambda place=one: client.get(place)) for one in places]
    for number in range(19):
        give(cast, ticket, text=f"第{number}件")
        call(cast, topic=f"第{number}次")
    assert [queries_of(lambda place=one: client.get(place)) for one in places] == cost


@pytest.mark.slow
def test_a_meeting_costs_the_same_for_1_and_20(cast, ticket, as_user, queries_of):
    meeting = call(cast)
    item = meetings.add_item(meeting, actor=cast.maria, ticket=ticket, now=NOON)
    task(cast, meeting, item=item)
    client = as_user(cast.maria)
    cost = queries_of(lambda: client.get(meeting.get_absolute_url()))
    for number in range(19):
        item = meetings.add_item(
            meeting, actor=cast.maria, title=f"第{number}件", now=NOON
        )
        task(cast, meeting, text=f"第{number}项", item=item)
    assert queries_of(lambda: client.get(meeting.get_absolute_url())) == cost


@pytest.mark.slow
def test_a_ticket_costs_the_same_for_1_directive_and_10(
    cast, ticket, as_user, queries_of
):
    give(cast, ticket)
    client = as_user(cast.maria)
    cost = queries_of(lambda: client.get(ticket.get_absolute_url()))
    for number in range(9):
        give(cast, ticket, text=f"第{number}件")
    assert queries_of(lambda: client.get(ticket.get_absolute_url())) == cost


MEETING = {
    "topic": "用工问题", "day": DAY.isoformat(), "at": "09:30", "place": "三楼",
}  # fmt: skip


def test_of_many_departments_the_concerned_come_first_and_one_can_search(
    cast, ticket, as_user
):
    for number in range(12):
        DepartmentFactory(name=f"A{number:02}局", region=cast.county)
    page = text(as_user(cast.maria), f"{url('meeting-new')}?ticket={ticket.pk}")
    shown = page.partition('data-narrow="')[2]
    first = shown.partition('<input type="checkbox"')[2].partition("</label>")[0]
    assert "checked" in first and cast.bureau.name in first
    assert shown.count(f'value="{cast.bureau.pk}"') == 1


def test_called_from_a_ticket_it_is_on_the_agenda(cast, ticket, as_user):
    client = as_user(cast.maria)
    new = f"{url('meeting-new')}?ticket={ticket.pk}"
    page = text(client, new)
    assert ticket.title in page
    sent = {**MEETING, "chair": cast.maria.pk, "departments": [cast.bureau.pk]}
    response = client.post(new, {**sent, "client_key": str(uuid.uuid4())})
    meeting = Meeting.objects.get()
    assert response.url == meeting.get_absolute_url()
    assert [one.ticket for one in meeting.items.all()] == [ticket]
    assert meeting.get_absolute_url() in text(client, ticket.get_absolute_url())
    # Invited, but without a part in the ticket: reads the matter, opens no ticket.
    meeting.departments.add(cast.other_bureau)
    page = text(as_user(cast.tom), meeting.get_absolute_url())
    assert ticket.title in page
    assert ticket.get_absolute_url() not in page


@pytest.mark.slow
def test_held_on_its_page_from_the_first_word_to_the_minutes(cast, as_user):
    meeting = call(cast)
    client = as_user(cast.maria)
    client.post(url("meeting-item-new", meeting.pk), {"title": "用工"})
    item = AgendaItem.objects.get()
    client.post(url("meeting-item-note", item.pk), {"note": "人社局介绍情况"})
    sent = {"department": cast.bureau.pk, "text": "办招聘会", "days": 5}
    client.post(f"{url('meeting-task-new', meeting.pk)}?item={item.pk}", sent)
    given = item.tasks.get()
    client.post(url("meeting-close", meeting.pk), {"summary": "抓紧", "version": 1})
    page = text(client, meeting.get_absolute_url())
    for words in ("人社局介绍情况", "办招聘会", "抓紧"):
        assert words in page
    hana = as_user(cast.hana)
    place = url("meeting-task-answer", given.pk)
    assert place in text(hana, meeting.get_absolute_url())
    hana.post(place, {"answer": "已办"})
    client.post(url("meeting-task-verify", given.pk), {"version": 2})
    given.refresh_from_db()
    assert given.status == "verified"
    client.post(url("meeting-correct", meeting.pk), {"summary": "改", "attendees": ""})
    meeting.refresh_from_db()
    assert meeting.summary == "改"


def test_who_is_offered_what(cast, as_user):
    meeting = call(cast)
    given = task(cast, meeting)
    acts = {
        "meeting-edit": meeting.pk,
        "meeting-close": meeting.pk,
        "meeting-task-new": meeting.pk,
        "meeting-task-edit": given.pk,
        "meeting-task-remove": given.pk,
        "meeting-task-answer": given.pk,
    }
    offered = {}
    for who in ("maria", "hana", "dora", "axel", "tom"):
        page = text(as_user(getattr(cast, who)), meeting.get_absolute_url())
        offered[who] = [name for name, pk in acts.items() if url(name, pk) in page]
    assert offered == {
        "maria": list(acts)[:-1],
        "hana": ["meeting-task-answer"],
        "dora": [],
        "axel": [],
        "tom": [],
    }


def test_a_task_that_stays_says_why(cast, as_user):
    meeting = call(cast)
    given = task(cast, meeting)
    close(cast, meeting)
    client = as_user(cast.maria)
    response = client.post(url("meeting-task-remove", given.pk), follow=True)
    assert "已写入纪要" in response.content.decode()


def test_a_series_on_its_pages(cast, as_user):
    client = as_user(cast.maria)
    sent = {
        "name": "周调度会", "rhythm": "weekly", "weekday": 2, "every": 1,
        "first_on": DAY.isoformat(), "at": "15:00", "place": "三楼",
        "chair": cast.maria.pk, "departments": [cast.bureau.pk],
    }  # fmt: skip
    assert (
        client.post(url("meeting-series-new"), {**sent, "weekday": ""}).status_code
        == 422
    )
    assert client.post(url("meeting-series-new"), sent).status_code == 302
    series = MeetingSeries.objects.get()
    page = text(client, series.get_absolute_url())
    assert "每个星期三 15:00" in page
    assert series.meetings.get().get_absolute_url() in page
    assert "周调度会" in text(client, url("meetings"))
    client.post(url("meeting-series-edit", series.pk), {**sent, "place": "五楼"})
    series.refresh_from_db()
    assert series.place == "五楼"
    client.post(url("meeting-series-end", series.pk), {"reason": "并入专班"})
    page = text(client, series.get_absolute_url())
    assert "已停办" in page
    assert url("meeting-series-edit", series.pk) not in page


def test_a_ticket_goes_into_the_next_meeting_with_one_press(cast, ticket, as_user):
    meeting = begin(cast).meetings.get()
    client = as_user(cast.maria)
    place = f"{url('meeting-item-put', meeting.pk)}?ticket={ticket.pk}"
    for _ in range(2):
        assert client.post(place).url == ticket.get_absolute_url()
    assert [one.ticket for one in meeting.items.all()] == [ticket]


def test_what_is_owed_is_on_the_first_page_of_the_department(cast, ticket, as_user):
    give(cast, ticket, text="请到现场解决")
    meeting = call(cast)
    task(cast, meeting, text="办招聘会")
    home = reverse("reports:home")
    page = text(as_user(cast.hana), home)
    for words in ("请到现场解决", "办招聘会", "用工问题协调会"):
        assert words in page
    page = text(as_user(cast.tom), home)
    assert "请到现场解决" not in page
    assert "用工问题协调会" in page


def test_a_project_shows_who_sees_to_it(cast, as_user):
    project = ProjectFactory(company=cast.company, lead_department=cast.bureau)
    client = as_user(cast.maria)
    client.post(url("project-adopt", project.pk))
    assert Adoption.objects.get().project == project
    new = f"{url('directive-new')}?project={project.pk}"
    sent = {"text": "请加快", "department": cast.bureau.pk, "days": 3}
    client.post(new, sent)
    page = text(as_user(cast.hana), project.get_absolute_url())
    for words in ("Maria", "包挂", "请加快"):
        assert words in page


def test_late_is_said_with_its_day(cast, ticket, as_user):
    give(cast, ticket)
    with time_machine.travel(NOON + timedelta(days=9), tick=False):
        page = text(as_user(cast.maria), url("directives"))
    assert "逾期" in page


@pytest.mark.parametrize("who", ["axel", "dora"])
def test_who_watches_finds_what_was_not_answered_in_time(cast, ticket, as_user, who):
    give(cast, ticket, text="请到现场解决")
    task(cast, call(cast), text="办招聘会")
    home = reverse("reports:home")
    client = as_user(getattr(cast, who))
    page = text(client, home)
    assert ["请到现场解决" in page, "办招聘会" in page] == [False, False]
    with time_machine.travel(NOON + timedelta(days=9), tick=False):
        page = text(as_user(getattr(cast, who)), home)
    assert ["请到现场解决" in page, "办招聘会" in page] == [True, True]
