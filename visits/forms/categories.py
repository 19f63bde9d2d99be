"""What an administrator may change of a category."""

from typing import Any

from django import forms
from django.core.validators import MaxValueValidator
from django.utils.translation import gettext_lazy as _

from crm.models import Department
from visits.models import Category


class CategoryForm(forms.ModelForm[Category]):
    """The service saves; this only checks and keeps what was typed."""

    version = forms.IntegerField(
        widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1
    )

    class Meta:
        model = Category
        fields = (
            "name",
            "kind",
            "lead_rule",
            "default_lead",
            "contact_days",
            "first_reply_days",
            "solve_days",
            "extended_days",
            "is_active",
        )
        help_texts = {
            "default_lead": _("Chosen already when a ticket is dispatched."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # Any: as Django's own
        super().__init__(*args, **kwargs)
        lead: Any = self.fields["default_lead"]  # a ModelChoiceField
        lead.queryset = Department.objects.filter(is_active=True)
        for name in (
            "contact_days",
            "first_reply_days",
            "solve_days",
            "extended_days",
        ):
            days: Any = self.fields[name]  # an IntegerField
            days.min_value, days.max_value = 0, 365
            days.validators += [
                MaxValueValidator(365),
            ]
            days.widget.attrs.update({"class": "w-short", "inputmode": "numeric"})

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}
