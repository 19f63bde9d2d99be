"""A company's request for a visit, and the answer that none is possible."""

from django import forms
from django.utils.translation import gettext_lazy as _

from .projects import AskingCompany, AskingProject
from .tickets import KeyForm, area


class AskVisitForm(KeyForm, AskingCompany, AskingProject):
    wish = forms.CharField(
        label=_("What is it about?"),
        max_length=400,
        widget=area(3),
        help_text=_("A sentence or two, so that the right people come."),
    )
    wished_on = forms.DateField(
        label=_("Day that would suit you"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )


class DeclineForm(forms.Form):
    answer = forms.CharField(
        label=_("What the company reads"),
        max_length=400,
        widget=area(3),
        help_text=_("Why nobody comes, and what it can do instead."),
    )
