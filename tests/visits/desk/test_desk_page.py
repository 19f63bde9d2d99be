"""交办台: the queue, the ticket beside it, and what is said to whoever comes second."""

from datetime import datetime, timedelta

import pytest
from django.urls import reverse

from tests.factories import (
    NOON,
    SHANGHAI,
    CategoryFactory,
    CompanyFactory,
    GrantFactory,
    UserFactory,
)
from tests.visits.desk.conftest import LABOUR
from tests.visits.ticket_stories import returned
from visits.jobs import learn
from visits.models import Ticket
from visits.services import tickets

DESK = "/tickets/desk/"
LATE = datetime(2026, 3, 20, 10, 0, tzinfo=SHANGHAI)
POWER = "园区一周停电三次，设备频繁跳闸重启"


@pytest.fixture
def now(time_machine):
    """Friday at ten: what came on Wednesday noon has waited 14 open hours."""
    time_machine.move_to(LATE, tick=False)


@pytest.fixture
def dora(cast, as_user):
    return as_user(cast.dora)


def body(response, status=200):
    assert response.status_code == status
    return response.content.decode()


def titles(html):
    """Of the list, in its order."""
    return [
        part.partition('title="')[2].partition('"')[0]
        for part in html.split('<td class="main">')[1:]
    ]


def place(html, *texts):
    places = [html.index(text) for text in texts]
    assert places == sorted(places)


def dispatched(cast, ticket, lead=None, now=NOON):
    return tickets.dispatch_ticket(
        ticket, actor=cast.dora, lead=lead or cast.bureau, now=now
    )


def test_the_queue_shows_what_waits_longest_first_and_returns_above(
    cast, queued, dora, now
):
    queued(text="等了两天的一件")
    queued(text="新来的一件", now=LATE - timedelta(hours=1))
    ticket = returned(cast)
    html = body(dora.get(DESK))
    assert titles(html) == [ticket.title, "等了两天的一件", "新来的一件"]


def test_over_the_target_stands_on_top_with_its_hours(cast, queued, dora, now):
    queued(text="等了两天的一件")
    queued(text="新来的一件", now=LATE - timedelta(hours=1))
    html = body(dora.get(DESK))
    place(html, "等了两天的一件", "新来的一件")
    assert "14 小时 30 分" not in html
    assert "15 小时" in html  # 5.5 on Wednesday, 8.5 on Thursday, 1 on Friday
    assert titles(body(dora.get(DESK + "?tab=over"))) == ["等了两天的一件"]
    assert titles(body(dora.get(DESK + "?tab=returns"))) == []
    assert "没有待裁定的退回" in body(dora.get(DESK + "?tab=returns"))


def test_the_list_is_searched_by_title_number_and_company(cast, queued, dora, now):
    queued(text="停电三次")
    other = CompanyFactory(name="广源化工有限公司", region=cast.town)
    (ticket,) = queued(text="招不到人", company=other)
    for text in ("招不", ticket.number[-3:], "广源"):
        assert titles(body(dora.get(DESK, {"q": text}))) == ["招不到人"]
    assert "清除筛选" in body(dora.get(DESK, {"q": "没有这样的"}))


def test_the_ticket_beside_the_list_says_what_is_proposed_and_why(
    cast, queued, dora, now
):
    for one in queued(3):
        dispatched(cast, one)
    learn()
    queued(category=None)
    html = body(dora.get(DESK))
    assert "近一年相似 3 件中 3 件由人社局主办" in html
    assert "其中 3 件归入“用工”" in html
    assert "交办给人社局" in html.replace(" ", "")
    assert html.count("相似 ") >= 3


def test_words_that_speak_for_another_category_are_said_not_followed(
    cast, queued, dora, now
):
    for one in queued(3):
        dispatched(cast, one)
    learn()
    queued(category=CategoryFactory(key="tax", name="税费"))
    html = body(dora.get(DESK))
    assert "文字更像“用工”" in html
    assert f'<option value="{CategoryFactory(key="tax").pk}" selected>税费' in html


