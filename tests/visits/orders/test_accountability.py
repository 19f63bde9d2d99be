"""责任追究 and 容错: restricted, reviewed by another, and never a score of persons."""

import ast
import uuid
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse

from crm.lib.errors import DomainError, StaleVersion, WrongStatus
from crm.models import Event
from tests.factories import NOON, GrantFactory, UserFactory
from visits.models import AccountabilityRecord, Exemption
from visits.services import accountability

from .stories import issued

ROOT = Path(__file__).resolve().parents[3]
LATER = NOON + timedelta(days=1)


def recorded(cast, subject, by="axel", **more):
    told = {
        "department": cast.bureau,
        "kind": "talk",
        "decided_on": date(2026, 3, 17),
        "decided_by": cast.maria,
        "basis": "逾期未办且未说明原因。",
        "person": cast.hana,
        "now": NOON,
    }
    return accountability.record_decision(
        subject, actor=getattr(cast, by), **{**told, **more}
    )


def asked(cast, record, **more):
    told = {"reason": "上级系统停机五日。", "now": LATER}
    accountability.ask_exemption(record, actor=cast.uma, **{**told, **more})
    record.refresh_from_db()
    return record


def reviewed(record, actor, result="granted"):
    return accountability.review_exemption(
        record, actor=actor, result=result, opinion="非主观原因。", now=LATER
    )


@pytest.fixture
def order(cast, ticket):
    return issued(cast, ticket)


@pytest.fixture
def record(cast, order):
    return recorded(cast, order)


@pytest.mark.slow
def test_it_says_what_was_decided_about_what(cast, order, record, ticket):
    assert record.matter == f"{order.number} {ticket.title}"
    assert (record.status, record.kind, record.decided_by) == (
        "standing", "talk", cast.maria,
    )  # fmt: skip
    assert recorded(cast, ticket).matter == ticket.title


def test_it_can_name_one_step_of_its_record(cast, order, ticket):
    step = Event.objects.get(action="order.issued")
    assert recorded(cast, order, event=step).event == step
    with pytest.raises(DomainError) as refused:
        recorded(cast, ticket, event=step)
    assert refused.value.code == "unknown_step"


PEOPLE = [
    ("axel", True), ("xena", True), ("uma", True), ("hana", False), ("tom", False),
    ("maria", False), ("lena", False), ("dora", False), ("olga", False),
    ("bela", False), ("dirk", False), ("otto", False), ("sven", False),
    ("selma", False), ("alma", False),
]  # fmt: skip


@pytest.mark.parametrize(("who", "reads"), PEOPLE)
def test_supervisors_and_the_head_of_the_unit_read_it_nobody_else(
    cast, record, lena, xena, as_user, who, reads
):
    """Not the person's colleagues, not dispatchers, not even leaders."""
    cast.lena, cast.xena = lena, xena
    user = getattr(cast, who)
    assert AccountabilityRecord.objects.visible_to(user).exists() == reads
    client = as_user(user)
    address = record.get_absolute_url()
    assert client.get(address).status_code == (200 if reads else 404)
    if who in {"hana", "maria", "lena", "dora"}:
        order_page = client.get(reverse("visits:order", args=[record.subject_id]))
        assert address not in order_page.content.decode()
        assert "约谈" not in order_page.content.decode()


def test_the_head_of_another_unit_reads_nothing(cast, record):
    ulf = UserFactory(login="ulf", department=cast.other_bureau)
    GrantFactory(user=ulf, role="unit_head", department=cast.other_bureau)
    assert not AccountabilityRecord.objects.visible_to(ulf).exists()


@pytest.mark.parametrize(
    ("who", "may"),
    [("axel", True), ("xena", True), ("maria", False), ("uma", False),
     ("hana", False), ("dora", False), ("olga", False)],
)  # fmt: skip
def test_who_records_one(cast, order, xena, who, may):
    cast.xena = xena
    if may:
        assert recorded(cast, order, by=who).status == "standing"
    else:
        with pytest.raises(PermissionDenied):
            recorded(cast, order, by=who)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"kind": "prison"}, "kind_missing"),
        ({"decided_on": date(2026, 3, 19)}, "bad_day"),
        ({"decided_on": date(1999, 1, 1)}, "bad_day"),
        ({"basis": "  "}, "basis_missing"),
    ],
)
def test_a_bad_record_is_refused(cast, order, more, code):
    with pytest.raises(DomainError) as refused:
        recorded(cast, order, **more)
    assert refused.value.code == code


