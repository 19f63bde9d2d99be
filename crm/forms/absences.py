"""Days away."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.models import Absence, Role, User, people_led_by

from .liaisons import PersonChoice


class AbsenceForm(forms.Form):
    officer = PersonChoice(User.objects.none(), label=_("officer"))
    kind = forms.ChoiceField(
        label=_("kind"), choices=Absence.Kind.choices, widget=forms.RadioSelect
    )
    starts_on = forms.DateField(label=_("first day"))
    ends_on = forms.DateField(label=_("last day"))
    note = forms.CharField(label=_("note"), max_length=200, required=False)

    def __init__(self, data: Any = None, *, user: User) -> None:  # any: POST data
        today = timezone.localdate()
        initial = {"starts_on": today, "officer": user.pk, "kind": Absence.Kind.LEAVE}
        super().__init__(data, initial=initial)
        people = officers_led_by(user)
        self.fields["officer"].queryset = people  # type: ignore[attr-defined] # a choice
        if not user.has_role(Role.UNIT_HEAD, Role.DISPATCHER):
            self.fields["officer"].widget = forms.HiddenInput()


def officers_led_by(user: User) -> Any:  # a queryset of users, made from two managers
    """Officers whose absences this person may enter, himself among them."""
    led = people_led_by(user).values("pk")
    officers = User.objects.active().with_role(Role.OFFICER, today=timezone.localdate())
    near = officers.filter(pk__in=led).select_related("department")
    return near.order_by("name", "pk")


class ReturnForm(forms.Form):
    last_day = forms.DateField(label=_("last day away"))
