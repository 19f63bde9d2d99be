"""The forms of cases: opened, explained, improved, judged."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.forms.choices import ManyChoices
from crm.models import Department
from projects.forms.shared import DayField
from projects.models import TemplateItem
from visits.models import Category, Improvement, Ticket
from visits.models.cases import TEXT_LENGTH
from visits.services.cases.improving import MOST_DAYS, Plan

from .tickets import ActForm, KeyForm, area

USUAL_DAYS = 20


class CaseForm(ActForm):
    """What the kind is called, and why such tickets come."""

    title = forms.CharField(
        label=_("What kind it is"),
        max_length=80,
        help_text=_("As short as a headline: what happens again and again."),
    )
    category = forms.ModelChoiceField(
        Category.objects.filter(is_active=True), label=_("Category"), required=False
    )
    root_cause = forms.CharField(
        label=_("Root cause"),
        max_length=TEXT_LENGTH,
        widget=area(4),
        required=False,
        help_text=_("Why they come, not what they say. It can be written later."),
    )


class OpenForm(KeyForm, CaseForm):
    """With the tickets it begins with: whatever is told like them joins by itself."""

    tickets = ManyChoices(
        Ticket.objects.none(),
        label=_("Tickets of the kind"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Take out what is another matter."),
    )
    field_order = ("title", "category", "tickets", "root_cause")

    def __init__(self, *args: Any, tickets: list[Ticket], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["tickets"]  # a choice
        field.queryset = Ticket.objects.filter(pk__in=[one.pk for one in tickets])
        field.choices = [
            (one.pk, f"{one.number} {one.title} · {one.company.name}")
            for one in tickets
        ]


class PlanForm(ActForm):
    """The one thing that is changed."""

    kind = forms.ChoiceField(
        label=_("What is changed"),
        choices=Improvement.Kind.choices,
        widget=forms.RadioSelect,
    )
    text = forms.CharField(
        label=_("How it is from then on"), max_length=TEXT_LENGTH, widget=area(4)
    )
    item = forms.ModelChoiceField(
        TemplateItem.objects.none(),
        label=_("Approval item"),
        required=False,
        help_text=_("Only for a change of an approval template."),
    )
    department = forms.ModelChoiceField(
        Department.objects.none(), label=_("Responsible unit")
    )
    days = forms.IntegerField(
        label=_("Working days it has"),
        min_value=1,
        max_value=MOST_DAYS,
        initial=USUAL_DAYS,
    )

    def __init__(self, *args: Any, units: Any, items: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields  # choices
        fields["department"].queryset = units
        fields["item"].queryset = items

    def plan(self) -> Plan:
        names = ("kind", "text", "item", "department", "days")
        return Plan(**{name: self.cleaned_data[name] for name in names})


class EffectForm(ActForm):
    effective_on = DayField(label=_("In effect from"))
    note = forms.CharField(
        label=_("How it came about"),
        max_length=400,
        widget=area(3),
        required=False,
        help_text=_("Number of the document, where it was published."),
    )


class ConcludeForm(ActForm):
    """What the figures say, judged by a person."""

    HELPED, NOT = "helped", "not"
    verdict = forms.ChoiceField(
        label=_("Did it help?"),
        choices=[
            (HELPED, _("It helped: close the case")),
            (NOT, _("It did not help: look for another way")),
        ],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(label=_("Grounds"), max_length=400, widget=area(3))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        data["is_effective"] = data.pop("verdict", "") == self.HELPED
        return data


class NumberForm(forms.Form):
    """One more ticket, by its number as it stands on every page."""

    number = forms.CharField(label=_("Number of the ticket"), max_length=16)


class WhyForm(ActForm):
    reason = forms.CharField(label=_("Reason"), max_length=400, widget=area(3))
