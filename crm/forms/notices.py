"""What a person chooses about notices; a robot as the administrator enters it."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.models import Department, Mail, Region, Robot
from crm.notices import Kind
from crm.services.notices.choices import Choices
from crm.services.notices.robots import Profile


@dataclass(frozen=True)
class Row:
    """One kind with its fields."""

    kind: Kind
    mail: forms.BoundField
    robot: forms.BoundField | None


class ChoicesForm(forms.Form):
    """By kind: mailed at once, in the summary, not at all; said in the group or not."""

    has_digest = forms.BooleanField(
        label=_("A summary on working mornings, of what I have not read"),
        required=False,
    )
    has_urgent_at_night = forms.BooleanField(
        label=_("Urgent ones at once, outside working hours too"), required=False
    )

    # any: POST data
    def __init__(
        self, data: Any, *, kinds: list[Kind], choices: Choices, has_robot: bool
    ) -> None:
        super().__init__(
            data,
            initial={
                "has_digest": choices.has_digest,
                "has_urgent_at_night": choices.has_urgent_at_night,
            },
        )
        self.kinds, self.choices, self.has_robot = kinds, choices, has_robot
        for kind in kinds:
            self.fields[f"mail_{kind.key}"] = forms.ChoiceField(
                label=_("E-mail"), choices=Mail.choices, initial=choices.mail(kind)
            )
            if has_robot and not kind.is_discreet:
                self.fields[f"robot_{kind.key}"] = forms.BooleanField(
                    label=_("In the group"),
                    required=False,
                    initial=choices.robot(kind),
                )

    @property
    def rows(self) -> list[Row]:
        return [
            Row(
                kind,
                self[f"mail_{kind.key}"],
                self[name] if (name := f"robot_{kind.key}") in self.fields else None,
            )
            for kind in self.kinds
        ]

    def chosen(self) -> Choices:
        data = self.cleaned_data
        return Choices(
            has_digest=data["has_digest"],
            has_urgent_at_night=data["has_urgent_at_night"],
            kinds={
                kind.key: {
                    "mail": data[f"mail_{kind.key}"],
                    "robot": data.get(f"robot_{kind.key}", self.choices.robot(kind)),
                }
                for kind in self.kinds
            },
        )


class RobotForm(forms.Form):
    """The secret is typed and never shown: an empty field keeps what is known."""

    service = forms.ChoiceField(label=_("service"), choices=Robot.Service.choices)
    name = forms.CharField(
        label=_("name of the group"),
        max_length=60,
        help_text=_("As its members know it."),
    )
    department = forms.ModelChoiceField(
        Department.objects.none(),
        label=pgettext_lazy("robot", "speaks for the unit"),
        required=False,
        help_text=_("With all that hangs below it. Or choose a region instead."),
    )
    region = forms.ModelChoiceField(
        Region.objects.none(),
        label=pgettext_lazy("robot", "speaks for the region"),
        required=False,
        help_text=_("For all of its units that have no robot of their own."),
    )
    token = forms.CharField(
        label=_("address or key of the robot"),
        max_length=400,
        widget=forms.PasswordInput({"autocomplete": "off"}),
        help_text=_("Paste what the service shows. It is not shown again here."),
    )
    signing_key = forms.CharField(
        label=_("signing key"),
        max_length=200,
        required=False,
        widget=forms.PasswordInput({"autocomplete": "off"}),
        help_text=_("Only of DingTalk, if the robot was made with one."),
    )
    host = forms.CharField(
        label=_("host"),
        max_length=100,
        required=False,
        help_text=_("Only for a closed installation; empty: the service's own."),
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    # any: POST data
    def __init__(self, data: Any = None, *, robot: Robot | None = None) -> None:
        names = ("service", "name", "department", "region", "host", "version")
        initial = {name: getattr(robot, name) for name in names} if robot else {}
        super().__init__(data, initial=initial)
        for name, model in (("department", Department), ("region", Region)):
            rows = model.objects.filter(is_active=True).order_by("path")
            self.fields[name].queryset = rows  # type: ignore[attr-defined] # a choice
        if robot:
            self.fields["token"].required = False
            self.fields["token"].help_text = _(
                "Known: %(masked)s. Leave it empty to keep it."
            ) % {"masked": "••••••••"}

    def profile(self) -> Profile:
        names = ("service", "name", "department", "region", "host")
        secrets = ("token", "signing_key")
        return Profile(**{name: self.cleaned_data[name] for name in names + secrets})
