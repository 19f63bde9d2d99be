"""Ratings through the pages people use."""

import pytest
from django.urls import reverse

from crm.models import StoredFile
from tests.factories import VisitFactory
from tests.visits.ticket_stories import closed, picture
from visits.models import Correction, Rating
from visits.services import ratings


def url(name, pk):
    return reverse(f"visits:{name}", args=[pk])


def text(client, address, status=200):
    response = client.get(address)
    assert response.status_code == status
    return response.content.decode()


def test_a_company_rates_from_its_list_in_one_form(cast, ticket, as_user):
    client = as_user(cast.otto)
    assert url("rate-ticket", ticket.pk) in text(client, reverse("visits:ratings"))
    assert url("rate-ticket", ticket.pk) in text(client, ticket.get_absolute_url())
    form = {"level": "2", "words": "等了两周", "tags": ["slow", "shirk"]}
    response = client.post(url("rate-ticket", ticket.pk), form)
    rating = Rating.objects.get()
    assert response.url == rating.get_absolute_url()
    body = text(client, response.url)
    for word in ("等了两周", "推诿扯皮", "整改中", "将整改"):
        assert word in body
    listed = text(client, reverse("visits:ratings"))
    assert url("rate-ticket", ticket.pk) not in listed
    assert "等了两周" in listed


def test_a_second_rating_shows_the_first(cast, ticket, rated, as_user):
    rated(1, words="第一次的话")
    client, address = as_user(cast.otto), url("rate-ticket", ticket.pk)
    assert "第一次的话" in text(client, address)
    again = client.post(address, {"level": "5"})
    assert again.status_code == 409
    assert "第一次的话" in again.content.decode()


def test_before_the_end_a_sentence_says_so(cast, as_user):
    plan = VisitFactory(company=cast.company, logged_by=cast.olga)
    # A plan is not the company's to see; its page is a held visit's.
    assert as_user(cast.otto).get(url("rate-visit", plan.pk)).status_code == 404


@pytest.mark.parametrize(
    "bad", [{}, {"level": "7"}, {"level": "5", "words": "长" * 5000}]
)
def test_what_was_typed_comes_back(cast, ticket, as_user, bad):
    form = {"words": "保留的话", **bad}
    response = as_user(cast.otto).post(url("rate-ticket", ticket.pk), form)
    assert response.status_code == 422
    assert form["words"][:4] in response.content.decode()
    assert not Rating.objects.exists()


@pytest.mark.slow
def test_a_bad_rating_goes_all_its_way(cast, rated, as_user):
    rating = rated(1)
    hana, dora, otto = (as_user(one) for one in (cast.hana, cast.dora, cast.otto))
    page = rating.get_absolute_url()
    assert url("rating-correct", rating.pk) in text(hana, page)
    assert url("rating-correct", rating.pk) in text(hana, url("rating", rating.pk))
    hana.post(url("rating-correct", rating.pk), {"done": "已登门说明", "version": 1})
    assert url("rating-call", rating.pk) in text(dora, page)
    assert page in text(dora, reverse("visits:ratings") + "?tab=calls")
    call = {"call": "corrected", "person": "王经理", "note": "还行", "version": 2}
    assert dora.post(url("rating-call", rating.pk), call).url == page
    # What the company said on the phone is not for the unit.
    assert "还行" in text(dora, page)
    assert "还行" not in text(hana, page)
    assert url("rating-look", rating.pk) in text(otto, page)
    otto.post(url("rating-look", rating.pk), {"level": "4", "words": "可以了"})
    rating.refresh_from_db()
    assert rating.correction.outcome == "corrected"
    assert "可以了" in text(hana, page)


