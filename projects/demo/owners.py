"""What companies do on the pages of their projects: questions, a link, an agency."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from crm.demo.county import County
from crm.demo.story import at, workday_until
from crm.models import Role, User
from crm.services import comments
from projects.models import Project, ProjectLiaison
from projects.services import agencies, links

from .story import words

# So many of the owners' running projects.
MOST = 4
# Days ago: a question, the answer to it, the wish for an agent, the newest question.
ASKED, ANSWERED, WISHED, NEWEST = 9, 8, 5, 1


def speak(county: County) -> None:
    """Through the services, whatever the county's size; the demo's owner first."""
    owners = {
        county.company(person.rights[0].company or 0).pk: county.users[person.login]
        for person in county.story.people
        if person.rights[0].role == Role.OWNER
    }
    running = Project.objects.running().filter(company__in=owners).order_by("code")
    first_of = {one.company_id: one for one in reversed(running)}
    for number, (company, owner) in enumerate(owners.items()):
        project = first_of.get(company)
        if project and number < MOST:
            open_a = ProjectLiaison.objects.open().filter(project=project, role="A")
            officer = open_a.select_related("officer").get().officer
            dice = Random(f"{county.seed} owner {number}")
            Spoken(county, project, owner, officer, dice).tell(is_first=number == 0)


@dataclass
class Spoken:
    """One project, its company's person and its officer."""

    county: County
    project: Project
    owner: User
    officer: User
    dice: Random

    def tell(self, *, is_first: bool) -> None:
        (asked, answer), (newest, _later) = self.dice.sample(words()["questions"], 2)
        self.say(self.owner, asked, self.ago(ASKED, 10))
        self.say(self.officer, answer, self.ago(ANSWERED, 15))
        self.seek_agent(is_offered=is_first)
        if is_first:
            self.say(self.owner, newest, self.ago(NEWEST, 16))
            links.make_link(
                self.project,
                actor=self.owner,
                label=words()["links"][0],
                now=self.ago(NEWEST, 17),
            )

    def ago(self, days: int, hour: int) -> datetime:
        """At work, that many days ago; days off may make two of them one day."""
        day = workday_until(self.county.today - timedelta(days=days))
        return at(day, hour, self.dice.randrange(60))

    def say(self, who: User, text: str, when: datetime) -> None:
        comments.add_comment(
            self.project,
            actor=who,
            text=text,
            is_internal=False,
            client_key=UUID(int=self.dice.getrandbits(128), version=4),
            now=when,
        )

    def seek_agent(self, *, is_offered: bool) -> None:
        """The first finds the agreement ready to be signed."""
        agency = agencies.ask_for_agency(
            self.project,
            actor=self.owner,
            stages=[3],
            wish=self.dice.choice(words()["wishes"]),
            now=self.ago(WISHED, 11),
        )
        if is_offered:
            later = self.ago(WISHED - 1, 15)
            agency = agencies.draw_up(
                agency, actor=self.officer, agent=self.officer, stages=[3], now=later
            )
            agencies.offer(agency, actor=self.officer, now=later)
