"""AB 岗: who stands in, and what is handed over."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.models import User

from .liaisons import PersonChoice


class StandInForm(forms.Form):
    """Which colleague is a handler's B."""

    stand_in = PersonChoice(
        User.objects.none(), label=pgettext_lazy("person", "stands in")
    )
    reason = forms.CharField(
        label=_("reason"),
        max_length=200,
        required=False,
        help_text=_("Needed when somebody else was B before."),
    )

    def __init__(self, data: Any, *, people: list[User], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)  # Any: a QueryDict or None; as Django's own
        keys = [one.pk for one in people]
        found = User.objects.filter(pk__in=keys).select_related("department")
        self.fields["stand_in"].queryset = found.order_by("name", "pk")  # type: ignore[attr-defined] # a choice


class EndForm(forms.Form):
    reason = forms.CharField(label=_("reason"), max_length=200)


class HandForm(forms.Form):
    remark = forms.CharField(
        label=pgettext_lazy("handover", "remark"),
        max_length=1000,
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("What cannot wait, whom to call, where the papers are."),
    )


class ReportForm(forms.Form):
    report = forms.CharField(
        label=pgettext_lazy("handover", "what was done"),
        max_length=2000,
        widget=forms.Textarea({"rows": 4}),
        help_text=_("What was done meanwhile, what is left, what comes next."),
    )
