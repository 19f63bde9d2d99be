"""Each view module lists its own addresses in `urls`; here they come together."""

from .views import (
    documents,
    home,
    ledger,
    order_month,
    outcomes,
    public,
    ratings,
)

app_name = "reports"
urlpatterns = [
    *home.urls,
    *documents.urls,
    *ledger.urls,
    *order_month.urls,
    *ratings.urls,
    *outcomes.urls,
    *public.urls,
]
