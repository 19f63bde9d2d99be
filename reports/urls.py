"""Each view module lists its own addresses in `urls`; here they come together."""

from .views import documents, home, order_month, public, ratings

app_name = "reports"
urlpatterns = [
    *home.urls,
    *documents.urls,
    *order_month.urls,
    *public.urls,
    *ratings.urls,
]