@pytest.mark.slow
def test_an_objection_goes_its_way(cast, rated, as_user):
    rating = rated(1)
    uma, axel, otto = (as_user(one) for one in (cast.uma, cast.axel, cast.otto))
    page = rating.get_absolute_url()
    ask = {"kind": "malicious", "reason": "我们没有办过此事"}
    assert uma.post(url("rating-object", rating.pk), ask).url == page
    assert page in text(axel, reverse("visits:ratings") + "?tab=objections")
    assert "我们没有办过此事" in text(axel, url("rating-rule", rating.pk))
    assert "我们没有办过此事" not in text(otto, page)
    rule = {"decision": "upheld", "reason": "核实属实"}
    assert axel.post(url("rating-rule", rating.pk), rule).url == page
    for client in (uma, axel, otto):
        assert "不计入统计" in text(client, page)
        assert "核实属实" in text(client, page)


def test_whoever_was_second_is_told_and_keeps_his_words(cast, rated, as_user):
    rating = rated(1)
    address = url("rating-correct", rating.pk)
    as_user(cast.uma).post(
        url("rating-hand", rating.pk), {"handler": cast.uma.pk, "version": 1}
    )
    late = as_user(cast.hana).post(address, {"done": "我的话", "version": 1})
    assert late.status_code == 409
    assert "我的话" in late.content.decode()
    assert Correction.objects.get().state == "fixing"


@pytest.mark.slow
def test_files_of_a_report_are_for_its_readers(cast, rated, as_user):
    rating = rated(1)
    form = {"done": "附照片", "papers": picture(), "version": 1}
    as_user(cast.hana).post(url("rating-correct", rating.pk), form)
    file = StoredFile.objects.get()
    address = reverse("visits:rating-file", args=[rating.pk, file.uuid])
    assert address in text(as_user(cast.otto), rating.get_absolute_url())
    assert as_user(cast.otto).get(address).status_code == 200
    assert as_user(cast.tom).get(address).status_code == 404
    assert as_user(cast.omar).get(address).status_code == 404


def test_a_deadline_explains_itself(cast, rated, as_user):
    rating = rated(1)
    body = text(as_user(cast.hana), url("rating-why", rating.pk))
    assert "清明" in body


@pytest.mark.parametrize(
    ("who", "tabs"),
    [
        ("olga", ["fixing", "calls", "bad", "all"]),
        ("hana", ["fixing", "bad", "all"]),
        ("dora", ["fixing", "calls", "bad", "all"]),
        ("axel", ["fixing", "calls", "objections", "bad", "all"]),
        ("maria", ["fixing", "bad", "all"]),
        ("otto", ["all"]),
    ],
)
def test_tabs_are_each_roles_work(cast, as_user, who, tabs):
    page = as_user(getattr(cast, who)).get(reverse("visits:ratings"))
    assert [one.key for one in page.context["tabs"]] == tabs


def test_administrators_have_no_list(cast, as_user):
    for who in ("sven", "selma", "alma"):
        client = as_user(getattr(cast, who))
        assert client.get(reverse("visits:ratings")).status_code == 403


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("level=1", True), ("level=bad", True), ("level=5", False),
        ("level=good", False), ("kind=visits.ticket", True),
        ("kind=visits.visit", False), ("category=labour", True),
        ("category=none", False), ("department=人社", True), ("department=水", False),
        ("first=2026-03-18", True), ("first=2026-03-19", False),
        ("last=2026-03-17", False), ("counted=true", True), ("counted=false", False),
        ("ended_from=2026-03&ended_to=2026-03", True), ("ended_to=2026-02", False),
        ("figures=true", True),
    ],
)  # fmt: skip
def test_filters_narrow(cast, rated, as_user, query, found):
    rated(1, words="筛选的话")
    body = text(as_user(cast.dora), f"{reverse('visits:ratings')}?tab=all&{query}")
    assert ("筛选的话" in body) == found


