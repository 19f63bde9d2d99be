"""Choices among records."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from crm.lib.http import key_of


class ManyChoices(forms.ModelMultipleChoiceField):  # type: ignore[type-arg] # in stubs only
    """Several records; a number too large for any key is no choice, not an error."""

    def clean(self, value: Any) -> Any:  # Any: as Django's own
        for one in value or ():
            if not key_of(str(one)):
                raise ValidationError(
                    self.error_messages["invalid_choice"],
                    code="invalid_choice",
                    params={"value": str(one)[:20]},
                )
        return super().clean(value)
