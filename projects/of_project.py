"""What the pages of one project ask: each query is written once, the key is the rest.

Open to whoever has got the project through `visible_to`.
"""

from typing import Final

from django.db.models import F

from crm.lib.prepared import Prepared, place
from crm.models import Comment, Event
from projects.models import (
    Blocker,
    Forecast,
    KeyListing,
    LifeStep,
    Milestone,
    MilestoneMove,
    MilestoneNeed,
    OfficialStatus,
    ProgressNote,
    Project,
    ProjectLiaison,
    ProjectPart,
)

NOTES, STREAM_LENGTH, ASKED = 6, 30, 30

ITEMS: Final = Prepared(
    lambda: (
        Milestone.objects.living()
        .filter(project=place())
        .select_related("department", "decide_by", "admit_by")
    )
)
EDGES: Final = Prepared(
    lambda: MilestoneNeed.objects.filter(
        milestone__project=place(), milestone__removed_at=None
    ).values_list("milestone_id", "needed_id")
)
FORECAST: Final = Prepared(
    lambda: Forecast.objects.filter(project=place()).select_related("next")
)
OFFICERS: Final = Prepared(
    lambda: (
        ProjectLiaison.objects.open()
        .filter(project=place())
        .select_related("officer__department")
        .order_by("role")
    )
)
PARTS: Final = Prepared(
    lambda: (
        ProjectPart.objects.open().filter(project=place()).select_related("department")
    )
)
STEPS: Final = Prepared(lambda: LifeStep.objects.filter(project=place()).order_by("pk"))
BLOCKERS: Final = Prepared(
    lambda: (
        Blocker.objects.filter(project=place())
        .select_related("remover", "milestone")
        .order_by("cleared_at")
    )
)
LISTING: Final = Prepared(
    lambda: KeyListing.objects.filter(project=place(), decided_at=None).select_related(
        "asked_by"
    )
)
PROGRESS: Final = Prepared(lambda: ProgressNote.objects.filter(project=place())[:NOTES])
OFFICIAL: Final = Prepared(
    lambda: (
        OfficialStatus.objects.differing()
        .filter(milestone__project=place())
        .select_related("milestone")
    )
)
EVENTS: Final = Prepared(
    lambda: (
        Event.objects.filter(subject_type=Project._meta.label_lower, subject_id=place())
        .select_related("actor")
        .order_by("-pk")[:STREAM_LENGTH]
    )
)
MOVES: Final = Prepared(
    lambda: (
        MilestoneMove.objects.filter(milestone__project=place())
        .select_related("milestone", "actor")
        .order_by("-pk")[:STREAM_LENGTH]
    )
)
# Who of the deciding department acted on an item, the last one last.
PERSONS: Final = Prepared(
    lambda: (
        MilestoneMove.objects.filter(
            milestone__project=place(), actor__department=F("milestone__department")
        )
        .order_by("pk")
        .values_list("milestone_id", "actor__name")
    )
)
# What was asked and answered in public, the newest first.
QUESTIONS: Final = Prepared(
    lambda: (
        Comment.objects.filter(
            subject_type=Project._meta.label_lower,
            subject_id=place(),
            is_internal=False,
        )
        .select_related("author__department")
        .order_by("-pk")[:ASKED]
    )
)
