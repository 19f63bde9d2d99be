"""Each view module lists its own addresses in `urls`; here they come together."""

from .views import (
    boards,
    changeover,
    desk,
    dwell,
    lamp_rules,
    life,
    links,
    milestones,
    progress,
    project_acts,
    projects,
    public,
    statuses,
    template_compare,
    template_files,
    template_items,
    templates,
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
    *dwell.urls,
    *lamp_rules.urls,
    *timeline.urls,
    *progress.urls,
    *links.urls,
    *public.urls,
    *templates.urls,
    *template_items.urls,
    *template_files.urls,
    *template_compare.urls,
    *changeover.urls,
    *statuses.urls,
]
