"""The form of an act on an approval item: each asks only what that act needs."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.forms.files import FilesField
from projects.models import Milestone
from projects.services.milestones import RULES, Act, Said
from projects.services.milestones.materials import DEFERRING

from .shared import DayField, VersionForm, area

SPECIAL_LABELS = [
    ("hearing", pgettext_lazy("special procedure", "hearing")),
    ("bidding", pgettext_lazy("special procedure", "bidding or auction")),
    ("inspection", pgettext_lazy("special procedure", "inspection")),
    ("testing", pgettext_lazy("special procedure", "testing or quarantine")),
    ("appraisal", pgettext_lazy("special procedure", "appraisal")),
    ("expert_review", pgettext_lazy("special procedure", "expert review")),
    ("extension", pgettext_lazy("special procedure", "extension by law")),
    ("other", pgettext_lazy("special procedure", "other")),
]
NOTICES = {
    Act.CORRECT: _("Everything that is to be corrected, all at once"),
    Act.SPECIAL: _("Basis, as told to the company in writing"),
}
# Acts after which a certificate is there.
APPROVING = (Act.APPROVE, Act.APPROVE_DEFERRED)


class MoveForm(VersionForm):
    """Day, words, proof; and what this act needs besides."""

    on = DayField(label=_("day"))

    def __init__(
        self, *args: Any, act: Act, milestone: Milestone, **kwargs: Any
    ) -> None:  # Any: as Django's own
        super().__init__(*args, **kwargs)
        self.act, self.milestone = act, milestone
        self.secondary = list(milestone.materials.filter(is_key=False))
        rule = RULES[act]
        if act == Act.SPECIAL:
            self.fields["kind"] = forms.ChoiceField(
                label=_("kind of special procedure"), choices=SPECIAL_LABELS
            )
            self.fields["days"] = forms.IntegerField(
                label=_("days needed"),
                min_value=1,
                max_value=730,
                widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
            )
        if act in APPROVING:
            self.fields["certificate"] = forms.CharField(
                label=_("certificate number"), max_length=60, required=False
            )
            self.fields["expires_on"] = DayField(
                label=_("valid until"),
                required=False,
                help_text=_("Left empty, it follows from the item's months."),
            )
        if act in DEFERRING and milestone.is_deferrable:
            for one in self.secondary:
                self.fields[f"defer_{one.pk}"] = DayField(
                    label=_("“%(name)s” follows by") % {"name": one.name},
                    required=False,
                )
        self.fields["notice"] = forms.CharField(
            label=NOTICES.get(act, _("Words to the company")),
            max_length=2000,
            widget=area(4),
            required=rule.needs_notice,
        )
        self.fields["papers"] = FilesField(
            label=_("Photo of the slip, papers"), required=False
        )

    def said(self) -> Said:
        """What the service is told."""
        data = self.cleaned_data
        days = {one.pk: data.get(f"defer_{one.pk}") for one in self.secondary}
        special = ("kind", "days")
        facts: dict[str, Any] = {name: data[name] for name in special if name in data}
        return Said(
            on=data["on"],
            notice=data["notice"],
            facts=facts,
            deferred={pk: day for pk, day in days.items() if day},
            certificate=data.get("certificate", ""),
            expires_on=data.get("expires_on"),
        )


class QuickForm(VersionForm):
    """An act without words, of today: one press."""


class MaterialForm(forms.Form):
    state = forms.ChoiceField(
        choices=[
            ("needed", _("needed")),
            ("given", _("handed in")),
            ("pledged", _("replaced by a pledge")),
        ]
    )


class BulkForm(forms.Form):
    """The same act on several items of the desk."""

    act = forms.ChoiceField(choices=Act.choices)
    items = forms.TypedMultipleChoiceField(coerce=int, choices=[])
    on = DayField(label=_("day"), required=False)
    notice = forms.CharField(
        label=_("Words to the company"), max_length=2000, required=False, widget=area(3)
    )

    def __init__(self, *args: Any, keys: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["items"].choices = [(pk, pk) for pk in keys]  # type: ignore[attr-defined] # a choice
