"""Each view module lists its own addresses in `urls`; here they come together."""

from .views import (
    amending,
    capture,
    categories,
    planning,
    requests,
    ticket_acts,
    ticket_files,
    ticket_sides,
    tickets,
    visits,
)

app_name = "visits"
urlpatterns = [
    *visits.urls,
    *planning.urls,
    *requests.urls,
    *capture.urls,
    *amending.urls,
    *tickets.urls,
    *ticket_acts.urls,
    *ticket_sides.urls,
    *ticket_files.urls,
    *categories.urls,
]