@pytest.mark.parametrize(
    "query",
    [
        "level=x", "first=2026-02-30", "category=hack", "kind=crm.user",
        "company=9999999999999999999999", "unit=99999999999999999999",
        "cursor=x", "ended_from=0000-00", "q=" + "长" * 61, "unit=x",
    ],
)  # fmt: skip
def test_bad_filters_are_no_500(cast, rated, as_user, query):
    rated(1)
    page = as_user(cast.dora).get(f"{reverse('visits:ratings')}?{query}")
    assert page.status_code in {200, 422}


@pytest.mark.slow
def test_a_list_costs_the_same_for_1_and_20(cast, rated, visit, as_user, queries_of):
    rated(1, record=visit)
    client, address = as_user(cast.dora), reverse("visits:ratings")
    cost = queries_of(lambda: client.get(address))
    for _ in range(19):
        more = VisitFactory(held=True, company=cast.company, logged_by=cast.olga)
        rated(1, record=more)
    assert queries_of(lambda: client.get(address)) == cost
    # session, user with grants, keys, rows, count, categories of the filter, and the
    # messages' none
    assert cost == 6


def test_a_companys_list_costs_the_same_for_1_and_20(cast, visit, as_user, queries_of):
    client, address = as_user(cast.otto), reverse("visits:ratings")
    cost = queries_of(lambda: client.get(address))
    for _ in range(9):
        VisitFactory(held=True, company=cast.company, logged_by=cast.olga)
    assert queries_of(lambda: client.get(address)) == cost


def test_an_owner_of_two_companies_rates_each_for_itself(cast, ticket, as_user):
    foreign = closed_elsewhere(cast)
    assert as_user(cast.otto).get(url("rate-visit", foreign.pk)).status_code == 404
    response = as_user(cast.otto).post(url("rate-visit", foreign.pk), {"level": "1"})
    assert response.status_code == 404
    assert not Rating.objects.exists()


def closed_elsewhere(cast):
    return VisitFactory(held=True, company=cast.foreign, logged_by=cast.oleg)


def test_a_rating_is_on_its_tickets_page_for_officials(cast, ticket, rated, as_user):
    rating = rated(2, words="等了两周")
    body = text(as_user(cast.hana), ticket.get_absolute_url())
    assert "等了两周" in body
    assert rating.get_absolute_url() in body
    assert url("rating-link-ticket", ticket.pk) not in body


@pytest.mark.slow
def test_the_link_for_the_second_look_is_handed_out_by_the_caller(
    cast, called, as_user, client
):
    rating = called()
    made = as_user(cast.dora).post(url("rating-look-link", rating.pk))
    address = made.context["url"]
    assert made.headers["Cache-Control"] == "no-store"
    assert "已上门道歉" in client.get(address).content.decode()
    assert client.post(address, {"level": "4"}).status_code == 200
    rating.refresh_from_db()
    assert rating.second_level == 4
    for who, status in (("hana", 403), ("uma", 403), ("otto", 403), ("omar", 404)):
        answer = as_user(getattr(cast, who)).post(url("rating-look-link", rating.pk))
        assert answer.status_code == status


def test_closing_shows_the_company_where_to_rate(cast, category, as_user):
    ticket = closed(cast)
    assert ratings.rating_of(ticket) is None
    assert "用时不到一分钟" in text(as_user(cast.otto), ticket.get_absolute_url())


@pytest.mark.parametrize(
    ("who", "name"),
    [("dora", "rating-call"), ("axel", "rating-rule"), ("hana", "rating-correct")],
)
def test_what_is_not_possible_now_is_said_before_typing(
    cast, rated, visit, as_user, who, name
):
    """No call-back before the report, no ruling without objection, no second report."""
    rating = rated(1)
    if name == "rating-correct":
        ratings.send_correction(rating.correction, actor=cast.hana, done="好")
    client = as_user(getattr(cast, who))
    assert client.get(url(name, rating.pk)).status_code == 409
    form = {"call": "corrected", "person": "王", "done": "另", "reason": "无"}
    answer = client.post(url(name, rating.pk), {**form, "decision": "upheld"})
    assert answer.status_code == 409
