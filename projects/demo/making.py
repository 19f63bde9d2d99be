"""Let the demo projects happen: through the services, or as rows."""

from contextlib import nullcontext
from datetime import datetime
from random import Random

from django.db import transaction

from crm.demo.agenda import Agenda
from crm.demo.county import County
from crm.lib.months import months_later
from crm.models import Grant, Role, User
from projects.models import ApprovalTemplate, Project, TemplateItem
from projects.services import forecasting, lamps

from . import owners, sessions
from .acts import Making, tell
from .bulk import RowHands
from .hands import ServiceHands
from .story import HISTORY, ProjectStory, projects_of

MONTHS_READ = 3


def make(county: County) -> None:
    """In a small county what runs obeys the agenda; the rest is written as rows."""
    templates = {one.key: one for one in ApprovalTemplate.objects.published()}
    items = {key: items_of(template) for key, template in templates.items()}
    told = list(projects_of(county.story, Random(county.seed + HISTORY), items))
    making = Making(county, templates, handlers(), ServiceHands())
    with transaction.atomic():
        write(making, [one for one in told if is_written(county, one)])
    for one in told:
        if not is_written(county, one):
            tell(making, one, county.agenda)

    def end(now: datetime) -> None:
        look_ahead(now)
        sessions.hold(county, making.handlers)
        owners.speak(county)

    if county.story.scale.is_large:
        end(county.agenda.now)
    else:
        county.agenda.later(county.agenda.now, end)
    county.say(f"{len(told)} projects")


def is_written(county: County, told: ProjectStory) -> bool:
    """What was through long ago is only what figures and forecasts rest on."""
    return county.story.scale.is_large or told.is_finished


def write(making: Making, every: list[ProjectStory]) -> None:
    """Project after project, each in an order of its own."""
    if not every:
        return
    making.hands = hands = RowHands(making.county)
    for told in every:
        own = Agenda(making.county.agenda.now)
        tell(making, told, own)
        own.happen(nullcontext)
    hands.rows.pause()
    making.hands = ServiceHands()


def look_ahead(now: datetime) -> None:
    """When all has happened: what is to come, and what each month was."""
    begun = Project.objects.exclude(started_on=None)
    with transaction.atomic():
        forecasting.refresh_all(begun, today=now.date())
        this = now.date().replace(day=1)
        for back in range(MONTHS_READ, 0, -1):
            lamps.take_readings(months_later(this, -back))


def handlers() -> dict[int, list[User]]:
    grants = Grant.objects.filter(role__in=(Role.HANDLER, Role.UNIT_HEAD))
    found: dict[int, list[User]] = {}
    for grant in grants.select_related("user").order_by("role", "pk"):
        found.setdefault(grant.department_id or 0, []).append(grant.user)
    return found


def items_of(template: ApprovalTemplate) -> list[TemplateItem]:
    return list(template.items.prefetch_related("needs__needed"))
