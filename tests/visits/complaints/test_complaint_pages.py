"""The supervisors' pages, the company's, the unit head's: what each shows and does."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse

from crm.models import Attachment
from tests.factories import NOON, CategoryFactory, GrantFactory, UserFactory
from tests.visits.complaints import stories
from visits.models import Complaint, StatementRequest, Ticket
from visits.services import complaints


def url(name, *args):
    return reverse(f"visits:{name}", args=args)


def page(client, name, *args, **query):
    answer = client.get(url(name, *args), query)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def act(client, name, complaint, **data):
    return client.post(url(f"complaint-{name}", complaint.pk), data)


@pytest.fixture
def desk(cast, as_user):
    return as_user(cast.axel)


@pytest.fixture
def company(cast, as_user):
    return as_user(cast.otto)


# --- Supervisors -----------------------------------------------------------------


def test_the_list_shows_what_waits_and_its_filters_narrow_it(cast, desk):
    stories.acknowledged(cast)
    stories.received_one(cast, category="demand", accused=cast.tom)
    listed = page(desk, "complaints")
    assert cast.hana.name in listed and cast.tom.name in listed
    assert stories.NAME not in listed and cast.company.name not in listed
    assert cast.tom.name not in page(desk, "complaints", category="shifting")
    assert cast.hana.name not in page(desk, "complaints", q=cast.tom.name)
    assert cast.hana.name not in page(desk, "complaints", status="received")
    assert desk.get(url("complaints"), {"status": "x"}).status_code == 422


@pytest.mark.parametrize("tab", ["desk", "owed", "answered", "all", "nonsense"])
def test_every_tab_opens(cast, desk, tab):
    stories.answered(cast)
    found = cast.hana.name in page(desk, "complaints", tab=tab)
    assert found == (tab in {"answered", "all"})


@pytest.mark.parametrize("lamp", ["red", "yellow", "green", "grey"])
def test_it_narrows_by_lamp(cast, desk, lamp, time_machine):
    time_machine.move_to(NOON, tick=False)
    stories.acknowledged(cast)
    shown = cast.hana.name in page(desk, "complaints", tab="all", lamp=lamp)
    assert shown == (lamp == "green")


@pytest.mark.slow
def test_the_list_costs_the_same_for_1_and_20(cast, desk, queries_of):
    stories.received_one(cast)
    cost = queries_of(lambda: page(desk, "complaints"))
    for _ in range(19):
        stories.received_one(cast)
    assert queries_of(lambda: page(desk, "complaints")) == cost
    # session, person; his unit's path; the rows, their count
    assert cost == 5


def test_a_record_says_all_but_the_name(cast, desk):
    complaint = stories.with_paper(cast)
    shown = page(desk, "complaint", complaint.pk)
    assert stories.TEXT in shown and complaint.number in shown and "收据.pdf" in shown
    assert f"{stories.NAME[0]}**" in shown
    for guarded in (stories.NAME, stories.PHONE, cast.company.name):
        assert guarded not in shown


def test_the_name_is_in_the_answer_to_the_reason_and_not_afterwards(cast, desk):
    complaint = stories.acknowledged(cast)
    assert act(desk, "reveal", complaint, reason="").status_code == 422
    answer = act(desk, "reveal", complaint, reason="需当面核实")
    shown = answer.content.decode()
    assert answer.headers["Cache-Control"] == "no-store"
    assert stories.NAME in shown and cast.company.name in shown
    assert stories.NAME not in page(desk, "complaint", complaint.pk)
    assert "需当面核实" in page(desk, "complaint", complaint.pk)


def test_one_goes_from_receipt_to_answer_by_the_pages(cast, desk):
    complaint = stories.received_one(cast)
    act(desk, "acknowledge", complaint, version=complaint.version)
    act(desk, "note", complaint, kind="site", text="已到现场。")
    act(desk, "question", complaint, text="哪一天?")
    act(desk, "statement", complaint, asked_of=cast.uma.pk, question="请说明。")
    complaint.refresh_from_db()
    said = {"outcome": "true", "text": "属实,已处理。"}
    stale = act(desk, "answer", complaint, **said, version=1)
    assert stale.status_code == 409 and "属实,已处理。" in stale.content.decode()
    act(desk, "answer", complaint, **said, version=complaint.version)
    complaint.refresh_from_db()
    assert complaint.status == "answered"
    shown = page(desk, "complaint", complaint.pk)
    assert "已到现场。" in shown and "哪一天?" in shown and "请说明。" in shown


def test_a_head_who_is_not_offered_cannot_be_asked(cast, desk):
    complaint = stories.acknowledged(cast)
    answer = act(desk, "statement", complaint, asked_of=cast.hana.pk, question="?")
    assert answer.status_code == 422
    assert not StatementRequest.objects.exists()


def test_whoever_finds_that_it_concerns_his_own_unit_reads_no_further(cast, as_user):
    anna = stories.another_supervisor(cast)
    about = {"accused": None, "unit": cast.bureau, "accused_name": "李某"}
    complaint = stories.acknowledged(cast, by=anna, **about)
    GrantFactory(user=cast.hana, role="handler", department=anna.department)
    client = as_user(anna)
    answer = act(client, "accused", complaint, person=cast.hana.pk)
    assert answer.url == url("complaints")
    assert client.get(url("complaint", complaint.pk)).status_code == 404


@pytest.mark.parametrize("pk", ["0", "987654321", "9" * 30])
def test_what_is_not_there_looks_like_what_is_not_ones_own(cast, as_user, pk):
    complaint = stories.received_one(cast)
    client = as_user(cast.hana)
    absent = client.get(f"/complaints/{pk}/")
    own = client.get(url("complaint", complaint.pk))
    assert (absent.status_code, own.status_code) == (404, 404)
    lines = [
        [line for line in one.content.decode().splitlines() if "csrf" not in line]
        for one in (absent, own)
    ]
    assert lines[0] == lines[1]


@pytest.mark.slow
def test_home_shows_a_supervisor_what_waits_and_others_nothing(cast, as_user):
    stories.received_one(cast)
    assert cast.hana.name in as_user(cast.axel).get("/").content.decode()
    for who in ("hana", "uma", "dora", "maria", "olga", "alma", "selma", "omar"):
        body = as_user(getattr(cast, who)).get("/").content.decode()
        assert "推诿扯皮" not in body, who


def test_the_security_administrator_reads_a_number_and_no_more(cast, as_user):
    stories.received_one(cast, accused=cast.olga)
    body = as_user(cast.selma).get("/").content.decode()
    assert "有 1 件投诉" in body
    assert cast.olga.name not in body and stories.TEXT not in body


# --- Files -----------------------------------------------------------------------


def kept_file(complaint):
    file = Attachment.objects.get(subject_id=complaint.pk).file
    type(file).objects.filter(pk=file.pk).update(
        state="stored",
        raw_name="",
        stored_name=default_storage.save("stored/x.pdf", ContentFile(b"%PDF")),
    )
    return file


def test_a_paper_is_served_by_the_complaints_own_rule(cast, as_user):
    complaint = stories.with_paper(cast)
    file = kept_file(complaint)
    own = url("complaint-file", complaint.pk, file.uuid)
    readers = {"axel", "otto"}
    for who in ("axel", "otto", "hana", "uma", "olga", "dora", "maria", "omar", "alma"):
        status = as_user(getattr(cast, who)).get(own).status_code
        assert (status == 200) == (who in readers), who
    others = [
        reverse("crm:company-file", args=[cast.company.pk, file.uuid]),
        url("complaint-file", stories.received_one(cast).pk, file.uuid),
    ]
    for address in others:
        assert as_user(cast.axel).get(address).status_code == 404


# --- The company -----------------------------------------------------------------


def post_new(client, **data):
    told = {"category": "shifting", "text": stories.TEXT, "person": "other"} | data
    return client.post(url("complaint-new"), told)


def test_a_company_complains_about_its_officer_in_one_page(cast, company):
    shown = page(company, "complaint-new")
    assert cast.olga.name in shown and cast.tom.name not in shown
    answer = post_new(company, person=cast.olga.pk)
    complaint = Complaint.objects.get()
    assert answer.status_code == 200 and complaint.number in answer.content.decode()
    assert complaint.accused == cast.olga and complaint.personal.user == cast.otto
    assert complaint.origin == "login"


def test_somebody_it_has_nothing_to_do_with_is_not_offered(cast, company):
    assert post_new(company, person=cast.tom.pk).status_code == 422
    assert not Complaint.objects.exists()


def test_it_may_be_about_a_department_and_without_a_name(cast, company):
    assert post_new(company).status_code == 422
    answer = post_new(company, unit=cast.bureau.pk, is_anonymous="on")
    complaint = Complaint.objects.get()
    assert complaint.unit == cast.bureau and not hasattr(complaint, "personal")
    assert stories.TEXT not in page(company, "own-complaints")
    assert url("own-complaint", complaint.pk) not in answer.content.decode()


def test_a_former_officer_is_offered_too(cast, company):
    cast.company.liaisons.filter(officer=cast.olga).update(ended_on=NOON.date())
    assert cast.olga.name in page(company, "complaint-new")


def test_the_complainant_follows_it_to_the_end(cast, company):
    complaint = stories.answered(cast)
    own = f"/complaints/own/{complaint.pk}/"
    shown = company.get(own).content.decode()
    assert "部分属实" in shown and cast.axel.name not in shown
    company.post(f"{own}reply/", {"text": "补充一点。"})
    assert company.post(f"{own}unsatisfied/", {"note": ""}).status_code == 422
    company.post(f"{own}unsatisfied/", {"note": "没说怎么改。"})
    complaint.refresh_from_db()
    assert complaint.status == "second"
    assert "补充一点。" in company.get(own).content.decode()


def test_supervisors_notes_never_reach_the_complainant(cast, company):
    complaint = stories.acknowledged(cast)
    secret = "内部研判意见一二三"
    complaints.note_complaint(complaint, actor=cast.axel, kind="opinion", text=secret)
    complaints.reveal_complainant(complaint, actor=cast.axel, reason=secret)
    request = stories.statement(cast, complaint, question=secret)
    complaints.give_statement(request, actor=cast.uma, answer=secret)
    assert (
        secret not in company.get(f"/complaints/own/{complaint.pk}/").content.decode()
    )


def test_shown_to_a_colleague_it_can_be_read_and_nothing_else(cast, as_user):
    complaint = stories.answered(cast)
    complaints.share_complaint(complaint, actor=cast.otto, is_shared=True)
    other = UserFactory(department=None)
    GrantFactory(user=other, role="owner", company=cast.company)
    client, own = as_user(other), f"/complaints/own/{complaint.pk}/"
    shown = client.get(own).content.decode()
    assert (
        stories.TEXT in shown
        and "删除我的姓名" not in shown
        and stories.NAME not in shown
    )
    assert client.post(f"{own}accept/").status_code == 404


def test_erasing_the_name_asks_and_then_it_is_gone(cast, company):
    complaint = stories.received_one(cast)
    company.post(f"/complaints/own/{complaint.pk}/forget/")
    assert company.get(f"/complaints/own/{complaint.pk}/").status_code == 404


def test_a_person_makes_so_many_an_hour(cast, company, settings):
    settings.CRM_COMPLAINTS_PER_HOUR = 2
    statuses = [post_new(company, unit=cast.bureau.pk).status_code for _ in range(3)]
    assert statuses == [200, 200, 422]
    assert Complaint.objects.count() == 2


@pytest.mark.parametrize(
    "change",
    [
        {"person": "9" * 40},
        {"unit": "9" * 40},
        {"unit": "abc"},
        {"category": "true' OR 1=1"},
        {"client_key": "x"},
    ],
)
def test_bad_input_is_refused_in_words(cast, company, change):
    assert post_new(company, **({"unit": cast.bureau.pk} | change)).status_code == 422
    assert not Complaint.objects.exists()


@pytest.mark.parametrize("text", ["a\x00b", "\ud800"])
def test_bytes_that_databases_refuse_are_a_bad_request(cast, company, text):
    body = f"category=other&text={text}".encode("utf-8", "surrogatepass")
    kind = "application/x-www-form-urlencoded"
    answer = company.post(url("complaint-new"), body, content_type=kind)
    assert answer.status_code in {400, 422}


def test_states_cannot_be_sent_along(cast, company):
    post_new(company, unit=cast.bureau.pk, status="closed", taken_by=1, number="TS1")
    complaint = Complaint.objects.get()
    assert complaint.status == "received" and complaint.taken_by is None


# --- A problem that is really a complaint ------------------------------------------


@pytest.fixture
def attitude(db):
    return CategoryFactory(key="attitude", name="作风效能")


def test_a_problem_about_behaviour_is_offered_this_way(cast, company, attitude):
    told = {"text": stories.TEXT, "category": attitude.pk}
    offered = company.post(url("raise"), told)
    assert offered.status_code == 422 and "改为投诉" in offered.content.decode()
    assert not Ticket.objects.exists()
    carried = company.post(url("complaint-new"), told | {"carry": "1"})
    assert carried.status_code == 200 and stories.TEXT in carried.content.decode()
    assert not Complaint.objects.exists()
    company.post(url("raise"), told | {"anyway": "1"})
    assert Ticket.objects.get().text == stories.TEXT


def test_an_official_is_told_of_it(cast, as_user, attitude):
    told = {"text": "态度差", "category": attitude.pk, "source": "company"}
    address = f"{url('raise')}?company={cast.company.pk}"
    offered = as_user(cast.olga).post(address, told).content.decode()
    assert url("complain") in offered and "改为投诉" not in offered


def test_other_categories_go_their_way(cast, company):
    category = CategoryFactory()
    company.post(url("raise"), {"text": "缺人", "category": category.pk})
    assert Ticket.objects.count() == 1


# --- Unit heads, and the card --------------------------------------------------------


def test_a_unit_head_reads_the_question_and_nothing_of_the_complaint(cast, as_user):
    request = stories.statement(cast)
    client = as_user(cast.uma)
    assert request.question[:10] in client.get("/").content.decode()
    shown = page(client, "statement", request.pk)
    assert request.question in shown and cast.axel.name in shown
    complaint = request.complaint
    for guarded in (
        stories.TEXT,
        complaint.number,
        stories.NAME,
        cast.hana.name,
        "推诿",
    ):
        assert guarded not in shown
    answer = client.post(url("statement", request.pk), {"answer": "情况如下。"})
    assert answer.status_code == 302
    assert "情况如下。" in page(as_user(cast.axel), "complaint", complaint.pk)


def test_a_card_leads_to_the_form_about_its_owner(cast, as_user, client):
    shown = page(as_user(cast.olga), "complaint-card")
    token = complaints.card_token(cast.olga)
    assert url("complain-about", token) in shown
    assert cast.olga.name in client.get(url("complain-about", token)).content.decode()
    assert as_user(cast.otto).get(url("complaint-card")).status_code == 403


def test_a_forged_card_names_nobody(cast, client):
    key = complaints.card_token(cast.olga).split(".")[0]
    for token in (f"{key}.x", f"{cast.axel.pk}.{'x' * 43}", "x", "%00"):
        shown = client.get(f"/complain/about/{token}/")
        assert shown.status_code in {200, 400}
        assert cast.olga.name not in shown.content.decode()
        assert cast.axel.name not in shown.content.decode()
