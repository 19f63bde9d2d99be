"""Each view module lists its own addresses in `urls`; here they come together."""

from .views import documents, home, ledger, public

app_name = "reports"
urlpatterns = [*home.urls, *documents.urls, *ledger.urls, *public.urls]
