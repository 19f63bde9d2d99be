"""批示: who gives one, who answers, who reads it, and what becomes of it."""

import uuid
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from crm.lib.errors import DomainError, StaleVersion, WrongStatus
from crm.models import Deadline, Event
from projects.models import Project
from tests.factories import NOON, DepartmentFactory, GrantFactory, ProjectFactory
from tests.visits.leader.acts import LATER, answer, give
from visits.models import Directive, DirectiveAnswer
from visits.services import directives
from visits.services.directives import About


@pytest.fixture
def directive(cast, ticket):
    return give(cast, ticket)


def test_it_is_to_be_answered_by_a_working_day(cast, directive):
    assert (directive.status, directive.company) == ("open", cast.company)
    due = directive.due
    assert (due.kind, due.due_on) == ("directive", date(2026, 3, 23))
    assert (due.department, due.handler) == (cast.bureau, None)


def test_the_ticket_tells_officials_of_it_and_not_the_company(directive, ticket):
    told = Event.objects.for_subject(ticket).get(action="ticket.directed")
    given = Event.objects.for_subject(directive).get()
    assert (told.is_public, given.is_public) == (False, False)
    assert directive.text not in str(given.changes)


WHO = [
    *("maria", "lena", "walter", "olga", "hana", "uma"),
    *("dora", "axel", "otto", "oleg", "dirk", "sven"),
]


@pytest.mark.parametrize("who", WHO)
def test_who_may_give_one_on_a_ticket(cast, ticket, someone, who):
    if who in {"maria", "lena"}:
        assert give(cast, ticket, actor=someone(who)).is_open
    else:
        with pytest.raises(PermissionDenied):
            give(cast, ticket, actor=someone(who))
        assert not Directive.objects.exists()


@pytest.mark.parametrize("who", ["maria", "lena", "walter", "dora", "hana"])
def test_a_matter_of_its_own_is_any_leaders(cast, someone, who):
    """Within his own field: lena reaches her bureau, walter does not."""
    if who in {"maria", "lena"}:
        assert give(cast, actor=someone(who)).company is None
        return
    with pytest.raises((PermissionDenied, DomainError)) as refused:
        give(cast, actor=someone(who))
    is_leader = who == "walter"
    assert isinstance(refused.value, DomainError) == is_leader


def test_whoever_has_a_part_in_the_ticket_can_be_addressed(cast, ticket, lena):
    """Of another leader's field, if it leads or assists."""
    about = About(ticket=ticket)
    with pytest.raises(DomainError) as refused:
        give(cast, ticket, actor=lena, department=cast.other_bureau)
    assert refused.value.code == "department_out_of_reach"
    ticket.parts.create(department=cast.other_bureau, is_lead=False, task="协助")
    assert cast.other_bureau in directives.addressees(about, lena)
    assert give(cast, ticket, actor=lena, department=cast.other_bureau).is_open


def test_one_of_another_county_cannot_be_addressed(cast, ticket):
    far = DepartmentFactory(code="far", region=cast.elsewhere)
    with pytest.raises(DomainError) as refused:
        give(cast, ticket, department=far)
    assert refused.value.code == "department_out_of_reach"


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"text": "  "}, "text_missing"),
        ({"days": 0}, "days"),
        ({"days": 61}, "days"),
        ({"department": None}, "addressee_missing"),
    ],
)
def test_it_says_all_it_must(cast, ticket, more, code):
    with pytest.raises(DomainError) as refused:
        give(cast, ticket, **more)
    assert refused.value.code == code
    assert not Deadline.objects.filter(kind="directive").exists()


def test_to_one_person_it_is_his_to_answer(cast, ticket):
    directive = give(cast, ticket, department=None, person=cast.uma)
    assert (directive.department, directive.due.handler) == (cast.bureau, cast.uma)
    with pytest.raises(PermissionDenied):
        answer(directive, cast.hana)
    assert answer(directive, cast.uma).is_answered


def test_a_person_of_another_department_is_refused(cast, ticket):
    with pytest.raises(DomainError) as refused:
        give(cast, ticket, person=cast.tom)
    assert refused.value.code == "not_of_the_department"


def test_pressed_twice_it_is_given_once(cast, ticket):
    key = uuid.uuid4()
    one, two = (give(cast, ticket, client_key=key) for _ in range(2))
    assert one == two
    assert Directive.objects.count() == 1
    assert Deadline.objects.filter(kind="directive").count() == 1


@pytest.mark.parametrize("who", WHO)
def test_who_answers(directive, someone, who):
    if who in {"hana", "uma"}:
        assert answer(directive, someone(who)).is_answered
    else:
        with pytest.raises(PermissionDenied):
            answer(directive, someone(who))


@pytest.mark.parametrize("who", WHO)
def test_who_reads_its_words(directive, someone, who):
    """Both sides, the region's wide roles, who is in charge; never the company."""
    may = who in {"maria", "lena", "hana", "uma", "dora", "axel"}
    visible = Directive.objects.visible_to(someone(who))
    assert visible.filter(pk=directive.pk).exists() == may


def test_a_free_one_is_read_in_the_region_of_whom_it_is_for(cast, walter):
    directive = give(cast)
    for who, may in ((cast.dora, True), (cast.axel, True), (cast.dirk, False)):
        assert Directive.objects.visible_to(who).exists() == may
    assert not Directive.objects.visible_to(walter).exists()
    assert directive.company is None


def test_the_answer_meets_the_deadline(cast, directive):
    directive = answer(directive, cast.hana)
    assert (directive.status, directive.due.met_at) == ("answered", LATER)
    assert not directive.answers.get().was_late


