"""What a company writes on its project's page."""

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.services.comments import MOST_CHARACTERS
from projects.services.links import MOST_DAYS, USUAL_DAYS


class AskForm(forms.Form):
    """A question or an answer, read by company and officials alike."""

    client_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    text = forms.CharField(
        label=_("Ask a question"),
        max_length=MOST_CHARACTERS,
        widget=forms.Textarea({"rows": 2}),
    )

    def __init__(self, *args: Any, is_official: bool = False, **kwargs: Any) -> None:
        """Any: as Django's own."""
        super().__init__(*args, **kwargs)
        if is_official:
            self.fields["text"].label = _("Answer to the company")
            self.fields["text"].help_text = _("The company reads it here.")


class LinkForm(forms.Form):
    label = forms.CharField(
        label=_("For whom"),
        max_length=60,
        help_text=_("Such as the bank or the design institute; only you see it."),
    )
    days = forms.IntegerField(
        label=_("Valid for (days)"),
        min_value=1,
        max_value=MOST_DAYS,
        initial=USUAL_DAYS,
        widget=forms.NumberInput({"class": "w-short", "inputmode": "numeric"}),
    )
