"""Without a login: complain with or without a name, read the answer with the code."""

import pytest
from django.test import Client
from django.urls import reverse

from crm.lib.devices import network_of
from tests.factories import NOON
from tests.visits.complaints import stories
from visits.models import Complaint, ComplaintTry
from visits.services import complaints
from visits.services.complaints import Door

FORM, LOOK = "/complain/", "/complain/receipt/"


def send(client, cast, **data):
    told = {"category": "demand", "text": stories.TEXT, "unit": cast.bureau.pk} | data
    return client.post(FORM, told)


def look(client, code, **data):
    return client.post(LOOK, {"code": code, **data})


def body(answer):
    return answer.content.decode()


def test_anybody_complains_and_gets_number_and_code_at_once(cast, client):
    assert client.get(FORM).status_code == 200
    answer = send(client, cast)
    complaint = Complaint.objects.get()
    assert answer.status_code == 200 and complaint.number in body(answer)
    assert complaint.origin == "public" and not hasattr(complaint, "personal")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_the_code_on_the_page_opens_the_answer(cast, client):
    shown = body(send(client, cast))
    code = shown.split("receipt-code")[1].split(">")[1].split("<")[0]
    opened = look(client, code)
    assert opened.status_code == 200
    assert Complaint.objects.get().number in body(opened)


def test_a_name_is_optional_and_guarded(cast, client, as_user):
    send(client, cast, name=stories.NAME, phone=stories.PHONE, company_name="某厂")
    complaint = Complaint.objects.get()
    assert complaint.personal.name == stories.NAME
    shown = body(as_user(cast.axel).get(f"/complaints/{complaint.pk}/"))
    assert stories.NAME not in shown and "某厂" not in shown


def test_the_same_form_sent_twice_is_one(cast, client):
    key = body(client.get(FORM)).split('name="client_key" value="')[1].split('"')[0]
    first, again = (send(client, cast, client_key=key) for _ in range(2))
    assert Complaint.objects.count() == 1
    assert body(first).count("receipt-code") == body(again).count("receipt-code") == 1
    pick = lambda answer: body(answer).split("receipt-code")[1][:40]  # noqa: E731
    assert pick(first) == pick(again)


def test_what_is_missing_comes_back_with_what_was_typed(cast, client):
    answer = send(client, cast, unit="")
    assert answer.status_code == 422 and stories.TEXT in body(answer)
    assert not Complaint.objects.exists()


def test_the_card_says_whom_it_is_about_and_the_form_cannot_change_it(cast, client):
    token = complaints.card_token(cast.hana)
    told = {"category": "attitude", "text": "态度", "unit": cast.other_bureau.pk}
    client.post(reverse("visits:complain-about", args=[token]), told)
    complaint = Complaint.objects.get()
    assert (complaint.accused, complaint.unit) == (cast.hana, cast.bureau)


def neutral(answer):
    """Without what differs from page to page: keys and what was typed."""
    lines = [
        line
        for line in body(answer).splitlines()
        if "csrf" not in line and 'name="code"' not in line
    ]
    return "\n".join(lines)


def test_every_wrong_code_gets_the_same_answer(cast, client):
    code = stories.anonymous(cast).code
    wrong = ["A" * 16, "zzzz", code[:-1], f"{code}2", "TS2026-0001", "你好"]
    answers = [look(client, one) for one in wrong]
    assert {one.status_code for one in answers} == {422}
    assert len({neutral(one) for one in answers}) == 1
    page = answers[0].content.decode()
    assert "没有找到，请检查：" in page and "还没有保存，请检查" not in page


def test_so_many_looks_an_hour_from_one_line(cast, client, settings):
    settings.CRM_COMPLAINT_LOOKS_PER_HOUR = 3
    code = stories.anonymous(cast).code
    statuses = [look(client, "A" * 16).status_code for _ in range(4)]
    assert statuses == [422, 422, 422, 429]
    # The right code is then no way to find out that it is right.
    assert look(client, code).status_code == 429
    assert look(Client(REMOTE_ADDR="203.0.113.9"), code).status_code == 200


