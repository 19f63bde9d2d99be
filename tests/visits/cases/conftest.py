"""What the tests of cases share: tickets of one kind, told in words of their own."""

from datetime import timedelta

import pytest

from tests.factories import NOON, CategoryFactory, CompanyFactory
from visits.services import cases, tickets
from visits.services.cases.improving import Plan

DAY = timedelta(days=1)
# One matter, told by four people.
PERMIT = [
    "排污许可证变更材料退了两次，第一次说缺自行监测方案，第二次说环评批复对不上",
    "排污许可证变更申请被退回，窗口一次要自行监测方案，一次要补环评批复",
    "办理排污许可证变更，自行监测方案被退回，说和环评批复不一致",
    "排污许可证变更材料又被退回，说自行监测方案和环评批复对不上，要重做",
]
# With some of its words, and yet another matter.
LITTLE = "许可证变更的申请材料要怎么准备"
WATER = "取水许可证变更材料交了三周没有回音"
POWER = "园区一周停电三次，设备频繁跳闸重启"


@pytest.fixture(autouse=True)
def no_suggestions():
    """Here they are sought."""


@pytest.fixture
def kind(cast):
    """Led by the bureau."""
    category = CategoryFactory(key="environment", name="环保安全")
    category.default_lead = cast.bureau
    category.save()
    return category


@pytest.fixture
def raised(cast, kind):
    """`raised(text, now=…)` at a new company of the town, or at the one named."""
    made = []

    def make(text=PERMIT[0], *, now=NOON, company=None, actor=None):
        made.append(text)
        if company is None:
            name = f"第{len(made)}纺织有限公司"
            company = CompanyFactory(name=name, region=cast.town)
        return tickets.raise_ticket(
            actor=actor or cast.dora,
            company=company,
            text=text,
            category=kind,
            now=now,
        )

    return make


@pytest.fixture
def permits(raised):
    """Three tickets of three companies."""
    return [raised(text) for text in PERMIT[:3]]


@pytest.fixture
def opened(cast, permits):
    """A case of the first two; the third has joined by itself."""

    def make(*, actor=None, now=NOON, root_cause="清单和样表不一致", chosen=None):
        return cases.open_case(
            actor=actor or cast.dora,
            title="排污许可变更反复退件",
            tickets=chosen or permits[:2],
            root_cause=root_cause,
            now=now,
        )

    return make


@pytest.fixture
def plan(cast):
    def make(**changes):
        told = {
            "kind": "rule",
            "text": "统一样表，一次告知",
            "department": cast.bureau,
            "days": 10,
        }
        return Plan(**(told | changes))

    return make


@pytest.fixture
def planned(cast, opened, plan):
    def make(*, now=NOON, **more):
        case = opened(now=now, **more)
        cases.plan_improvement(case, actor=cast.dora, plan=plan(), now=now)
        case.refresh_from_db()
        return case

    return make


@pytest.fixture
def in_effect(cast, planned):
    def make(*, now=NOON, **more):
        case = planned(now=now, **more)
        return cases.put_in_effect(
            case, actor=cast.dora, effective_on=now.date(), now=now
        )

    return make
