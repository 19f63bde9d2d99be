"""Forms of templates: they read what was typed, services say what may be."""

from collections.abc import Iterator, Sequence
from typing import Any, cast

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.models import Department, StoredFile, Unit
from projects.models import Item, Stage, TemplateItem
from projects.outline import OutlineItem, OutlineMaterial
from projects.services.templates import MOST_MATERIALS
from projects.services.templates.checks import problems_of_item

VERSION: dict[str, Any] = {"min_value": 1, "max_value": 2**31 - 1}
SHORT = {"class": "w-short", "inputmode": "numeric"}
SPARE_ROWS = 2


def plain(text: str) -> str:
    """Gaps made one space: names are compared."""
    return " ".join(text.split())


class NewTemplateForm(forms.Form):
    """A template that is not there yet."""

    name = forms.CharField(label=_("Name of the template"), max_length=80)
    key = forms.CharField(
        label=_("Key"),
        max_length=40,
        help_text=_(
            "Small letters, digits and hyphens, such as social-filing. It cannot be "
            "changed later: versions are known by it."
        ),
    )
    source = forms.CharField(
        label=_("Basis"),
        max_length=300,
        required=False,
        help_text=_("The documents on which stages and days rest."),
    )

    def clean_name(self) -> str:
        return plain(self.cleaned_data["name"])


class NameForm(forms.Form):
    """What a draft is called."""

    name = forms.CharField(label=_("Name of the template"), max_length=80)
    source = forms.CharField(label=_("Basis"), max_length=300, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, **VERSION)

    def clean_name(self) -> str:
        return plain(self.cleaned_data["name"])


def days_field(label: Any, *, is_needed: bool = True) -> forms.IntegerField:
    """`label` is lazy; the range is the service's."""
    return forms.IntegerField(
        label=label, required=is_needed, widget=forms.NumberInput(attrs=SHORT)
    )


class DepartmentChoice(forms.ModelChoiceField):  # type: ignore[type-arg] # in stubs only
    """Each county has its own of one name: the region stands beside it."""

    def label_from_instance(self, obj: Any) -> str:  # any: a Department
        return f"{obj.name} · {obj.region.name}"


class ItemForm(forms.Form):
    """One item of a draft without its materials, which are rows of their own."""

    name = forms.CharField(label=_("Name of the item"), max_length=80)
    key = forms.CharField(
        label=_("Key"),
        max_length=40,
        required=False,
        help_text=_("Left empty, one is made. It cannot be changed later."),
    )
    stage = forms.TypedChoiceField(label=_("Stage"), choices=Stage, coerce=int)
    track = forms.ChoiceField(label=_("Line"), choices=Item.Track)
    kind = forms.ChoiceField(
        label=_("Kind of item"), choices=Item.Kind, initial=Item.Kind.PROMISED
    )
    order = forms.IntegerField(
        label=_("Place in the list"),
        required=False,
        min_value=0,
        max_value=2**15 - 1,
        widget=forms.NumberInput(attrs=SHORT),
    )
    department_name = forms.CharField(
        label=_("Department"),
        max_length=80,
        help_text=_("By this name each place finds its own."),
    )
    department = DepartmentChoice(
        Department.objects.none(),
        label=_("Always this one"),
        required=False,
        help_text=_("Only where the same department decides for every place."),
    )
    statutory_days = days_field(_("Statutory days"))
    committed_days = days_field(_("Committed days"))
    green_days = days_field(_("In the green channel"), is_needed=False)
    unit = forms.ChoiceField(label=pgettext_lazy("days", "Counted in"), choices=Unit)
    valid_months = days_field(_("Valid for (months)"), is_needed=False)
    is_deferrable = forms.BooleanField(
        label=_("Secondary materials may follow"), required=False
    )
    is_pledge = forms.BooleanField(
        label=_("A written pledge replaces materials"), required=False
    )
    needs = forms.MultipleChoiceField(label=_("Prerequisites"), required=False)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput, **VERSION)

    def __init__(
        self,
        data: Any = None,  # any: a QueryDict
        *,
        others: Sequence[OutlineItem],
        item: TemplateItem | None = None,
        outline: OutlineItem | None = None,
    ) -> None:
        super().__init__(data, initial=initial_of(item, outline))
        self.item, self.others = item, others
        if item:
            del self.fields["key"]
        units = Department.objects.active().select_related("region")
        self.fields["department"].queryset = units  # type: ignore[attr-defined] # a choice
        needs: Any = self.fields["needs"]  # a MultipleChoiceField
        needs.choices = [(one.key, one.name) for one in others]

    def chosen_needs(self) -> list[tuple[OutlineItem, bool]]:
        """Every other item, and whether this one waits for it."""
        value = self["needs"].value() or ()
        return [(one, one.key in value) for one in self.others]

    def outline(self, materials: Sequence[OutlineMaterial]) -> OutlineItem:
        """What was typed; needs a form that is valid."""
        values = self.cleaned_data
        unit: Department | None = values["department"]
        columns = [one for one in OutlineItem.__slots__ if one in values]
        facts = {name: values[name] for name in columns}
        facts["needs"] = tuple(
            one.key for one in self.others if one.key in values["needs"]
        )
        facts["name"] = plain(values["name"])
        facts["department_name"] = plain(values["department_name"])
        facts["key"] = self.item.key if self.item else values["key"]
        code = unit.code if unit else ""
        return OutlineItem(department_code=code, materials=tuple(materials), **facts)

    def checked(self, materials: Sequence[OutlineMaterial]) -> OutlineItem | None:
        """The item, or None with every reason at its field."""
        found = self.outline(materials)
        # Without a key of its own it will get one.
        for one in problems_of_item(found):
            if one.field == "key" and not found.key:
                continue
            self.add_error(
                one.field if one.field in self.fields else None, one.sentence
            )
        return None if self.errors else found