def test_so_many_complaints_an_hour_from_one_line(cast, client, settings):
    settings.CRM_COMPLAINTS_PER_HOUR = 2
    assert [send(client, cast).status_code for _ in range(3)] == [200, 200, 429]
    assert Complaint.objects.count() == 2


def test_after_an_hour_the_door_is_open_again(cast, settings):
    settings.CRM_COMPLAINT_LOOKS_PER_HOUR = 1
    line = complaints.line_of("192.0.2.1")
    complaints.pass_door(Door.LOOK, line, now=NOON)
    with pytest.raises(complaints.TooManyTriesError):
        complaints.pass_door(Door.LOOK, line, now=NOON)
    complaints.pass_door(Door.LOOK, line, now=NOON.replace(hour=13, minute=1))


def test_no_address_is_kept(cast):
    client = Client(REMOTE_ADDR="203.0.113.77")
    send(client, cast)
    look(client, "A" * 16)
    rows = str(list(ComplaintTry.objects.values_list())) + str(
        list(Complaint.objects.values_list())
    )
    assert "203.0.113" not in rows
    # IPv6 customers have a whole /64.
    one, other = (complaints.line_of(f"2001:db8::{n}") for n in (1, 2))
    assert one == other and network_of("2001:db8::1") not in one


def test_counters_are_forgotten(cast):
    complaints.pass_door(Door.LOOK, "x", now=NOON)
    complaints.forget_tries(now=NOON.replace(day=21))
    assert not ComplaintTry.objects.exists()


def test_whoever_has_the_code_goes_on_with_it(cast, client):
    given = stories.anonymous(cast)
    complaint = complaints.acknowledge_complaint(given.complaint, actor=cast.axel)
    complaints.note_complaint(
        complaint, actor=cast.axel, kind="question", text="哪个窗口?"
    )
    assert "哪个窗口?" in body(look(client, given.code))
    assert look(client, given.code, act="reply", text="").status_code == 422
    assert "三号窗口" in body(look(client, given.code, act="reply", text="三号窗口"))
    complaints.answer_complaint(
        complaint, actor=cast.axel, outcome="unclear", text="暂无法查实。"
    )
    assert "无法查实" in body(look(client, given.code))
    look(client, given.code, act="again", note="监控可以查。")
    complaint.refresh_from_db()
    assert complaint.status == "second" and complaint.unsatisfied_note == "监控可以查。"
    refused = look(client, given.code, act="accept")
    assert refused.status_code == 200 and "现在不能这样办理" in body(refused)


def test_with_the_code_the_answer_is_accepted_and_the_name_erased(cast, client):
    given = stories.filed(cast)
    complaint = complaints.acknowledge_complaint(given.complaint, actor=cast.axel)
    complaints.answer_complaint(
        complaint, actor=cast.axel, outcome="true", text="属实。"
    )
    look(client, given.code, act="forget")
    look(client, given.code, act="accept")
    complaint = Complaint.objects.get()
    assert complaint.status == "closed" and not hasattr(complaint, "personal")


def test_an_unknown_act_only_looks(cast, client):
    given = stories.anonymous(cast)
    assert look(client, given.code, act="close").status_code == 200
    assert Complaint.objects.get().status == "received"


def test_scanners_that_only_get_do_nothing(cast, client):
    given = stories.anonymous(cast)
    answer = client.get(LOOK, {"code": given.code, "act": "accept"})
    assert given.complaint.number not in body(answer)


def test_the_login_page_leads_here(client, db):
    shown = body(client.get("/login/"))
    assert FORM in shown and LOOK in shown


def test_forms_need_their_csrf_key(cast):
    client = Client(enforce_csrf_checks=True)
    assert send(client, cast).status_code == 403
    assert look(client, "A" * 16).status_code == 403
