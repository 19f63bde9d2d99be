"""The list, one escalation, the card on its subject's page, and the form."""

import pytest
from django.urls import reverse

from crm.services import search
from projects.models import Milestone
from tests.factories import CategoryFactory, CompanyFactory, ProjectFactory
from tests.visits.escalation.stories import at, late_ticket, leader_of, only, sweep
from tests.visits.ticket_stories import closed, dispatched
from visits.models import Escalation, Ticket
from visits.services import escalations

pytestmark = pytest.mark.django_db
LIST = reverse("visits:escalations")


@pytest.fixture(autouse=True)
def on_the_day(time_machine):
    time_machine.move_to(at(3, 30), tick=False)


@pytest.fixture
def ticket(cast):
    ticket = late_ticket(cast)
    sweep(3, 28)
    return ticket


@pytest.fixture
def escalation(ticket):
    return Escalation.objects.get(rule__key="ticket_late")


def body(client, url, status=200, **data):
    response = client.get(url, data)
    assert response.status_code == status
    return response.content.decode()


# --- The list -----------------------------------------------------------------------


def test_the_head_finds_what_has_come_to_her(cast, as_user, escalation):
    page = body(as_user(cast.uma), LIST)
    assert escalation.get_absolute_url() in page
    assert "办结逾期" in page and "恒润纺织" in page
    # What went to the handler is his.
    near = Escalation.objects.get(rule__key="ticket_due_soon")
    assert near.get_absolute_url() not in page
    assert near.get_absolute_url() in body(as_user(cast.hana), LIST)


@pytest.mark.parametrize(
    ("who", "tab", "sees"),
    [
        ("uma", "unit", True),
        ("hana", "unit", True),
        ("tom", "unit", False),
        ("maria", "waiting", False),
        ("maria", "open", True),
        ("dora", "open", True),
        ("axel", "open", True),
        ("olga", "open", True),
        ("oleg", "open", False),
        ("dirk", "open", False),
        ("otto", "open", False),
        ("sven", "open", False),
    ],
)
def test_who_finds_it_where(cast, as_user, escalation, who, tab, sees):
    page = body(as_user(getattr(cast, who)), LIST, tab=tab)
    assert (escalation.get_absolute_url() in page) == sees


def test_what_is_settled_goes_to_its_own_tab(cast, as_user, escalation):
    escalations.settle_escalation(escalation, actor=cast.uma, reason="已约谈。")
    client, url = as_user(cast.uma), escalation.get_absolute_url()
    assert url not in body(client, LIST)
    assert url in body(client, LIST, tab="settled")


def test_the_list_can_be_narrowed(cast, as_user, escalation):
    client, url = as_user(cast.maria), escalation.get_absolute_url()
    search.write_words([cast.company.pk])
    for data in ({"level": 1}, {"kind": "ticket"}, {"q": "恒润"}):
        assert url in body(client, LIST, tab="open", **data)
    for data in ({"level": 2}, {"kind": "milestone"}, {"q": "邻县"}):
        assert url not in body(client, LIST, tab="open", **data)


@pytest.mark.parametrize("who", ["otto", "sven"])
def test_who_has_no_tab_may_narrow_nothing(cast, as_user, escalation, who):
    page = body(as_user(getattr(cast, who)), LIST, q="恒润", level="3")
    assert escalation.get_absolute_url() not in page


@pytest.mark.parametrize(
    "data", [{"level": "9"}, {"kind": "complaint"}, {"q": "x" * 61}]
)
def test_a_filter_that_is_none_is_told(cast, as_user, data):
    body(as_user(cast.maria), LIST, 422, **data)


@pytest.mark.parametrize("cursor", ["x", "9" * 2000, "\x00"])
def test_a_forged_cursor_is_the_first_page(cast, as_user, escalation, cursor):
    response = as_user(cast.maria).get(LIST, {"tab": "open", "cursor": cursor})
    assert response.status_code in {200, 400}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("who", "tab", "queries"), [("uma", "waiting", 7), ("maria", "open", 6)]
)
def test_a_list_costs_the_same(cast, as_user, queries_of, who, tab, queries):
    only("ticket_late")
    dispatched(cast)
    sweep(3, 28)
    client = as_user(getattr(cast, who))
    cost = queries_of(lambda: client.get(LIST, {"tab": tab}))
    for _ in range(19):
        dispatched(cast, company=cast.company)
    sweep(3, 28)
    assert Escalation.objects.count() == 20
    assert queries_of(lambda: client.get(LIST, {"tab": tab})) == cost
    # session, user; of what waits: who is nearer; keys, rows, names, count
    assert cost == queries


# --- One escalation -----------------------------------------------------------------


