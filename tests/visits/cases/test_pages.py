"""The pages of cases: list, proposals, record, figures that open, the panel."""

import uuid

import pytest
from django.urls import reverse

from tests.factories import NOON
from tests.visits.cases.conftest import DAY, PERMIT, POWER
from visits.models import Case, CaseProposal, CaseTicket, Ticket
from visits.services import cases, tickets

CASES = "/tickets/cases/"


@pytest.fixture
def dora(cast, as_user, time_machine):
    time_machine.move_to(NOON + 20 * DAY, tick=False)
    return as_user(cast.dora)


def body(response, status=200):
    assert response.status_code == status
    return response.content.decode()


@pytest.mark.slow
def test_a_case_from_the_proposal_to_its_end(cast, permits, raised, dora):
    cases.propose_cases(now=NOON)
    proposal = CaseProposal.objects.get()
    html = body(dora.get(CASES + "?tab=proposed"))
    assert "3 家企业 3 件" in html
    new = f"{CASES}new/?proposal={proposal.pk}"
    assert new in html
    assert all(one.number in body(dora.get(new)) for one in permits)
    data = {"title": "反复退件", "tickets": [one.pk for one in permits]}
    dora.post(new, data)
    case = Case.objects.get()
    address = case.get_absolute_url()
    steps = [
        ("edit", {"title": "反复退件", "root_cause": "清单不一致"}),
        (
            "plan",
            {
                "kind": "rule",
                "text": "统一样表",
                "department": cast.bureau.pk,
                "days": 5,
            },
        ),
        ("effect", {"effective_on": NOON.date().isoformat()}),
        ("measure", {}),
        ("conclude", {"verdict": "helped", "note": "没有再来"}),
    ]
    for act, told in steps:
        assert f"{address}{act}/" in body(dora.get(address))
        version = Case.objects.get().version
        answer = dora.post(f"{address}{act}/", {**told, "version": version})
        assert answer.url == address
    html = body(dora.get(address))
    assert "已结案" in html
    assert "评定有效，结案：没有再来" in html
    assert case.title in body(dora.get(CASES + "?tab=ended"))


def test_the_figures_stand_with_their_numbers_and_open(cast, raised, planned, dora):
    case = planned(now=NOON - 5 * DAY)
    Ticket.objects.update(raised_at=NOON - 2 * DAY)
    cases.put_in_effect(case, actor=cast.dora, effective_on=NOON.date(), now=NOON)
    raised(PERMIT[3], now=NOON + 2 * DAY)
    html = body(dora.get(case.get_absolute_url()))
    assert "改进前后对比，各 20 天" in html
    assert "时间太短" in html
    assert "暂无数据" in html  # nothing is closed: no 0 %
    address = f"{case.get_absolute_url()}tickets/?window=after"
    assert f'{address}">1</a>' in html
    listed = body(dora.get(address))
    assert PERMIT[3][:12] in listed
    assert listed.count('class="main"') == 1


def test_a_case_begins_with_a_ticket_and_what_is_told_like_it(permits, raised, dora):
    raised(POWER)
    html = body(dora.get(f"{CASES}new/?ticket={permits[2].pk}"))
    assert all(one.number in html for one in permits)
    assert POWER[:8] not in html


@pytest.mark.parametrize("query", ["", "?ticket=x", "?ticket=999999", "?proposal=9"])
def test_nothing_to_begin_with_is_not_there(cast, dora, query):
    assert dora.get(f"{CASES}new/{query}").status_code == 404


def test_tickets_are_added_by_number_and_taken_out(cast, opened, raised, dora):
    case = opened()
    power = raised(POWER)
    address = case.get_absolute_url()
    dora.post(f"{address}add/", {"number": power.number})
    assert CaseTicket.objects.present().filter(ticket=power).exists()
    dora.post(f"{address}tickets/{power.pk}/remove/")
    assert not CaseTicket.objects.present().filter(ticket=power).exists()
    html = body(dora.post(f"{address}add/", {"number": "2026-9"}, follow=True))
    assert "2026-9" in html
    assert dora.post(f"{address}tickets/999/remove/").status_code == 404


