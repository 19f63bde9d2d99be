"""The screens of companies: who gets what, what they cost, and bad input."""

from datetime import date
from functools import partial
from uuid import uuid4

import pytest
from django.urls import reverse

from crm.models import Absence, Comment, Company, CompanyLiaison, Contact, Event
from crm.services import companies, search
from tests.factories import (
    CompanyFactory,
    ContactFactory,
    IndustryFactory,
    LiaisonFactory,
    TagFactory,
)

FORM = {
    "name": "云州新厂有限公司",
    "uscc": "",
    "address": "东街1号",
    "industry": "17",
    "staff_count": "320",
    "revenue": "2500",
    "assets": "",
    "stage": "started",
    "short_name": "",
}


@pytest.fixture
def phone(company):
    ContactFactory(company=company, name="张三", phone="13800138000")
    search.refresh(company.pk)


@pytest.mark.parametrize(
    ("who", "status", "sees"),
    [
        ("olga", 200, True),
        ("bela", 200, True),
        ("oleg", 404, False),
        ("tom", 404, False),
        ("dora", 200, True),
        ("dirk", 404, False),
        ("maria", 200, True),
        ("axel", 200, True),
        ("otto", 200, True),
        ("omar", 404, False),
        ("sven", 404, False),
    ],
)
def test_who_sees_the_company(cast, company, as_user, who, status, sees):
    client = as_user(getattr(cast, who))
    page = client.get(company.get_absolute_url())
    assert page.status_code == status
    for url in (reverse("crm:companies"), "/api/v1/companies/"):
        listed = client.get(url)
        assert listed.status_code == 200
        assert (company.name in listed.content.decode()) == sees
    assert client.get(f"/api/v1/companies/{company.pk}/").status_code == status


@pytest.mark.parametrize(
    ("who", "full"),
    [("olga", True), ("otto", True), ("dora", False), ("maria", False)],
)
def test_phones_are_full_only_for_who_needs_them(
    cast, company, phone, as_user, who, full
):
    client = as_user(getattr(cast, who))
    for url in (company.get_absolute_url(), f"/api/v1/companies/{company.pk}/"):
        body = client.get(url).content.decode()
        assert ("13800138000" in body) == full
        assert ("138****8000" in body) != full


def test_a_reveal_shows_the_number_and_is_written_down(cast, company, phone, as_user):
    contact = Contact.objects.get()
    url = reverse("crm:contact-reveal", args=[contact.pk])
    htmx = {"hx-request": "true"}
    body = as_user(cast.dora).post(url, headers=htmx).content.decode()
    assert "13800138000" in body
    assert Event.objects.get(action="phone.revealed").actor == cast.dora
    assert as_user(cast.tom).post(url, headers=htmx).status_code == 404
    assert as_user(cast.dora).get(url).status_code == 405


@pytest.mark.parametrize(
    "url", ["/companies/", "/companies/?q=纺织", "/api/v1/companies/"]
)
def test_a_list_costs_the_same_for_1_and_20(cast, as_user, queries_of, url):
    client = as_user(cast.dora)

    def add(number):
        made = CompanyFactory(region=cast.town, name=f"云州{number}号纺织厂")
        LiaisonFactory(company=made, officer=cast.olga)
        search.refresh(made.pk)

    add(0)
    cost = queries_of(lambda: client.get(url))
    for number in range(1, 20):
        add(number)
    assert queries_of(lambda: client.get(url)) == cost
    # session, user with grants, [how common the words are], count, keys, rows
    assert cost <= 6


def test_the_page_costs_ten_queries_at_most(cast, company, phone, as_user, queries_of):
    url = company.get_absolute_url()
    for client in map(as_user, (cast.olga, cast.dora, cast.maria)):
        client.get(url)  # the calendar is read once a process
        assert queries_of(partial(client.get, url)) <= 10


@pytest.mark.parametrize(
    "query",
    [
        "q=恒润",
        "q=hengrun",
        "tag=troubled",
        "industry=C",
        "size=unknown",
        "officer={olga}",
        "unseen=30",
        "region=530101",
        "sort=unseen",
    ],
)
def test_filters_find_the_company(cast, company, as_user, query):
    tags = companies.Tag.objects.filter(key="troubled")
    companies.set_tags(company, actor=None, tags=tags)
    Company.objects.filter(pk=company.pk).update(industry=IndustryFactory())
    search.refresh(company.pk)
    client = as_user(cast.dora)
    url = f"/companies/?{query.format(olga=cast.olga.pk)}"
    assert company.name in client.get(url).content.decode()


