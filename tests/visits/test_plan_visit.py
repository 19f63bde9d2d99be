"""Plans: purpose, time and mode; a reason when the company had many visits."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError

from crm import handover
from crm.lib.errors import DomainError, StaleVersion
from crm.models import Event
from tests.factories import NOON, VisitFactory
from visits.models import Visit
from visits.services import visits as services
from visits.services.gate import ReasonNeeded
from visits.signals import visit_changed

pytestmark = pytest.mark.usefixtures("at_noon")
TOMORROW = NOON + timedelta(days=1)


def plan(cast, **changes):
    said = {"mode": "onsite", "purpose": "了解用工", "starts_at": TOMORROW}
    said = {"actor": cast.olga} | said | changes
    return services.plan_visit(cast.company, **said)


def busy(company, count=2):
    for days in range(1, count + 1):
        moment = NOON - timedelta(days=days)
        VisitFactory(company=company, held=True, starts_at=moment, day=moment.date())


def form_of(**changes):
    said = {"mode": "onsite", "purpose": "了解用工", "day": "2026-03-19"}
    return said | {"time": "10:00", "uuid": str(uuid4())} | changes


def test_a_plan_is_written_with_its_event(cast):
    visit = plan(cast)
    assert (visit.status, visit.day, visit.unit) == (
        "planned",
        TOMORROW.date(),
        cast.olga.department,
    )
    event = Event.objects.get(action="visit.planned")
    assert (event.company, event.is_public) == (cast.company, True)


def test_upper_apps_hear_of_it(cast):
    heard = []

    def listen(sender, **told):
        heard.append((told["what"], told["visit"].pk, told["actor"], told["now"]))

    visit_changed.connect(listen)
    visit = plan(cast)
    visit_changed.disconnect(listen)
    assert heard == [("planned", visit.pk, cast.olga, NOON)]


def test_the_same_form_twice_is_one_plan(cast):
    key = uuid4()
    assert plan(cast, uuid=key) == plan(cast, uuid=key)
    assert Visit.objects.count() == 1


def test_a_busy_company_asks_for_a_reason(cast):
    busy(cast.company)
    with pytest.raises(ReasonNeeded) as refused:
        plan(cast, gate_reason="  ")
    assert refused.value.field == "gate_reason"
    assert plan(cast, gate_reason="回访停产情况").gate_reason == "回访停产情况"


def test_a_visit_that_the_company_asked_for_needs_none(cast):
    busy(cast.company, 5)
    assert plan(cast, asked_by_company=True).pk


def test_the_company_does_not_read_the_reason(cast):
    busy(cast.company)
    plan(cast, gate_reason="内部理由")
    assert "内部理由" not in str(Event.objects.values_list("changes", flat=True))


@pytest.mark.parametrize("days", [-1, 367])
def test_a_plan_lies_between_today_and_a_year(cast, days):
    with pytest.raises(DomainError) as refused:
        plan(cast, starts_at=NOON + timedelta(days=days))
    assert refused.value.field == "starts_at"


@pytest.mark.parametrize("who", ["oleg", "dora", "maria", "axel", "otto", "sven"])
def test_others_may_not_plan(cast, who):
    with pytest.raises(PermissionDenied):
        plan(cast, actor=getattr(cast, who))


def test_a_unit_plans_for_itself(cast):
    visit = plan(cast, actor=cast.tom)
    assert (visit.for_unit, visit.unit) == (True, cast.other_bureau)


def test_the_purpose_is_guarded_by_the_database(cast):
    with pytest.raises(IntegrityError):
        VisitFactory(company=cast.company, logged_by=cast.olga, purpose="")


def test_a_changed_plan_tells_old_and_new(cast):
    visit = plan(cast)
    later = TOMORROW + timedelta(days=2)
    services.change_plan(
        visit,
        actor=cast.bela,
        version=1,
        mode="meeting",
        purpose="了解用工",
        starts_at=later,
    )
    event = Event.objects.get(action="visit.plan_changed")
    assert event.changes["mode"] == ["onsite", "meeting"]
    assert event.changes["day"] == ["2026-03-19", "2026-03-21"]
    visit.refresh_from_db()
    assert visit.version == 2


def test_a_stale_plan_is_409_with_both(cast, as_user):
    visit = plan(cast)
    Visit.objects.filter(pk=visit.pk).update(version=2, purpose="别人改的")
    with pytest.raises(StaleVersion):
        services.change_plan(
            visit, actor=cast.olga, version=1, mode="stay", purpose="x", starts_at=NOON
        )
    sent = form_of(purpose="我改的", version=1)
    page = as_user(cast.olga).post(f"/visits/{visit.pk}/change/", sent)
    assert page.status_code == 409
    assert "别人改的" in page.content.decode()
    assert "我改的" in page.content.decode()


def test_a_cancelled_plan_keeps_its_reason_and_ends(cast):
    visit = services.cancel_plan(plan(cast), actor=cast.olga, reason="企业停产检修")
    assert (visit.status, visit.cancel_reason) == ("cancelled", "企业停产检修")
    with pytest.raises(DomainError):
        services.cancel_plan(visit, actor=cast.olga, reason="再一次")


@pytest.mark.parametrize("act", ["change", "cancel", "log"])
@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("olga", 200),
        ("bela", 200),
        ("dora", 403),
        ("maria", 403),
        ("axel", 403),
        ("oleg", 404),
        ("tom", 404),
        ("otto", 404),
    ],
)
def test_who_may_touch_a_plan(cast, as_user, act, who, status):
    visit = plan(cast)
    page = as_user(getattr(cast, who)).get(f"/visits/{visit.pk}/{act}/")
    assert page.status_code == status


def test_the_page_asks_and_keeps_what_was_typed(cast, as_user):
    busy(cast.company)
    client, url = as_user(cast.olga), f"/visits/plan/?company={cast.company.pk}"
    assert 'name="gate_reason"' in client.get(url).content.decode()
    page = client.post(url, form_of(purpose="送政策上门"))
    assert page.status_code == 422
    assert "送政策上门" in page.content.decode()
    page = client.post(url, form_of(gate_reason="企业停产，需回访"))
    assert page.status_code == 302


@pytest.mark.parametrize(
    "change",
    [
        {"mode": ""},
        {"mode": "fly"},
        {"day": "2026-02-30"},
        {"day": "0000-01-01"},
        {"time": "25:00"},
        {"purpose": ""},
        {"purpose": "长" * 201},
    ],
)
def test_a_bad_field_is_422(cast, as_user, change):
    url = f"/visits/plan/?company={cast.company.pk}"
    assert as_user(cast.olga).post(url, form_of(**change)).status_code == 422
    assert not Visit.objects.exists()


@pytest.mark.parametrize("text", ["x", "999999", "9" * 30, "-1"])
def test_a_company_out_of_reach_is_404(cast, as_user, text):
    assert as_user(cast.olga).get(f"/visits/plan/?company={text}").status_code == 404


def test_a_handover_lists_the_plans(cast):
    visit = plan(cast)
    items = handover.open_items([cast.company.pk], NOON.date())[cast.company.pk]
    assert [(one["kind"], one["id"], one["due_on"]) for one in items] == [
        ("visit", visit.pk, "2026-03-19")
    ]
