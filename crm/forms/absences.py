"""Days away."""

from datetime import date
from typing import Any, Final

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.models import Absence, Grant, Role, User, people_led_by
from crm.services import standing_in

from .liaisons import PersonChoice

# Whose work somebody else has while they are away.
AWAY_ROLES: Final = (Role.OFFICER, Role.HANDLER, Role.UNIT_HEAD)


class AbsenceForm(forms.Form):
    officer = PersonChoice(User.objects.none(), label=_("officer"))
    kind = forms.ChoiceField(
        label=_("kind"), choices=Absence.Kind.choices, widget=forms.RadioSelect
    )
    starts_on = forms.DateField(label=_("first day"))
    ends_on = forms.DateField(label=_("last day"))
    note = forms.CharField(label=_("note"), max_length=200, required=False)
    cover = PersonChoice(
        User.objects.none(),
        label=_("covered by the unit head"),
        required=False,
        empty_label=_("No: the B has the work"),
        help_text=_("For handlers without a B who is there: the head has the work."),
    )
    remark = forms.CharField(
        label=pgettext_lazy("handover", "remark"),
        max_length=1000,
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("What cannot wait, whom to call, where the papers are."),
    )

    def __init__(self, data: Any = None, *, user: User) -> None:  # any: POST data
        today = timezone.localdate()
        initial = {"starts_on": today, "officer": user.pk, "kind": Absence.Kind.LEAVE}
        super().__init__(data, initial=initial)
        people = officers_led_by(user)
        self.fields["officer"].queryset = people  # type: ignore[attr-defined] # a choice
        if not user.has_role(Role.UNIT_HEAD, Role.DISPATCHER):
            self.fields["officer"].widget = forms.HiddenInput()
        heads = heads_of(people, today)
        self.fields["cover"].queryset = heads  # type: ignore[attr-defined] # a choice
        if not heads.exists():
            del self.fields["cover"], self.fields["remark"]


def officers_led_by(user: User) -> Any:  # a queryset of users, made from two managers
    """Officers and handlers whose absences one may enter, oneself among them."""
    led = people_led_by(user).values("pk")
    today = timezone.localdate()
    officers = User.objects.active().with_role(*AWAY_ROLES, today=today)
    near = officers.filter(pk__in=led).select_related("department")
    return near.order_by("name", "pk")


def heads_of(people: Any, today: date) -> Any:  # querysets of users
    """Heads of the units in which some of these people handle."""
    held = Grant.objects.current(today).filter(user__in=people, role=Role.HANDLER)
    paths = list(held.values_list("department__path", flat=True).distinct())
    heads = standing_in.heads_over(paths, today) if paths else []
    found = User.objects.filter(pk__in=[one.pk for one in heads])
    return found.select_related("department").order_by("name", "pk")


class ReturnForm(forms.Form):
    last_day = forms.DateField(label=_("last day away"))
