"""The forms by which a company's word is taken: by link, and on the telephone."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from visits.models import Word
from visits.services.callbacks import Call

from .tickets import KeyForm, MomentField, area, this_minute

NOT_SOLVED = Word.NOT_SOLVED


class WordForm(forms.Form):
    """The four answers, and in words what they mean; of a "no" the words are needed."""

    said = forms.ChoiceField(
        label=_("Is it solved?"),
        choices=Word.choices,
        widget=forms.RadioSelect,
    )
    words = forms.CharField(
        label=_("In your words"),
        max_length=400,
        widget=area(3),
        required=False,
        help_text=_("If it is not solved: what is still missing."),
    )
    person = forms.CharField(
        label=_("Your name"),
        max_length=40,
        required=False,
        help_text=_("So that one knows who spoke for the company."),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("said") == NOT_SOLVED and not data.get("words"):
            self.add_error("words", gettext("Say what is not solved."))
        return data


class CallForm(KeyForm):
    """One call: whether somebody was reached, and then what the company said."""

    REACHED, IN_VAIN = "yes", "no"
    reached = forms.ChoiceField(
        label=_("Was the company reached?"),
        choices=[
            (REACHED, _("Yes, and it said what came of it")),
            (IN_VAIN, _("No, or it would not say")),
        ],
        widget=forms.RadioSelect,
    )
    phone = forms.CharField(
        label=_("Number called"),
        max_length=30,
        widget=forms.TextInput({"inputmode": "tel"}),
    )
    called_at = MomentField(label=_("When"), initial=this_minute)
    person = forms.CharField(label=_("Who was called"), max_length=40, required=False)
    said = forms.ChoiceField(
        label=_("What the company said"),
        choices=Word.choices,
        widget=forms.RadioSelect,
        required=False,
    )
    words = forms.CharField(
        label=_("In its words"), max_length=400, widget=area(3), required=False
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("reached") != self.REACHED:
            return data
        for name in ("person", "said"):
            if not data.get(name) and name not in self.errors:
                self.add_error(name, gettext("A record of a call needs this."))
        if data.get("said") == NOT_SOLVED and not data.get("words"):
            self.add_error("words", gettext("Say what is not solved."))
        return data

    def call(self) -> Call:
        data = self.cleaned_data
        return Call(
            is_reached=data["reached"] == self.REACHED,
            called_at=data["called_at"],
            phone=data["phone"],
            person=data["person"],
            said=data["said"],
            words=data["words"],
        )
