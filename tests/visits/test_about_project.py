"""A visit or a ticket is about one of the company's projects, where there is one."""

from datetime import timedelta

import pytest
from django.urls import reverse

from crm.lib.errors import DomainError
from crm.models import Event
from projects.models import Project
from tests.factories import NOON, CompanyFactory, ProjectFactory, VisitFactory
from visits.models import Ticket, Visit
from visits.services import offers
from visits.services import tickets as ticket_services
from visits.services import visits as services
from visits.services.content import content_of, hash_of

pytestmark = pytest.mark.usefixtures("at_noon", "category")
TODAY = NOON.date()


@pytest.fixture
def project(cast):
    return ProjectFactory(
        name="智能织造项目", company=cast.company, lead_department=cast.bureau
    )


@pytest.fixture
def foreign_project(cast):
    return ProjectFactory(name="机密项目", company=cast.foreign)


def site_visit_of(project):
    project.refresh_from_db()
    return project.last_visit_on


def test_a_phone_says_which_project_and_its_tickets_follow(
    cast, phone, visit_json, finding, project
):
    sent = visit_json(project=project.pk, findings=[finding()])
    assert phone(cast.olga, sent).status_code == 201
    assert Visit.objects.get().project == project
    assert Ticket.objects.get().project == project
    assert site_visit_of(project) == TODAY
    event = Event.objects.get(action="visit.held")
    assert event.changes["project"] == [None, project.pk]
    assert phone(cast.olga, sent).status_code == 200


def test_a_phone_that_knows_of_no_projects_sends_as_before(cast, phone, visit_json):
    assert phone(cast.olga, visit_json()).status_code == 201
    visit = Visit.objects.get()
    content = content_of(visit)
    assert "project" not in content.as_json()
    assert visit.content_hash == hash_of(content, company=cast.company.pk, plan=None)


def test_a_project_that_is_not_the_companys_is_left_out(
    cast, phone, visit_json, foreign_project
):
    """The phone may have been off for days: the visit itself is never refused."""
    assert phone(cast.olga, visit_json(project=foreign_project.pk)).status_code == 201
    assert Visit.objects.get().project is None
    assert site_visit_of(foreign_project) is None


def test_nobody_is_led_to_a_project_that_he_does_not_see(
    cast, phone, visit_json, project
):
    assert phone(cast.tom, visit_json(project=project.pk)).status_code == 201
    assert Visit.objects.get().project is None


def test_a_call_is_no_visit_on_site(cast, phone, visit_json, project):
    phone(cast.olga, visit_json(project=project.pk, mode="remote"))
    assert Visit.objects.get().project == project
    assert site_visit_of(project) is None


def test_an_older_visit_does_not_turn_the_day_back(cast, phone, visit_json, project):
    phone(cast.olga, visit_json(project=project.pk))
    before = (NOON - timedelta(days=9)).isoformat()
    phone(cast.olga, visit_json(project=project.pk, starts_at=before))
    assert site_visit_of(project) == TODAY


def test_a_plan_keeps_its_project_when_it_is_held(cast, phone, visit_json, project):
    plan = services.plan_visit(
        cast.company,
        actor=cast.olga,
        mode="onsite",
        purpose="看进度",
        starts_at=NOON,
        project=project,
    )
    phone(cast.olga, visit_json(plan=plan.pk))
    plan.refresh_from_db()
    assert (plan.status, plan.project) == ("held", project)


def test_a_plan_is_not_for_another_companys_project(cast, foreign_project):
    with pytest.raises(DomainError) as refused:
        services.plan_visit(
            cast.company,
            actor=cast.olga,
            mode="onsite",
            purpose="看进度",
            starts_at=NOON,
            project=foreign_project,
        )
    assert refused.value.field == "project"


