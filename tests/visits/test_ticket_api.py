import json
from datetime import datetime

import pytest
from django.urls import reverse

from crm.models import Event, WorkYear
from crm.services import calendar, deadlines
from tests.factories import NOON, SHANGHAI
from visits.models import Ticket

from .ticket_stories import accepted, answered, dispatched, picture, raised

LIST = reverse("api-tickets")
TODAY = datetime(2026, 3, 19, 9, 0, tzinfo=SHANGHAI)


@pytest.fixture(autouse=True)
def today(time_machine):
    time_machine.move_to(TODAY, tick=False)


def post(client, name, ticket, **body):
    url = reverse(f"api-ticket-{name}", args=[ticket.pk])
    return client.post(url, json.dumps(body), content_type="application/json")


def test_the_list_is_scoped_and_narrowed_like_the_page(cast, as_user):
    mine, foreign = raised(cast), raised(cast, by="omar", company=cast.foreign)
    numbers = {
        who: [
            one["number"]
            for one in as_user(getattr(cast, who)).get(LIST).json()["results"]
        ]
        for who in ("dora", "dirk", "otto", "tom", "sven")
    }
    assert numbers == {
        "dora": [mine.number],
        "dirk": [foreign.number],
        "otto": [mine.number],
        "tom": [],
        "sven": [],
    }
    narrowed = as_user(cast.dora).get(LIST, {"status": "closed"})
    assert narrowed.json()["results"] == []


def test_a_foreign_ticket_is_not_there(cast, as_user):
    url = reverse("api-ticket", args=[raised(cast).pk])
    assert as_user(cast.olga).get(url).status_code == 200
    for who in (cast.omar, cast.tom, cast.sven):
        assert as_user(who).get(url).status_code == 404


@pytest.mark.parametrize(
    ("who", "status"),
    [("dora", 200), ("olga", 403), ("maria", 403), ("otto", 403), ("tom", 404)],
)
def test_who_may_dispatch_over_the_api(cast, as_user, who, status):
    ticket = raised(cast)
    body = {
        "lead": cast.bureau.pk,
        "assistants": [{"department": cast.other_bureau.pk, "task": "核实"}],
    }
    response = post(as_user(getattr(cast, who)), "dispatch", ticket, **body)
    assert response.status_code == status
    dispatched_now = Ticket.objects.get(pk=ticket.pk).status == "dispatched"
    assert dispatched_now == (status == 200)


def test_a_rules_no_has_a_code_and_a_sentence(cast, as_user):
    ticket = answered(cast)
    response = post(as_user(cast.dora), "dispatch", ticket, lead=cast.bureau.pk)
    assert response.status_code == 409
    assert response.json()["code"] == "wrong_status"
    stale = post(as_user(cast.otto), "confirm", ticket, outcome="solved", version=1)
    assert (stale.status_code, stale.json()["code"]) == (409, "stale_version")
    bad = post(as_user(cast.otto), "confirm", ticket, outcome="perfect")
    assert bad.status_code == 422


@pytest.mark.slow
def test_from_signing_to_closing_over_the_api(cast, as_user):
    ticket = dispatched(cast)
    hana, otto = as_user(cast.hana), as_user(cast.otto)
    assert post(hana, "accept", ticket).json()["status"] == "accepted"
    assert post(hana, "start", ticket).json()["status"] == "working"
    said = post(hana, "answer", ticket, text="已办", proposed="solved")
    assert said.json()["status"] == "confirming"
    assert post(otto, "comment", ticket, text="谢谢").status_code == 204
    done = post(otto, "confirm", ticket, outcome="solved")
    assert (done.json()["status"], done.json()["outcome"]) == ("closed", "solved")


def test_an_officer_without_proof_is_refused_over_the_api_too(cast, as_user):
    response = post(as_user(cast.olga), "confirm", answered(cast), outcome="solved")
    assert response.status_code == 409
    assert response.json()["code"] == "sign_off_missing"


