"""The questions which company and which project, asked only where it is open."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from projects.models import Project
from projects.models.projects import ProjectQuerySet


class AskingCompany(forms.Form):
    """A form of a company's person; one's only company needs no question."""

    # Any: as Django's own
    def __init__(self, *args: Any, companies: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if len(companies) != 1:
            self.fields["company"] = forms.ModelChoiceField(
                label=pgettext_lazy("fact", "Company"), queryset=companies
            )
            self.order_fields(["company"])


class AskingProject(forms.Form):
    """A form that offers these projects; without any it does not ask."""

    project = forms.ModelChoiceField(
        label=_("Project"),
        queryset=Project.objects.none(),
        required=False,
        empty_label=_("Not about a project"),
    )

    # Any: as Django's own
    def __init__(self, *args: Any, projects: ProjectQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["project"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = projects.order_by("-pk")
        if not projects.exists():
            del self.fields["project"]