def test_look_alikes_of_another_region_are_not_shown(cast, queued, as_user, now):
    west = CompanyFactory(name="城西铸造有限公司", region=cast.county)
    queued(text=LABOUR, company=west)
    queued(text=LABOUR)
    town = UserFactory(login="tina", department=cast.dora.department)
    GrantFactory(user=town, role="dispatcher", region=cast.town)
    wide, narrow = (body(as_user(user).get(DESK)) for user in (cast.dora, town))
    assert "城西铸造" in wide
    assert "相似 1 件" in wide
    assert "城西铸造" not in narrow
    assert "相似 1 件" not in narrow


@pytest.mark.slow
def test_an_act_done_from_the_desk_goes_on_with_the_next(
    cast, labour, queued, dora, now
):
    first, second = queued(2)
    html = body(dora.get(DESK))
    address = f"/tickets/{first.pk}/dispatch/?to=desk&amp;at={second.pk}"
    assert address in html
    answer = dora.post(
        address.replace("&amp;", "&"),
        {
            "version": first.version,
            "category": labour.pk,
            "lead": cast.bureau.pk,
        },
        follow=True,
    )
    assert answer.redirect_chain == [(f"{DESK}?at={second.pk}", 302)]
    html = body(answer)
    assert f"{first.number}：“交办”已完成" in html
    assert f'data-pk="{second.pk}" aria-current="true"' in html


@pytest.mark.parametrize(
    ("act", "data", "state"),
    [
        ("refuse", {"refusal": "empty", "note": "请补充事实"}, "refused"),
        ("split", {"text_1": "另有停电问题"}, "queued"),
    ],
)
def test_the_other_acts_come_back_to_the_desk_too(
    cast, queued, dora, now, act, data, state
):
    (ticket,) = queued()
    address = f"/tickets/{ticket.pk}/{act}/?to=desk"
    assert address in body(dora.get(DESK))
    answer = dora.post(address, {"version": ticket.version, **data})
    assert (answer.status_code, answer.url) == (302, DESK)
    ticket.refresh_from_db()
    assert ticket.status == state


def test_a_look_alike_takes_the_ticket_with_one_press(cast, queued, dora, now):
    first, second = queued(2)
    html = body(dora.get(f"{DESK}?at={second.pk}"))
    button = f'<button class="btn" name="into" value="{first.number}">'
    assert button in html
    address = f"/tickets/{second.pk}/merge/?to=desk&at={first.pk}"
    dora.post(address, {"version": second.version, "into": first.number})
    second.refresh_from_db()
    assert (second.status, second.merged_into) == ("merged", first)


def test_a_return_is_ruled_on_beside_its_reason(cast, dora, now):
    ticket = returned(cast)
    html = body(dora.get(DESK))
    assert "属水利局职责" in html
    assert 'data-key="u"' in html
    address = f"/tickets/{ticket.pk}/rule/?to=desk"
    assert address in html
    data = {"ruling": "upheld", "lead": cast.other_bureau.pk, "note": "属实"}
    answer = dora.post(address, {"version": ticket.version, **data})
    assert answer.status_code == 302
    assert ticket.parts.get(ended_on=None).department == cast.other_bureau


def test_the_second_of_two_dispatchers_is_told_what_the_first_did(
    cast, labour, queued, as_user, now
):
    (ticket,) = queued()
    second = UserFactory(login="dana", department=cast.dora.department)
    GrantFactory(user=second, role="dispatcher", region=cast.county)
    dispatched(cast, ticket, now=LATE)
    answer = as_user(second).post(
        f"/tickets/{ticket.pk}/dispatch/?to=desk",
        {
            "version": ticket.version,
            "category": labour.pk,
            "lead": cast.other_bureau.pk,
        },
    )
    html = body(answer, 422)
    assert ticket.number in html
    assert "Dora 交办给 人社局" in html
    ticket.refresh_from_db()
    assert ticket.parts.get(is_lead=True).department == cast.bureau


