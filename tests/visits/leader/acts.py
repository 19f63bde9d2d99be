"""What the tests of leaders do again and again."""

from datetime import time, timedelta

from tests.factories import NOON
from visits.leader_desk.page import desk_of
from visits.services import decisions, directives, meetings
from visits.services.directives import About
from visits.services.meetings import Plan, Rule

DAY = NOON.date()  # Wednesday, 18 March 2026
LATER = NOON + timedelta(days=1)
WEEK = NOON + timedelta(days=9)
SECOND = timedelta(seconds=1)
NO_LEADERS = ["olga", "hana", "uma", "dora", "axel", "otto", "dirk", "sven"]


def give(cast, ticket=None, actor=None, **more):
    told = {"text": "请三日内到企业现场解决。", "department": cast.bureau, "now": NOON}
    about = more.pop("about", None) or About(ticket=ticket)
    return directives.give_directive(about, actor=actor or cast.maria, **told | more)


def answer(directive, actor, **more):
    told = {"text": "已到企业协调，月底前解决。", "now": LATER}
    return directives.answer_directive(directive, actor=actor, **told | more)


def plan_of(cast, **more):
    told = {"topic": "用工问题协调会", "day": DAY, "at": time(9), "place": "三楼会议室"}
    units = [cast.bureau, cast.other_bureau]
    return Plan(**{**told, "chair": cast.maria, "departments": units, **more})


def call(cast, actor=None, now=NOON, **more):
    return meetings.call_meeting(
        actor=actor or cast.maria, plan=plan_of(cast, **more), now=now
    )


def task(cast, meeting, **more):
    told = {"text": "组织专场招聘", "days": 5, "department": cast.bureau, "now": NOON}
    return meetings.give_task(meeting, actor=cast.maria, **told | more)


def close(cast, meeting, **more):
    told = {"summary": "会后抓紧落实。", "now": NOON}
    return meetings.close_meeting(meeting, actor=cast.maria, **told | more)


def rule_of(cast, **more):
    told = {
        "name": "企业诉求周调度会", "rhythm": "weekly", "weekday": 2, "first_on": DAY,
        "at": time(15), "place": "三楼会议室", "chair": cast.maria,
        "departments": [cast.bureau, cast.other_bureau],
    }  # fmt: skip
    return Rule(**told | more)


def begin(cast, actor=None, now=NOON, **more):
    return meetings.begin_series(
        actor=actor or cast.maria, rule=rule_of(cast, **more), now=now
    )


def cards(user, now=LATER):
    return [one.key for one in desk_of(user, now=now).cards]


def card_of(user, now=LATER, source=""):
    found = desk_of(user, now=now).cards
    (card,) = [one for one in found if one.key.startswith(source)]
    return card


def take(actor, card, act=None, now=LATER, seen=None):
    offers = {one.act: one for one in card.offers.taps}
    act = act or card.offers.proposed.act
    seen = seen or offers[act].seen
    return decisions.take_decision(card.key, actor=actor, act=act, seen=seen, now=now)


def effect(decision, now=None):
    now = now or decision.effective_at
    return decisions.carry_out(decision.pk, now=now)


def carried_out(actor, card, now, act=None):
    """Tapped, and not taken back in the seconds that follow."""
    return effect(take(actor, card, act, now=now))


# The ticket is due on Friday 27 March: four and eleven working days beyond it.
FOUR, ELEVEN = (4, 2), (4, 14)


def moment(month, day):
    return NOON.replace(month=month, day=day)
