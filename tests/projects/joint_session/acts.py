"""What the tests of joint sessions do again and again."""

from projects.services import sessions
from projects.services.sessions import Plan, Spoken
from tests.factories import NOON

DAY = NOON.date()  # Wednesday, 18 March 2026
TAKEN = Spoken(outcome="taken", words="带回研究", days=3)
ANSWERED = Spoken(outcome="answered", words="可以并联办理", speaker="李工")


def plan_of(cast, **more):
    told = {"topic": "用地手续现场会", "day": DAY, "place": "项目工地"}
    return Plan(**{**told, "chair": cast.maria, **more})


def record(line, actor, spoken=TAKEN, now=NOON, **more):
    return sessions.record_line(line, actor=actor, spoken=spoken, now=now, **more)


def close(session, actor, **more):
    return sessions.close_session(session, actor=actor, now=NOON, **more)