@pytest.mark.slow
def test_a_ticket_that_somebody_took_from_the_queue_says_who(cast, queued, dora, now):
    first, second = queued(2)
    dispatched(cast, first, now=LATE)
    html = body(dora.get(f"{DESK}?at={first.pk}"))
    assert "Dora 交办给 人社局" in html
    assert f'data-pk="{second.pk}" aria-current="true"' in html
    part = body(dora.get(f"{DESK}{first.pk}/", headers={"hx-request": "true"}))
    assert "Dora 交办给 人社局" in part


def test_another_category_proposes_its_own_lead(cast, labour, queued, dora, now):
    tax = CategoryFactory(key="tax", name="税费")
    tax.default_lead = cast.other_bureau
    tax.save()
    (ticket,) = queued()
    html = body(dora.get(f"{DESK}{ticket.pk}/lead/", {"category": tax.pk}))
    assert f'<option value="{cast.other_bureau.pk}" selected>水利局' in html
    assert "按类别设置" in html


@pytest.mark.parametrize("wrong", ["", "x", "0", str(10**30), "-1"])
def test_a_category_that_is_none_is_refused(queued, dora, now, wrong):
    (ticket,) = queued()
    answer = dora.get(f"{DESK}{ticket.pk}/lead/", {"category": wrong})
    assert answer.status_code == 422


def test_looking_again_finds_what_came_later(cast, queued, dora, now):
    (ticket,) = queued()
    ticket.suggestion.delete()
    assert "正在查找" in body(dora.get(DESK))
    dora.post(f"{DESK}{ticket.pk}/suggest/")
    assert "正在查找" not in body(dora.get(DESK))


@pytest.mark.parametrize("query", ["?at=x", "?at=" + "9" * 40, "?cursor=x", "?tab=x"])
def test_a_wrong_address_shows_the_queue(queued, dora, now, query):
    queued(text="招不到人")
    assert titles(body(dora.get(DESK + query))) == ["招不到人"]


def test_an_empty_queue_says_so(cast, dora, now):
    html = body(dora.get(DESK))
    assert "没有待处理的问题" in html
    assert "暂无数据" in html  # nothing was dispatched: no 0 % and no 100 %


def test_the_figures_open_to_their_tickets(cast, queued, dora, now):
    early, late = (
        queued(text="及时的一件", now=LATE - timedelta(hours=1)),
        queued(text="等了两天的一件"),
    )
    for one in (*early, *late):
        dispatched(cast, one, now=LATE)
    html = body(dora.get(DESK))
    assert "50.0%（1/2）" in html
    address = reverse("visits:desk-dispatched")
    assert f"{address}?span=today" in html
    assert len(titles(body(dora.get(address)))) == 2
    for which, title in (("in-time", "及时的一件"), ("late", "等了两天的一件")):
        html = body(dora.get(address, {"which": which, "span": "month"}))
        assert title in html
        assert html.count('class="main"') == 1


@pytest.mark.slow
def test_the_page_costs_the_same_for_1_and_25_tickets(
    cast, queued, dora, now, queries_of
):
    queued(2)
    few = queries_of(lambda: dora.get(DESK))
    queued(23)
    assert queries_of(lambda: dora.get(DESK)) == few
    # session, person; the queue, returns; the ticket, its look-alikes and those of the
    # list; departments, categories; how many were dispatched in time
    assert few == 9
    queued(1)
    # With more than a page: how many there are.
    assert queries_of(lambda: dora.get(DESK)) == 10


@pytest.mark.slow
def test_a_ticket_with_many_look_alikes_shows_a_few(cast, queued, dora, now):
    queued(14)
    html = body(dora.get(DESK))
    assert html.count("并入此件") == 8


def test_the_desk_knows_only_its_own_region(cast, queued, as_user, now):
    queued(text="招不到人")
    assert titles(body(as_user(cast.dirk).get(DESK))) == []
    ticket = Ticket.objects.get()
    for address in (f"{DESK}{ticket.pk}/", f"{DESK}{ticket.pk}/lead/"):
        assert as_user(cast.dirk).get(address).status_code == 404
