"""The complainant and the supervisors of the scope; no role opens it to another."""

from datetime import timedelta

import pytest

from crm.models import Company, Grant, Region, Role
from crm.services import companies
from tests.factories import NOON, DepartmentFactory, GrantFactory, UserFactory
from tests.visits.complaints import stories
from visits.models import Complaint
from visits.services import complaints

EVERYBODY = "olga bela oleg tom hana uma dora dirk maria axel otto omar sven selma alma"


def readers(cast, complaint):
    """Whoever of the cast it is visible to."""
    return {
        name
        for name in EVERYBODY.split()
        if Complaint.objects.visible_to(again(getattr(cast, name)))
        .filter(pk=complaint.pk)
        .exists()
    }


def again(user):
    """As the next request reads the person."""
    return type(user).objects.get(pk=user.pk)


def may(user, complaint):
    return Complaint.objects.supervised_by(again(user)).filter(pk=complaint.pk).exists()


def test_the_complainant_and_the_supervisor_read_it(cast):
    assert readers(cast, stories.received_one(cast)) == {"axel", "otto"}


def test_an_anonymous_one_only_the_supervisor_reads(cast):
    assert readers(cast, stories.anonymous(cast).complaint) == {"axel"}


def test_another_county_does_not(cast):
    far = stories.another_supervisor(cast, "far", region=cast.elsewhere)
    assert not may(far, stories.received_one(cast))


def test_a_supervisor_above_does(cast):
    city = Region.objects.create(code="53", name="市", kind="city", path="53/")
    anna = stories.another_supervisor(cast, region=city)
    assert not may(anna, stories.received_one(cast))
    cast.town.path, cast.county.path = "53/530100/530101/", "53/530100/"
    cast.county.save(), cast.town.save()
    assert may(anna, stories.received_one(cast))


@pytest.mark.parametrize("role", [role for role in Role if role != Role.SUPERVISOR])
def test_no_other_role_opens_it(cast, role):
    """Given in addition, over everything that the scope of the role allows."""
    complaint = stories.received_one(cast)
    scope = {
        "dispatcher": {"region": cast.county},
        "leader": {"region": cast.county},
        "officer": {"department": cast.bureau},
        "handler": {"department": cast.bureau},
        "unit_head": {"department": cast.bureau},
        "owner": {"company": cast.company},
    }.get(role, {})
    user = UserFactory(department=None)
    GrantFactory(user=user, role=role, **scope)
    user.is_superuser = True
    user.save()
    assert not Complaint.objects.visible_to(again(user)).exists()
    assert not Complaint.objects.changeable_by(again(user)).exists()
    assert complaint in Complaint.objects.visible_to(cast.axel)


def test_the_accused_does_not_though_he_is_a_supervisor(cast):
    GrantFactory(user=cast.hana, role=Role.SUPERVISOR, region=cast.county)
    assert not may(cast.hana, stories.received_one(cast))
    assert may(cast.hana, stories.received_one(cast, accused=cast.tom))


def test_nor_when_he_is_of_no_unit_any_more(cast):
    GrantFactory(user=cast.hana, role=Role.SUPERVISOR, region=cast.county)
    complaint = stories.received_one(cast)
    cast.hana.grants.filter(role="handler").update(revoked_at=NOON)
    cast.hana.department = None
    cast.hana.save()
    assert not may(cast.hana, complaint)


def test_nor_does_a_supervisor_of_his_unit(cast):
    GrantFactory(user=cast.uma, role=Role.SUPERVISOR, region=cast.county)
    assert not may(cast.uma, stories.received_one(cast))


@pytest.mark.parametrize("code", ["above", "below"])
def test_nor_one_of_a_unit_above_or_below(cast, code):
    bureau = DepartmentFactory(code="above", region=cast.county)
    division = DepartmentFactory(code="below", parent=bureau, region=cast.county)
    units = {"above": (division, bureau), "below": (bureau, division)}[code]
    accused = UserFactory(department=units[0])
    colleague = stories.another_supervisor(cast, unit=units[1])
    complaint = stories.received_one(cast, accused=accused)
    assert not may(colleague, complaint)
    assert may(cast.axel, complaint)


def test_nor_one_who_holds_a_role_for_his_unit(cast):
    anna = stories.another_supervisor(cast)
    complaint = stories.received_one(cast)
    assert may(anna, complaint)
    GrantFactory(user=anna, role=Role.HANDLER, department=cast.bureau)
    assert not may(anna, complaint)


