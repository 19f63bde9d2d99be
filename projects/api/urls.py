"""The API's routes of projects."""

from . import statuses

urlpatterns = [*statuses.urls]
