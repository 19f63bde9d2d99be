"""The log page without scripts, and the page of one visit: who reads how much of it."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from crm.models import StoredFile
from tests.factories import NOON, ContactFactory, VisitFactory
from visits.models import Ticket, Visit

from .conftest import picture, sha

pytestmark = pytest.mark.usefixtures("at_noon", "category")
SECRETS = {"note": "内部经过", "gate_reason": "内部理由", "place": "30.1,120.1"}


def form_of(cast, **changes):
    said = {"company": cast.company.pk, "mode": "onsite", "purpose": "了解用工"}
    said |= {"uuid": "6f0ad3f6-6a35-4c94-9a5f-8b1a5a3c2d10", "plan": ""}
    said |= {"starts_at": "2026-03-18T11:30", "met_names": "王经理，李厂长"}
    said |= {"findings.0.key": "a", "findings.0.category": "labour"}
    said |= {"findings.0.symptom": "招工难", "findings.0.result": "ticket"}
    said |= {"findings.1.key": "b", "findings.1.symptom": "", "findings.1.category": ""}
    return said | {"findings.1.result": "ticket"} | changes


def test_the_plain_form_logs_a_visit(cast, as_user):
    client = as_user(cast.olga)
    photo = SimpleUploadedFile("x.jpg", picture())
    page = client.post("/visits/log/", form_of(cast) | {"photos": photo})
    visit = Visit.objects.get()
    assert page.status_code == 302
    assert page["Location"] == visit.get_absolute_url()
    assert [one.name for one in visit.met.all()] == ["王经理", "李厂长"]
    assert visit.findings.count() == Ticket.objects.count() == 1
    assert visit.photos.get().file.state == "stored"
    assert visit.starts_at == NOON.replace(hour=11, minute=30)


def test_the_plain_form_twice_is_one_visit(cast, as_user):
    client = as_user(cast.olga)
    for _ in range(2):
        assert client.post("/visits/log/", form_of(cast)).status_code == 302
    assert Visit.objects.count() == 1


def test_ticked_people_are_linked(cast, as_user):
    contact = ContactFactory(company=cast.company, name="王经理", title="厂长")
    client = as_user(cast.olga)
    page = client.get(f"/visits/log/?company={cast.company.pk}").content.decode()
    assert f'value="{contact.pk}\t王经理\t厂长"' in page
    assert contact.phone not in page
    said = form_of(cast, met=f"{contact.pk}\t王经理\t厂长", met_names="")
    client.post("/visits/log/", said)
    assert Visit.objects.get().met.get().contact == contact


def test_mistakes_come_back_at_their_fields_with_what_was_typed(cast, as_user):
    said = form_of(cast, purpose="", note="别丢了") | {"findings.0.category": ""}
    said |= {"photos": SimpleUploadedFile("x.jpg", picture())}
    page = as_user(cast.olga).post("/visits/log/", said)
    text = page.content.decode()
    assert page.status_code == 422
    assert "别丢了" in text
    assert "招工难" in text
    assert 'href="#f-purpose"' in text
    assert 'href="#f-findings.0.category"' in text
    assert "照片未随表单保留" in text
    assert not Visit.objects.exists()
    assert not StoredFile.objects.exists()


def test_no_company_is_a_sentence(cast, as_user):
    page = as_user(cast.olga).post("/visits/log/", form_of(cast, company=""))
    assert page.status_code == 422
    assert "请选择企业" in page.content.decode()


@pytest.mark.parametrize("company", ["99999", "x", str(2**70)])
def test_a_foreign_company_is_404(cast, as_user, company):
    client = as_user(cast.olga)
    assert client.get(f"/visits/log/?company={company}").status_code == 404
    assert client.post("/visits/log/", form_of(cast, company=company)).status_code in (
        404,
        422,
    )
    assert not Visit.objects.exists()


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("olga", 200),
        ("tom", 200),
        ("uma", 200),
        ("dora", 403),
        ("otto", 403),
        ("maria", 403),
        ("axel", 403),
        ("sven", 403),
    ],
)
def test_who_gets_the_log_page(cast, as_user, who, status):
    assert as_user(getattr(cast, who)).get("/visits/log/").status_code == status


def test_a_plan_fills_the_page(cast, as_user):
    plan = VisitFactory(company=cast.company, logged_by=cast.olga, purpose="回访用电")
    page = as_user(cast.olga).get(f"/visits/{plan.pk}/log/").content.decode()
    assert 'value="回访用电"' in page
    assert f'name="plan" value="{plan.pk}"' in page
    assert cast.company.name in page


def test_a_finding_number_out_of_bounds_is_ignored(cast, as_user):
    said = form_of(cast) | {"findings.99999999999.symptom": "x", "findings.x.y": "z"}
    assert as_user(cast.olga).post("/visits/log/", said).status_code == 302


@pytest.fixture
def visit(cast, phone, visit_json, finding):
    photo = picture()
    said = visit_json(photos=[sha(photo)], findings=[finding()], **SECRETS)
    phone(cast.olga, said, photo)
    return Visit.objects.get()


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("olga", 200),
        ("bela", 200),
        ("dora", 200),
        ("maria", 200),
        ("axel", 200),
        ("oleg", 404),
        ("tom", 404),
        ("dirk", 404),
        ("omar", 404),
        ("sven", 404),
    ],
)
def test_who_reads_a_visit(cast, as_user, visit, who, status):
    page = as_user(getattr(cast, who)).get(visit.get_absolute_url())
    assert page.status_code == status
    assert ("内部经过" in page.content.decode()) == (status == 200)


@pytest.mark.slow
def test_the_company_reads_the_public_part_only(cast, as_user, visit):
    client = as_user(cast.otto)
    text = client.get(visit.get_absolute_url()).content.decode()
    assert "了解用工情况" in text
    assert "夜班招不到人" in text
    for secret in [*SECRETS.values(), "30.100", "王经理", "photos/", "signature"]:
        assert secret not in text, secret
    api = client.get(f"/api/v1/visits/{visit.pk}/").content.decode()
    for secret in [*SECRETS.values(), "30.100"]:
        assert secret not in api, secret


def test_the_company_does_not_see_plans(cast, as_user):
    plan = VisitFactory(company=cast.company, logged_by=cast.olga)
    assert as_user(cast.otto).get(plan.get_absolute_url()).status_code == 404


@pytest.mark.slow
def test_a_former_officer_keeps_reading_what_he_logged(cast, as_user, visit):
    cast.company.liaisons.filter(officer=cast.olga).update(ended_on=NOON.date())
    assert as_user(cast.olga).get(visit.get_absolute_url()).status_code == 200


def test_text_is_shown_as_text(cast, as_user, phone, visit_json, finding):
    bad = "<script>alert(1)</script>{{ 7|add:1 }}"
    phone(cast.olga, visit_json(note=bad, findings=[finding(symptom=bad)]))
    text = as_user(cast.olga).get(Visit.objects.get().get_absolute_url())
    assert "<script>alert" not in text.content.decode()
    assert "{{ 7|add:1 }}" in text.content.decode()