def test_an_officer_confirms_with_the_record_of_a_call_over_the_api(cast, as_user):
    ticket = answered(cast)
    call = {"sign_off": "call", "person": "张三丰", "phone": "0871-65330000"}
    client = as_user(cast.olga)
    without = post(client, "confirm", ticket, outcome="solved", **call)
    assert without.status_code == 409
    call["called_at"] = "2026-03-19T08:30:00+08:00"
    done = post(client, "confirm", ticket, outcome="solved", **call)
    assert (done.status_code, done.json()["status"]) == (200, "closed")
    after = Ticket.objects.get(pk=ticket.pk)
    assert (after.sign_off, after.sign_off_person) == ("call", "张三丰")


@pytest.mark.parametrize(
    "when", ["0001-01-01", "0001-01-01T00:00:00", "9999-12-31T23:59:59-14:00", "²"]
)
def test_a_call_at_the_end_of_time_is_none(cast, as_user, when):
    call = {"sign_off": "call", "person": "张三", "phone": "0871-65330000"}
    words = {"outcome": "solved", "called_at": when, **call}
    response = post(as_user(cast.olga), "confirm", answered(cast), **words)
    assert (response.status_code, response.json()["code"]) == (422, "invalid")


def test_an_officer_confirms_with_a_picture_over_the_api(cast, as_user):
    ticket = answered(cast)
    url = reverse("api-ticket-confirm", args=[ticket.pk])
    data = {"outcome": "solved", "sign_off": "signature"}
    client = as_user(cast.olga)
    assert client.post(url, data).status_code == 409
    assert client.post(url, {**data, "file": picture()}).status_code == 200
    after = Ticket.objects.get(pk=ticket.pk)
    assert (after.sign_off, after.sign_off_file is not None) == ("signature", True)


def test_raising_for_a_foreign_company_finds_nothing(cast, as_user):
    client = as_user(cast.olga)

    def send(company):
        body = json.dumps({"company": company.pk, "text": "招不到人"})
        return client.post(LIST, body, content_type="application/json").status_code

    assert send(cast.company) == 201
    assert send(cast.foreign) == 422


def test_nothing_can_be_set_that_has_no_field(cast, as_user):
    body = {
        "company": cast.company.pk,
        "text": "招不到人",
        "status": "closed",
        "number": "2026-999999",
        "outcome": "solved",
        "source": "hotline",
    }
    client = as_user(cast.otto)
    client.post(LIST, json.dumps(body), content_type="application/json")
    ticket = Ticket.objects.get()
    assert (ticket.status, ticket.outcome) == ("submitted", "")
    assert (ticket.number, ticket.source) == ("2026-000001", "company")


def test_a_moved_deadline_is_told_on_its_ticket(cast):
    ticket = accepted(cast)
    calendar.refresh()
    year = WorkYear.objects.get(year=2026)
    year.days_off = {**year.days_off, "临时放假": ["2026-03-26", "2026-03-26"]}
    year.imported_at = NOON
    year.save(update_fields=["days_off", "imported_at"])
    try:
        assert deadlines.recompute(now=NOON, everything=True) == 1
    finally:
        calendar._memory.calendar = None
    event = Event.objects.for_subject(ticket).get(action="ticket.due_moved")
    assert event.is_public
    assert event.changes["kind"] == [None, "solve"]
    assert event.changes["due_on"] == ["2026-03-27", "2026-03-30"]


@pytest.mark.parametrize(
    "body",
    [
        "[" * 20_000,
        '{"refusal": ' * 5_000,
        r'{"refusal": "\ud83d"}',
        r'{"\ud83d": 1}',
        "{",
        '{"refusal": NaN}',
        "9" * 5_000,
    ],
)
def test_what_is_no_honest_json_is_a_bad_request(cast, as_user, body):
    url = reverse("api-ticket-refuse", args=[raised(cast).pk])
    response = as_user(cast.dora).post(url, body, content_type="application/json")
    assert (response.status_code, response.json()["code"]) == (400, "parse_error")
