"""Regions and departments: one shape for new ones and changes."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.models import Department, Region
from crm.models.places import CODE


class NodeForm(forms.Form):
    """What both trees have. The code is chosen once: paths are made of it."""

    model: type[Region] | type[Department]

    code = forms.CharField(label=_("Code"), max_length=24, validators=[CODE])
    name = forms.CharField(label=_("Its name"), max_length=80)

    # any: as Form has them; either tree's node
    def __init__(self, *args: Any, node: Any = None, **kwargs: Any) -> None:
        self.node = node
        if node:
            names = [field.name for field in node._meta.fields]
            kwargs["initial"] = {name: getattr(node, name) for name in names}
        super().__init__(*args, **kwargs)
        if node:
            del self.fields["code"]
        self.fields["kind"] = forms.ChoiceField(
            label=_("Kind"), choices=self.model.Kind.choices
        )
        self.fields["parent"] = forms.ModelChoiceField(
            self.in_use(self.model, node and node.parent_id),
            label=_("Hangs from"),
            required=False,
        )

    @staticmethod
    def in_use(model: Any, also: int | None) -> Any:  # any: either tree's queryset
        """What can be chosen: nodes in use, and the one that is chosen now."""
        rows = model.objects.filter(is_active=True)
        if also:
            rows |= model.objects.filter(pk=also)
        return rows.order_by("path")

    def values(self) -> dict[str, Any]:  # any: as the services take them
        return {name: self.cleaned_data[name] for name in self.fields}


class RegionForm(NodeForm):
    model = Region

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "code" in self.fields:
            self.fields["code"].help_text = _(
                "By GB/T 2260; for a park one of your own. It cannot be changed later."
            )


class DepartmentForm(NodeForm):
    model = Department

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"] = forms.ModelChoiceField(
            self.in_use(Region, self.node and self.node.region_id), label=_("Region")
        )
        self.fields["phone"] = forms.CharField(
            label=_("Telephone"), max_length=30, required=False
        )
        if "code" in self.fields:
            self.fields["code"].help_text = _(
                "A short code of your own, such as hrss. It cannot be changed later."
            )
