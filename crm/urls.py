"""Each view module lists its own addresses in `urls`; here they come together."""

from django.urls import URLPattern

from crm.views import appearance, styleguide

app_name = "crm"
urlpatterns: list[URLPattern] = [
    *appearance.urls,
    *styleguide.urls,
]
