"""What is asked when a joint session is called, spoken in and closed."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.forms.choices import ManyChoices
from crm.forms.liaisons import PersonChoice
from crm.models import Department, User
from projects.models import JointSession, Milestone, Project, SessionLine
from projects.services import sessions
from projects.services.sessions import LONGEST, Plan, Spoken

from .shared import DayField, VersionForm, area

# What departments say most: answered within a week.
USUAL_DAYS = 5


class PlanForm(VersionForm):
    """When, where, about what, and who leads it."""

    topic = forms.CharField(label=_("what is to be settled"), max_length=200)
    day = DayField(label=_("day"))
    at = forms.TimeField(
        label=_("time"),
        required=False,
        widget=forms.TimeInput({"type": "time"}, format="%H:%M"),
    )
    place = forms.CharField(
        label=pgettext_lazy("joint session", "place"), max_length=120
    )
    chair = PersonChoice(
        User.objects.none(), label=pgettext_lazy("joint session", "led by")
    )

    def __init__(
        self, data: Any, *, project: Project, now: datetime, initial: dict[str, Any]
    ) -> None:  # Any: a QueryDict or None; values of the fields
        super().__init__(data, initial=initial)
        self.fields["chair"].queryset = sessions.chairs_for(project, now)  # type: ignore[attr-defined] # a choice

    def plan(self) -> Plan:
        names = ("topic", "day", "at", "place", "chair")
        return Plan(**{name: self.cleaned_data[name] for name in names})


class CallForm(PlanForm):
    """With the departments that shall come."""

    departments = ManyChoices(
        Department.objects.none(),
        label=_("departments that come"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "Each gets a line with its open items. You can change the lines afterwards "
            "and add other departments."
        ),
    )

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, project=project, **kwargs)
        near = sessions.departments_near(project).filter(is_involved=True)
        self.fields["departments"].queryset = near  # type: ignore[attr-defined] # a choice


class LineForm(VersionForm):
    """What one department shall settle."""

    matter = forms.CharField(label=_("matter"), max_length=200)
    milestone = forms.ModelChoiceField(
        Milestone.objects.none(),
        label=_("approval item"),
        required=False,
        help_text=_("If it is about one: accepted on site, it moves on with it."),
    )

    def __init__(self, *args: Any, items: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)  # Any: a queryset
        self.fields["milestone"].queryset = items  # type: ignore[attr-defined] # a choice


class NewLineForm(LineForm):
    department = forms.ModelChoiceField(
        Department.objects.none(), label=_("department")
    )
    field_order = ("department",)

    def __init__(self, *args: Any, departments: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)  # Any: a queryset
        self.fields["department"].queryset = departments  # type: ignore[attr-defined] # a choice


class SpokenForm(VersionForm):
    """Answered on the spot, taken back, or accepted; and until when."""

    outcome = forms.ChoiceField(
        label=pgettext_lazy("joint session", "outcome"),
        choices=SessionLine.Outcome.choices,
        widget=forms.RadioSelect,
    )
    words = forms.CharField(
        label=_("what the department said"),
        max_length=1000,
        required=False,
        widget=area(4),
        help_text=_("The company reads it; it stands in the minutes."),
    )
    days = forms.IntegerField(
        label=_("answered within (working days)"),
        required=False,
        min_value=1,
        max_value=LONGEST,
        widget=forms.NumberInput({"inputmode": "numeric"}),
        help_text=_(
            "Counted from the day of the session; not for an answer on the spot."
        ),
    )
    speaker = forms.CharField(label=_("who spoke"), max_length=40, required=False)

    def spoken(self) -> Spoken:
        names = ("outcome", "words", "speaker", "days")
        return Spoken(**{name: self.cleaned_data[name] for name in names})


class AnswerForm(VersionForm):
    answer = forms.CharField(
        label=pgettext_lazy("joint session", "answer"),
        max_length=1000,
        widget=area(4),
        help_text=_("The company reads it; it stands in the minutes."),
    )


class CloseForm(VersionForm):
    """What stands in the minutes beside the lines."""

    summary = forms.CharField(
        label=_("what was agreed"), max_length=2000, required=False, widget=area(5)
    )
    attendees = forms.CharField(
        label=_("who else came"),
        max_length=400,
        required=False,
        widget=area(2),
        help_text=_("Of the company and other units, with their names."),
    )


def initial_of(session: JointSession) -> dict[str, Any]:
    names = ("topic", "day", "at", "place", "chair", "version")
    return {name: getattr(session, name) for name in names}
