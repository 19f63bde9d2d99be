"""The forms of supervision orders and of records of responsibility."""

from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.forms.files import FilesField
from crm.forms.liaisons import PersonChoice
from crm.lib.http import key_of
from crm.models import Department, Event, User
from projects.forms.shared import DayField, VersionForm
from visits.models import AccountabilityRecord, Exemption, SupervisionOrder
from visits.services import accountability
from visits.services import orders as services

from .tickets import KeyForm, area

Colour = SupervisionOrder.Colour


def days_field(**more: Any) -> forms.IntegerField:  # Any: as Django's own
    return forms.IntegerField(
        min_value=1,
        max_value=services.LONGEST,
        widget=forms.NumberInput({"inputmode": "numeric"}),
        **more,
    )


class OrderForm(KeyForm):
    """What is demanded of whom, by when; about a record it comes filled in."""

    colour = forms.ChoiceField(
        label=pgettext_lazy("supervision order", "colour"),
        choices=Colour.choices,
        widget=forms.RadioSelect,
    )
    addressee = forms.ModelChoiceField(
        Department.objects.none(), label=pgettext_lazy("supervision order", "addressee")
    )
    person = PersonChoice(
        User.objects.none(),
        label=_("responsible person"),
        required=False,
        help_text=_("Somebody of the department, if one person is to answer for it."),
    )
    matter = forms.CharField(
        label=pgettext_lazy("supervision order", "matter"), max_length=200
    )
    basis = forms.CharField(
        label=_("basis"),
        max_length=2000,
        widget=area(5),
        help_text=_("The facts that it rests on; they stand on the paper."),
    )
    requirement = forms.CharField(
        label=_("requirement"), max_length=2000, widget=area(4)
    )
    days = days_field(
        label=_("answered within (working days)"),
        initial=lambda: settings.CRM_ORDER_ANSWER_DAYS,
        help_text=_("Counted from today, signed for or not."),
    )

    def __init__(
        self, data: Any, *, actor: User, initial: dict[str, Any], now: datetime
    ) -> None:  # Any: a QueryDict or None; values of the fields
        super().__init__(data, initial=initial)
        units = services.addressees_for(actor).order_by("path")
        self.fields["addressee"].queryset = units  # type: ignore[attr-defined] # a choice
        unit = self.chosen_unit()
        if unit is None:
            del self.fields["person"]
        else:
            people = services.people_of(unit, now)
            self.fields["person"].queryset = people  # type: ignore[attr-defined] # a choice

    def chosen_unit(self) -> Department | None:
        """The one whose people are offered: as typed, else as it came."""
        if self.is_bound:
            key = key_of(str(self.data.get("addressee", "")))
            return Department.objects.filter(pk=key).first()
        unit: Department | None = self.initial.get("addressee")
        return unit


class OrderAnswerForm(KeyForm, VersionForm):
    text = forms.CharField(
        label=pgettext_lazy("supervision order", "answer"),
        max_length=4000,
        widget=area(8),
        help_text=_("What was done, by whom, with what result; the issuer reads it."),
    )
    papers = FilesField(label=_("Evidence: photos or papers"), required=False)


class OrderCloseForm(VersionForm):
    note = forms.CharField(
        label=pgettext_lazy("supervision order", "opinion"),
        max_length=400,
        required=False,
        widget=area(3),
        help_text=_("It stands on the paper below the answer."),
    )


class OrderReturnForm(VersionForm):
    reason = forms.CharField(label=_("What is missing"), max_length=400, widget=area(3))
    days = days_field(
        label=_("answered again within (working days)"),
        required=False,
        help_text=_("Left empty, the old deadline goes on as if nothing had come."),
    )


class OrderRaiseForm(VersionForm):
    colour = forms.ChoiceField(
        label=pgettext_lazy("supervision order", "colour"), widget=forms.RadioSelect
    )
    reason = forms.CharField(label=_("reason"), max_length=400, widget=area(3))

    def __init__(self, *args: Any, order: SupervisionOrder, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)  # Any: as Django's own
        above = [one for one in Colour.choices if one[0] in order.raisable_to()]
        self.fields["colour"].choices = above  # type: ignore[attr-defined] # a choice
        self.fields["colour"].initial = above[0][0] if above else None


class LongReasonForm(VersionForm):
    reason = forms.CharField(label=_("reason"), max_length=400, widget=area(3))


# --- Responsibility ------------------------------------------------------------


class DecisionForm(KeyForm):
    """责任追究: what was decided, when, by whom, and on what basis."""

    kind = forms.ChoiceField(
        label=_("kind of decision"), choices=AccountabilityRecord.Kind.choices
    )
    department = forms.ModelChoiceField(
        Department.objects.none(), label=_("unit concerned")
    )
    person = PersonChoice(
        User.objects.none(),
        label=_("person concerned"),
        required=False,
        help_text=_("Left empty, it concerns the unit as a whole."),
    )
    decided_on = DayField(label=_("decided on"))
    decided_by = PersonChoice(User.objects.none(), label=_("decided by"))
    event = forms.ModelChoiceField(
        Event.objects.none(),
        label=_("step of the record"),
        required=False,
        help_text=_("If it concerns one step of it."),
    )
    basis = forms.CharField(
        label=_("basis"),
        max_length=2000,
        widget=area(5),
        help_text=_("Facts and rule, with the number of the decision if it has one."),
    )

    def __init__(
        self,
        data: Any,
        *,
        actor: User,
        steps: Any,
        deciders: Any,
        initial: dict[str, Any],
    ) -> None:  # Any: a QueryDict or None; querysets; values of the fields
        super().__init__(data, initial=initial)
        offers = {
            "department": services.addressees_for(actor).order_by("path"),
            "decided_by": deciders,
        }
        for name, rows in offers.items():
            self.fields[name].queryset = rows  # type: ignore[attr-defined] # a choice
        unit: Department | None = initial.get("department")
        if unit is None:
            del self.fields["person"]
        else:
            people = User.objects.active().filter(department=unit).order_by("name")
            self.fields["person"].queryset = people.select_related("department")  # type: ignore[attr-defined] # a choice
        self.fields["event"].queryset = steps  # type: ignore[attr-defined] # a choice
        self.fields["event"].label_from_instance = accountability.step_words  # type: ignore[attr-defined] # a choice


class ExemptionForm(VersionForm):
    reason = forms.CharField(
        label=_("Why it should be exempted"),
        max_length=2000,
        widget=area(6),
        help_text=_("What was tried in good faith, and what stood in the way."),
    )
    papers = FilesField(label=_("Evidence: photos or papers"), required=False)


class ReviewForm(VersionForm):
    result = forms.ChoiceField(
        label=pgettext_lazy("exemption", "result"),
        choices=Exemption.Result.choices,
        widget=forms.RadioSelect,
    )
    opinion = forms.CharField(
        label=pgettext_lazy("exemption", "opinion"), max_length=2000, widget=area(5)
    )