@pytest.mark.parametrize(
    "query",
    [
        "q=没有",
        "tag=none",
        "industry=A",
        "size=large",
        "region=530200",
        "unassigned=true",
    ],
)
def test_filters_leave_the_company_out(cast, company, as_user, query):
    search.refresh(company.pk)
    page = as_user(cast.dora).get(f"/companies/?{query}")
    assert page.status_code == 200
    assert company.name not in page.content.decode()


@pytest.mark.parametrize(
    "query",
    [
        "size=x",
        "unseen=0",
        "unseen=99999999999",
        "officer=abc",
        "sort=-password",
        "tag=a&size=1",
    ],
)
def test_a_bad_filter_is_422_in_words(cast, as_user, query):
    page = as_user(cast.dora).get(f"/companies/?{query}")
    assert page.status_code == 422
    assert as_user(cast.dora).get(f"/api/v1/companies/?{query}").status_code == 422


def test_a_bad_cursor_is_the_first_page_and_422_for_programs(cast, company, as_user):
    client = as_user(cast.dora)
    assert company.name in client.get("/companies/?cursor=xx").content.decode()
    assert client.get("/api/v1/companies/?cursor=xx").status_code == 422


def test_the_dispatcher_enters_a_company(cast, as_user):
    client = as_user(cast.dora)
    url = reverse("crm:company-new")
    IndustryFactory()
    posted = {**FORM, "region": cast.town.pk}
    answer = client.post(url, posted)
    company = Company.objects.get(name=FORM["name"])
    assert answer.headers["Location"] == reverse("crm:officers", args=[company.pk])
    again = client.post(url, posted)
    assert again.status_code == 422
    assert "东街1号" in again.content.decode()
    assert Company.objects.filter(name=FORM["name"]).count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("uscc", "123"),
        ("staff_count", "-1"),
        ("staff_count", "9" * 30),
        ("revenue", "abc"),
        ("region", "foreign"),
    ],
)
def test_a_bad_field_is_told_and_all_typed_comes_back(cast, as_user, field, value):
    IndustryFactory()
    value = cast.elsewhere.pk if value == "foreign" else value
    posted = {**FORM, "region": cast.town.pk, field: value}
    page = as_user(cast.dora).post(reverse("crm:company-new"), posted)
    assert page.status_code == 422
    assert "东街1号" in page.content.decode()
    assert not Company.objects.filter(address="东街1号").exists()


def test_the_officer_edits_the_profile_but_not_who_it_is(cast, company, as_user):
    IndustryFactory()
    url = reverse("crm:company-edit", args=[company.pk])
    posted = {**FORM, "name": "别名", "version": "1", "region": cast.elsewhere.pk}
    assert as_user(cast.olga).post(url, posted).status_code == 302
    company.refresh_from_db()
    assert (company.name, company.address) == ("恒润纺织有限公司", "东街1号")
    assert company.size == "medium"


def test_the_second_editor_sees_both_versions(cast, company, as_user):
    IndustryFactory()
    url = reverse("crm:company-edit", args=[company.pk])
    as_user(cast.olga).post(url, {**FORM, "version": "1"})
    client = as_user(cast.bela)
    page = client.post(url, {**FORM, "version": "1", "address": "西街2号"})
    body = page.content.decode()
    assert page.status_code == 409
    assert "东街1号" in body
    assert "西街2号" in body
    assert 'value="2"' in body
    client.post(url, {**FORM, "version": "2", "address": "西街2号"})
    company.refresh_from_db()
    assert company.address == "西街2号"


@pytest.mark.parametrize(
    ("name", "who", "status"),
    [
        ("crm:company-edit", "maria", 403),
        ("crm:company-edit", "otto", 403),
        ("crm:company-edit", "tom", 404),
        ("crm:company-tags", "axel", 403),
        ("crm:company-archive", "olga", 403),
        ("crm:company-leader", "olga", 403),
        ("crm:officers", "otto", 403),
        ("crm:officers", "tom", 404),
        ("crm:contact-new", "maria", 403),
        ("crm:contact-new", "omar", 404),
    ],
)
def test_what_others_may_not(cast, company, as_user, name, who, status):
    client = as_user(getattr(cast, who))
    assert client.get(reverse(name, args=[company.pk])).status_code == status


