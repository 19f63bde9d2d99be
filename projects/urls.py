"""Each view module lists its own addresses in `urls`; here they come together."""

from .views import (
    boards,
    desk,
    lamp_rules,
    life,
    links,
    milestones,
    progress,
    project_acts,
    projects,
    public,
    timeline,
)

app_name = "projects"
urlpatterns = [
    *projects.urls,
    *project_acts.urls,
    *life.urls,
    *milestones.urls,
    *boards.urls,
    *desk.urls,
    *lamp_rules.urls,
    *timeline.urls,
    *progress.urls,
    *links.urls,
    *public.urls,
]
