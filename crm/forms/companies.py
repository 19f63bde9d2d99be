"""Forms of companies: shapes only, the rules are services."""

import uuid
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.filters import tags
from crm.lib import trees, uscc
from crm.models import Company, Industry, Region, Role, Tag, User
from crm.services import companies as services

from .choices import ManyChoices
from .files import FilesField

WIDE = (Role.DISPATCHER, Role.LEADER, Role.SUPERVISOR)


class TreeChoice(forms.ModelChoiceField):  # type: ignore[type-arg] # in stubs only
    """A node of a tree, set in by its depth."""

    def label_from_instance(self, obj: Any) -> str:  # any: a node of either tree
        return f"{'　' * obj.depth}{obj.name}"


class CompanyForm(forms.ModelForm[Company]):
    """What is known of a company. Name, code and region are the dispatcher's."""

    uscc = forms.CharField(
        label=gettext_lazy("Unified social credit code"),
        required=False,
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocapitalize": "characters", "autocomplete": "off"}
        ),
        help_text=gettext_lazy("18 characters, as on the business licence."),
    )
    region = TreeChoice(
        Region.objects.none(), label=gettext_lazy("region"), empty_label=None
    )
    version = forms.IntegerField(
        required=False, widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1
    )

    class Meta:
        model = Company
        fields = [
            "name",
            "short_name",
            "uscc",
            "region",
            "address",
            "industry",
            "staff_count",
            "revenue",
            "assets",
            "stage",
        ]
        widgets = {
            "staff_count": forms.NumberInput(attrs={"inputmode": "numeric"}),
            "revenue": forms.NumberInput(attrs={"inputmode": "decimal"}),
            "assets": forms.NumberInput(attrs={"inputmode": "decimal"}),
        }

    def __init__(
        self, data: Any = None, *, user: User, company: Company | None = None
    ) -> None:  # any: a QueryDict or a dict
        initial = {"version": company.version} if company else {}
        super().__init__(data, instance=company, initial=initial)
        self.company = company
        is_dispatcher = company is None or company.may_manage  # type: ignore[attr-defined] # annotated
        if not is_dispatcher:
            for name in services.IDENTITY:
                del self.fields[name]
            return
        ranges = user.access.region_ranges(Role.DISPATCHER)
        regions = Region.objects.active().filter(trees.in_ranges(ranges, "path"))
        self.fields["region"].queryset = regions  # type: ignore[attr-defined] # a choice

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())

    def clean_uscc(self) -> str | None:
        code = uscc.normalise(self.cleaned_data["uscc"] or "")
        if code and self.instance.uscc == code:
            return code
        if problem := uscc.problem_of(code) if code else "":
            raise forms.ValidationError(problem)
        return code or None

    def clean_staff_count(self) -> int | None:
        count: int | None = self.cleaned_data["staff_count"]
        if count is not None and count > services.MOST_STAFF:
            raise forms.ValidationError(_("This number is too large."))
        return count

    def _post_clean(self) -> None:
        """Leave the record alone: the service writes, and knows what was before."""

    def values(self) -> dict[str, Any]:
        names = (*services.IDENTITY, *services.PROFILE)
        return {
            name: self.cleaned_data[name] for name in names if name in self.cleaned_data
        }

    def profile(self) -> services.Profile:
        return services.Profile(**self.values())

    def differences(self, current: Company) -> list[tuple[str, Any, Any]]:
        """Label, theirs and mine of each value that is not the same."""
        found = []
        for name, mine in self.values().items():
            theirs = getattr(current, name)
            if theirs != mine:
                label = str(self.fields[name].label or name)
                found.append(
                    (label, shown(current, name, theirs), shown(current, name, mine))
                )
        return found

    def on_top_of(self, current: Company) -> "CompanyForm":
        """The same form with what was typed, for the version that is stored now."""
        typed = {name: self.data.get(name) for name in self.data}
        self.data = {**typed, "version": str(current.version)}
        return self


