"""POST /api/v1/visits/: never lost, never doubled, every mistake named."""

import json
import uuid
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage

from crm.models import CompanyLiaison, Event, StoredFile
from tests.factories import NOON, CompanyFactory, UserFactory, VisitFactory
from visits.models import IntakeConflict, Ticket, Visit, VisitPhoto

from .conftest import picture, problems, sha, strokes

pytestmark = pytest.mark.usefixtures("at_noon", "category")
URL = "/api/v1/visits/"
CANCELLED = {"status": "cancelled", "cancelled_at": NOON}


def test_a_new_visit_is_201_with_its_receipt(cast, phone, visit_json, finding):
    sent = visit_json(findings=[finding()])
    response = phone(cast.olga, sent)
    assert response.status_code == 201, response.content
    visit, ticket = Visit.objects.get(), Ticket.objects.get()
    assert response.json() == {
        "uuid": sent["uuid"],
        "visit": visit.pk,
        "url": visit.get_absolute_url(),
        "version": 1,
        "content_sha256": visit.content_hash,
        "photos": [],
        "missing": [],
        "tickets": [{"number": ticket.number, "url": ticket.get_absolute_url()}],
    }
    assert (visit.status, visit.held_at) == ("held", NOON)
    assert visit.unit == cast.olga.department
    assert not visit.for_unit
    assert [one.name for one in visit.met.all()] == ["王经理"]
    cast.company.refresh_from_db()
    assert cast.company.last_visit_on == NOON.date()


def test_the_same_again_is_200_and_nothing_doubles(cast, phone, visit_json, finding):
    sent = visit_json(findings=[finding()])
    first = phone(cast.olga, sent).json()
    events = Event.objects.count()
    again = phone(cast.olga, sent)
    assert again.status_code == 200
    assert again.json() == first
    assert Visit.objects.count() == Ticket.objects.count() == 1
    assert Event.objects.count() == events


def test_order_and_blanks_of_the_json_do_not_matter(cast, phone, visit_json):
    sent = visit_json()
    phone(cast.olga, sent)
    other = dict(reversed(list(sent.items()))) | {"purpose": f"  {sent['purpose']} "}
    assert phone(cast.olga, json.dumps(other, indent=3)).status_code == 200


def test_other_content_is_409_and_both_are_kept(cast, phone, visit_json):
    sent = visit_json()
    phone(cast.olga, sent)
    other = sent | {"note": "另一份记录"}
    response = phone(cast.olga, other)
    assert response.status_code == 409
    assert response.json()["code"] == "conflict"
    assert phone(cast.olga, other).json()["conflict"] == response.json()["conflict"]
    conflict = IntakeConflict.objects.get()
    assert conflict.content["note"] == "另一份记录"
    assert Visit.objects.get().note == sent["note"]


def test_a_conflict_keeps_its_photo_too(cast, phone, visit_json):
    photo = picture()
    sent = visit_json()
    phone(cast.olga, sent)
    phone(cast.olga, sent | {"photos": [sha(photo)]}, photo)
    assert StoredFile.objects.get().received_sha256 == sha(photo)
    assert not VisitPhoto.objects.exists()


def test_the_same_uuid_of_another_person_is_another_visit(cast, phone, visit_json):
    sent = visit_json()
    assert phone(cast.olga, sent).status_code == 201
    assert phone(cast.bela, sent).status_code == 201
    assert Visit.objects.count() == 2


def test_photos_may_follow_one_by_one(cast, phone, visit_json):
    one, two = picture(colour="red"), picture(colour="blue")
    sent = visit_json(photos=[sha(one), sha(two)])
    first = phone(cast.olga, sent)
    assert first.status_code == 201
    assert first.json()["missing"] == [sha(one), sha(two)]
    second = phone(cast.olga, sent, two)
    assert second.status_code == 200
    assert second.json()["missing"] == [sha(one)]
    third = phone(cast.olga, sent, one).json()
    assert third["missing"] == []
    assert [one["sha256"] for one in third["photos"]] == [sha(one), sha(two)]
    assert third["photos"][0]["size"] == len(one)


def test_a_photo_sent_twice_is_stored_once(cast, phone, visit_json):
    photo = picture()
    sent = visit_json(photos=[sha(photo)])
    phone(cast.olga, sent, photo)
    before = set(quarantined())
    assert phone(cast.olga, sent, photo).status_code == 200
    assert StoredFile.objects.count() == 1
    assert set(quarantined()) == before


