"""What the forms of projects share."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.lib.cells import MAX_BYTES

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


class FileForm(forms.Form):
    """A table that somebody sends; what is in it, its reader says."""

    file = forms.FileField(label=_("File"))

    def __init__(self, *args: Any, kinds: str, hint: Any = "", **kwargs: Any) -> None:
        """`kinds` as an accept attribute; Any: as Django's own, lazy texts."""
        super().__init__(*args, **kwargs)
        self.fields["file"].widget.attrs["accept"] = kinds
        self.fields["file"].help_text = hint

    def content(self) -> bytes | None:
        """The file if it is small enough, else the reason at the field."""
        file = self.cleaned_data["file"]
        if (file.size or 0) > MAX_BYTES:
            self.add_error("file", _("The file is too large: at most 10 MB."))
            return None
        data: bytes = file.read()
        return data
