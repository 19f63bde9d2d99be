"""A company asks for a visit; its officer plans it or says why not."""

from datetime import date, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from crm.lib.errors import DomainError, WrongStatus
from crm.models import Event
from projects.models import ProjectLiaison
from tests.factories import NOON, ProjectFactory
from visits.models import Visit, VisitRequest
from visits.services import requests
from visits.services import visits as visit_services

ASK = "/visits/ask/"
TOMORROW = NOON + timedelta(days=1)


@pytest.fixture
def asked(cast, company):
    return requests.ask_for_visit(
        company, actor=cast.otto, wish="请看看二期用地红线。", now=NOON
    )


def plan_of(**more):
    return {"mode": "onsite", "purpose": "看用地红线", "starts_at": TOMORROW, **more}


@pytest.mark.slow
def test_the_officer_reads_it_plans_and_the_company_reads_the_answer(
    cast, company, as_user
):
    with time_machine.travel(NOON, tick=False):
        form = {"wish": "请看看二期用地红线。", "wished_on": "2026-03-20"}
        assert as_user(cast.otto).post(ASK, form).status_code == 302
        request = VisitRequest.objects.get()
        home = as_user(cast.olga).get("/").content.decode()
        assert "请看看二期用地红线。" in home
        url = f"/visits/plan/?company={company.pk}&request={request.pk}"
        page = as_user(cast.olga).get(url)
        assert page.context["form"]["day"].value() == date(2026, 3, 20)
        plan = {
            "mode": "onsite", "day": "2026-03-20", "time": "10:00",
            "purpose": "看用地红线", "uuid": "5b0f2c1e-0000-4000-8000-000000000009",
        }  # fmt: skip
        for _ in range(2):
            assert as_user(cast.olga).post(url, plan).status_code == 302
        visit = Visit.objects.get(purpose="看用地红线")
        assert visit.asked_by_company
        assert (
            "请看看二期用地红线。" not in as_user(cast.olga).get("/").content.decode()
        )
        for place in [ASK, "/"]:
            text = as_user(cast.otto).get(place).content.decode()
            assert "Olga<time" in text
            assert "10:00上门" in text


def test_a_request_may_be_about_a_project(cast, company, as_user):
    project = ProjectFactory(company=company, name="织造二期")
    page = as_user(cast.otto).get(f"/projects/{project.pk}/company/").content.decode()
    assert f"{ASK}?project={project.pk}" in page
    assert f"{reverse('visits:raise')}?project={project.pk}" in page
    form = as_user(cast.otto).get(f"{ASK}?project={project.pk}").context["form"]
    assert form["project"].value() == project.pk


def test_the_project_of_another_company_is_refused(cast, company, as_user):
    other = ProjectFactory(company=cast.foreign)
    with pytest.raises(DomainError):
        requests.ask_for_visit(company, actor=cast.otto, wish="来", project=other)
    answer = as_user(cast.otto).post(ASK, {"wish": "来", "project": other.pk})
    assert answer.status_code in {302, 422}
    assert not VisitRequest.objects.filter(project=other).exists()


def test_declining_needs_words_for_the_company(cast, asked, as_user):
    url = reverse("visits:request-decline", args=[asked.pk])
    assert as_user(cast.olga).post(url, {"answer": " "}).status_code == 422
    as_user(cast.olga).post(url, {"answer": "红线已定，图纸今天发您邮箱。"})
    page = as_user(cast.otto).get(ASK).content.decode()
    assert "红线已定" in page
    with pytest.raises(WrongStatus):
        requests.plan_requested(asked, actor=cast.olga, now=NOON, **plan_of())


def test_the_company_withdraws_what_waits_and_nothing_else(cast, asked, as_user):
    url = reverse("visits:request-withdraw", args=[asked.pk])
    assert as_user(cast.olga).post(url).status_code == 403
    assert as_user(cast.otto).post(url).status_code == 302
    assert as_user(cast.otto).post(url).status_code == 409


@pytest.mark.parametrize("who", ["olga", "dora", "hana", "maria", "axel", "omar"])
def test_only_the_company_itself_asks(cast, company, who, as_user):
    with pytest.raises(PermissionDenied):
        requests.ask_for_visit(company, actor=getattr(cast, who), wish="来")
    if who != "omar":
        assert as_user(getattr(cast, who)).get(ASK).status_code == 403