def test_a_signature_needs_its_name_and_arrives(cast, phone, visit_json):
    drawn = strokes()
    sent = visit_json(signature=sha(drawn))
    assert problems(phone(cast.olga, sent)) == {"signed_by": "required"}
    receipt = phone(cast.olga, sent | {"signed_by": "王经理"}, drawn).json()
    assert receipt["missing"] == []
    assert [one["kind"] for one in receipt["photos"]] == ["signature"]
    assert Visit.objects.get().signature.received_sha256 == sha(drawn)


@pytest.mark.parametrize("kind", ["hash", "type", "unknown", "large"])
def test_a_bad_photo_is_422_and_leaves_nothing(cast, phone, visit_json, settings, kind):
    photo = b"GIF89a" + b"0" * 40 if kind == "type" else picture()
    name = "0" * 64 if kind == "hash" else sha(photo)
    sent = visit_json(photos=[] if kind == "unknown" else [name])
    if kind == "large":
        settings.CRM_PHOTO_MAX_BYTES = 100
    before = set(quarantined())
    client, body = raw(cast, phone), {"visit": json.dumps(sent)}
    body[name] = upload(photo)
    found = problems(client.post(URL, body))
    codes = {"hash": "hash_mismatch", "type": "wrong_type", "unknown": "unknown_file"}
    assert found == {name: codes.get(kind, "too_large")}
    assert not StoredFile.objects.exists()
    assert set(quarantined()) == before


def test_a_full_day_of_photos_is_429_and_keeps_the_visit(
    cast, phone, visit_json, settings
):
    photo = picture()
    sent = visit_json(photos=[sha(photo)])
    phone(cast.olga, sent)
    settings.CRM_UPLOAD_DAILY_BYTES = 10
    response = phone(cast.olga, sent, photo)
    assert (response.status_code, response.json()["code"]) == (429, "daily_quota")
    assert Visit.objects.count() == 1


def test_a_visit_fulfils_its_plan(cast, phone, visit_json):
    plan = VisitFactory(company=cast.company, logged_by=cast.bela, gate_reason="回访")
    sent = visit_json(plan=plan.pk)
    assert phone(cast.olga, sent).status_code == 201
    plan.refresh_from_db()
    assert (plan.status, plan.logged_by) == ("held", cast.olga)
    assert (str(plan.uuid), plan.gate_reason) == (sent["uuid"], "回访")
    assert phone(cast.olga, sent).status_code == 200
    assert Visit.objects.count() == 1


@pytest.mark.parametrize("gone", ["held", "cancelled", "foreign"])
def test_a_plan_that_is_gone_does_not_lose_the_visit(cast, phone, visit_json, gone):
    plan = VisitFactory(
        company=cast.foreign if gone == "foreign" else cast.company,
        logged_by=cast.oleg if gone == "foreign" else cast.olga,
        held=gone == "held",
        **(CANCELLED if gone == "cancelled" else {}),
    )
    assert phone(cast.olga, visit_json(plan=plan.pk)).status_code == 201
    assert Visit.objects.count() == 2


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("olga", 201),
        ("bela", 201),
        ("tom", 201),  # a visit of his own unit
        ("uma", 201),
        ("oleg", 404),
        ("dora", 403),
        ("maria", 403),
        ("axel", 403),
        ("otto", 403),
        ("omar", 404),
        ("sven", 404),
    ],
)
def test_who_may_send(cast, phone, visit_json, who, status):
    response = phone(getattr(cast, who), visit_json())
    assert response.status_code == status, response.content
    assert Visit.objects.count() == (status == 201)


def test_a_visit_of_ones_unit_is_told_to_the_officer(cast, phone, visit_json):
    phone(cast.tom, visit_json(met=[{"name": "王", "contact": 1}]))
    visit = Visit.objects.get()
    assert (visit.for_unit, visit.unit) == (True, cast.other_bureau)
    event = Event.objects.get(action="visit.held")
    assert event.company == cast.company
    assert event.changes["for_unit"] == [None, cast.other_bureau.pk]
    assert Visit.objects.visible_to(cast.olga).exists()


def test_an_officer_of_that_day_may_still_send(cast, phone, visit_json):
    day = NOON.date()
    CompanyLiaison.objects.filter(officer=cast.olga).update(ended_on=day)
    late = visit_json(starts_at=(NOON - timedelta(days=1)).isoformat())
    assert phone(cast.olga, late).status_code == 201
    CompanyLiaison.objects.filter(officer=cast.olga).update(
        ended_on=day - timedelta(days=2)
    )
    other = visit_json(starts_at=(NOON - timedelta(days=1)).isoformat())
    assert phone(cast.olga, other).status_code == 404


