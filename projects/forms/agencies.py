"""What the acts of an agency agreement ask."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.forms.liaisons import PersonChoice
from crm.models import User
from projects.models import Agency
from projects.models.agency import STAGES

from .shared import VersionForm, area

CHOICES = [(stage.value, stage.label) for stage in STAGES]


class StagesField(forms.TypedMultipleChoiceField):
    """Which of the four stages."""

    def __init__(self) -> None:
        super().__init__(
            label=_("Stages"),
            choices=CHOICES,
            coerce=int,
            widget=forms.CheckboxSelectMultiple,
        )


class AskAgencyForm(forms.Form):
    stages = StagesField()
    wish = forms.CharField(
        label=_("What the company wishes"),
        max_length=400,
        required=False,
        widget=area(2),
    )


class DrawUpForm(VersionForm):
    stages = StagesField()
    agent = PersonChoice(User.objects.none(), label=_("Agent"))
    terms = forms.CharField(
        label=_("Further terms"), max_length=2000, required=False, widget=area(4)
    )

    def __init__(self, data: Any, *, agency: Agency, agents: Any) -> None:
        # Any: a QueryDict or None; a queryset
        names = ("stages", "agent", "terms", "version")
        super().__init__(data, initial={name: getattr(agency, name) for name in names})
        self.fields["agent"].queryset = agents  # type: ignore[attr-defined] # a choice


class SignForm(VersionForm):
    """On the screen with a finger; without scripts a photo of the signed paper."""

    signed_by = forms.CharField(label=_("Who signs"), max_length=40)
    signature = forms.FileField(
        label=_("Signature, or a photo of the signed paper"),
        widget=forms.FileInput({"accept": "image/*", "capture": "environment"}),
    )
