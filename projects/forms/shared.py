"""What the forms of projects share."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

EARLIEST, LATEST = date(2000, 1, 1), date(2100, 1, 1)


def area(rows: int = 4) -> forms.Textarea:
    return forms.Textarea({"rows": rows})


class DayField(forms.DateField):
    """A day of this century, picked or typed."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def clean(self, value: Any) -> Any:  # Any: as Django's own
        day = super().clean(value)
        if day is not None and not EARLIEST <= day <= LATEST:
            raise forms.ValidationError(_("Enter a day of this century."))
        return day


class VersionForm(forms.Form):
    """What is decided carries along on which version of the record it was."""

    version = forms.IntegerField(
        widget=forms.HiddenInput, required=False, min_value=1, max_value=2**31 - 1
    )


class ReasonForm(VersionForm):
    reason = forms.CharField(label=_("reason"), max_length=200, widget=area(2))
