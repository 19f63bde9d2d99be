"""Each view module lists its own addresses in `urls`; here they come together."""

from .views import (
    adoptions,
    amending,
    capture,
    categories,
    deciding,
    directives,
    drafts,
    leader_desk,
    meeting_series,
    meeting_tasks,
    meetings,
    planning,
    requests,
    ticket_acts,
    ticket_files,
    ticket_sides,
    tickets,
    visits,
)
from .views.complaints import desk as complaints_desk
from .views.complaints import own as complaints_own
from .views.complaints import public as complaints_public
from .views.complaints import statements

app_name = "visits"
urlpatterns = [
    *visits.urls,
    *planning.urls,
    *requests.urls,
    *capture.urls,
    *amending.urls,
    *drafts.urls,
    *tickets.urls,
    *ticket_acts.urls,
    *ticket_sides.urls,
    *ticket_files.urls,
    *categories.urls,
    *directives.urls,
    *leader_desk.urls,
    *deciding.urls,
    *adoptions.urls,
    *meetings.urls,
    *meeting_tasks.urls,
    *meeting_series.urls,
    *complaints_public.urls,
    *complaints_own.urls,
    *complaints_desk.urls,
    *statements.urls,
]
