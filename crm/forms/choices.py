"""Choices among records."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from crm.lib.http import key_of


def ask_to_choose() -> None:
    """Called once, before any form is read.

    Of a row of choices "fill this in" would send people to a text field.
    """
    messages: dict[str, Any] = forms.ChoiceField.default_error_messages
    messages["required"] = _("Choose one of the answers.")


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