def test_deciders_people_and_units_are_checked(cast, order):
    for more, code in (
        ({"decided_by": cast.uma}, "not_a_decider"),
        ({"person": cast.tom}, "not_of_the_unit"),
    ):
        with pytest.raises(DomainError) as refused:
            recorded(cast, order, **more)
        assert refused.value.code == code


def test_a_second_press_records_once(cast, order):
    key = uuid.uuid4()
    first = recorded(cast, order, client_key=key)
    assert recorded(cast, order, client_key=key) == first
    assert Event.objects.filter(action="accountability.recorded").count() == 1


def test_nothing_follows_from_it_by_itself(cast, order, record):
    order.refresh_from_db()
    cast.hana.refresh_from_db()
    assert (order.status, order.colour, cast.hana.is_active) == (
        "issued", "yellow", True,
    )  # fmt: skip


def test_the_unit_asks_and_another_supervisor_exempts(cast, record, xena, uploaded):
    with uploaded("停机公告.pdf") as sent:
        asked(cast, record, files=sent)
    assert record.status == "asked"
    done = reviewed(record, xena)
    assert (done.status, done.is_exempted) == ("exempted", True)
    row = Exemption.objects.get()
    assert (row.result, row.reviewed_by, row.opinion) == (
        "granted", xena, "非主观原因。",
    )  # fmt: skip


def test_refused_it_stands_and_may_be_asked_again(cast, record, xena):
    done = reviewed(asked(cast, record), xena, "refused")
    assert done.status == "standing"
    assert asked(cast, done).status == "asked"


def test_whoever_decided_or_recorded_does_not_review(cast, order, xena):
    record = recorded(cast, order, decided_by=xena)
    asked(cast, record)
    for who in (xena, cast.axel):
        with pytest.raises(DomainError) as refused:
            reviewed(record, who)
        assert refused.value.code == "own_decision"


@pytest.mark.parametrize("who", ["uma", "hana", "maria", "dora", "tom", "otto"])
def test_only_supervisors_review(cast, record, who):
    asked(cast, record)
    with pytest.raises(PermissionDenied):
        reviewed(record, getattr(cast, who))


@pytest.mark.parametrize("who", ["axel", "hana", "maria", "dora", "tom", "otto"])
def test_only_the_head_of_the_unit_asks(cast, record, who):
    with pytest.raises(PermissionDenied):
        accountability.ask_exemption(record, actor=getattr(cast, who), reason="x")


def test_impossible_moves_are_refused_in_a_sentence(cast, record, xena):
    with pytest.raises(DomainError):
        reviewed(record, xena)
    asked(cast, record)
    with pytest.raises(WrongStatus):
        asked(cast, record)
    reviewed(record, xena)
    with pytest.raises(WrongStatus):
        accountability.withdraw_record(record, actor=cast.axel, reason="误登")


def test_taken_back_it_stays_readable_with_its_reason(cast, record):
    with pytest.raises(DomainError) as refused:
        accountability.withdraw_record(record, actor=cast.axel, reason=" ")
    assert refused.value.code == "reason_missing"
    accountability.withdraw_record(record, actor=cast.axel, reason="误登", version=1)
    record.refresh_from_db()
    assert (record.status, record.withdrawal) == ("withdrawn", "误登")
    with pytest.raises(StaleVersion):
        accountability.withdraw_record(record, actor=cast.axel, reason="x", version=1)


def test_figures_leave_out_what_is_exempted_or_taken_back(cast, order, xena):
    first, second, third = (recorded(cast, order) for _ in range(3))
    reviewed(asked(cast, first), xena)
    accountability.withdraw_record(second, actor=cast.axel, reason="误登")
    figures = AccountabilityRecord.objects.visible_to(cast.axel).figures()
    assert figures == {"counted": 1, "exempted": 1}
    assert third.status == "standing"


def test_the_audit_log_says_that_and_not_what(cast, record, xena):
    reviewed(asked(cast, record), xena)
    told = Event.objects.filter(action__startswith="accountability.")
    assert {one.action for one in told} == {
        "accountability.recorded", "accountability.exemption_asked",
        "accountability.exempted",
    }  # fmt: skip
    assert all(one.changes == {} and one.company is None for one in told)


