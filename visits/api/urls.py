"""The API's routes of visits and tickets."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
