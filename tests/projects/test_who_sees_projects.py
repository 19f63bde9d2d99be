"""Each way to a project by itself: who reads it, and who may do what with it."""

import pytest
from django.utils import timezone

from crm.models import CompanyLiaison, Grant, Role, User
from projects.models import Project, ProjectLiaison
from projects.services import projects as services
from tests.factories import NOON, GrantFactory, ProjectFactory, UserFactory

# What a person may do: the dispatcher's, the officer's, the leader's, the company's.
WAYS = {
    "sees": Project.objects.visible_to,
    "reads inside": Project.objects.internal_to,
    "manages": Project.objects.managed_by,
    "works": Project.objects.worked_by,
    "decides": Project.objects.decided_by,
    "owns": Project.objects.owned_by,
}
READS = {"sees", "reads inside"}


def rights(project, person):
    """Asked anew: what somebody may do is kept for the length of a request."""
    person = User.objects.get(pk=person.pk)
    found = {name for name, of in WAYS.items() if of(person).filter(pk=project.pk)}
    told = Project.objects.with_rights(person).get(pk=project.pk)
    flags = {"manages": "may_manage", "works": "may_work", "decides": "may_decide"}
    for name, flag in flags.items() | {("owns", "is_owned")}:
        assert getattr(told, flag) == (name in found), name
    if "sees" in found:
        assert told.may_read_internal == ("reads inside" in found)
    changes = Project.objects.changeable_by(person).filter(pk=project.pk).exists()
    assert changes == bool(found & {"manages", "works", "decides"})
    return found


def somebody(role, **scope):
    person = UserFactory(department=scope.get("department"))
    GrantFactory(user=person, role=role, **scope)
    return person


def serve(project, officer):
    return ProjectLiaison.objects.create(
        project=project, role="A", officer=officer, started_on=NOON.date()
    )


@pytest.fixture
def project(cast):
    """Nobody's but the company's and the region's; 人社局 leads it."""
    return ProjectFactory(
        company=cast.company, region=cast.town, lead_department=cast.bureau
    )


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("olga", READS), ("bela", READS), ("oleg", set()),
        ("hana", READS), ("uma", READS), ("tom", set()),
        ("dora", READS | {"manages"}), ("dirk", set()),
        ("maria", READS | {"decides"}), ("axel", READS),
        ("otto", {"sees", "owns"}), ("omar", set()),
        ("sven", set()), ("selma", set()), ("alma", set()),
    ],
)  # fmt: skip
def test_what_each_role_brings(cast, project, who, may):
    assert rights(project, getattr(cast, who)) == may


def test_the_officer_of_a_project_works_on_it_as_long_as_he_is(cast, project):
    liaison = serve(project, cast.oleg)
    assert rights(project, cast.oleg) == READS | {"works"}
    assert rights(ProjectFactory(company=cast.company), cast.oleg) == set()
    liaison.ended_on = NOON.date()
    liaison.save(update_fields=["ended_on"])
    assert rights(project, cast.oleg) == set()


def test_whose_company_it_was_sees_it_no_more(cast, project):
    CompanyLiaison.objects.filter(officer=cast.olga).update(ended_on=NOON.date())
    assert rights(project, cast.olga) == set()


def test_who_is_no_officer_any_more_serves_nothing(cast, project):
    serve(project, cast.olga)
    Grant.objects.filter(user=cast.olga).update(revoked_at=timezone.now())
    assert rights(project, cast.olga) == set()


def test_the_leader_in_charge_decides_wherever_he_leads(cast, project):
    leader = somebody(Role.LEADER, region=cast.elsewhere)
    assert rights(project, leader) == set()
    Project.objects.update(leader=leader)
    assert rights(project, leader) == READS | {"decides"}
    Grant.objects.filter(user=leader).update(revoked_at=timezone.now())
    assert rights(project, leader) == set()


def test_a_leader_of_a_department_decides_what_it_has_a_part_in(cast, project):
    leader = somebody(Role.LEADER, department=cast.other_bureau)
    assert rights(project, leader) == set()
    services.edit_project(
        project,
        actor=cast.dora,
        version=1,
        values={},
        supporting=[cast.other_bureau],
    )
    assert rights(project, leader) == READS | {"decides"}
    services.edit_project(project, actor=cast.dora, version=2, values={}, supporting=[])
    assert rights(project, leader) == set()


def test_two_roles_add_up(cast, project):
    person = somebody(Role.DISPATCHER, region=cast.elsewhere)
    other = ProjectFactory(company=cast.foreign, region=cast.elsewhere)
    GrantFactory(user=person, role=Role.OFFICER, department=cast.bureau)
    serve(project, person)
    assert rights(project, person) == READS | {"works"}
    assert rights(other, person) == READS | {"manages"}


def test_who_leads_elsewhere_decides_nothing_that_his_department_handles(cast, project):
    GrantFactory(user=cast.hana, role=Role.LEADER, region=cast.elsewhere)
    assert rights(project, cast.hana) == READS


def test_an_owner_who_works_here_too_reads_his_own_from_outside(cast, project):
    """Of his company's project he reads the company's part, of others all."""
    GrantFactory(user=cast.otto, role=Role.LEADER, region=cast.elsewhere)
    other = ProjectFactory(company=cast.foreign, region=cast.elsewhere)
    assert rights(project, cast.otto) == {"sees", "owns"}
    assert rights(other, cast.otto) == READS | {"decides"}


@pytest.mark.parametrize("who", ["olga", "dora", "maria", "otto"])
def test_an_archived_project_is_read_and_changed_by_nobody(cast, project, who):
    serve(project, cast.olga)
    Project.objects.update(archived_at=NOON, leader=cast.maria)
    found = rights(project, getattr(cast, who))
    assert found == ({"sees"} if who == "otto" else READS)
