"""Each view module lists its own addresses in `urls`; here they come together."""

from .views import documents, home, public, ratings

app_name = "reports"
urlpatterns = [*home.urls, *documents.urls, *public.urls, *ratings.urls]
