"""Rules are data: shipped, read by officials, changed by the system administrator."""

import importlib

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse

from crm.lib.errors import DomainError, StaleVersion
from crm.models import Event
from tests.visits.escalation.stories import late_ticket, only, open_ones, sweep
from visits import escalation_kinds, escalation_rule_list
from visits.models import Category, Escalation, EscalationRule, Ticket
from visits.models.escalation_rules import COUNTED, OF_CLOCKS
from visits.services import escalations

pytestmark = pytest.mark.django_db
LIST = reverse("visits:escalation-rules")
NEW = reverse("visits:escalation-rule-new")


def rule(key="ticket_late_3"):
    return EscalationRule.objects.get(key=key)


def edit(one, cast, actor=None, version=None, **values):
    return escalations.edit_rule(
        one, actor=actor or cast.sven, version=version or one.version, values=values
    )


def new(cast, **values):
    usual = {
        "name": "急件逾期",
        "subject_kind": "ticket",
        "trigger": "overdue",
        "clock": "solve",
        "threshold": None,
        "level": 2,
        "climbs": False,
        "is_active": True,
    }
    return escalations.add_rule(actor=cast.sven, values=usual | values)


# --- As they are shipped ------------------------------------------------------------


def test_every_shipped_rule_fits_its_subject():
    for one in EscalationRule.objects.exclude(trigger="hand"):
        kind = escalation_kinds.by_key(one.subject_kind)
        assert kind is not None, one.key
        if one.trigger in OF_CLOCKS:
            assert one.clock in kind.clocks, one.key
        if one.trigger in COUNTED:
            assert one.trigger in kind.counts, one.key


def test_every_clock_of_every_subject_is_watched_when_it_is_late():
    late = set(
        EscalationRule.objects.filter(
            trigger="overdue", threshold=None, is_active=True
        ).values_list("clock", flat=True)
    )
    clocks = {one for kind in escalation_kinds.every() for one in kind.clocks}
    assert late == clocks


@pytest.mark.parametrize(
    "name", ["0017_shipped_escalation_rules", "0022_more_escalation_rules"]
)
def test_shipping_twice_changes_nothing(name):
    shipped = importlib.import_module(f"visits.migrations.{name}")
    EscalationRule.objects.filter(key="ticket_late").update(name="改过")
    count = EscalationRule.objects.count()
    shipped.add_shipped(apps, None)
    assert EscalationRule.objects.count() == count
    assert rule("ticket_late").name == "改过"


def test_complaints_are_never_a_subject():
    names = {kind.subject_type for kind in escalation_kinds.every()}
    assert not [name for name in names if "complaint" in name]


def test_two_kinds_never_share_a_clock():
    ticket = escalation_kinds.by_key("ticket")
    other = escalation_kinds.Kind(
        key="other",
        label="",
        model=Category,
        clocks={"solve": ticket.clocks["solve"]},
        alive=ticket.alive,
        named=ticket.named,
    )
    with pytest.raises(ValueError, match="ticket already"):
        escalation_kinds.register(other)


# --- What they do -------------------------------------------------------------------


def test_another_threshold_speaks_on_another_day(cast):
    late_ticket(cast)
    edit(rule(), cast, threshold=1)
    sweep(3, 28)
    assert sweep(3, 30) == []
    assert sweep(3, 31) == [("ticket_late_3", 3)]


def test_a_lower_threshold_speaks_of_what_is_late_already(cast):
    """Seen deadlines wait for their next day; a changed rule calls them up."""
    late_ticket(cast)
    sweep(3, 31)
    edit(rule(), cast, threshold=1)
    assert sweep(3, 31) == [("ticket_late_3", 3)]
    edit(rule(), cast, threshold=2)
    assert sweep(6, 1) == [("ticket_late_10", 3)]


def test_a_new_rule_speaks_of_what_is_due_already(cast):
    late_ticket(cast)
    sweep(3, 31)
    new(cast)
    assert sweep(3, 31) == [("ticket_overdue", 3)]


@pytest.mark.parametrize("name", ["category", "urgency"])
def test_a_rule_for_some_leaves_the_others_alone(cast, name):
    late_ticket(cast)
    only()
    other, own = {
        "category": (
            Category.objects.get(key="tax"),
            Category.objects.get(key="labour"),
        ),
        "urgency": ("urgent", "ordinary"),
    }[name]
    new(cast, **{name: other})
    assert sweep(3, 30) == []
    new(cast, **{name: own})
    assert sweep(3, 30) == [("ticket_overdue_2", 3)]


def test_without_a_clock_each_of_them_is_meant(cast):
    late_ticket(cast)
    only()
    new(cast, clock="")
    assert len(sweep(3, 30)) == 3
    assert open_ones().count() == 3


# --- Who changes them ---------------------------------------------------------------


