"""Each view module lists its own addresses in `urls`; here they come together."""

from .views import (
    adoptions,
    amending,
    callbacks,
    capture,
    cases,
    categories,
    deciding,
    desk,
    directives,
    drafts,
    escalation_rules,
    escalations,
    leader_desk,
    meeting_series,
    meeting_tasks,
    meetings,
    order_urls,
    planning,
    requests,
    samples,
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
from .views.confirming import links as confirm_links
from .views.confirming import public as confirm_public
from .views.ratings import acts as rating_acts
from .views.ratings import giving as rating_giving
from .views.ratings import lists as rating_lists
from .views.ratings import public as rating_public
from .views.ratings import rules as rating_rules

app_name = "visits"
urlpatterns = [
    *visits.urls,
    *planning.urls,
    *requests.urls,
    *capture.urls,
    *amending.urls,
    *drafts.urls,
    *desk.urls,
    *cases.urls,
    *tickets.urls,
    *ticket_acts.urls,
    *ticket_sides.urls,
    *ticket_files.urls,
    *categories.urls,
    *order_urls.urls,
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
    *rating_lists.urls,
    *rating_giving.urls,
    *rating_acts.urls,
    *rating_public.urls,
    *rating_rules.urls,
    *escalations.urls,
    *escalation_rules.urls,
    *confirm_links.urls,
    *confirm_public.urls,
    *callbacks.urls,
    *samples.urls,
]
