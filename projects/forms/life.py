"""Forms of blockers and progress."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.forms.files import FilesField
from projects.models import Blocker

from .shared import DayField, area


class BlockerForm(forms.ModelForm[Blocker]):
    """What is in the way, since when, who can remove it, how and by when."""

    since = DayField(label=_("since"))
    relief_by = DayField(label=_("removed by"), required=False)
    version = forms.IntegerField(
        required=False, widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1
    )

    class Meta:
        model = Blocker
        fields = [
            "kind",
            "text",
            "since",
            "milestone",
            "remover",
            "relief_plan",
            "relief_by",
        ]
        widgets = {"text": area(3), "relief_plan": area(2)}

    def __init__(
        self, *args: Any, milestones: Any, departments: Any, **kwargs: Any
    ) -> None:  # Any: querysets
        super().__init__(*args, **kwargs)
        self.fields["milestone"].queryset = milestones  # type: ignore[attr-defined] # a choice
        self.fields["remover"].queryset = departments  # type: ignore[attr-defined] # a choice

    def _post_clean(self) -> None:
        """Leave the record alone: the service writes."""

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class ClearForm(forms.Form):
    note = forms.CharField(
        label=_("how it was removed"), max_length=400, widget=area(3)
    )


class ProgressForm(forms.Form):
    on = DayField(label=_("day"))
    percent = forms.IntegerField(
        label=_("progress (%)"),
        min_value=0,
        max_value=100,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    text = forms.CharField(
        label=_("progress"),
        max_length=400,
        widget=area(3),
        required=False,
        help_text=_("The company reads this and sees the photos."),
    )
    photos = FilesField(label=_("Photos"), required=False)
