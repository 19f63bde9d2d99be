"""How ratings are counted from a day on: weights and days."""

from typing import Any

from django import forms

from visits.models import RatingRule
from visits.services.ratings.rules import DAYS, WEIGHTS


class RatingRuleForm(forms.ModelForm[RatingRule]):
    """The service saves; this only checks and keeps what was typed."""

    class Meta:
        model = RatingRule
        fields = ("effective_on", *WEIGHTS, *DAYS)
        widgets = {
            "effective_on": forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # Any: as Django's own
        super().__init__(*args, **kwargs)
        for name in (*WEIGHTS, *DAYS):
            mode = "numeric" if name in DAYS else "decimal"
            attrs = {"class": "w-short", "inputmode": mode}
            self.fields[name].widget.attrs.update(attrs)

    def validate_unique(self) -> None:
        """The service says it in its own words, also to the second of two at once."""

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in (*WEIGHTS, *DAYS)}

    def weight_fields(self) -> list[Any]:  # Any: bound fields
        return [self[name] for name in WEIGHTS]

    def day_fields(self) -> list[Any]:  # Any: bound fields
        return [self[name] for name in DAYS]
