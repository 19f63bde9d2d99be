"""Forms of a project: shapes only, the rules are services."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from crm.forms.choices import ManyChoices
from crm.forms.companies import TreeChoice
from crm.lib import trees
from crm.models import Company, Department, Region, Role, User
from projects.models import (
    ApprovalTemplate,
    Item,
    KeyListing,
    Project,
    ProjectLiaison,
    Stage,
)
from projects.models.milestones import Milestone
from projects.models.projects import CODE
from projects.services.projects import FACTS

from .shared import DayField, VersionForm, area

MOST_SUPPORTING = 30


class ProjectForm(forms.ModelForm[Project]):
    """Facts of a project, for the dispatcher of its region."""

    region = TreeChoice(Region.objects.none(), label=_("region"), empty_label=None)
    supporting = ManyChoices(
        Department.objects.none(),
        label=_("supporting departments"),
        required=False,
    )
    version = forms.IntegerField(
        required=False, widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1
    )

    class Meta:
        model = Project
        fields = list(FACTS)
        widgets = {"investment": forms.NumberInput(attrs={"inputmode": "decimal"})}

    def __init__(
        self,
        data: Any = None,  # Any: POST data
        *,
        user: User,
        project: Project | None = None,
        initial: dict[str, Any] | None = None,
    ) -> None:
        known = {"version": project.version} if project else {}
        super().__init__(data, instance=project, initial={**known, **(initial or {})})
        ranges = user.access.region_ranges(Role.DISPATCHER)
        above = {path for one in ranges for path in trees.path_and_above(one.path)}
        near = Department.objects.active().filter(
            trees.in_ranges(ranges, "region__path")
        ) | Department.objects.active().filter(region__path__in=above)
        today = timezone.localdate()
        leaders = User.objects.active().with_role(Role.LEADER, today=today)
        choices = {
            "region": Region.objects.active().filter(trees.in_ranges(ranges, "path")),
            "company": Company.objects.living().managed_by(user),
            "lead_department": near,
            "supporting": near,
            "leader": leaders,
        }
        for name, queryset in choices.items():
            self.fields[name].queryset = queryset  # type: ignore[attr-defined] # a choice
        self.fields["code"].validators.append(CODE)

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())

    def clean_supporting(self) -> list[Department]:
        units = list(self.cleaned_data["supporting"])
        if len(units) > MOST_SUPPORTING:
            raise forms.ValidationError(_("That is too many departments."))
        return units

    def _post_clean(self) -> None:
        """Leave the record alone: the service writes, and knows what was before."""

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in FACTS}


class OfficerForm(forms.Form):
    role = forms.ChoiceField(label=_("role"), choices=ProjectLiaison.Role.choices)
    officer = forms.ModelChoiceField(User.objects.none(), label=_("officer"))
    reason = forms.CharField(
        label=_("reason"),
        max_length=200,
        required=False,
        help_text=_("Needed when somebody is replaced."),
    )

    def __init__(self, *args: Any, officers: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["officer"].queryset = officers  # type: ignore[attr-defined] # a choice


class StepsForm(forms.Form):
    """A planned day for every step of a project's life."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # Any: as Django's own
        super().__init__(*args, **kwargs)
        for stage in Project.Stage:
            self.fields[stage.value] = DayField(label=stage.label, required=False)


class ReachForm(VersionForm):
    reached_on = DayField(label=_("reached on"))


class ListingForm(forms.Form):
    reason = forms.CharField(label=_("reason"), max_length=400, widget=area(3))


class DecideForm(forms.Form):
    is_approved = forms.TypedChoiceField(
        label=_("decision"),
        choices=[("yes", _("agreed")), ("no", _("not agreed"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        initial="yes",
    )
    answer = forms.CharField(
        label=_("answer"), max_length=400, widget=area(2), required=False
    )


class GreenForm(forms.Form):
    reason = forms.CharField(label=_("reason"), max_length=200, widget=area(2))
    until = DayField(label=_("green channel until"))


class StartForm(VersionForm):
    """Which template, and since when."""

    template = forms.ModelChoiceField(
        ApprovalTemplate.objects.published(),
        label=_("approval template"),
        empty_label=None,
    )
    started_on = DayField(label=_("approvals begun"))


class ItemForm(forms.ModelForm[Milestone]):
    """An item that this project alone needs."""

    department = forms.ModelChoiceField(
        Department.objects.none(), label=_("department")
    )
    needs = ManyChoices(
        Milestone.objects.none(),
        label=pgettext_lazy("item", "waits for"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    needed_by = ManyChoices(
        Milestone.objects.none(),
        label=pgettext_lazy("item", "comes before"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    materials = forms.CharField(
        label=_("materials"),
        required=False,
        max_length=2000,
        widget=area(3),
        help_text=_("One in a line."),
    )

    class Meta:
        model = Milestone
        fields = [
            "name",
            "department",
            "stage",
            "track",
            "kind",
            "statutory_days",
            "committed_days",
            "unit",
            "valid_months",
            "is_deferrable",
            "is_pledge",
        ]

    def __init__(
        self, *args: Any, departments: Any, others: Any, unbegun: Any, **kwargs: Any
    ) -> None:  # Any: querysets
        super().__init__(*args, **kwargs)
        self.fields["unit"].label = pgettext("days", "Counted in")
        self.fields["department"].queryset = departments  # type: ignore[attr-defined] # a choice
        self.fields["needs"].queryset = others  # type: ignore[attr-defined] # a choice
        self.fields["needed_by"].queryset = unbegun  # type: ignore[attr-defined] # a choice
        self.fields["stage"].initial = Stage.PARALLEL
        self.fields["track"].initial = Item.Track.PARALLEL

    def _post_clean(self) -> None:
        """Leave the record alone: the service writes."""

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}

    def lines(self) -> list[str]:
        told = self.cleaned_data["materials"].splitlines()
        return [line.strip()[:120] for line in told if line.strip()]


class NeedsForm(forms.Form):
    needs = ManyChoices(
        Milestone.objects.none(),
        label=pgettext_lazy("item", "waits for"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, others: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["needs"].queryset = others  # type: ignore[attr-defined] # a choice


LISTING_WORDS = {
    KeyListing.Kind.ENTRY: _("Ask for the key list"),
    KeyListing.Kind.EXIT: _("Ask to leave the key list"),
}
