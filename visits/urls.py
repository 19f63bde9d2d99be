"""Each view module lists its own addresses in `urls`; here they come together."""

from django.urls import URLPattern

app_name = "visits"
urlpatterns: list[URLPattern] = []