@pytest.mark.parametrize("who", ["oleg", "hana", "maria", "axel", "otto"])
def test_only_those_who_serve_it_answer(cast, asked, who, as_user):
    actor = getattr(cast, who)
    with pytest.raises(PermissionDenied):
        requests.decline_request(asked, actor=actor, answer_text="不去")
    with pytest.raises(PermissionDenied):
        requests.plan_requested(asked, actor=actor, now=NOON, **plan_of())
    page = as_user(actor).get(reverse("visits:request-decline", args=[asked.pk]))
    assert page.status_code == (403 if who == "otto" else 404)


def test_an_answer_is_given_once_and_in_words(cast, asked):
    with pytest.raises(DomainError) as refused:
        requests.decline_request(asked, actor=cast.olga, answer_text=" ", now=NOON)
    assert refused.value.field == "answer"
    for again in (False, True):
        try:
            requests.decline_request(asked, actor=cast.olga, answer_text="改日")
        except WrongStatus:
            assert again


def test_another_company_reads_and_withdraws_nothing_of_it(cast, asked, as_user):
    client = as_user(cast.omar)
    assert asked.wish not in client.get(ASK).content.decode()
    url = reverse("visits:request-withdraw", args=[asked.pk])
    assert client.post(url).status_code == 404


def test_what_cannot_be_asked(cast, company):
    with pytest.raises(DomainError) as refused:
        requests.ask_for_visit(company, actor=cast.otto, wish=" ", now=NOON)
    assert refused.value.field == "wish"
    company.archived_at = NOON
    company.save(update_fields=["archived_at"])
    with pytest.raises(PermissionDenied):
        requests.ask_for_visit(company, actor=cast.otto, wish="来", now=NOON)


def test_an_officer_of_the_project_alone_reads_it_too(cast, company, as_user):
    project = ProjectFactory(company=company)
    ProjectLiaison.objects.create(
        project=project, role="A", officer=cast.oleg, started_on=NOON.date()
    )
    asked = requests.ask_for_visit(
        company, actor=cast.otto, wish="去工地", project=project
    )
    assert asked in VisitRequest.objects.changeable_by(cast.oleg)
    assert "去工地" in as_user(cast.oleg).get("/").content.decode()


def test_the_same_press_is_one_request_and_three_may_wait(cast, company, as_user):
    key = "5b0f2c1e-0000-4000-8000-000000000001"
    for _ in range(2):
        as_user(cast.otto).post(ASK, {"wish": "来一趟", "client_key": key})
    assert VisitRequest.objects.count() == 1
    for _ in range(2):
        requests.ask_for_visit(company, actor=cast.otto, wish="来")
    with pytest.raises(DomainError, match="3 条"):
        requests.ask_for_visit(company, actor=cast.otto, wish="来")
    # The first press once more is no fourth, and another company has its own three.
    again = as_user(cast.otto).post(ASK, {"wish": "来一趟", "client_key": key})
    assert again.status_code == 302
    assert requests.ask_for_visit(cast.foreign, actor=cast.omar, wish="来")


@pytest.mark.parametrize("day", ["2025-01-01", "2030-01-01", "2026-02-30", "x"])
def test_a_day_that_cannot_be_is_said_to_be_so(cast, company, as_user, day):
    with time_machine.travel(NOON, tick=False):
        answer = as_user(cast.otto).post(ASK, {"wish": "来", "wished_on": day})
    assert answer.status_code == 422
    assert not VisitRequest.objects.exists()


def test_a_visit_called_off_is_told_as_such(cast, asked, as_user):
    visit = requests.plan_requested(asked, actor=cast.olga, now=NOON, **plan_of())
    visit_services.cancel_plan(visit, actor=cast.olga, reason="会议", now=NOON)
    assert "走访已取消" in as_user(cast.otto).get(ASK).content.decode()


def test_what_was_asked_and_answered_is_in_the_log(cast, asked):
    requests.plan_requested(asked, actor=cast.olga, now=NOON, **plan_of())
    actions = Event.objects.filter(action__startswith="visit_request").order_by("pk")
    assert [(one.action, one.is_public) for one in actions] == [
        ("visit_request.asked", True),
        ("visit_request.planned", True),
    ]


def test_a_request_of_another_company_cannot_be_planned(cast, asked, company, as_user):
    url = f"/visits/plan/?company={cast.foreign.pk}&request={asked.pk}"
    assert as_user(cast.oleg).get(url).status_code == 404
