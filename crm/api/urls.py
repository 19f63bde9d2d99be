"""The API's routes of the ground."""

from django.urls import URLPattern

from . import companies

urlpatterns: list[URLPattern] = [*companies.urls]