def test_only_the_system_administrator_changes_them(cast):
    for who in (cast.maria, cast.dora, cast.uma, cast.selma, cast.alma, cast.otto):
        with pytest.raises(PermissionDenied):
            edit(rule(), cast, actor=who, threshold=5)
        with pytest.raises(PermissionDenied):
            escalations.add_rule(actor=who, values={})
    assert rule().threshold == 3


def test_a_change_leaves_its_event_and_the_old_page_is_refused(cast):
    one = rule()
    edit(one, cast, threshold=5, name="逾期五日")
    event = Event.objects.get(action="escalation_rule.edited")
    assert event.changes == {
        "threshold": [3, 5],
        "name": ["办结逾期超过 3 个工作日", "逾期五日"],
    }
    with pytest.raises(StaleVersion):
        edit(one, cast, version=1, threshold=6)
    edit(rule(), cast, threshold=5)  # nothing changed
    assert Event.objects.filter(action="escalation_rule.edited").count() == 1


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"subject_kind": "complaint"}, "subject_kind"),
        ({"clock": "decide"}, "clock"),
        ({"trigger": "due_soon", "threshold": None}, "threshold"),
        ({"threshold": 251}, "threshold"),
        ({"trigger": "returned", "threshold": 0}, "threshold"),
        ({"trigger": "returned", "threshold": None}, "threshold"),
        ({"trigger": "yellow", "threshold": 2}, "trigger"),
        ({"subject_kind": "project", "clock": "", "threshold": 1}, "trigger"),
        ({"subject_kind": "part", "clock": "part", "urgency": "urgent"}, "category"),
        ({"trigger": "hand"}, "is_active"),
    ],
)
def test_what_does_not_fit_is_refused(cast, values, field):
    with pytest.raises(DomainError) as refused:
        new(cast, **values)
    assert refused.value.field == field


def test_the_hand_cannot_be_taken_out_of_use(cast):
    with pytest.raises(DomainError):
        edit(rule("by_hand"), cast, is_active=False)
    edit(rule("by_hand"), cast, name="人工上提")


def test_the_database_refuses_what_cannot_speak():
    for wrong in (
        {"trigger": "due_soon", "threshold": None},
        {"trigger": "returned", "threshold": None, "clock": ""},
        {"trigger": "returned", "threshold": 2},  # with a clock
        {"level": 9},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            EscalationRule.objects.filter(key="ticket_late_3").update(**wrong)


def test_keys_are_never_twice(cast):
    keys = [new(cast).key for _ in range(3)]
    assert keys == ["ticket_overdue", "ticket_overdue_2", "ticket_overdue_3"]


# --- The page -----------------------------------------------------------------------


def test_each_rule_stands_in_a_sentence(cast, as_user):
    page = as_user(cast.uma).get(LIST).content.decode()
    assert "逾期超过 3 个工作日" in page
    assert "分管领导" in page
    assert NEW not in page  # nothing to change for her
    assert NEW in as_user(cast.sven).get(LIST).content.decode()


def test_the_administrator_edits_on_the_page(cast, as_user):
    one, client = rule(), as_user(cast.sven)
    url = reverse("visits:escalation-rule", args=[one.pk])
    assert client.get(url).status_code == 200
    data = {"name": "逾期五日", "threshold": 5, "level": 2, "version": 1}
    data |= {"is_active": "on"}
    assert client.post(url, data).status_code == 302
    assert (rule().threshold, rule().is_active) == (5, True)
    stale = client.post(url, data | {"threshold": 9})
    assert stale.status_code == 409
    assert rule().threshold == 5
    again = {"threshold": 9, "version": 2}
    assert client.post(url, data | again).status_code == 302
    assert rule().threshold == 9


def test_the_administrator_adds_on_the_page(cast, as_user):
    client = as_user(cast.sven)
    data = {"name": "急件逾期", "subject_kind": "ticket", "trigger": "overdue"}
    data |= {"clock": "solve", "level": 2, "urgency": "urgent", "is_active": "on"}
    assert client.get(NEW).status_code == 200
    assert client.post(NEW, data | {"trigger": "yellow"}).status_code == 422
    assert client.post(NEW, data).status_code == 302
    assert rule("ticket_overdue").urgency == "urgent"


def test_bad_input_is_an_answer_not_a_crash(cast, as_user):
    client, one = as_user(cast.sven), rule()
    url = reverse("visits:escalation-rule", args=[one.pk])
    for wrong in ("x", "x\x00", "9" * 300, "-1", "1e9"):
        data = {"name": "x", "level": 2, "version": 1, "threshold": wrong}
        assert client.post(url, data).status_code in {400, 422}
    assert client.post(NEW, {"category": "9" * 40}).status_code == 422


def test_each_line_says_who_alone_is_meant():
    line = escalation_rule_list.line_of(
        EscalationRule(
            trigger="overdue",
            subject_kind="ticket",
            clock="solve",
            level=1,
            climbs=True,
            urgency=Ticket.Urgency.URGENT,
        )
    )
    assert (line.only, line.level) == ("急", "单位负责人，每次再高一级")
    assert not Escalation.objects.exists()
