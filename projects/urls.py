"""Each view module lists its own addresses in `urls`; here they come together."""

from .views import (
    desk,
    lamp_rules,
    life,
    milestones,
    project_acts,
    projects,
    timeline,
)

app_name = "projects"
urlpatterns = [
    *projects.urls,
    *project_acts.urls,
    *life.urls,
    *milestones.urls,
    *desk.urls,
    *lamp_rules.urls,
    *timeline.urls,
]
