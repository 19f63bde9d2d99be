import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from crm.models import Attachment
from tests.factories import DepartmentFactory
from visits.models import Answer, Category, Ticket
from visits.services import categories, tickets

from .ticket_stories import (
    TODAY,
    accepted,
    act,
    answered,
    closed,
    dispatched,
    in_state,
    picture,
    raised,
    working,
)

INTERNAL = "内部机密甲乙丙"
PUBLIC = "公开的一句话"


@pytest.fixture(autouse=True)
def today(time_machine):
    time_machine.move_to(TODAY, tick=False)


@pytest.fixture
def talked(cast):
    """A ticket with something internal in every place that can hold it."""
    ticket = accepted(cast, assistants=[(cast.other_bureau, f"任务{INTERNAL}")])
    tickets.answer_part(ticket, actor=cast.tom, text=f"协办{INTERNAL}")
    for text, internal in [(f"留言{INTERNAL}", True), (PUBLIC, False)]:
        tickets.comment_ticket(ticket, actor=cast.hana, text=text, is_internal=internal)
    return ticket


@pytest.mark.parametrize(
    ("who", "status", "internal"),
    [
        ("olga", 200, True),
        ("bela", 200, True),
        ("hana", 200, True),
        ("uma", 200, True),
        ("tom", 200, True),
        ("dora", 200, True),
        ("maria", 200, True),
        ("axel", 200, True),
        ("otto", 200, False),
        ("oleg", 404, False),
        ("dirk", 404, False),
        ("omar", 404, False),
        ("sven", 404, False),
        ("selma", 404, False),
        ("alma", 404, False),
    ],
)
def test_who_reads_a_ticket_and_who_its_internal_words(
    cast, as_user, talked, who, status, internal
):
    response = as_user(getattr(cast, who)).get(talked.get_absolute_url())
    assert response.status_code == status
    assert (INTERNAL in response.text) == internal
    assert (PUBLIC in response.text) == (status == 200)


@pytest.mark.parametrize("state", ["submitted", "queued", "refused", "closed"])
def test_the_company_reads_its_ticket_in_every_state(cast, as_user, state):
    ticket = in_state(cast, state)
    assert as_user(cast.otto).get(ticket.get_absolute_url()).status_code == 200


@pytest.mark.slow
def test_the_page_costs_the_same_however_much_was_said(
    cast, as_user, queries_of, talked
):
    client, url = as_user(cast.hana), talked.get_absolute_url()
    client.get(url)
    cost = queries_of(lambda: client.get(url))
    for _ in range(5):
        tickets.comment_ticket(talked, actor=cast.hana, text="又一句", is_internal=True)
    assert queries_of(lambda: client.get(url)) == cost
    # session, person with grants; ticket, answers, files, parts, events, departments
    # and people that they name, comments, officers, what leaders have to do with it,
    # dispatch sheets, supervision orders
    # whether the handler is away, how it was asked whether it is solved, and its case
    assert cost == 18


@pytest.mark.parametrize(
    ("who", "state", "filled"),
    [
        ("dora", "queued", "dispatch"),
        ("hana", "dispatched", "accept"),
        ("hana", "accepted", "contact"),
        ("hana", "working", "contact"),
        ("otto", "confirming", "confirm"),
        ("olga", "confirming", "confirm"),
        ("otto", "working", None),
        ("maria", "queued", None),
        ("hana", "confirming", None),
        ("hana", "closed", None),
    ],
)
def test_the_next_act_is_the_only_filled_button(cast, as_user, who, state, filled):
    ticket = in_state(cast, state)
    response = as_user(getattr(cast, who)).get(ticket.get_absolute_url())
    page = response.context["page"]
    assert (page.next_act.value if page.next_act else None) == filled
    assert response.text.count("btn-primary") == bool(filled)


def test_once_the_company_was_called_the_answer_is_next(cast, as_user):
    ticket = in_state(cast, "working")
    tickets.record_contact(
        ticket, actor=cast.hana, person="王经理", called_at=timezone.now()
    )
    page = as_user(cast.hana).get(ticket.get_absolute_url()).context["page"]
    assert page.next_act == tickets.Act.ANSWER


def test_an_assistant_is_asked_until_it_has_answered(cast, as_user):
    ticket = accepted(cast, assistants=[(cast.other_bureau, "名单")])
    client, url = as_user(cast.tom), ticket.get_absolute_url()
    assert client.get(url).context["page"].next_act == tickets.Act.ANSWER_PART
    tickets.answer_part(ticket, actor=cast.tom, text="已提供")
    page = client.get(url).context["page"]
    assert page.next_act is None
    assert page.other_acts == [tickets.Act.ANSWER_PART]


@pytest.mark.slow
def test_dispatching_by_the_page(cast, as_user):
    categories.link_default_leads()
    ticket = raised(cast, category=Category.objects.get(key="labour"))
    client, url = as_user(cast.dora), act("dispatch", ticket)
    page = client.get(url)
    assert page.context["form"]["lead"].value() == cast.bureau.pk
    data = {
        "category": ticket.category_id,
        "lead": cast.bureau.pk,
        "assistant_1": cast.other_bureau.pk,
        "version": ticket.version,
    }
    unsaid = client.post(url, data)
    assert unsaid.status_code == 422
    done = client.post(url, {**data, "task_1": "核实用水"})
    assert done.url == ticket.get_absolute_url()
    assert Ticket.objects.get(pk=ticket.pk).status == "dispatched"
    assert client.post(url, {**data, "task_1": "核实用水"}).status_code == 302