def initial_of(
    item: TemplateItem | None, outline: OutlineItem | None
) -> dict[str, Any]:
    if item is None or outline is None:
        return {}
    values = {name: getattr(outline, name) for name in OutlineItem.__slots__}
    more = {"department": item.department_id, "order": item.order}
    return {**values, **more, "version": item.version}


class MaterialForm(forms.Form):
    """One material; an empty row, or one without its name, is none."""

    # The example that is stored with it; the page's.
    file: StoredFile | None = None

    name = forms.CharField(label=_("Material"), required=False, max_length=120)
    where = forms.CharField(label=_("Where to get it"), required=False, max_length=200)
    is_key = forms.BooleanField(label=_("Main material"), required=False, initial=True)
    example = forms.FileField(
        label=_("Example"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/*,.pdf,.docx,.xlsx"}),
    )
    # What it was called before: by it an example stays with its material.
    known = forms.CharField(required=False, widget=forms.HiddenInput)


class MaterialRows(forms.BaseFormSet[MaterialForm]):
    """The materials of one item in their order."""

    def __init__(
        self,
        data: Any = None,  # any: a QueryDict
        files: Any = None,  # any: a MultiValueDict
        *,
        stored: Sequence[OutlineMaterial] = (),
    ) -> None:
        self.samples = {one.name: one.sample for one in stored}
        initial = [
            {
                "name": one.name,
                "where": one.where,
                "is_key": one.is_key,
                "known": one.name,
            }
            for one in stored
        ]
        super().__init__(data, files, prefix="materials", initial=initial)

    def filled(self) -> Iterator[tuple[OutlineMaterial, "UploadedFile[Any] | None"]]:
        """Each with the file that came with it; needs valid rows."""
        for form in self.forms:
            values = form.cleaned_data
            name = plain(values.get("name", ""))
            if not name:
                continue
            sample = self.samples.get(values["known"])
            where, is_key = plain(values["where"]), values["is_key"]
            yield OutlineMaterial(name, where, is_key, sample), values["example"]


# The factory forgets what its formset is.
MaterialSet = cast(
    type[MaterialRows],
    forms.formset_factory(
        MaterialForm,
        formset=MaterialRows,
        extra=SPARE_ROWS,
        max_num=MOST_MATERIALS,
        absolute_max=MOST_MATERIALS + 1,
        validate_max=True,
    ),
)
