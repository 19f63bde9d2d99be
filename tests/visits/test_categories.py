import importlib
import json

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from crm.lib.errors import DomainError, StaleVersion
from crm.models import Event
from tests.factories import DepartmentFactory
from visits.models import Category
from visits.services import categories

pytestmark = pytest.mark.django_db


def labour():
    return Category.objects.get(key="labour")


def edit(cast, who="sven", **values):
    return categories.edit_category(
        labour(), actor=getattr(cast, who), version=1, values=values
    )


def test_the_shipped_categories_are_there_with_their_days():
    assert Category.objects.count() == 22
    land = Category.objects.get(key="land")
    assert (land.contact_days, land.first_reply_days, land.solve_days) == (1, 3, 15)
    assert labour().solve_days == 7
    town = Category.objects.filter(lead_rule="town").values_list("key", flat=True)
    assert set(town) == {"expropriation", "life"}


def test_the_migration_runs_twice_and_keeps_what_was_edited():
    Category.objects.filter(key="labour").update(solve_days=9)
    Category.objects.filter(key="tax").delete()
    migration = importlib.import_module("visits.migrations.0002_shipped_categories")
    migration.add_shipped(apps, None)
    assert Category.objects.count() == 22
    assert labour().solve_days == 9


def test_every_shipped_lead_is_a_department_of_the_facts():
    rows = json.loads(categories.PATH.read_text("utf-8"))["categories"]
    assert all(row["lead"] == "town" or row["lead_name"] for row in rows)
    assert len({row["key"] for row in rows}) == len(rows)


def test_leads_are_linked_by_code_or_by_name_once(cast):
    DepartmentFactory(code="tax-2", name="税务局", region=cast.county)
    assert categories.link_default_leads() == 2
    assert labour().default_lead == cast.bureau
    assert Category.objects.get(key="tax").default_lead.code == "tax-2"
    assert categories.link_default_leads() == 0
    assert Event.objects.filter(action="category.edited").count() == 2


def test_an_administrator_changes_days_and_it_is_recorded(cast):
    category = edit(cast, solve_days=10)
    assert (category.solve_days, category.version) == (10, 2)
    event = Event.objects.get()
    assert (event.actor, event.changes) == (cast.sven, {"solve_days": [7, 10]})


@pytest.mark.parametrize("who", ["dora", "maria", "selma", "alma", "otto", "olga"])
def test_nobody_else_changes_a_category(cast, who):
    with pytest.raises(PermissionDenied):
        edit(cast, who, solve_days=10)


def test_days_do_not_become_fewer_step_by_step(cast):
    with pytest.raises(DomainError) as refusal:
        edit(cast, first_reply_days=8)
    assert refusal.value.field == "solve_days"


def test_a_stale_form_is_told(cast):
    edit(cast, solve_days=10)
    with pytest.raises(StaleVersion):
        edit(cast, solve_days=12)
    assert labour().solve_days == 10


def test_the_last_category_stays_in_use(cast):
    Category.objects.exclude(key="labour").update(is_active=False)
    with pytest.raises(DomainError):
        edit(cast, is_active=False)


def form_of(**changed):
    values = {
        "name": "用工",
        "kind": "simple",
        "lead_rule": "department",
        "contact_days": 1,
        "first_reply_days": 3,
        "solve_days": 7,
        "extended_days": 30,
        "is_active": "on",
        "version": 1,
    }
    return values | changed


def test_the_pages_are_the_system_administrators(cast, as_user):
    url = reverse("visits:category", args=[labour().pk])
    assert as_user(cast.sven).get(reverse("visits:categories")).status_code == 200
    assert as_user(cast.sven).post(url, form_of(solve_days=9)).status_code == 302
    assert labour().solve_days == 9
    assert as_user(cast.selma).post(url, form_of(solve_days=8)).status_code == 403
    assert labour().solve_days == 9


def test_bad_days_come_back_with_a_sentence_and_what_was_typed(cast, as_user):
    url = reverse("visits:category", args=[labour().pk])
    for bad in ("-1", "9999", "x", "١" * 400):
        response = as_user(cast.sven).post(url, form_of(solve_days=bad, name="用工荒"))
        assert response.status_code == 422
        assert "用工荒" in response.text
    stale = as_user(cast.sven).post(url, form_of(version=7))
    assert stale.status_code == 409
    assert labour().version == 1


def test_the_usual_leads_are_set_with_one_press(cast, as_user):
    assert as_user(cast.sven).post(reverse("visits:categories-link")).status_code == 302
    assert labour().default_lead == cast.bureau


def test_the_brackets_of_an_untouched_name_become_full_and_back():
    module = importlib.import_module("visits.migrations.0032_category_brackets")
    life = Category.objects.get(key=module.KEY)
    assert life.name == module.FULL
    module.renamed(module.FULL, module.HALF)(apps, None)
    life.refresh_from_db()
    assert life.name == module.HALF
    Category.objects.filter(key=module.KEY).update(name="职工之家")
    module.renamed(module.HALF, module.FULL)(apps, None)
    life.refresh_from_db()
    assert life.name == "职工之家"
