"""The forms of a ticket's side ways: returned, paused, extended, parked, merged."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.forms.files import FilesField
from crm.models import DeadlinePause, Department
from projects.forms.shared import DayField
from visits.models import Category
from visits.services.tickets import Piece

from .tickets import ActForm, KeyForm, area

MOST_REASON = 400
# What one form splits off at once; who needs more does it again.
PIECES = 4
PAUSE_KINDS = [
    (kind.value, kind.label)
    for kind in (
        DeadlinePause.Kind.COMPANY,
        DeadlinePause.Kind.SPECIAL,
        DeadlinePause.Kind.FORCE,
    )
]


class DepartmentField(forms.ModelChoiceField[Department]):
    """A department out of those that can be chosen here."""

    def __init__(self, **kwargs: Any) -> None:  # Any: as Django's own
        super().__init__(Department.objects.none(), **kwargs)


class ReasonForm(ActForm):
    """Why, in words that are kept; each act says who reads them."""

    reason = forms.CharField(label=_("Reason"), max_length=MOST_REASON, widget=area(3))


class ReturnForm(ReasonForm):
    suggested = DepartmentField(
        label=_("Which department it belongs to"),
        required=False,
        help_text=_("Within one working day of the dispatch. The clocks run on."),
    )

    def __init__(self, *args: Any, departments: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["suggested"].queryset = departments  # type: ignore[attr-defined] # a choice


class RuleForm(ActForm):
    """The ruling is final; an upheld return needs another lead."""

    UPHELD, OVERRULED = "upheld", "overruled"
    ruling = forms.ChoiceField(
        label=_("Ruling"),
        choices=[
            (UPHELD, _("It is another department's")),
            (OVERRULED, _("It stays with this department")),
        ],
        widget=forms.RadioSelect,
    )
    lead = DepartmentField(
        label=_("Lead department"),
        required=False,
        help_text=_("Only if it is another department's; then it is needed."),
    )
    note = forms.CharField(
        label=_("Grounds"),
        max_length=MOST_REASON,
        widget=area(3),
        help_text=_("Both departments and the company read this."),
    )

    def __init__(self, *args: Any, departments: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lead"].queryset = departments  # type: ignore[attr-defined] # a choice

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        data["is_upheld"] = data.pop("ruling", "") == self.UPHELD
        return data


class ReassignForm(ReasonForm):
    lead = DepartmentField(label=_("Lead department"))
    field_order = ("lead", "reason")

    def __init__(self, *args: Any, departments: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lead"].queryset = departments  # type: ignore[attr-defined] # a choice


class AssistForm(ActForm):
    department = DepartmentField(label=_("Assisting department"))
    task = forms.CharField(
        label=_("What it is asked to do"), max_length=MOST_REASON, widget=area(3)
    )
    days = forms.IntegerField(
        label=_("Working days it has"),
        min_value=1,
        max_value=365,
        required=False,
        help_text=_("Left empty: the days of the first reply."),
    )

    def __init__(self, *args: Any, departments: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].queryset = departments  # type: ignore[attr-defined] # a choice


class PauseForm(ReasonForm):
    kind = forms.ChoiceField(
        label=_("Why the clock stands"), choices=PAUSE_KINDS, widget=forms.RadioSelect
    )
    until_on = DayField(
        label=_("Last day of the pause"),
        help_text=_("The clock goes on by itself on the next day."),
    )
    field_order = ("kind", "until_on", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = _("What the company is told")


class ExtendForm(ReasonForm):
    days = forms.IntegerField(
        label=_("Working days in all, counted from the dispatch"),
        min_value=1,
        max_value=9999,
    )
    field_order = ("days", "reason")

    def __init__(self, *args: Any, days: int | None, most: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = _("What takes longer, and why")
        if days:
            hint = _("It has %(days)s now; at most %(most)s.")
            self.fields["days"].help_text = hint % {"days": days, "most": most}


class DecideForm(ActForm):
    """Granted or not; a no says why."""

    GRANT, REFUSE = "grant", "refuse"
    decision = forms.ChoiceField(
        label=_("Decision"),
        choices=[(GRANT, _("Granted")), (REFUSE, _("Not granted"))],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=_("Note"),
        max_length=MOST_REASON,
        widget=area(2),
        required=False,
        help_text=_("A refusal says why."),
    )

    def only_refuse(self, why: str) -> None:
        """It is too late to grant it; whoever asked is still owed a word."""
        field: Any = self.fields["decision"]  # Any: a choice
        field.choices = [one for one in field.choices if one[0] == self.REFUSE]
        field.initial, field.help_text = self.REFUSE, why

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        data["is_granted"] = data.pop("decision", "") == self.GRANT
        return data


class ReopenForm(ReasonForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = _("What is not solved")


class ParkForm(ReasonForm):
    next_on = DayField(
        label=_("The company hears again by"),
        help_text=_("It stays open, and this day rolls on until it is solved."),
    )
    field_order = ("reason", "next_on")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = _("What the company is told")


class NextReplyForm(ActForm):
    text = forms.CharField(
        label=_("How it stands"),
        max_length=4000,
        widget=area(5),
        help_text=_("The company reads this."),
    )
    next_on = DayField(label=_("The company hears again by"))


class SupplyForm(KeyForm, ActForm):
    text = forms.CharField(
        label=_("What you would like to say to it"),
        max_length=4000,
        widget=area(4),
        required=False,
    )
    papers = FilesField(label=_("Photos or papers"), required=False)


class MergeForm(ActForm):
    """The other ticket by its number, as it stands on every page."""

    into = forms.CharField(
        label=_("Number of the other ticket"),
        max_length=16,
        help_text=_("This one is worked as one with it, and gets its answer."),
    )


class SplitForm(KeyForm, ActForm):
    """Up to four problems that go ways of their own."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        categories = Category.objects.filter(is_active=True)
        for n in range(1, PIECES + 1):
            self.fields[f"text_{n}"] = forms.CharField(
                label=_("Another problem, in words of its own"),
                max_length=4000,
                widget=area(3),
                required=n == 1,
            )
            self.fields[f"category_{n}"] = forms.ModelChoiceField(
                categories,
                label=_("Category"),
                required=False,
                empty_label=_("The same category"),
            )

    def pairs(self) -> list[tuple[Any, Any]]:
        """The bound fields two by two, for the template."""
        numbers = range(1, PIECES + 1)
        return [(self[f"text_{n}"], self[f"category_{n}"]) for n in numbers]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        data["pieces"] = [
            Piece(data[f"text_{n}"], data.get(f"category_{n}"))
            for n in range(1, PIECES + 1)
            if data.get(f"text_{n}")
        ]
        return data