def test_a_late_answer_is_taken_and_shown(cast, directive):
    answer(directive, cast.hana, now=NOON + timedelta(days=7))
    assert directive.answers.get().was_late


def test_an_answer_is_given_once(cast, directive):
    key = uuid.uuid4()
    answer(directive, cast.hana, client_key=key)
    answer(directive, cast.hana, client_key=key)
    assert directive.answers.count() == 1
    with pytest.raises(WrongStatus):
        answer(directive, cast.uma)
    with pytest.raises(DomainError) as refused:
        answer(give(cast, about=About()), cast.hana, text=" ")
    assert refused.value.code == "text_missing"


def test_the_leader_accepts_and_it_is_done(cast, directive):
    answer(directive, cast.hana)
    done = directives.accept_answer(directive, actor=cast.maria, now=LATER)
    assert (done.status, done.ended_at) == ("accepted", LATER)
    assert directive.answers.get().is_accepted
    again = directives.accept_answer(directive, actor=cast.maria, now=LATER)
    assert again.version == done.version


def test_the_leader_asks_again_with_a_new_day(cast, directive):
    answer(directive, cast.hana)
    asked = directives.ask_again(
        directive, actor=cast.maria, remark="未说明期限", days=2, now=LATER
    )
    assert (asked.status, asked.again_count) == ("open", 1)
    assert (asked.due.due_on, asked.due.met_at) == (date(2026, 3, 23), None)
    # What was promised and kept before stays as it was.
    assert Deadline.objects.filter(kind="directive").count() == 2
    first = directive.answers.get()
    assert (first.is_accepted, first.remark) == (False, "未说明期限")
    assert answer(asked, cast.uma, now=LATER).is_answered
    assert directive.answers.count() == 2


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"remark": " ", "days": 2}, "remark_missing"),
        ({"remark": "x", "days": 0}, "days"),
    ],
)
def test_asking_again_says_what_and_by_when(cast, directive, more, code):
    answer(directive, cast.hana)
    with pytest.raises(DomainError) as refused:
        directives.ask_again(directive, actor=cast.maria, now=LATER, **more)
    assert refused.value.code == code


@pytest.mark.parametrize("who", WHO)
def test_only_its_leader_judges(directive, cast, someone, who):
    answer(directive, cast.hana)
    actor = someone(who)
    if who == "maria":
        assert directives.accept_answer(directive, actor=actor).is_ended
    else:
        with pytest.raises(PermissionDenied):
            directives.accept_answer(directive, actor=actor)
        with pytest.raises(PermissionDenied):
            directives.ask_again(directive, actor=actor, remark="x", days=2)
        with pytest.raises(PermissionDenied):
            directives.withdraw_directive(directive, actor=actor, reason="x")


def test_when_its_leader_is_gone_the_next_one_judges(cast, ticket, lena):
    directive = answer(give(cast, ticket, actor=lena), cast.hana)
    with pytest.raises(PermissionDenied):
        directives.accept_answer(directive, actor=cast.maria)
    lena.is_active = False
    lena.save(update_fields=["is_active"])
    assert directives.accept_answer(directive, actor=cast.maria).is_ended


def test_withdrawn_it_waits_for_nothing(cast, directive):
    off = directives.withdraw_directive(
        directive, actor=cast.maria, reason="已当面交代", now=LATER
    )
    assert (off.status, off.due, off.reason) == ("withdrawn", None, "已当面交代")
    assert not Deadline.objects.filter(kind="directive").exists()
    with pytest.raises(WrongStatus):
        answer(directive, cast.hana)


@pytest.mark.slow
def test_withdrawing_needs_a_reason_and_an_open_one(cast, directive):
    with pytest.raises(DomainError) as refused:
        directives.withdraw_directive(directive, actor=cast.maria, reason=" ")
    assert refused.value.code == "reason_missing"
    answer(directive, cast.hana)
    with pytest.raises(WrongStatus):
        directives.withdraw_directive(directive, actor=cast.maria, reason="x")


def test_what_was_decided_on_an_old_page_is_refused(cast, directive):
    answer(directive, cast.hana, version=1)
    directives.ask_again(directive, actor=cast.maria, remark="x", days=2, version=2)
    with pytest.raises(StaleVersion):
        answer(directive, cast.hana, version=1)


@pytest.fixture
def project(cast):
    return ProjectFactory(company=cast.company, lead_department=cast.bureau)


def test_one_on_a_project_is_for_who_decides_on_it(cast, project, someone):
    about = About(project=project)
    directive = give(cast, about=about)
    assert (directive.project, directive.company) == (project, cast.company)
    assert Directive.objects.visible_to(cast.dora).exists()
    with pytest.raises(PermissionDenied):
        give(cast, about=about, actor=someone("walter"))
    assert Project.objects.decided_by(cast.maria).get() == project


def test_the_database_refuses_one_about_two_things(cast, ticket, project):
    directive = give(cast, ticket)
    for change in (
        {"project": project},
        {"status": "accepted"},
        {"due": None},
        {"status": "withdrawn", "ended_at": NOON, "reason": ""},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Directive.objects.filter(pk=directive.pk).update(**change)


def test_the_database_keeps_one_answer_waiting(cast, directive):
    answer(directive, cast.hana)
    with pytest.raises(IntegrityError), transaction.atomic():
        DirectiveAnswer.objects.create(
            directive=directive, text="x", answered_by=cast.uma, answered_at=LATER
        )


def test_a_handler_below_the_unit_answers_for_his_own_only(cast, directive):
    """A grant for the whole tree above reaches it, one beside it does not."""
    GrantFactory(user=cast.bela, role="handler", department=cast.other_bureau)
    with pytest.raises(PermissionDenied):
        answer(directive, cast.bela)