def test_a_retry_is_answered_after_the_officer_has_changed(cast, phone, visit_json):
    sent = visit_json()
    phone(cast.olga, sent)
    CompanyLiaison.objects.filter(officer=cast.olga).update(
        ended_on=NOON.date() - timedelta(days=9)
    )
    assert phone(cast.olga, sent).status_code == 200


def test_a_merged_company_leads_to_its_successor(cast, phone, visit_json):
    old = CompanyFactory(region=cast.town, merged_into=cast.company)
    assert phone(cast.olga, visit_json(company=old.pk)).status_code == 201
    assert Visit.objects.get().company == cast.company


def test_an_expired_login_is_401_and_another_person_is_told_apart(
    cast, client, phone, visit_json
):
    body = {"visit": json.dumps(visit_json())}
    assert client.post(URL, body).status_code == 401
    response = phone(cast.olga, visit_json(), **{"X-Liaison-User": str(cast.bela.pk)})
    assert response.status_code == 401
    assert response.json()["code"] == "other_user"
    assert not Visit.objects.exists()


def test_the_rare_characters_of_names_arrive_whole(cast, phone, visit_json):
    phone(cast.olga, visit_json(led_by="𠮷䶮", signed_by="䶮𠮷"))
    visit = Visit.objects.get()
    assert (visit.led_by, visit.signed_by) == ("𠮷䶮", "䶮𠮷")


def test_what_the_client_may_not_decide_is_ignored(cast, phone, visit_json):
    forged = {"status": "cancelled", "logged_by": cast.bela.pk, "version": 9}
    forged |= {"held_at": "2020-01-01T00:00:00Z", "for_unit": True, "id": 1}
    phone(cast.olga, visit_json(**forged))
    visit = Visit.objects.get()
    assert (visit.status, visit.logged_by, visit.version) == ("held", cast.olga, 1)
    assert (visit.held_at, visit.for_unit) == (NOON, False)


def test_a_place_is_coarse_whatever_was_sent(cast, phone, visit_json):
    phone(cast.olga, visit_json(place="30.123456,-120.9876"))
    assert Visit.objects.get().place == "30.123,-120.988"


def test_links_to_strangers_are_dropped_and_names_kept(cast, phone, visit_json):
    stranger = UserFactory()
    people = [
        {"user": cast.bela.pk, "name": "贝拉"},
        {"user": stranger.pk, "name": "陌生人"},
    ]
    phone(cast.olga, visit_json(companions=people, met=[{"contact": 99, "name": "李"}]))
    visit = Visit.objects.get()
    assert [(one.name, one.user_id) for one in visit.companions.all()] == [
        ("贝拉", cast.bela.pk),
        ("陌生人", None),
    ]
    assert visit.met.get().contact_id is None


def test_a_later_amendment_does_not_make_a_retry_a_conflict(cast, phone, visit_json):
    sent = visit_json()
    phone(cast.olga, sent)
    Visit.objects.update(note="改过", version=2)
    response = phone(cast.olga, sent)
    assert (response.status_code, response.json()["version"]) == (200, 2)


def test_json_without_parts_is_taken_as_well(cast, client, visit_json):
    client.force_login(cast.olga)
    response = client.post(URL, visit_json(), content_type="application/json")
    assert response.status_code == 201


def test_few_statements_write_a_visit(cast, phone, visit_json, finding, statements):
    found = [finding(result="noted"), finding(result="solved", answer="已答复")]
    people = [{"name": "同事"}]
    sent = visit_json(findings=found, companions=people, photos=["a" * 64])
    phone(cast.olga, visit_json(uuid=str(uuid.uuid4())))
    written = statements(lambda: phone(cast.olga, sent))
    # the visit, companions, met, findings, photos, the event, its pending seal; the
    # report's row and task; signing in belongs to the test
    assert len(written) <= 12, written


def raw(cast, phone):
    from django.test import Client

    client = Client()
    client.force_login(cast.olga)
    return client


def upload(data):
    from django.core.files.uploadedfile import SimpleUploadedFile

    return SimpleUploadedFile("x", data)


def quarantined():
    """Files in quarantine that no row names."""
    from pathlib import Path

    named = set(StoredFile.objects.values_list("raw_name", flat=True))
    root = Path(default_storage.location)
    for path in (root / "quarantine").rglob("*"):
        if path.is_file() and str(path.relative_to(root)) not in named:
            yield path