@pytest.mark.slow
def test_a_department_reads_its_own_tickets_and_no_figures(
    cast, permits, in_effect, as_user, dora
):
    tickets.dispatch_ticket(permits[0], actor=cast.dora, lead=cast.bureau, now=NOON)
    case = in_effect()
    html = body(as_user(cast.hana).get(case.get_absolute_url()))
    assert permits[0].number in html
    assert permits[1].number not in html
    assert "1 家企业 1 件" in html
    assert "改进前后" not in html
    for act in ("edit", "plan", "conclude", "drop", "reopen", "give-up"):
        address = f"{case.get_absolute_url()}{act}/"
        assert as_user(cast.hana).get(address).status_code == 403
        assert as_user(cast.tom).get(address).status_code in (403, 404)
    listed = body(as_user(cast.hana).get(f"{case.get_absolute_url()}tickets/"))
    assert permits[1].number not in listed


@pytest.mark.slow
def test_judged_figures_stand_as_they_were_measured(
    cast, permits, in_effect, as_user, dora
):
    tickets.dispatch_ticket(permits[0], actor=cast.dora, lead=cast.bureau, now=NOON)
    case, when = in_effect(), NOON + 10 * DAY
    cases.measure_case(case, actor=cast.dora, now=when)
    cases.conclude_case(case, actor=cast.dora, is_effective=True, note="有效", now=when)
    # Ten days later.
    assert "改进前后对比，各 10 天" in body(dora.get(case.get_absolute_url()))
    own = body(as_user(cast.hana).get(case.get_absolute_url()))
    assert "改进前后" not in own


def test_the_responsible_unit_reports_from_its_own_page(cast, planned, as_user, dora):
    case = planned()
    page = as_user(cast.uma)
    address = f"{case.get_absolute_url()}effect/"
    assert address in body(page.get(case.get_absolute_url()))
    day = NOON.date().isoformat()
    page.post(address, {"effective_on": day, "version": case.version})
    case.refresh_from_db()
    assert case.status == "in_effect"


def test_the_tickets_page_says_how_many_are_of_its_kind(cast, permits, as_user, dora):
    address = permits[2].get_absolute_url()
    html = body(dora.get(address))
    assert "同类 2 件" in html
    assert f"{CASES}new/?ticket={permits[2].pk}" in html
    permits[2].company.grants.create(user=cast.otto, role="owner")
    assert "同类" not in body(as_user(cast.otto).get(address))


def test_a_company_is_told_nothing_of_kinds_even_of_its_own(
    cast, raised, as_user, dora
):
    one, _other = (raised(text, company=cast.company) for text in PERMIT[:2])
    assert "同类 1 件" in body(dora.get(one.get_absolute_url()))
    assert "同类" not in body(as_user(cast.otto).get(one.get_absolute_url()))


def test_a_department_counts_its_own_of_the_kind(cast, permits, opened, as_user, dora):
    opened()
    for ticket in permits[:2]:
        tickets.dispatch_ticket(ticket, actor=cast.dora, lead=cast.bureau, now=NOON)
    html = body(as_user(cast.hana).get(permits[0].get_absolute_url()))
    assert "同类 1 件" in html
    assert permits[1].number in html
    assert permits[2].number not in html


def test_each_tab_has_its_own_cases(cast, permits, raised, in_effect, dora):
    case = in_effect()
    row = body(dora.get(CASES))
    # The task is done: its lamp burns no more, though its last day is over.
    assert case.title in row and "逾期" not in row
    cases.measure_case(case, actor=cast.dora, now=NOON + 9 * DAY)
    cases.conclude_case(
        case, actor=cast.dora, is_effective=True, note="有效", now=NOON + 9 * DAY
    )
    assert case.title not in body(dora.get(CASES))
    assert case.title in body(dora.get(f"{CASES}?tab=ended"))
    for _ in range(3):
        raised(POWER)
    cases.propose_cases(now=NOON)
    (found,) = CaseProposal.objects.open()
    proposed = f"{CASES}?tab=proposed"
    assert "3 家企业 3 件" in body(dora.get(proposed))
    cases.dismiss_proposal(found, actor=cast.dora, reason="各是各的", now=NOON)
    assert "3 家企业 3 件" not in body(dora.get(proposed))


def test_in_a_case_the_page_names_it(opened, permits, dora):
    case = opened()
    html = body(dora.get(permits[2].get_absolute_url()))
    assert case.title in html
    assert "同类 2 件" in html


def test_a_stale_page_is_told_and_keeps_what_was_typed(cast, opened, dora):
    case = opened()
    old = case.version
    cases.edit_case(case, actor=cast.dora, title="新名", root_cause="原因", now=NOON)
    data = {"title": "我的名字", "root_cause": "", "version": old}
    answer = dora.post(f"{case.get_absolute_url()}edit/", data)
    assert answer.status_code == 409
    assert "我的名字" in answer.content.decode()


