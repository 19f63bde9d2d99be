"""The forms of sampled call-backs: what to draw, what was said, what follows."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.models import Department, Region
from projects.forms.shared import DayField, VersionForm
from visits.models import Category, SampledCall
from visits.services.samples import MOST_CALLS, Wanted

from .tickets import MomentField, area, this_minute


class DrawForm(forms.Form):
    """Whose closings, of which days, and how many; the machine chooses which."""

    region = forms.ModelChoiceField(
        Region.objects.none(), label=_("Region"), empty_label=None
    )
    first_on = DayField(label=_("Closed from"))
    last_on = DayField(label=_("to"))
    number = forms.IntegerField(
        label=_("How many"), min_value=1, max_value=MOST_CALLS, required=False
    )
    percent = forms.IntegerField(
        label=_("or a share in percent"), min_value=1, max_value=100, required=False
    )
    category = forms.ModelChoiceField(
        Category.objects.filter(is_active=True),
        label=_("Category"),
        required=False,
        empty_label=_("all"),
    )
    department = forms.ModelChoiceField(
        Department.objects.none(),
        label=_("Lead department"),
        required=False,
        empty_label=_("all"),
        help_text=_("With the units below it."),
    )

    def __init__(
        self, *args: Any, regions: Any, departments: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].queryset = regions  # type: ignore[attr-defined] # a choice
        self.fields["department"].queryset = departments  # type: ignore[attr-defined] # a choice

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        has_number = data.get("number") is not None
        has_share = data.get("percent") is not None
        has_errors = bool(self.errors.keys() & {"number", "percent"})
        if has_number == has_share and not has_errors:
            self.add_error("number", gettext("Say how many: a share, or a number."))
        return data

    def wanted(self) -> Wanted:
        return Wanted(**self.cleaned_data)


class SampledCallForm(VersionForm):
    """What the company says now of what it is said to have said."""

    result = forms.ChoiceField(
        label=_("What the company says now"),
        choices=SampledCall.Result.choices,
        widget=forms.RadioSelect,
    )
    called_at = MomentField(label=_("When"), initial=this_minute)
    person = forms.CharField(label=_("Who was called"), max_length=40, required=False)
    phone = forms.CharField(
        label=_("Number called"),
        max_length=30,
        required=False,
        widget=forms.TextInput({"inputmode": "tel"}),
    )
    words = forms.CharField(
        label=_("In its words"), max_length=400, widget=area(3), required=False
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        result = data.get("result")
        needed = ["person", "phone"] if result != SampledCall.Result.UNREACHED else []
        if result == SampledCall.Result.CONTRADICTS:
            needed.append("words")
        for name in needed:
            if not data.get(name) and name not in self.errors:
                self.add_error(name, gettext("A record of a call needs this."))
        return data


class ContradictionForm(VersionForm):
    """The dispatch centre reopens, or says why it does not."""

    decision = forms.ChoiceField(
        label=_("What follows"),
        choices=[
            (SampledCall.Decision.REOPENED, _("Reopen it: back to the department")),
            (SampledCall.Decision.LEFT, _("Leave it as it is")),
        ],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(label=_("Reason"), max_length=400, widget=area(3))
