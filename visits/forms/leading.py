"""What is asked of a leader, and of whom he addressed."""

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.forms.files import FilesField
from crm.forms.liaisons import PersonChoice
from crm.models import Department, User
from projects.forms.shared import VersionForm, area
from visits.services.directives import LONGEST, USUAL_DAYS

KEYED = {"data-autosize": "true"}


def words(rows: int = 4) -> forms.Textarea:
    """A box that grows with what is dictated or typed on a phone."""
    return forms.Textarea({"rows": rows, **KEYED})


def days_field(label: Any, most: int, usual: int) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        min_value=1,
        max_value=most,
        initial=usual,
        widget=forms.NumberInput({"inputmode": "numeric"}),
    )


class OnceForm(VersionForm):
    """With a key of the page's own, so that a second press writes nothing twice."""

    client_key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # Any: as Django's own
        given = kwargs.get("initial") or {}
        kwargs["initial"] = {"client_key": uuid.uuid4(), **given}
        super().__init__(*args, **kwargs)


class DirectiveForm(OnceForm):
    """Words, whom they are for, and by when there is an answer."""

    text = forms.CharField(
        label=_("what is instructed"), max_length=1000, widget=words(5)
    )
    department = forms.ModelChoiceField(
        Department.objects.none(), label=_("addressed to")
    )
    person = PersonChoice(
        User.objects.none(),
        label=_("in person"),
        required=False,
        help_text=_("Left empty, the unit decides who answers."),
    )
    days = days_field(_("answer within (working days)"), LONGEST, USUAL_DAYS)

    def __init__(self, *args: Any, units: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)  # Any: querysets
        self.fields["department"].queryset = units  # type: ignore[attr-defined] # a choice
        self.fields["person"].queryset = people  # type: ignore[attr-defined] # a choice


class AnswerForm(OnceForm):
    text = forms.CharField(
        label=_("answer"),
        max_length=4000,
        widget=words(6),
        help_text=_("To the leader; the company does not read it."),
    )
    papers = FilesField(label=_("Photos or papers"), required=False)


class AgainForm(VersionForm):
    """What is missing, and by when it is there."""

    remark = forms.CharField(
        label=_("what is missing"), max_length=400, widget=words(3)
    )
    days = days_field(_("answer within (working days)"), LONGEST, USUAL_DAYS)


class ReasonForm(VersionForm):
    reason = forms.CharField(label=_("reason"), max_length=200, widget=area(2))


class DoneForm(VersionForm):
    """What a department reports of its task."""

    answer = forms.CharField(
        label=pgettext_lazy("task", "result"),
        max_length=1000,
        widget=words(5),
        help_text=_("It stands in the next version of the minutes."),
    )
