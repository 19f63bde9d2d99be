"""Filters of which only those that are asked for are made."""

from typing import Any

import django_filters as filters
from django.db import models


class AskedFilterSet(filters.FilterSet):
    """A set of filters without those that the request leaves out.

    Copying a dozen filters and cleaning a form with their fields costs more than the
    page's queries, and most requests ask for none.
    """

    base_filters: dict[str, filters.Filter]

    def __init__(
        self,
        data: Any = None,  # Any: a QueryDict, or a dict in tests
        queryset: models.QuerySet[Any, Any] | None = None,
        **options: Any,  # Any: request and prefix, as FilterSet has them
    ) -> None:
        # FilterSet copies what it finds under this name.
        asked = data or ()
        known = self.base_filters
        self.base_filters = {name: known[name] for name in known if name in asked}
        super().__init__(data, queryset, **options)

    @property
    def chosen(self) -> dict[str, str]:
        """What the address asks for, by the name of each filter, asked for or not."""
        every = type(self).__dict__["base_filters"]
        return {name: self.data.get(name, "") for name in every}
