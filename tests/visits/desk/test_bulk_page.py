"""Many tickets dispatched from the desk: ticked ones, all, twice, by strangers."""

import uuid

import pytest

from tests.factories import NOON, CategoryFactory
from visits.models import DispatchBatch, Ticket
from visits.services import batches, tickets

DESK, BULK = "/tickets/desk/", "/tickets/desk/bulk/"


@pytest.fixture
def dora(cast, as_user, at_noon):
    return as_user(cast.dora)


def ticked(*some):
    return [f"{one.pk}-{one.version}" for one in some]


def waiting():
    return Ticket.objects.waiting_for_dispatch().count()


@pytest.mark.slow
def test_the_ticked_ones_go_and_the_others_stay(queued, dora):
    first, second, third = queued(3)
    data = {"items": ticked(first, third), "how": "proposed"}
    answer = dora.post(BULK, data, follow=True)
    assert answer.redirect_chain == [(DESK, 302)]
    assert "已交办 2 件问题" in answer.content.decode()
    assert list(Ticket.objects.waiting_for_dispatch()) == [second]


def test_to_one_department(cast, queued, dora):
    dora.post(
        BULK, {"items": ticked(*queued(2)), "how": "one", "lead": cast.other_bureau.pk}
    )
    leads = Ticket.objects.values_list("parts__department__name", flat=True)
    assert set(leads) == {"水利局"}


@pytest.mark.slow
def test_all_of_the_list_with_what_does_not_fit_on_a_page(queued, dora):
    queued(30)
    html = dora.get(DESK).content.decode()
    assert "本列表全部 30 件" in html
    dora.post(BULK, {"everything": "1", "how": "proposed"})
    assert waiting() == 0


def test_all_means_all_that_the_list_was_narrowed_to(queued, dora):
    queued(2, text="停电三次")
    queued(1, text="招不到人")
    dora.post(f"{BULK}?tab=all&q=停电", {"everything": "1", "how": "proposed"})
    assert Ticket.objects.waiting_for_dispatch().get().title == "招不到人"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"how": "proposed"}, "请至少勾选一件问题"),
        ({"how": "one", "items": ["1-1"]}, "请选择主办单位"),
        ({"how": "proposed", "items": ["x"]}, "重新勾选"),
        ({"how": "proposed", "items": ["9" * 30 + "-1"]}, "重新勾选"),
        ({"how": "proposed", "items": ["1-1"] * 101}, "重新勾选"),
        ({"how": "one", "items": ["1-1"], "lead": "9" * 30}, ""),
        ({"how": "x", "items": ["1-1"]}, ""),
        ({}, ""),
    ],
)
def test_what_cannot_be_done_is_said_above_the_list(queued, dora, data, said):
    queued(1, text="招不到人")
    answer = dora.post(BULK, data)
    assert answer.status_code in (409, 422)
    html = answer.content.decode()
    assert said in html
    assert "招不到人" in html
    assert waiting() == 1


def test_what_was_ticked_stays_ticked_after_a_refusal(queued, dora):
    (ticket,) = queued()
    html = dora.post(BULK, {"items": ticked(ticket), "how": "one"}).content.decode()
    assert f'value="{ticket.pk}-{ticket.version}" checked' in html


def test_a_second_press_changes_nothing(queued, dora):
    data = {
        "items": ticked(*queued(2)),
        "how": "proposed",
        "client_key": str(uuid.uuid4()),
    }
    first, second = (dora.post(BULK, data) for _ in range(2))
    assert first.url == second.url
    assert DispatchBatch.objects.count() == 1


def test_a_foreign_ticket_is_no_door(cast, queued, dora):
    foreign = tickets.raise_ticket(
        actor=cast.dirk, company=cast.foreign, text="外地", now=NOON
    )
    data = {"items": ticked(*queued(), foreign), "how": "proposed"}
    assert dora.post(BULK, data).status_code == 403
    assert waiting() == 2


def test_what_was_refused_stands_on_a_page_with_its_sentence(queued, dora):
    good, bad = queued(2)
    bad.suggestion.delete()
    answer = dora.post(
        BULK, {"items": ticked(good, bad), "how": "proposed"}, follow=True
    )
    html = answer.content.decode()
    assert "2 件中已交办 1 件" in html
    assert "1 件仍在待办" in html
    assert f"问题 {bad.number} 没有推荐的主办单位" in html
    assert f'{DESK}?at={bad.pk}"' in html
    assert "every 2s" not in html


def test_a_job_shows_how_far_it_is_and_asks_again(
    cast, queued, dora, monkeypatch, as_user
):
    monkeypatch.setattr(batches, "AT_ONCE", 1)
    monkeypatch.setattr(batches, "enqueue", lambda *told: None)
    answer = dora.post(
        BULK, {"items": ticked(*queued(3)), "how": "proposed"}, follow=True
    )
    html = answer.content.decode()
    assert "已处理 0/3 件" in html
    assert "every 2s" in html
    batch = DispatchBatch.objects.get()
    batches.run_batch(batch.pk, now=NOON)
    address = batch.get_absolute_url()
    part = dora.get(address, headers={"hx-request": "true"}).content.decode()
    assert "3 件中已交办 3 件" in part
    assert "<html" not in part
    assert "every 2s" not in part
    assert as_user(cast.maria).get(address).status_code == 404


def test_only_dispatchers_press(cast, queued, as_user, at_noon):
    (ticket,) = queued()
    for who in ("olga", "hana", "uma", "maria", "axel", "otto", "sven"):
        answer = as_user(getattr(cast, who)).post(
            BULK, {"items": ticked(ticket), "how": "proposed"}
        )
        assert answer.status_code == 403
    assert waiting() == 1


def test_a_category_without_lead_is_named_one_by_one(cast, queued, dora):
    nobody = CategoryFactory(key="life", name="职工生活", default_lead=None)
    (ticket,) = queued(category=nobody, text="上学就医")
    answer = dora.post(BULK, {"items": ticked(ticket), "how": "proposed"}, follow=True)
    assert ticket.number in answer.content.decode()
    assert waiting() == 1