def test_a_department_of_another_county_is_not_offered(cast, as_user):
    far = DepartmentFactory(code="far", region=cast.elsewhere)
    ticket = raised(cast)
    data = {"category": ticket.category_id, "lead": far.pk, "version": 1}
    response = as_user(cast.dora).post(act("dispatch", ticket), data)
    assert response.status_code == 422
    assert far not in response.context["form"].departments


@pytest.mark.parametrize(
    ("who", "get", "post"),
    [
        ("dora", 200, 302),
        ("olga", 403, 403),
        ("otto", 403, 403),
        ("maria", 403, 403),
        ("axel", 403, 403),
        ("tom", 404, 404),
        ("dirk", 404, 404),
        ("omar", 404, 404),
        ("sven", 404, 404),
    ],
)
def test_who_may_refuse_by_the_page(cast, as_user, who, get, post):
    ticket, client = raised(cast), as_user(getattr(cast, who))
    data = {"refusal": "empty", "note": "没有具体内容", "version": 1}
    assert client.get(act("refuse", ticket)).status_code == get
    assert client.post(act("refuse", ticket), data).status_code == post
    after = Ticket.objects.get(pk=ticket.pk)
    assert (after.status == "refused") == (post == 302)


def test_an_act_that_is_too_late_says_what_is_possible(cast, as_user):
    ticket = answered(cast)
    response = as_user(cast.dora).get(act("dispatch", ticket))
    assert response.status_code == 409
    assert ticket.number in response.text


def test_what_is_possible_is_what_this_person_may_do(cast, as_user):
    ticket = dispatched(cast, assistants=[(cast.other_bureau, "请提供名单。")])
    page = as_user(cast.hana).get(f"/tickets/{ticket.pk}/answer/").content.decode()
    assert "签收" in page and "答复协办事项" not in page


def test_a_stale_page_shows_what_is_stored_and_keeps_what_was_typed(cast, as_user):
    ticket = working(cast)
    data = {"text": "打了很久的答复", "proposed": "solved", "version": 1}
    response = as_user(cast.hana).post(act("answer", ticket), data)
    assert response.status_code == 409
    assert "打了很久的答复" in response.text
    assert Ticket.objects.get(pk=ticket.pk).status == "working"


@pytest.mark.parametrize("name", ["admit", "accept", "start"])
def test_what_needs_no_form_is_post_alone(cast, as_user, name):
    ticket = dispatched(cast)
    assert as_user(cast.hana).get(act(name, ticket)).status_code == 405


@pytest.mark.slow
def test_from_signing_to_the_companys_yes_by_the_pages(cast, as_user):
    ticket = dispatched(cast)
    hana, otto = as_user(cast.hana), as_user(cast.otto)
    assert hana.post(act("accept", ticket), {"version": 2}).status_code == 302
    call = {"person": "张三", "phone": "13800000000", "called_at": "2026-03-19T08:30"}
    assert hana.post(act("contact", ticket), call).status_code == 302
    answer = {"text": "到岗 12 人", "proposed": "partly", "papers": [picture()]}
    assert hana.post(act("answer", ticket), answer).status_code == 302
    assert otto.post(act("reject", ticket), {"reason": "还差八人"}).status_code == 302
    answer = {"text": "又到岗 8 人", "proposed": "solved"}
    assert hana.post(act("answer", ticket), answer).status_code == 302
    assert otto.post(act("confirm", ticket), {"outcome": "solved"}).status_code == 302
    assert Ticket.objects.get(pk=ticket.pk).outcome == "solved"


def test_an_officer_confirms_with_a_picture(cast, as_user):
    ticket = answered(cast)
    client, url = as_user(cast.olga), act("confirm", ticket)
    data = {"outcome": "solved", "sign_off": "signature"}
    assert client.post(url, data).status_code == 422
    assert client.post(url, {**data, "file": picture()}).status_code == 302
    after = Ticket.objects.get(pk=ticket.pk)
    assert (after.sign_off, after.sign_off_file is not None) == ("signature", True)


def test_a_call_without_a_number_comes_back_with_what_was_typed(cast, as_user):
    data = {"outcome": "solved", "sign_off": "call", "person": "张三丰"}
    response = as_user(cast.olga).post(act("confirm", answered(cast)), data)
    assert response.status_code == 422
    assert "张三丰" in response.text


def test_the_company_cannot_sign_off_as_somebody_else(cast, as_user):
    ticket = answered(cast)
    data = {"outcome": "solved", "sign_off": "call", "status": "closed", "number": "x"}
    as_user(cast.otto).post(act("confirm", ticket), data)
    after = Ticket.objects.get(pk=ticket.pk)
    assert (after.sign_off, after.number) == ("company", ticket.number)


