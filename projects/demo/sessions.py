"""Joint sessions of the demo's projects: some held, with answers, some to come."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from crm.demo.county import County
from crm.demo.story import at, workday_after
from crm.models import User
from projects.models import JointSession, Project, ProjectLiaison, SessionLine
from projects.services import sessions
from projects.services.sessions import Plan, Spoken

from .story import words

# So many running projects, of which two in three had one or have one before them.
MOST, EVERY, HELD, CALLED = 15, 3, 0, 1
LINES = 4


def hold(county: County, handlers: Mapping[int, Sequence[User]]) -> None:
    """Through the services, whatever the county's size."""
    now, leader = county.agenda.now, county.users["leader1"]
    running = Project.objects.running().select_related("leader").order_by("code")
    for number, project in enumerate(running[:MOST]):
        open_a = ProjectLiaison.objects.open().filter(project=project, role="A")
        officer = open_a.select_related("officer").get().officer
        dice = Random(f"{county.seed} session {number}")
        story = Held(project, officer, project.leader or leader, handlers, dice)
        if number % EVERY == HELD:
            day = workday_after(now.date() - timedelta(days=dice.randrange(8, 30)), 0)
            story.happen(day, now)
        elif number % EVERY == CALLED:
            day = workday_after(now.date(), dice.randrange(2, 7))
            story.call(day, at(workday_after(now.date() - timedelta(days=4), 0), 10))


@dataclass
class Held:
    """One session, from the call to the last answer."""

    project: Project
    officer: User
    chair: User
    handlers: Mapping[int, Sequence[User]]
    dice: Random

    def happen(self, day: date, now: datetime) -> None:
        if self.project.started_on and day <= self.project.started_on:
            return
        session = self.call(day, at(workday_after(day - timedelta(days=6), 0), 10))
        self.speak(session, at(day, 16))
        for place, line in enumerate(session.lines.order_by("pk")):
            when = at(workday_after(day, 2 + 2 * place), 15)
            if when < now:
                self.answer(line, when)

    def call(self, day: date, now: datetime) -> JointSession:
        plan = Plan(
            topic=self.dice.choice(words()["sessions"]),
            day=day,
            at=at(day, 9, 30).time(),
            place=words()["places"][0],
            chair=self.chair,
        )
        asked = sessions.departments_asked(self.project)
        near = sessions.departments_near(self.project).filter(pk__in=asked)
        return sessions.call_session(
            self.project,
            actor=self.officer,
            plan=plan,
            departments=list(near[:LINES]) or [self.project.lead_department],
            now=now,
        )

    def speak(self, session: JointSession, now: datetime) -> None:
        for line in session.lines.order_by("pk"):
            outcome = self.dice.choice(("answered", "taken", "taken"))
            days = None if outcome == "answered" else self.dice.choice((3, 5, 10))
            said = self.dice.choice(words()["said"][outcome])
            spoken = Spoken(outcome=outcome, words=said, days=days)
            sessions.record_line(line, actor=self.officer, spoken=spoken, now=now)
        agreed = words()["agreed"][0]
        sessions.close_session(session, actor=self.officer, summary=agreed, now=now)

    def answer(self, line: SessionLine, now: datetime) -> None:
        """Most keep their word."""
        people = self.handlers.get(line.department_id)
        if line.is_owing and people and self.dice.random() < 0.4:
            text = self.dice.choice(words()["answers"])
            sessions.answer_line(line, actor=people[0], answer=text, now=now)