def shown(company: Company, name: str, value: Any) -> Any:  # any type of column
    choices = dict(company._meta.get_field(name).flatchoices)  # type: ignore[union-attr] # a column
    return choices.get(value, value)


class TagsForm(forms.Form):
    tags = ManyChoices(
        Tag.objects.filter(is_active=True),
        label=gettext_lazy("tags"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, data: Any = None, *, company: Company) -> None:  # any: POST data
        super().__init__(data, initial={"tags": list(company.tags.all())})


class LeaderForm(forms.Form):
    leader = forms.ModelChoiceField(
        User.objects.none(),
        label=gettext_lazy("linked leader"),
        required=False,
        empty_label=gettext_lazy("nobody"),
    )

    def __init__(
        self, data: Any = None, *, company: Company, initial: dict[str, Any]
    ) -> None:  # any: POST data
        super().__init__(data, initial=initial)
        people = services.leaders(timezone.localdate()).order_by("name", "pk")
        self.fields["leader"].queryset = people  # type: ignore[attr-defined] # a choice


class ArchiveForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("reason"),
        max_length=200,
        help_text=gettext_lazy("For example: struck off the register."),
    )


class CommentForm(forms.Form):
    """The box on top of the stream."""

    client_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    text = forms.CharField(
        label=gettext_lazy("Say something, or add a file"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    files = FilesField(  # type: ignore[assignment] # forms have an attribute so called
        label=gettext_lazy("Photos or papers"), required=False
    )
    is_internal = forms.BooleanField(
        label=gettext_lazy("Internal: the company does not see it"),
        required=False,
        initial=True,
    )

    def values(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


class MoreFiltersForm(forms.Form):
    """The filters whose choices come from the database; a GET form, never checked."""

    use_required_attribute = False

    region = forms.ChoiceField(label=gettext_lazy("region"))
    industry = forms.ChoiceField(label=gettext_lazy("industry"))
    tag = forms.ChoiceField(label=gettext_lazy("tag"))
    officer = forms.ChoiceField(label=gettext_lazy("officer A"))
    unseen = forms.IntegerField(
        label=gettext_lazy("not visited for days"),
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "class": "w-short"}),
    )
    unassigned = forms.BooleanField(label=gettext_lazy("without an officer"))
    archived = forms.BooleanField(label=gettext_lazy("archived"))

    def __init__(self, *, user: User, initial: dict[str, Any]) -> None:
        super().__init__(initial=initial)
        ranges = user.access.region_ranges(*WIDE)
        if not ranges:
            # Own companies only: neither far places nor others' officers matter.
            for name in ("region", "officer", "unassigned"):
                del self.fields[name]
        else:
            self.choose("region", regions(ranges))
            self.choose("officer", officers(ranges))
        self.choose("industry", industries())
        self.choose("tag", [(one.key, one.name) for one in tags()])

    def choose(self, name: str, choices: list[tuple[Any, str]]) -> None:
        field = self.fields[name]
        field.choices = [("", _("all")), *choices]  # type: ignore[attr-defined] # a choice


def regions(ranges: list[trees.PathRange]) -> list[tuple[Any, str]]:
    rows = Region.objects.filter(trees.in_ranges(ranges, "path"))
    return [(one.code, "　" * one.depth + one.name) for one in rows]


def officers(ranges: list[trees.PathRange]) -> list[tuple[Any, str]]:
    people = User.objects.active().with_role(Role.OFFICER, today=timezone.localdate())
    near = people.filter(trees.in_ranges(ranges, "department__region__path"))
    return list(near.order_by("name", "pk").values_list("pk", "name"))


def industries() -> list[tuple[Any, str]]:
    rows = Industry.objects.filter(parent__parent=None).order_by("code")
    sections = [one for one in rows if one.parent_id is None]
    found: list[tuple[Any, str]] = []
    for section in sections:
        found.append((section.code, str(section)))
        found += [
            (one.code, f"　{one}") for one in rows if one.parent_id == section.code
        ]
    return found