@pytest.mark.slow
def test_an_amendment_sets_the_project_and_the_old_version_knows_none(
    cast, as_user, project
):
    visit = VisitFactory(
        company=cast.company, logged_by=cast.olga, held=True, starts_at=NOON
    )
    page = reverse("visits:amend", args=[visit.pk])
    form = {
        "reason": "补记项目",
        "version": 1,
        "mode": "onsite",
        "purpose": visit.purpose,
        "starts_at": "2026-03-18T12:00",
        "project": project.pk,
    }
    client = as_user(cast.olga)
    assert project.name in client.get(page).content.decode()
    assert client.post(page, form).status_code == 302
    visit.refresh_from_db()
    assert visit.project == project
    assert site_visit_of(project) == visit.day
    assert "project" not in visit.versions.get().content


def test_an_archived_project_stays_with_what_was_about_it(cast, as_user, project):
    visit = VisitFactory(
        company=cast.company,
        logged_by=cast.olga,
        held=True,
        starts_at=NOON,
        project=project,
    )
    Project.objects.filter(pk=project.pk).update(archived_at=NOON)
    page = as_user(cast.olga).get(reverse("visits:amend", args=[visit.pk]))
    assert f'value="{project.pk}" selected' in page.content.decode()
    assert offers.facts_for(cast.olga, cast.company.pk, today=TODAY).projects == []


@pytest.mark.parametrize(
    "page",
    [
        "/visits/plan/?company={0}",
        "/visits/log/?company={0}",
        "/tickets/raise/?company={0}",
    ],
)
def test_the_forms_offer_the_companys_projects(
    cast, as_user, project, foreign_project, page
):
    client = as_user(cast.olga)
    shown = client.get(page.format(cast.company.pk)).content.decode()
    assert project.name in shown
    assert foreign_project.name not in shown
    other = CompanyFactory(region=cast.town)
    other.liaisons.create(officer=cast.olga, role="A", started_on=TODAY)
    shown = client.get(page.format(other.pk)).content.decode()
    assert project.name not in shown


def test_the_page_that_led_here_has_chosen_already(cast, as_user, project):
    address = f"{cast.company.pk}&project={project.pk}"
    for page in ("/visits/plan/", "/visits/log/", "/tickets/raise/"):
        shown = as_user(cast.olga).get(f"{page}?company={address}").content.decode()
        assert f'value="{project.pk}" selected' in shown, page


def test_a_company_raises_a_problem_of_its_project(cast, as_user, project):
    client, page = as_user(cast.otto), reverse("visits:raise")
    assert project.name in client.get(page).content.decode()
    said = {"text": "临时用电容量不够。", "project": project.pk}
    assert client.post(page, said).status_code == 302
    ticket = Ticket.objects.get()
    assert ticket.project == project
    link = reverse("projects:progress", args=[project.pk])
    assert link in client.get(ticket.get_absolute_url()).content.decode()


def test_nobody_raises_a_problem_of_a_foreign_project(
    cast, as_user, project, foreign_project
):
    said = {"text": "想看别人的项目。", "project": foreign_project.pk}
    answer = as_user(cast.otto).post(reverse("visits:raise"), said)
    assert answer.status_code == 422
    with pytest.raises(DomainError):
        ticket_services.raise_ticket(
            actor=cast.otto, company=cast.company, text="甲", project=foreign_project
        )
    assert not Ticket.objects.exists()


def test_the_api_takes_a_project(cast, as_user, project, foreign_project):
    def post(pk):
        body = {"company": cast.company.pk, "text": "路面沉降。", "project": pk}
        return as_user(cast.olga).post(
            "/api/v1/tickets/", body, content_type="application/json"
        )

    assert post(project.pk).status_code == 201
    assert Ticket.objects.get().project == project
    assert post(foreign_project.pk).status_code == 422


def test_a_visit_alone_does_not_name_its_project(cast, as_user, project):
    """Who reads the visit by a ticket of his department need not see the project."""
    visit = VisitFactory(
        company=cast.company, logged_by=cast.tom, for_unit=True, held=True
    )
    Visit.objects.filter(pk=visit.pk).update(project=project, unit=cast.other_bureau)
    page = visit.get_absolute_url()
    link = f'href="{project.get_absolute_url()}"'
    assert link in as_user(cast.olga).get(page).content.decode()
    assert project.name in as_user(cast.olga).get(page).content.decode()
    assert project.name not in as_user(cast.tom).get(page).content.decode()
