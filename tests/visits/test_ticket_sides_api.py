"""The side ways over the API: the same services, the same refusals."""

import json

import pytest
from django.urls import reverse

from tests.factories import NOON
from visits.models import Ticket
from visits.services import tickets

from .ticket_stories import DAY, HOUR, answered, closed, contacted, dispatched, raised

TODAY = NOON + 2 * HOUR


@pytest.fixture(autouse=True)
def today(time_machine):
    time_machine.move_to(TODAY, tick=False)


@pytest.fixture
def post(cast, as_user):
    def send(who, name, ticket, status=200, **body):
        url = reverse(f"api-ticket-{name}", args=[ticket.pk])
        client = as_user(getattr(cast, who))
        response = client.post(url, json.dumps(body), content_type="application/json")
        assert response.status_code == status, response.content
        return response.json()

    return send


@pytest.mark.slow
def test_returned_ruled_on_and_given_on(cast, post):
    ticket = dispatched(cast)
    unit = cast.other_bureau.pk
    post("hana", "return", ticket, reason="不属本局。", suggested=unit)
    post("dora", "rule", ticket, 422, is_upheld=True)
    told = post("dora", "rule", ticket, is_upheld=True, note="属水利。", lead=unit)
    assert (told["status"], told["lead"]) == ("dispatched", cast.other_bureau.name)
    body = {"lead": cast.bureau.pk, "reason": "改由人社牵头。"}
    assert post("maria", "reassign", ticket, **body)["lead"] == cast.bureau.name


@pytest.mark.slow
def test_paused_supplied_extended_and_parked(cast, post):
    ticket = contacted(cast)
    until = (NOON + 2 * DAY).date().isoformat()
    body = {"kind": "company", "reason": "请补岗位表。", "until_on": until}
    assert post("hana", "pause", ticket, **body)["status"] == "paused"
    assert post("otto", "supply", ticket, text="见附件。")["status"] == "working"
    post("hana", "extend", ticket, days=20, reason="跨市。")
    code = post("hana", "decide-extension", ticket, 403, is_granted=True)["code"]
    assert code
    told = post("uma", "decide-extension", ticket, is_granted=True)
    assert told["solve_due_on"] == "2026-04-16"
    body = {"reason": "等政策。", "next_on": "2026-04-10"}
    told = post("uma", "park", ticket, **body)
    assert (told["status"], told["next_reply_due_on"]) == ("parked", "2026-04-10")
    body = {"text": "仍在协调。", "next_on": "2026-04-20"}
    assert post("hana", "next-reply", ticket, **body)["next_reply_due_on"]
    assert post("hana", "unpark", ticket)["status"] == "working"


def test_a_long_pause_is_asked_for_and_decided(cast, post):
    ticket = contacted(cast)
    body = {"kind": "special", "reason": "评审。", "until_on": "2026-04-10"}
    assert post("hana", "pause", ticket, **body)["status"] == "working"
    assert post("uma", "decide-pause", ticket, is_granted=True)["status"] == "paused"
    assert post("hana", "resume", ticket)["status"] == "working"


@pytest.mark.slow
def test_assisted_split_merged_and_taken_apart(cast, post):
    ticket = dispatched(cast)
    body = {"department": cast.other_bureau.pk, "task": "核实用水。", "days": 2}
    post("dora", "assist", ticket, **body)
    assert post("dora", "assist", ticket, 409, **(body | {"task": "另一件"}))["code"]
    pieces = [{"text": "路灯不亮。", "category": "energy"}, {"text": "积水。"}]
    post("dora", "split", ticket, pieces=pieces)
    part = Ticket.objects.get(text="积水。")
    assert post("dora", "merge", part, into=ticket.number)["status"] == "merged"
    post("dora", "merge", part, 422, into="2026-999999")
    told = post("dora", "unmerge", part, reason="不是一回事。")
    assert told["status"] == "dispatched"


def test_a_foreign_number_is_not_there(cast, post):
    foreign = raised(cast, by="omar", company=cast.foreign)
    post("dora", "merge", raised(cast), 422, into=foreign.number)


def test_reopened_by_the_company_alone(cast, post):
    ticket = closed(cast)
    post("dora", "reopen", ticket, 403, reason="又停了。")
    assert post("otto", "reopen", ticket, reason="又停了。")["status"] == "working"


def test_what_the_state_does_not_allow_is_said(cast, post):
    ticket = answered(cast)
    body = post("hana", "return", ticket, 409, reason="不属本局。")
    assert body["code"] == "wrong_status" and ticket.number in body["detail"]
    assert tickets.lead_part(ticket).department == cast.bureau


def test_urgency_is_a_field(cast, as_user):
    client = as_user(cast.olga)
    body = {"company": cast.company.pk, "text": "停电。", "urgency": "urgent"}
    url = reverse("api-tickets")
    made = client.post(url, json.dumps(body), content_type="application/json")
    assert (made.status_code, made.json()["urgency"]) == (201, "urgent")
    body["urgency"] = "panic"
    bad = client.post(url, json.dumps(body), content_type="application/json")
    assert bad.status_code == 422
    found = client.get(url, {"urgency": "urgent"}).json()["results"]
    assert [one["id"] for one in found] == [made.json()["id"]]