def test_it_says_why_it_came_and_where_to_look(cast, as_user, ticket, escalation):
    page = body(as_user(cast.uma), escalation.get_absolute_url())
    assert "交办后第 7 个工作日，仍未答复（时限 7 个工作日，03-27 到期）" in page
    assert ticket.get_absolute_url() in page
    assert escalation.rule.get_absolute_url() in page
    assert "为什么是这天" in page
    assert "Uma" in page


def test_the_head_answers_on_the_page(cast, as_user, escalation):
    client, url = as_user(cast.uma), escalation.get_absolute_url()
    settle = reverse("visits:escalation-settle", args=[escalation.pk])
    assert settle in body(client, url)
    assert client.post(settle, {"version": 1, "reason": ""}).status_code == 422
    assert client.post(settle, {"version": 1, "reason": "已约谈。"}).status_code == 302
    page = body(client, url)
    assert "已约谈。" in page and settle not in page
    again = client.post(settle, {"version": 2, "reason": "再来"})
    assert again.status_code == 409 and "已处理" in again.content.decode()
    assert client.get(settle).status_code == 302


def test_an_old_page_is_told_and_what_was_typed_stays(cast, as_user, escalation):
    Escalation.objects.update(version=5)
    settle = reverse("visits:escalation-settle", args=[escalation.pk])
    data = {"version": 1, "reason": "已约谈。"}
    response = as_user(cast.uma).post(settle, data)
    assert response.status_code == 409
    page = response.content.decode()
    assert "已约谈。" in page and 'value="5"' in page


def test_who_only_reads_has_nothing_to_press(cast, as_user, escalation):
    for who in (cast.hana, cast.dora, cast.axel, cast.olga):
        page = body(as_user(who), escalation.get_absolute_url())
        assert "提交处理意见" not in page


# --- On the page of its subject -----------------------------------------------------


@pytest.mark.slow
def test_the_tickets_page_shows_what_went_higher(cast, as_user, ticket, escalation):
    page = body(as_user(cast.hana), ticket.get_absolute_url())
    assert escalation.get_absolute_url() in page
    near = Escalation.objects.get(rule__key="ticket_due_soon")
    assert near.get_absolute_url() not in page
    raise_it = reverse("visits:escalate", args=["ticket", ticket.pk])
    assert raise_it not in page
    assert raise_it in body(as_user(cast.uma), ticket.get_absolute_url())
    assert raise_it in body(as_user(cast.olga), ticket.get_absolute_url())


def test_the_company_reads_the_level_and_nothing_internal(cast, as_user, ticket):
    page = body(as_user(cast.otto), ticket.get_absolute_url())
    assert "提到单位负责人" in page
    assert "提级规则" not in page and LIST not in page


def test_the_page_of_an_approval_has_its_card(cast, as_user):
    project = ProjectFactory(company=cast.company, lead_department=cast.bureau)
    item = Milestone.objects.create(
        project=project,
        key="k",
        name="施工许可",
        stage=1,
        order=1,
        department=cast.bureau,
        committed_days=5,
    )
    raise_it = reverse("visits:escalate", args=["milestone", item.pk])
    assert raise_it in body(as_user(cast.dora), item.get_absolute_url())
    assert raise_it not in body(as_user(cast.axel), item.get_absolute_url())
    one = escalations.raise_by_hand(item, actor=cast.dora, level=3, reason="无人牵头")
    page = body(as_user(cast.axel), item.get_absolute_url())
    assert one.get_absolute_url() in page and "无人牵头" in page
    assert "施工许可" in body(as_user(cast.maria), LIST)


def test_taking_it_higher_on_the_page(cast, as_user):
    leader_of(cast, cast.bureau)
    ticket, client = dispatched(cast), as_user(cast.dora)
    url = reverse("visits:escalate", args=["ticket", ticket.pk])
    key = "11111111-1111-4111-8111-111111111111"
    data = {"client_key": key, "level": 2, "reason": "涉及三个部门"}
    assert "分管领导" in body(client, url)
    assert client.post(url, data | {"reason": ""}).status_code == 422
    first = client.post(url, data)
    assert first.status_code == 302
    assert client.post(url, data).url == first.url
    other = data | {"client_key": key.replace("1", "2")}
    refused = client.post(url, other)
    assert refused.status_code == 422 and "已提到分管领导" in refused.content.decode()
    assert Ticket.objects.get().level == 2


def test_what_has_ended_is_told_before_anybody_types(cast, as_user):
    ticket = closed(cast)
    url = reverse("visits:escalate", args=["ticket", ticket.pk])
    assert "已结束" in body(as_user(cast.dora), url, 409)


@pytest.mark.parametrize("kind", ["company", "project", "part", "x"])
def test_what_cannot_be_taken_higher_is_not_there(cast, as_user, kind):
    CategoryFactory()
    CompanyFactory()
    assert body(as_user(cast.dora), f"/escalations/raise/{kind}/1/", 404)
