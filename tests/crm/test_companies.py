"""Companies are entered, edited, tagged and archived by those who may."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied

from crm.lib.errors import DomainError, StaleVersion
from crm.models import Company, Event, Industry, Tag
from crm.services import companies
from tests.factories import CompanyFactory

CODE = "91000000MA00000157"


def profile(cast, **values):
    given = {"name": "云州新厂有限公司", "region": cast.town, **values}
    return companies.Profile(**given)


def last_event(action):
    return Event.objects.filter(action=action).latest("pk")


def test_the_dispatcher_enters_a_company(cast):
    industry = Industry.objects.get(code="17")
    given = profile(cast, uscc=CODE, industry=industry, staff_count=5)
    company = companies.create_company(given, actor=cast.dora)
    company.refresh_from_db()
    assert (company.size, company.region_path) == ("micro", cast.town.path)
    assert Company.objects.search("新厂").get() == company
    assert Company.objects.search("xinchang").get() == company
    assert last_event("company.created").changes["uscc"] == [None, CODE]


@pytest.mark.parametrize(
    ("who", "allowed"),
    [("dora", True), ("dirk", False), ("olga", False), ("maria", False)],
)
def test_who_may_enter_a_company(cast, who, allowed):
    if allowed:
        assert companies.create_company(profile(cast), actor=getattr(cast, who))
        return
    with pytest.raises(PermissionDenied):
        companies.create_company(profile(cast), actor=getattr(cast, who))


def test_the_same_company_twice_is_refused(cast):
    companies.create_company(profile(cast), actor=cast.dora)
    with pytest.raises(companies.CompanyExistsError) as caught:
        companies.create_company(profile(cast), actor=cast.dora)
    assert caught.value.other.name in caught.value.sentence
    assert Company.objects.filter(name="云州新厂有限公司").count() == 1


def test_a_taken_code_names_the_company_only_to_who_may_see_it(cast):
    CompanyFactory(name="邻县秘密公司", uscc=CODE, region=cast.elsewhere)
    with pytest.raises(companies.CompanyExistsError) as caught:
        companies.create_company(profile(cast, uscc=CODE), actor=cast.dora)
    assert caught.value.other is None
    assert "秘密" not in caught.value.sentence
    CompanyFactory(name="本县公司", uscc="12000000000000027G", region=cast.town)
    given = profile(cast, uscc="12000000000000027G")
    with pytest.raises(companies.CompanyExistsError) as caught:
        companies.create_company(given, actor=cast.dora)
    assert "本县公司" in caught.value.sentence


def test_a_wrong_code_is_refused_with_its_reason(cast):
    with pytest.raises(DomainError) as caught:
        companies.create_company(profile(cast, uscc="91000000MA0000015"), actor=None)
    assert (caught.value.code, caught.value.field) == ("bad_code", "uscc")


def test_the_officer_edits_the_profile_and_the_size_follows(cast, company):
    Company.objects.filter(pk=company.pk).update(industry="17")
    edited = companies.edit_company(
        company, actor=cast.olga, version=1, staff_count=320, revenue=2500
    )
    assert (edited.size, edited.version) == ("medium", 2)
    changes = last_event("company.edited").changes
    assert changes["staff_count"] == [None, 320]
    assert changes["size"] == ["unknown", "medium"]


def test_nothing_changed_is_no_event(cast, company):
    count = Event.objects.count()
    companies.edit_company(company, actor=cast.olga, version=1, address="")
    assert Event.objects.count() == count


@pytest.mark.parametrize(
    "values", [{"name": "别名"}, {"uscc": CODE}, {"region": "county"}]
)
def test_only_the_dispatcher_changes_who_a_company_is(cast, company, values):
    values = {key: getattr(cast, one, one) for key, one in values.items()}
    with pytest.raises(PermissionDenied):
        companies.edit_company(company, actor=cast.olga, version=1, **values)
    company.refresh_from_db()
    assert company.version == 1
    assert companies.edit_company(company, actor=cast.dora, version=1, **values)


def test_a_company_is_not_moved_into_a_foreign_region(cast, company):
    with pytest.raises(PermissionDenied):
        companies.edit_company(
            company, actor=cast.dora, version=1, region=cast.elsewhere
        )


@pytest.mark.parametrize("who", ["tom", "maria", "axel", "otto", "oleg", "dirk"])
def test_others_do_not_edit(cast, company, who):
    with pytest.raises(PermissionDenied):
        companies.edit_company(
            company, actor=getattr(cast, who), version=1, address="x"
        )


def test_the_second_of_two_editors_is_told(cast, company):
    companies.edit_company(company, actor=cast.olga, version=1, address="东街1号")
    with pytest.raises(StaleVersion) as caught:
        companies.edit_company(company, actor=cast.bela, version=1, address="西街2号")
    assert caught.value.current.address == "东街1号"


def test_tags_are_set_as_a_whole(cast, company):
    tags = Tag.objects.filter(key__in=["troubled", "growing"])
    companies.set_tags(company, actor=cast.olga, tags=tags)
    companies.set_tags(company, actor=cast.olga, tags=tags.filter(key="troubled"))
    change = last_event("company.tagged").changes["tags"]
    assert change == [["growing", "troubled"], ["troubled"]]
    assert list(Company.objects.tagged("troubled")) == [company]


def test_a_leader_is_linked_only_with_the_role(cast, company):
    companies.link_leader(company, actor=cast.dora, leader=cast.maria)
    company.refresh_from_db()
    assert company.leader == cast.maria
    with pytest.raises(DomainError):
        companies.link_leader(company, actor=cast.dora, leader=cast.tom)
    with pytest.raises(PermissionDenied):
        companies.link_leader(company, actor=cast.olga, leader=None)


def test_an_archived_company_is_read_but_not_changed(cast, company):
    with pytest.raises(DomainError):
        companies.archive_company(company, actor=cast.dora, reason=" ")
    companies.archive_company(company, actor=cast.dora, reason="已注销")
    assert Company.objects.visible_to(cast.olga).filter(pk=company.pk).exists()
    with pytest.raises(PermissionDenied):
        companies.edit_company(company, actor=cast.dora, version=None, address="x")
    companies.restore_company(company, actor=cast.dora)
    assert companies.edit_company(company, actor=cast.dora, version=None, address="x")


def test_the_last_visit_only_moves_forward(company):
    for day, stored in [(3, 3), (1, 3), (5, 5)]:
        companies.note_visit(company.pk, day=date(2026, 3, day))
        company.refresh_from_db()
        assert company.last_visit_on == date(2026, 3, stored)