def test_a_company_raises_a_problem_with_one_box(cast, as_user):
    client, key = as_user(cast.otto), uuid.uuid4()
    data = {"text": "门口道路坑洼。", "client_key": key, "papers": [picture()]}
    response = client.post(reverse("visits:raise"), data)
    ticket = Ticket.objects.get()
    assert response.url == ticket.get_absolute_url()
    assert (ticket.status, ticket.title) == ("submitted", "门口道路坑洼")
    assert Attachment.objects.get().is_internal is False
    client.post(reverse("visits:raise"), {**data, "papers": [picture()]})
    assert Ticket.objects.count() == Attachment.objects.count() == 1


@pytest.mark.parametrize(
    ("text", "title", "count"),
    [
        ("门口道路坑洼。", "", 1),
        ("门口道路坑洼", "", 1),
        ("门口道路坑洼！！\n", "", 1),
        ("门口道路坑洼。雨天积水。", "", 2),
        ("门口道路坑洼。", "路要修", 1),
        (f"门口道路坑洼{'很长' * 20}。", "", 2),
    ],
)
@pytest.mark.parametrize("page", ["ticket", "ticket-dispatch"])
def test_the_same_words_stand_there_once(cast, as_user, text, title, count, page):
    ticket = tickets.raise_ticket(
        actor=cast.olga, company=cast.company, text=text, title=title
    )
    url = reverse(f"visits:{page}", args=[ticket.pk])
    _head, _tag, body = as_user(cast.dora).get(url).content.decode().partition("<h1")
    assert body.count("门口道路坑洼") == count


def test_an_empty_box_comes_back(cast, as_user):
    response = as_user(cast.otto).post(reverse("visits:raise"), {"text": " "})
    assert response.status_code == 422
    assert not Ticket.objects.exists()


@pytest.mark.parametrize(
    ("who", "own", "foreign"),
    [
        ("olga", 200, 404),
        ("dora", 200, 404),
        ("hana", 403, 403),
        ("maria", 403, 403),
        ("axel", 403, 403),
        ("sven", 403, 403),
    ],
)
def test_for_which_company_an_official_raises(cast, as_user, who, own, foreign):
    client, url = as_user(getattr(cast, who)), reverse("visits:raise")
    assert client.get(url, {"company": cast.company.pk}).status_code == own
    assert client.get(url, {"company": cast.foreign.pk}).status_code == foreign
    assert cast.foreign.name not in client.get(url).text


def test_an_officer_raises_for_a_company_of_his(cast, as_user):
    url = f"{reverse('visits:raise')}?company={cast.company.pk}"
    data = {"text": "招不到人。", "source": "other", "wish": "招聘会"}
    assert as_user(cast.olga).post(url, data).status_code == 302
    ticket = Ticket.objects.get()
    assert (ticket.status, ticket.first_receiver) == ("queued", cast.olga)


@pytest.mark.parametrize("kind", ["contact", "first_reply", "solve"])
def test_every_clock_explains_its_day(cast, as_user, kind):
    ticket = dispatched(cast)
    url = reverse("visits:ticket-why", args=[ticket.pk, kind])
    page = as_user(cast.otto).get(url)
    assert page.status_code == 200
    assert "<html" in page.text
    part = as_user(cast.otto).get(url, headers={"hx-request": "true"})
    assert "<html" not in part.text
    assert 'class="counted"' in part.text
    wrong = reverse("visits:ticket-why", args=[ticket.pk, "x"])
    assert as_user(cast.otto).get(wrong).status_code == 404


def test_the_clock_of_a_part_is_not_the_companys_to_see(cast, as_user, talked):
    part = talked.parts.get(is_lead=False)
    url = reverse("visits:ticket-part-why", args=[talked.pk, part.pk])
    assert as_user(cast.tom).get(url).status_code == 200
    assert as_user(cast.otto).get(url).status_code == 404


@pytest.mark.slow
def test_the_number_called_is_masked_for_those_who_need_it_not(cast, as_user):
    proof = tickets.Proof("call", None, "张三", "13812345678", TODAY)
    ticket = tickets.confirm_ticket(
        answered(cast), actor=cast.olga, outcome="solved", proof=proof
    )
    url = ticket.get_absolute_url()
    assert "13812345678" in as_user(cast.olga).get(url).text
    for who in (cast.hana, cast.maria, cast.dora, cast.axel):
        text = as_user(who).get(url).text
        assert "13812345678" not in text
        assert "138****5678" in text


def test_answers_are_written_once(cast, as_user):
    ticket, key = working(cast), uuid.uuid4()
    client = as_user(cast.hana)
    data = {"text": "已办", "proposed": "solved", "client_key": key, "version": 4}
    for _ in range(2):
        assert client.post(act("answer", ticket), data).status_code == 302
    assert Answer.objects.count() == 1


@pytest.mark.slow
def test_a_closed_ticket_is_only_reopened(cast, as_user):
    response = as_user(cast.otto).get(closed(cast).get_absolute_url())
    assert response.context["page"].acts == [tickets.Act.REOPEN]
    response = as_user(cast.hana).get(closed(cast).get_absolute_url())
    assert response.context["page"].acts == []
