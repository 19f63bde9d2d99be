"""What if this item took longer, or that department were faster?"""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from projects.models import Milestone
from projects.schedule import MOST_DELAY

NONE = [("", "—")]
# Percent of today's speed.
SPEEDS = [
    ("50", _("half as fast")),
    ("150", _("1.5 times as fast")),
    ("200", _("twice as fast")),
    ("300", _("three times as fast")),
]


class WhatIfForm(forms.Form):
    """Two questions about what is still open; one may be left out."""

    item = forms.ChoiceField(label=_("This item"), required=False)
    days = forms.IntegerField(
        label=_("takes longer by (working days)"),
        required=False,
        min_value=0,
        max_value=MOST_DELAY,
    )
    department = forms.ChoiceField(label=_("This department"), required=False)
    speed = forms.ChoiceField(
        label=_("works"), choices=[("", _("as now")), *SPEEDS], required=False
    )

    # Any: as Django's own
    def __init__(self, *args: Any, items: Sequence[Milestone], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = {str(one.department_id): one.department.name for one in items}
        self.offer("item", [(one.key, one.name) for one in items])
        self.offer("department", list(units.items()))

    def offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [*NONE, *choices]

    @property
    def is_asked(self) -> bool:
        """Whether an item with its days or a department with its speed was chosen."""
        data = self.cleaned_data if self.is_bound and self.is_valid() else {}
        return bool(
            (data.get("item") and data.get("days"))
            or (data.get("department") and data.get("speed"))
        )
