"""The question which project it is about, asked only where there is one."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from projects.models import Project
from projects.models.projects import ProjectQuerySet


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