def test_nor_one_of_a_unit_for_which_the_accused_holds_a_role(cast):
    anna = stories.another_supervisor(cast)
    complaint = stories.received_one(cast)
    grant = GrantFactory(user=cast.hana, role=Role.HANDLER, department=anna.department)
    assert not may(anna, complaint)
    Grant.objects.filter(pk=grant.pk).update(revoked_at=NOON)
    assert may(anna, complaint)


def test_who_moves_to_another_unit_is_barred_there_and_where_he_was(cast):
    anna = stories.another_supervisor(cast)
    here = stories.another_supervisor(cast, "bert", unit=cast.bureau)
    complaint = stories.received_one(cast)
    assert may(anna, complaint) and not may(here, complaint)
    cast.hana.department = anna.department
    cast.hana.save()
    assert not may(anna, complaint) and not may(here, complaint)
    assert may(cast.axel, complaint)


def test_a_department_itself_bars_its_own_people(cast):
    about = {"accused": None, "unit": cast.bureau}
    GrantFactory(user=cast.uma, role=Role.SUPERVISOR, region=cast.county)
    complaint = stories.received_one(cast, **about)
    assert not may(cast.uma, complaint) and may(cast.axel, complaint)


def test_a_supervisor_of_the_typed_name_does_not_read_it(cast):
    about = {"accused": None, "unit": cast.bureau, "accused_name": cast.axel.name}
    assert not may(cast.axel, stories.received_one(cast, **about))


def test_a_found_person_is_barred_from_then_on(cast):
    anna = stories.another_supervisor(cast)
    about = {"accused": None, "unit": cast.bureau, "accused_name": "李某"}
    complaint = stories.received_one(cast, **about)
    assert may(anna, complaint)
    GrantFactory(user=cast.hana, role=Role.HANDLER, department=anna.department)
    complaints.name_accused(complaint, actor=cast.axel, person=cast.hana, now=NOON)
    assert not may(anna, complaint)


def test_other_owners_of_the_company_read_it_only_if_they_may(cast):
    complaint = stories.received_one(cast)
    other = UserFactory(department=None)
    GrantFactory(user=other, role=Role.OWNER, company=cast.company)
    visible = Complaint.objects.visible_to
    assert not visible(again(other)).exists()
    complaints.share_complaint(complaint, actor=cast.otto, is_shared=True, now=NOON)
    assert visible(again(other)).exists()
    assert not Complaint.objects.own_of(again(other)).exists()
    assert not visible(again(cast.omar)).exists()
    complaints.share_complaint(complaint, actor=cast.otto, is_shared=False, now=NOON)
    assert not visible(again(other)).exists()


def test_a_merged_company_changes_nothing(cast):
    complaint = stories.received_one(cast)
    Company.objects.filter(pk=cast.company.pk).update(
        merged_into=cast.foreign, archived_at=NOON
    )
    assert readers(cast, complaint) == {"axel", "otto"}
    complaints.share_complaint(complaint, actor=cast.otto, is_shared=True, now=NOON)
    # Its people are now those of the company that took it over.
    assert readers(cast, complaint) == {"axel", "otto", "omar"}


def test_an_archived_company_changes_nothing(cast):
    complaint = stories.received_one(cast)
    companies.archive_company(
        cast.company, actor=cast.dora, reason="企业停业", now=NOON
    )
    assert readers(cast, complaint) == {"axel", "otto"}


def test_without_a_supervisor_it_is_only_counted(cast):
    """axel is of the same office as olga: nobody is left who may read it."""
    complaint = stories.received_one(cast, accused=cast.olga)
    assert readers(cast, complaint) == {"otto"}
    today = NOON.date()
    assert complaints.unheard(today).count() == 1
    stories.another_supervisor(cast)
    assert complaints.unheard(today).count() == 0


def test_an_ended_role_opens_nothing(cast):
    complaint = stories.received_one(cast)
    Grant.objects.filter(user=cast.axel).update(ends_on=NOON.date() - timedelta(days=9))
    assert readers(cast, complaint) == {"otto"}
    assert complaints.unheard(NOON.date()).count() == 1


def test_readers_of_names_those_who_may_be_told(cast):
    anna = stories.another_supervisor(cast)
    told = complaints.readers_of(stories.received_one(cast), NOON.date())
    assert set(told) == {cast.axel, anna, cast.otto}
