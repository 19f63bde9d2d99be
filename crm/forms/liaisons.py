"""Who serves a company."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.lib import trees
from crm.models import CompanyLiaison, Role, User


class PersonChoice(forms.ModelChoiceField):  # type: ignore[type-arg] # in stubs only
    """A person with his unit: names alone are not enough."""

    def label_from_instance(self, obj: Any) -> str:  # any: as Django's own
        unit = obj.department
        return f"{obj.name} · {unit.name}" if unit else str(obj.name)


def officers_near(user: User) -> Any:  # a queryset of users, made from two managers
    """Officers of the regions that this dispatcher works for."""
    ranges = user.access.region_ranges(Role.DISPATCHER)
    people = User.objects.active().with_role(Role.OFFICER, today=timezone.localdate())
    near = people.filter(trees.in_ranges(ranges, "department__region__path"))
    return near.select_related("department").order_by("name", "pk")


class AssignForm(forms.Form):
    role = forms.ChoiceField(
        label=_("role"), choices=CompanyLiaison.Role.choices, widget=forms.RadioSelect
    )
    officer = PersonChoice(User.objects.none(), label=_("officer"))
    started_on = forms.DateField(label=_("from"))
    reason = forms.CharField(
        label=_("reason"),
        max_length=200,
        required=False,
        help_text=_("Needed when somebody is replaced."),
    )

    def __init__(self, data: Any = None, *, user: User, role: str) -> None:
        # any: a QueryDict or None
        initial = {"started_on": timezone.localdate(), "role": role}
        super().__init__(data, initial=initial)
        self.fields["officer"].queryset = officers_near(user)  # type: ignore[attr-defined] # a choice
