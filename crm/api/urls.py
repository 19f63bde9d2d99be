"""The API's routes of the ground."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
