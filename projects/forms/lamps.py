"""What an administrator may change of a lamp's rule."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from projects.models import LampRule

Kind = LampRule.Kind
LABELS = {
    Kind.BEHIND: {
        "yellow": _("Yellow from so many points behind"),
        "red": _("Red above so many points behind"),
    },
    Kind.IN_A_ROW: {"red": _("Red after so many yellow months in a row")},
    Kind.STEP: {
        "yellow": _("Yellow so many months after the planned day"),
        "red": _("Red so many months after the planned day"),
    },
}


class LampRuleForm(forms.ModelForm[LampRule]):
    """The service saves; this only checks and keeps what was typed."""

    version = forms.IntegerField(
        widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1
    )

    class Meta:
        model = LampRule
        fields = ("yellow", "red", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # Any: as Django's own
        super().__init__(*args, **kwargs)
        labels = LABELS[Kind(self.instance.kind)]
        for name in ("yellow", "red"):
            if name not in labels:
                del self.fields[name]
                continue
            number: Any = self.fields[name]  # an IntegerField
            number.label = labels[name]
            number.help_text = _("Empty: this colour is not lit by this rule.")
            number.widget.attrs.update({"class": "w-short", "inputmode": "numeric"})

    def _post_clean(self) -> None:
        """Leave the record alone: the service writes, and says what may be."""
