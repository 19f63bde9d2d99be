"""The whole ground: places, people, companies and their officers."""

from django.utils import timezone

from . import bulk, making
from .agenda import Agenda
from .county import County, Say, batch
from .story import Story


def make(story: Story, seed: int, say: Say) -> County:
    """In the order of life; a large county's companies are written as rows."""
    county = County(story, seed, say, Agenda(timezone.now()))
    with batch():
        making.make_places(county)
        making.make_people(county)
    say(f"{len(county.users)} officials in {len(county.departments)} departments")
    if story.scale.is_large:
        bulk.Companies(county).make()
    else:
        making.make_companies(county)
    with batch():
        making.make_owners(county)
    say(f"{len(county.keys)} companies with their officers")
    return county
