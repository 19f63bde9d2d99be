"""Directives, corrections and project items as what orders are about."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse

from projects.services import life, milestones, sessions
from projects.services.sessions import Plan, Spoken
from tests.factories import NOON, CategoryFactory, ProjectFactory, TemplateFactory
from tests.visits.ticket_stories import HOUR, closed
from visits.models import OrderProposal, SupervisionOrder
from visits.services import directives, orders, ratings
from visits.services.orders import subjects
from visits.services.ratings import Said

from .stories import issued

APRIL = NOON + timedelta(days=50)


def one() -> OrderProposal:
    return OrderProposal.objects.get()


def issue(cast):
    return orders.issue_proposed(one(), actor=cast.axel, now=APRIL)


# --- Directives ----------------------------------------------------------------


def test_a_directive_that_nobody_answers_proposes_one(cast, ticket):
    directive = directives.give_directive(
        directives.About(ticket=ticket), actor=cast.maria, text="请三日内拿出办法。",
        department=cast.bureau, person=cast.hana, days=3, now=NOON,
    )  # fmt: skip
    orders.propose_overdue(now=NOON + timedelta(days=4))
    assert not OrderProposal.objects.filter(subject_type="visits.directive").exists()
    orders.propose_overdue(now=NOON + timedelta(days=9))
    row = OrderProposal.objects.get(subject_type="visits.directive")
    assert (row.subject_id, row.company, row.person) == (
        directive.pk, cast.company, cast.hana,
    )  # fmt: skip
    order = orders.issue_proposed(row, actor=cast.axel, now=NOON + timedelta(days=9))
    assert order.matter == "请三日内拿出办法。"
    assert cast.maria.name in order.basis


def test_asked_again_and_late_again_it_is_proposed_again(cast, ticket):
    directive = directives.give_directive(
        directives.About(ticket=ticket), actor=cast.maria, text="请拿出办法。",
        department=cast.bureau, days=3, now=NOON,
    )  # fmt: skip
    late = NOON + timedelta(days=9)
    orders.propose_overdue(now=late)
    directives.answer_directive(directive, actor=cast.hana, text="正在研究。", now=late)
    directives.ask_again(
        directive, actor=cast.maria, remark="没有办法", days=3, now=late + HOUR
    )
    orders.propose_overdue(now=late + timedelta(days=12))
    found = OrderProposal.objects.filter(subject_type="visits.directive")
    assert len({one.cycle for one in found}) == 2


def test_a_kind_of_record_is_registered_once():
    """Two slices once registered directives; whoever came last won unseen."""
    known = subjects.of_type("visits.directive")
    with pytest.raises(ValueError, match="registered already"):
        subjects.register(replace(known, label="batch"))
    assert subjects.of_type("visits.directive") is known


# --- Corrections of ratings ----------------------------------------------------


@pytest.fixture
def rated(cast):
    """`rated(is_anonymous=…)`: very dissatisfied with a closed ticket."""
    CategoryFactory()

    def give(**said):
        with time_machine.travel(NOON + 4 * HOUR, tick=False):
            rating = ratings.rate(
                closed(cast),
                actor=cast.otto,
                said=Said(level=1, words="推来推去", **said),
                now=NOON + 4 * HOUR,
            )
            if said.get("is_anonymous"):
                ratings.tell_nameless(now=NOON + timedelta(days=1))
        rating.refresh_from_db()
        return rating

    return give


@pytest.mark.slow
def test_a_correction_that_is_not_made_proposes_one(cast, rated):
    rating = rated()
    orders.propose_overdue(now=APRIL)
    assert (one().company, one().department) == (cast.company, cast.bureau)
    order = issue(cast)
    assert order.matter == "差评整改"
    assert rating.get_level_display() in order.basis
    assert order.place_path == cast.company.region_path


def test_of_a_rating_without_a_name_the_order_tells_neither_company_nor_place(
    cast, rated, as_user
):
    rated(is_anonymous=True)
    orders.propose_overdue(now=APRIL)
    order = issue(cast)
    assert (one().company, order.company, order.project) == (None, None, None)
    assert one().place_path == order.place_path == cast.county.path
    told = f"{order.matter} {order.basis} {order.requirement} {one().matter}"
    assert cast.company.name not in told
    page = as_user(cast.hana).get(order.get_absolute_url()).content.decode()
    assert cast.company.name not in page
    assert not order.answer_by.handler


# --- Project items -------------------------------------------------------------


@pytest.fixture
def project(cast):
    template = TemplateFactory(items={"filing": (cast.bureau, 3, [])})
    made = ProjectFactory(
        company=cast.company, region=cast.town, lead_department=cast.bureau
    )
    milestones.start_approvals(made, actor=cast.dora, template=template, now=NOON)
    return made


@pytest.fixture
def line(cast, project):
    """Taken back in a joint session, three working days."""
    plan = Plan(topic="用地", day=NOON.date(), place="工地", chair=cast.maria)
    called = sessions.call_session(
        project, actor=cast.dora, plan=plan, departments=[cast.bureau], now=NOON
    )
    line = called.lines.get()
    taken = Spoken(outcome="taken", words="带回", days=3)
    return sessions.record_line(line, actor=cast.dora, spoken=taken, now=NOON)


def test_orders_about_a_projects_items_stand_on_its_page(cast, project, line, as_user):
    order = issued(cast, project.milestones.get())
    issued(cast, line)
    assert order.project == project
    page = as_user(cast.hana).get(project.get_absolute_url()).content.decode()
    assert order.get_absolute_url() in page
    assert "督〔2026〕2号" in page
    stranger = as_user(cast.tom).get(project.get_absolute_url())
    assert stranger.status_code == 404


@pytest.mark.slow
def test_the_act_stands_on_items_promises_and_blockers(cast, project, line, as_user):
    values = {"kind": "land", "text": "地没批", "since": date(2026, 3, 2)}
    values["remover"] = cast.bureau
    blocker = life.report_blocker(project, actor=cast.dora, values=values, now=NOON)
    item = project.milestones.get()
    places = {
        f"projects.milestone&amp;id={item.pk}": reverse(
            "projects:milestone", args=[item.pk]
        ),
        f"projects.sessionline&amp;id={line.pk}": line.session.get_absolute_url(),
        f"projects.blocker&amp;id={blocker.pk}": project.get_absolute_url(),
    }
    for query, page in places.items():
        address = f"{reverse('visits:order-new')}?subject={query}"
        assert address in as_user(cast.axel).get(page).content.decode()
        assert address in as_user(cast.maria).get(page).content.decode()
        assert address not in as_user(cast.hana).get(page).content.decode()
        form = as_user(cast.axel).get(address.replace("&amp;", "&"))
        assert form.context["form"].initial["addressee"] == cast.bureau
        assert project.name in form.context["form"].initial["basis"]


def test_a_blocker_is_ordered_about_by_hand(cast, project):
    values = {"kind": "land", "text": "地没批", "since": date(2026, 3, 2)}
    blocker = life.report_blocker(project, actor=cast.dora, values=values, now=NOON)
    order = issued(cast, blocker)
    assert (order.matter, order.project) == ("地没批", project)
    assert "16 天" in order.basis
    assert SupervisionOrder.objects.visible_to(cast.hana).get() == order
