"""What is asked of a company that rates, of a unit that mends, and of who rules."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.forms.files import FilesField
from crm.models import User
from visits.models import Correction, Objection, RatingLevel, RatingTag
from visits.models.ratings import PRAISE
from visits.services.ratings import Said
from visits.services.ratings.giving import MOST_CHARACTERS

from .tickets import ActForm, KeyForm, area

WORDS = pgettext_lazy("rating", "In your words")


def level_field(label: Any) -> forms.TypedChoiceField:  # Any: a lazy text
    return forms.TypedChoiceField(
        label=label,
        choices=RatingLevel.choices,
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the five levels.")},
    )


class RateForm(KeyForm):
    """Five levels, short words, own words, and whether with a name."""

    level = level_field(_("How satisfied are you?"))
    tags = forms.MultipleChoiceField(
        label=_("What fits?"),
        choices=RatingTag.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    words = forms.CharField(
        label=WORDS, max_length=MOST_CHARACTERS, required=False, widget=area(3)
    )
    is_anonymous = forms.BooleanField(
        label=_("Without a name"),
        required=False,
        help_text=_(
            "Officials then see level, words and the day, but not the company, not the "
            "matter and not you, and they see it on the next day. Do not name yourself "
            "in the text; where a unit has very few matters it may still guess."
        ),
    )

    def said(self) -> Said:
        names = ("level", "words", "tags", "is_anonymous", "client_key")
        values = {name: self.cleaned_data[name] for name in names}
        if values["client_key"] is None:
            del values["client_key"]
        return Said(**values, name=self.cleaned_data.get("name", ""))

    def praises(self) -> list[Any]:  # Any: bound checkboxes
        return [one for one in self["tags"] if one.data["value"] in PRAISE]

    def complaints(self) -> list[Any]:  # Any: bound checkboxes
        return [one for one in self["tags"] if one.data["value"] not in PRAISE]


class PublicRateForm(RateForm):
    """The same for whoever has a link."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=40,
        required=False,
        help_text=_("Only if you want to be called back; left out without a name."),
    )


class LookForm(forms.Form):
    """追评: once more, after the unit has reported."""

    level = level_field(_("How satisfied are you now?"))
    words = forms.CharField(
        label=WORDS, max_length=MOST_CHARACTERS, required=False, widget=area(3)
    )


class SendForm(ActForm):
    done = forms.CharField(
        label=_("What was done about it"),
        max_length=2000,
        widget=area(6),
        help_text=_("The company reads it. Then somebody of another unit asks back."),
    )
    papers = FilesField(label=_("Photos or papers"), required=False)


class HandForm(ActForm):
    handler = forms.ModelChoiceField(label=_("Colleague"), queryset=User.objects.none())

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)  # Any: as Django's own; a queryset
        self.fields["handler"].queryset = people  # type: ignore[attr-defined] # a choice


class CallForm(ActForm):
    """What the company said when it was asked back."""

    call = forms.ChoiceField(
        label=_("What did the company say?"),
        choices=Correction.Call.choices,
        widget=forms.RadioSelect,
    )
    person = forms.CharField(label=_("Who was called"), max_length=40, required=False)
    note = forms.CharField(
        label=_("What was said"),
        max_length=1000,
        required=False,
        widget=area(3),
        help_text=_("The rated unit does not read this."),
    )


class ObjectForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("What is wrong with it?"),
        choices=Objection.Kind.choices,
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        widget=area(4),
        help_text=_("The supervisor rules on it. The days of the correction run on."),
    )


class DisownForm(forms.Form):
    reason = forms.CharField(
        label=_("What makes you sure?"),
        max_length=1000,
        widget=area(3),
        help_text=_(
            "The supervisor reads it and rules on it. Upheld, the rating is left out."
        ),
    )


class RuleForm(forms.Form):
    """The supervisor's word on an objection; final."""

    decision = forms.ChoiceField(
        label=pgettext_lazy("objection", "Decision"),
        choices=Objection.Decision.choices,
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        widget=area(4),
        help_text=_("The unit and the company read it."),
    )
