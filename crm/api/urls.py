"""The API's routes of the ground."""

from django.urls import URLPattern

from . import companies, schema

__all__ = ["schema", "urlpatterns"]

urlpatterns: list[URLPattern] = [*companies.urls]