def test_the_dispatcher_assigns_an_officer(cast, company, as_user):
    url = reverse("crm:officers", args=[company.pk])
    posted = {
        "role": "A",
        "officer": cast.oleg.pk,
        "started_on": "2026-03-01",
        "reason": "轮岗",
    }
    assert as_user(cast.olga).post(url, posted).status_code == 403
    assert as_user(cast.dora).post(url, posted).status_code == 302
    pair = CompanyLiaison.objects.open().filter(company=company, role="A")
    assert pair.get().officer == cast.oleg
    refused = as_user(cast.dora).post(url, {**posted, "officer": cast.bela.pk})
    assert refused.status_code == 422
    assert "轮岗" in refused.content.decode()


def test_an_officer_enters_his_absence(cast, as_user):
    posted = {
        "officer": cast.olga.pk,
        "kind": "leave",
        "starts_on": "2099-04-01",
        "ends_on": "2099-04-03",
    }
    client = as_user(cast.olga)
    assert client.post(reverse("crm:absence-new"), posted).status_code == 302
    absence = Absence.objects.get()
    page = client.get(reverse("crm:absence", args=[absence.pk])).content.decode()
    assert cast.company.name in page
    # B sees what waits for her; a stranger does not even learn of it.
    url = reverse("crm:absence", args=[absence.pk])
    assert as_user(cast.bela).get(url).status_code == 200
    assert as_user(cast.oleg).get(url).status_code == 404
    for_other = {**posted, "officer": cast.bela.pk}
    assert client.post(reverse("crm:absence-new"), for_other).status_code == 422
    client.post(reverse("crm:absence-cancel", args=[absence.pk]))
    absence.refresh_from_db()
    assert absence.cancelled_at


def test_the_owner_reads_no_internal_remark(cast, company, as_user):
    url = reverse("crm:company-comment", args=[company.pk])
    posted = {"text": "内部机密", "is_internal": "on", "client_key": str(uuid4())}
    assert as_user(cast.olga).post(url, posted).status_code == 302
    posted = {"text": "公开留言", "client_key": str(uuid4())}
    assert as_user(cast.olga).post(url, posted).status_code == 302
    mine = as_user(cast.olga).get(company.get_absolute_url()).content.decode()
    theirs = as_user(cast.otto).get(company.get_absolute_url()).content.decode()
    assert "内部机密" in mine
    assert "内部机密" not in theirs
    assert "公开留言" in theirs
    forged = {"text": "x", "is_internal": "on", "client_key": str(uuid4())}
    assert as_user(cast.otto).post(url, forged).status_code == 403
    assert Comment.objects.count() == 2


def test_the_workload_counts_a_and_b(cast, company, as_user):
    companies.note_visit(company.pk, day=date.today())
    page = as_user(cast.dora).get(reverse("crm:workload"))
    rows = {row.name: row for row in page.context["rows"]}
    assert (rows["Olga"].a_count, rows["Olga"].b_count, rows["Olga"].seen) == (1, 0, 1)
    assert (rows["Bela"].a_count, rows["Bela"].b_count) == (0, 1)
    assert as_user(cast.olga).get(reverse("crm:workload")).status_code == 403


def test_an_archived_company_comes_back(cast, company, as_user):
    client = as_user(cast.dora)
    url = reverse("crm:company-archive", args=[company.pk])
    assert client.post(url, {"reason": ""}).status_code == 422
    client.post(url, {"reason": "已注销"})
    link = company.get_absolute_url()
    assert link not in client.get("/companies/").content.decode()
    assert link in client.get("/companies/?archived=true").content.decode()
    assert as_user(cast.olga).get(company.get_absolute_url()).status_code == 200
    restore = reverse("crm:company-restore", args=[company.pk])
    assert as_user(cast.olga).post(restore).status_code == 403
    client.post(restore)
    assert link in client.get("/companies/").content.decode()


def test_the_stream_names_tags_that_came_and_went(cast, company, as_user):
    troubled = TagFactory()
    companies.set_tags(company, actor=cast.olga, tags=[troubled])
    companies.set_tags(company, actor=cast.olga, tags=[])
    page = as_user(cast.olga).get(company.get_absolute_url()).content.decode()
    stream = page.split('class="stream"')[1]
    assert stream.count(troubled.name) == 2
    assert stream.index("取消") < stream.index("新增")