def test_the_database_keeps_reviews_whole(cast, record, xena):
    asked(cast, record)
    row = Exemption.objects.get()
    for bad in (
        {"result": "granted"},
        {"result": "granted", "opinion": "x", "reviewed_by": cast.uma,
         "reviewed_at": NOON},
    ):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            Exemption.objects.filter(pk=row.pk).update(**bad)


# --- Never a score of persons --------------------------------------------------

# The only modules that may name the records at all: none of them makes figures.
NAMED_IN = {
    "visits/models/__init__.py", "visits/models/accountability.py",
    "visits/services/accountability/recording.py",
    "visits/services/accountability/exempting.py",
    "visits/views/accountability.py", "visits/forms/orders.py",
    "visits/order_page.py", "reports/order_home.py", "visits/concerned_orders.py",
    "visits/notice_words.py",
}  # fmt: skip
COUNTING = {"annotate", "aggregate", "Count", "Sum", "Avg", "Window", "Rank"}


def modules():
    for app in ("crm", "projects", "visits", "reports"):
        for path in sorted((ROOT / app).rglob("*.py")):
            name = str(path.relative_to(ROOT))
            if "migrations" in path.parts:
                continue
            if "AccountabilityRecord" in path.read_text(encoding="utf-8"):
                yield name, ast.parse(path.read_text(encoding="utf-8"))


def test_no_other_part_of_the_site_reads_the_records():
    assert {name for name, _ in modules()} <= NAMED_IN


def test_nothing_counts_or_ranks_by_person():
    """Whoever needs a figure asks figures(), which knows states and no persons."""
    wrong = []
    for name, tree in modules():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            said = ast.unparse(node)
            by_person = "person" in said and "select_related" not in said
            counts = any(f"{word}(" in said for word in COUNTING)
            sorts = "order_by(" in said
            if by_person and (counts or sorts) and "get_or_create" not in said:
                wrong.append((name, said[:80]))
    assert wrong == []
    names = [one.fields for one in AccountabilityRecord._meta.indexes]
    assert not any("person" in str(fields) for fields in names)


def test_the_list_knows_no_person_to_filter_or_sort_by(cast, order, record, as_user):
    client, address = as_user(cast.axel), reverse("visits:accountability-list")
    plain = client.get(address).content.decode()
    assert cast.hana.name not in plain
    for asked_for in ("person", "sort", "order", "o"):
        narrowed = client.get(address, {asked_for: str(cast.tom.pk)})
        assert record.get_absolute_url() in narrowed.content.decode()


@pytest.mark.slow
def test_a_list_costs_the_same_for_1_and_20(cast, order, record, as_user, queries_of):
    client, address = as_user(cast.uma), reverse("visits:accountability-list")
    cost = queries_of(lambda: client.get(address))
    for _ in range(19):
        recorded(cast, order)
    assert queries_of(lambda: client.get(address)) == cost


@pytest.mark.slow
def test_through_the_pages(cast, order, xena, as_user):
    axel, uma = as_user(cast.axel), as_user(cast.uma)
    address = reverse("visits:accountability-new")
    query = f"?subject=visits.supervisionorder&id={order.pk}"
    assert (
        query.replace("&", "&amp;")
        in axel.get(order.get_absolute_url()).content.decode()
    )
    form = {
        "kind": "talk", "department": cast.bureau.pk, "decided_on": "2026-03-17",
        "decided_by": cast.maria.pk, "basis": "逾期未办。",
    }  # fmt: skip
    made = axel.post(address + query, form)
    record = AccountabilityRecord.objects.get()
    assert made.url == record.get_absolute_url()
    ask = reverse("visits:accountability-ask", args=[record.pk])
    assert ask in uma.get(made.url).content.decode()
    assert ask not in axel.get(made.url).content.decode()
    uma.post(ask, {"reason": "系统停机。", "version": 1})
    review = reverse("visits:accountability-review", args=[record.pk])
    assert review not in axel.get(made.url).content.decode()
    refused = axel.post(review, {"result": "granted", "opinion": "同意"})
    assert refused.status_code == 422
    watcher = as_user(xena)
    assert review in watcher.get(made.url).content.decode()
    watcher.post(review, {"result": "granted", "opinion": "同意", "version": 2})
    assert "已容错免责" in uma.get(made.url).content.decode()
    assert (
        "已容错 1 件"
        in axel.get(reverse("visits:accountability-list")).content.decode()
    )
