"""What the dispatch desk sends for many tickets, and asks while one is read."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.lib.http import key_of
from crm.models import Department
from visits.models import Category

from .tickets import KeyForm

# A page has 25 rows and the returns above them.
MOST_TICKED = 100
# A ticket's key and the version that was shown.
TICKED = re.compile(r"(\d{1,18})-(\d{1,9})", re.ASCII)


class TickedField(forms.Field):
    """Rows that were ticked: {key: version}."""

    widget = forms.SelectMultiple

    def clean(self, value: Any) -> dict[int, int]:  # Any: what a browser sends
        found = [TICKED.fullmatch(one) for one in value or ()]
        if len(found) > MOST_TICKED or not all(found):
            raise ValidationError(gettext("Tick the tickets on the page again."))
        return {int(one[1]): int(one[2]) for one in found if one}


class BulkForm(KeyForm):
    """The ticked tickets or all of the list; as proposed, or to one department."""

    PROPOSED, ONE = "proposed", "one"
    items = TickedField(required=False)
    everything = forms.BooleanField(required=False)
    how = forms.ChoiceField(choices=[(PROPOSED, ""), (ONE, "")])
    lead = forms.ModelChoiceField(
        label=_("Lead department"), queryset=Department.objects.none(), required=False
    )

    def __init__(self, *args: Any, departments: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lead"].queryset = departments  # type: ignore[attr-defined] # a choice

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("how") == self.PROPOSED:
            data["lead"] = None
        elif not data.get("lead") and "lead" not in self.errors:
            self.add_error("lead", gettext("Choose the lead department."))
        return data


class LeadForm(forms.Form):
    """Another category, to see who would lead."""

    category = forms.ModelChoiceField(Category.objects.filter(is_active=True))

    def __init__(self, data: Any) -> None:  # Any: a QueryDict
        # Django's own field asks the database, which fails on a number too large.
        key = key_of(str(data.get("category", "")))
        super().__init__({"category": key})
