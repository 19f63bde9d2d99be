"""What is asked when a leader decides in his own words."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.models import Department
from visits.models import Meeting, SupervisionOrder
from visits.services.directives import USUAL_DAYS
from visits.services.orders import LONGEST

from .leading import days_field, words


class NoteForm(forms.Form):
    """A no with its reason."""

    note = forms.CharField(label=_("reason"), max_length=400, widget=words(3))


class ReasonForm(forms.Form):
    """Why it has to go higher."""

    reason = forms.CharField(label=_("reason"), max_length=400, widget=words(3))


class SettleForm(forms.Form):
    """What is done about it, without another act."""

    note = forms.CharField(
        label=_("what is done about it"), max_length=300, widget=words(4)
    )


class OrderForm(forms.Form):
    """A supervision order: its colour, whom, what, by when."""

    colour = forms.ChoiceField(
        label=pgettext_lazy("supervision order", "colour"),
        choices=SupervisionOrder.Colour.choices,
        widget=forms.RadioSelect,
    )
    department = forms.ModelChoiceField(
        Department.objects.none(), label=_("addressed to")
    )
    text = forms.CharField(label=_("requirement"), max_length=1000, widget=words(4))
    days = days_field(_("answer within (working days)"), LONGEST, USUAL_DAYS)

    def __init__(self, *args: Any, units: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)  # Any: a queryset
        self.fields["department"].queryset = units  # type: ignore[attr-defined] # a choice


class ReassignForm(forms.Form):
    department = forms.ModelChoiceField(
        Department.objects.none(), label=_("lead department")
    )
    reason = forms.CharField(label=_("reason"), max_length=400, widget=words(3))

    def __init__(self, *args: Any, units: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)  # Any: a queryset
        self.fields["department"].queryset = units  # type: ignore[attr-defined] # a choice


class MeetingChoice(forms.ModelChoiceField):  # type: ignore[type-arg] # in stubs only
    """A meeting with its day."""

    def label_from_instance(self, obj: Any) -> str:  # any: as Django's own
        return f"{obj.topic} · {obj.day:%m-%d} {obj.at:%H:%M}"


class TableForm(forms.Form):
    meeting = MeetingChoice(
        Meeting.objects.none(),
        label=_("onto the agenda of"),
        widget=forms.RadioSelect,
        empty_label=None,
    )

    def __init__(self, *args: Any, meetings: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)  # Any: a queryset
        self.fields["meeting"].queryset = meetings  # type: ignore[attr-defined] # a choice
