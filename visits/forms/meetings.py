"""What is asked when a meeting is called, written down and made regular."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.forms.choices import ManyChoices
from crm.forms.liaisons import PersonChoice
from crm.models import Department, Region, User
from projects.forms.shared import DayField, VersionForm
from visits.models import Meeting, MeetingSeries
from visits.services import meetings
from visits.services.meetings import LONGEST, Plan, Rule

from .leading import OnceForm, days_field, words

# What departments get most: done within two weeks.
USUAL_DAYS = 10
PLANNED = ("topic", "day", "at", "place", "chair", "recorder", "departments")
RULED = (
    *("name", "rhythm", "weekday", "every", "nth", "first_on"),
    *("at", "place", "chair", "recorder", "departments"),
)


def time_field() -> forms.TimeField:
    widget = forms.TimeInput({"type": "time"}, format="%H:%M")
    return forms.TimeField(label=_("time"), widget=widget)


class HeldForm(OnceForm):
    """Where, led by whom, with which departments."""

    place = forms.CharField(label=pgettext_lazy("meeting", "place"), max_length=120)
    chair = PersonChoice(User.objects.none(), label=pgettext_lazy("meeting", "led by"))
    recorder = PersonChoice(
        User.objects.none(),
        label=pgettext_lazy("meeting", "minutes by"),
        required=False,
        help_text=_("May write down everything and close the meeting."),
    )
    departments = ManyChoices(
        Department.objects.none(),
        label=_("departments invited"),
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(
        self, *args: Any, region: Region, now: datetime, **kwargs: Any
    ) -> None:  # Any: as Django's own
        super().__init__(*args, **kwargs)
        people = meetings.holders(region, now)
        units = meetings.invited(region).order_by("name", "pk")
        fields: Any = self.fields  # choices among records
        fields["chair"].queryset = fields["recorder"].queryset = people
        fields["departments"].queryset = units


class PlanForm(HeldForm):
    """A meeting by itself."""

    topic = forms.CharField(label=_("what is to be settled"), max_length=120)
    day = DayField(label=_("day"))
    at = time_field()
    field_order = ("topic", "day", "at", "place", "chair", "recorder", "departments")

    def plan(self) -> Plan:
        return Plan(**{name: self.cleaned_data[name] for name in PLANNED})


class SeriesForm(HeldForm):
    """A meeting that comes again."""

    name = forms.CharField(label=_("name of the meeting"), max_length=80)
    rhythm = forms.ChoiceField(
        label=pgettext_lazy("series", "rhythm"),
        choices=MeetingSeries.Rhythm.choices,
        widget=forms.RadioSelect,
    )
    weekday = forms.TypedChoiceField(
        label=_("weekday"),
        choices=[("", "—"), *MeetingSeries.Weekday.choices],
        coerce=int,
        empty_value=None,
        required=False,
        help_text=_("Needed if it comes by the week."),
    )
    every = forms.IntegerField(
        label=_("every (weeks)"),
        min_value=1,
        max_value=12,
        required=False,
        widget=forms.NumberInput({"inputmode": "numeric"}),
    )
    nth = forms.IntegerField(
        label=_("working day of the month"),
        min_value=1,
        max_value=15,
        required=False,
        widget=forms.NumberInput({"inputmode": "numeric"}),
        help_text=_(
            "Needed if it comes by the month. 3: on the third working day of each."
        ),
    )
    first_on = DayField(
        label=_("first day"),
        help_text=_("A day off moves the meeting to the next working day."),
    )
    at = time_field()
    field_order = (
        *("name", "rhythm", "weekday", "every", "nth", "first_on"),
        *("at", "place", "chair", "recorder", "departments"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # Any: as Django's own
        super().__init__(*args, **kwargs)
        for name in ("weekday", "nth"):
            # The rhythm decides which of them is needed; their hints say so.
            self.fields[name].is_conditional = True  # type: ignore[attr-defined] # ours

    def rule(self) -> Rule:
        values = {name: self.cleaned_data[name] for name in RULED}
        return Rule(**{**values, "every": values["every"] or 1})


class ItemForm(VersionForm):
    title = forms.CharField(label=pgettext_lazy("agenda", "matter"), max_length=200)


class NoteForm(VersionForm):
    note = forms.CharField(label=_("what was said"), max_length=2000, widget=words(5))


class TaskForm(VersionForm):
    """A decision: who does what, within how many days."""

    department = forms.ModelChoiceField(
        Department.objects.none(), label=_("department")
    )
    text = forms.CharField(
        label=_("what is to be done"), max_length=400, widget=words(3)
    )
    days = days_field(_("done within (working days)"), LONGEST, USUAL_DAYS)

    def __init__(self, *args: Any, region: Region, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)  # Any: as Django's own
        units = meetings.invited(region).order_by("name", "pk")
        self.fields["department"].queryset = units  # type: ignore[attr-defined] # a choice


class ReturnForm(VersionForm):
    """What is missing, and by when it is done."""

    remark = forms.CharField(
        label=_("what is missing"), max_length=400, widget=words(3)
    )
    days = days_field(_("done within (working days)"), LONGEST, USUAL_DAYS)


class MinutesForm(VersionForm):
    """What stands in the minutes beside agenda and tasks."""

    summary = forms.CharField(
        label=_("what was agreed"), max_length=4000, required=False, widget=words(6)
    )
    attendees = forms.CharField(
        label=_("who else came"),
        max_length=400,
        required=False,
        widget=words(2),
        help_text=_("Beside the departments invited, with their names."),
    )


def initial_of(meeting: Meeting) -> dict[str, Any]:
    names = ("topic", "day", "at", "place", "chair", "recorder", "version")
    found = {name: getattr(meeting, name) for name in names}
    return {**found, "departments": meeting.departments.all()}


def initial_of_series(series: MeetingSeries) -> dict[str, Any]:
    names = [one for one in RULED if one != "departments"]
    found = {name: getattr(series, name) for name in (*names, "version")}
    return {**found, "departments": series.departments.all()}