@pytest.mark.slow
def test_the_list_costs_the_same_for_1_and_20(cast, opened, dora, queries_of):
    opened()
    few = queries_of(lambda: dora.get(CASES))
    kept = Case.objects.get()
    for number in range(19):
        kept.pk, kept.client_key = None, f"00000000-0000-4000-8000-{number:012}"
        kept.save(force_insert=True)
    assert queries_of(lambda: dora.get(CASES)) == few
    assert few == 4  # session, person, cases, how many


def test_strangers_find_nothing(cast, opened, as_user, dora):
    case = opened()
    for who in ("dirk", "olga", "otto", "tom"):
        client = as_user(getattr(cast, who))
        assert client.get(case.get_absolute_url()).status_code == 404
        assert case.title not in client.get(CASES).content.decode()
    for who in ("olga", "otto", "hana", "sven"):
        address = reverse("visits:case-new")
        assert as_user(getattr(cast, who)).get(address).status_code == 403


@pytest.mark.parametrize("of_proposal", [True, False])
def test_a_second_press_leads_to_the_case_of_the_first(permits, dora, of_proposal):
    cases.propose_cases(now=NOON)
    query = f"ticket={permits[2].pk}"
    if of_proposal:
        query = f"proposal={CaseProposal.objects.get().pk}"
    keys = [one.pk for one in permits]
    data = {"title": "退件", "tickets": keys, "client_key": str(uuid.uuid4())}
    first, second = (dora.post(f"{CASES}new/?{query}", data) for _ in range(2))
    assert first.url == second.url == Case.objects.get().get_absolute_url()


def test_whoever_comes_late_is_led_to_the_colleagues_case(cast, permits, dora, as_user):
    cases.propose_cases(now=NOON)
    new = f"{CASES}new/?proposal={CaseProposal.objects.get().pk}"
    dora.post(new, {"title": "退件", "tickets": [one.pk for one in permits]})
    html = body(as_user(cast.maria).get(new, follow=True))
    assert f"{cast.dora.name}已就这些问题建了类案" in html
    assert as_user(cast.dirk).get(new).status_code == 404


def test_only_tickets_that_were_offered_can_be_chosen(permits, raised, dora):
    power = raised(POWER)
    for wrong in (power.pk, 10**30, "x"):
        data = {"title": "退件", "tickets": [permits[0].pk, wrong]}
        answer = dora.post(f"{CASES}new/?ticket={permits[2].pk}", data)
        assert answer.status_code == 422
    assert not Case.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"days": "9" * 30},
        {"days": "-1"},
        {"department": "9" * 30},
        {"kind": "x"},
        {"text": "a\x00b"},
        {"text": "长" * 2001},
        {"kind": "item"},
        {"kind": "item", "item": "9" * 30},
        {"version": "9" * 30},
    ],
)
def test_a_bad_plan_is_said_and_nothing_is_planned(cast, opened, dora, wrong):
    case = opened()
    data = {
        "kind": "rule",
        "text": "统一样表",
        "department": cast.bureau.pk,
        "days": 5,
        "version": case.version,
    }
    answer = dora.post(f"{case.get_absolute_url()}plan/", data | wrong)
    # NUL is refused before any page is asked.
    assert answer.status_code == (400 if "\x00" in str(wrong.get("text")) else 422)
    case.refresh_from_db()
    assert (case.status, case.improvements.count()) == ("open", 0)


@pytest.mark.parametrize("number", ["", "\x00", "9" * 40, "\ud800"])
def test_a_number_that_is_none_adds_nothing(opened, dora, number):
    case = opened()
    before = CaseTicket.objects.count()
    data = {"number": number}
    if number == "\ud800":
        data = {"number": number.encode("utf-8", "surrogatepass")}
    answer = dora.post(f"{case.get_absolute_url()}add/", data)
    assert answer.status_code < 500
    assert CaseTicket.objects.count() == before


def test_proposals_of_most_companies_come_first(cast, permits, raised, dora):
    for _ in range(5):
        raised(POWER)
    cases.propose_cases(now=NOON)
    html = body(dora.get(CASES + "?tab=proposed"))
    assert html.index("5 家企业 5 件") < html.index("3 家企业 3 件")


@pytest.mark.slow
def test_a_cases_page_costs_the_same_for_3_and_20_tickets(
    opened, raised, dora, queries_of
):
    case = opened()
    few = queries_of(lambda: dora.get(case.get_absolute_url()))
    for _ in range(17):
        raised(PERMIT[3])
    assert queries_of(lambda: dora.get(case.get_absolute_url())) == few
