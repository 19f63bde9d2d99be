"""What people say when they escalate, when they answer, and what a rule is."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from visits import escalation_kinds
from visits.models import Category, EscalationRule, Ticket
from visits.models.escalation_rules import Level, Trigger

TEXT_LENGTH = 400


class RaiseByHandForm(forms.Form):
    """To whom it goes, and why."""

    client_key = forms.UUIDField(widget=forms.HiddenInput)
    level = forms.TypedChoiceField(
        label=_("To whom"),
        coerce=int,
        choices=[one for one in Level.choices if one[0] != Level.HANDLER],
        widget=forms.RadioSelect,
        initial=Level.HEAD.value,
    )
    reason = forms.CharField(
        label=_("Why it has to go higher"),
        max_length=TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("What was tried, and what has to be decided."),
    )


class SettleForm(forms.Form):
    """What is done about it."""

    version = forms.IntegerField(
        widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1
    )
    reason = forms.CharField(
        label=pgettext_lazy("escalation", "Answer"),
        max_length=TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("What you decided, who does it, until when."),
    )


class RuleForm(forms.ModelForm[EscalationRule]):
    """The service saves; this only checks and keeps what was typed."""

    version = forms.IntegerField(
        widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1
    )

    class Meta:
        model = EscalationRule
        fields = (
            *("name", "threshold", "level", "climbs"),
            *("category", "urgency", "is_active"),
        )
        help_texts = {
            "threshold": _(
                "Working days that are left, or more than so many late; or the number "
                "of times. Empty: as soon as it is late."
            ),
            "climbs": _(
                "At least one level above the highest that was reached so far."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # Any: as Django's own
        super().__init__(*args, **kwargs)
        fields: Any = self.fields  # of several kinds
        fields["threshold"].max_value = 250
        fields["threshold"].widget.attrs.update(
            {"class": "w-short", "inputmode": "numeric"}
        )
        fields["category"].queryset = Category.objects.filter(is_active=True)
        fields["category"].empty_label = pgettext_lazy("rule", "every category")
        fields["urgency"] = forms.ChoiceField(
            label=fields["urgency"].label, choices=urgencies(), required=False
        )
        self._leave_out()

    def _leave_out(self) -> None:
        """What this rule's subjects do not have is not asked for."""
        kind = escalation_kinds.by_key(self.instance.subject_kind)
        if kind is None or not kind.category:
            del self.fields["category"]
        if kind is None or not kind.urgency:
            del self.fields["urgency"]
        if self.instance.trigger == Trigger.HAND:
            for name in ("threshold", "level", "climbs", "is_active"):
                del self.fields[name]

    def _post_clean(self) -> None:
        """Leave the record alone: the service writes, and says what may be."""


class NewRuleForm(RuleForm):
    """Of what, what makes it speak, by which clock; these never change again."""

    subject_kind = forms.ChoiceField(label=_("Of what"))
    trigger = forms.ChoiceField(label=_("Trigger"))
    clock = forms.ChoiceField(label=_("Clock"), required=False)

    field_order = ("name", "subject_kind", "trigger", "clock", "threshold")

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # Any: as Django's own
        super().__init__(*args, **kwargs)
        del self.fields["version"]
        fields: Any = self.fields  # of several kinds
        kinds = escalation_kinds.every()
        fields["subject_kind"].choices = [(kind.key, kind.label) for kind in kinds]
        fields["trigger"].choices = [
            one for one in Trigger.choices if one[0] != Trigger.HAND
        ]
        every = pgettext_lazy("rule", "every clock")
        fields["clock"].choices = [
            ("", every),
            *(
                (kind.label, [(key, one.label) for key, one in kind.clocks.items()])
                for kind in kinds
                if kind.clocks
            ),
        ]

    def _leave_out(self) -> None:
        """Nothing is known of it yet; the service says what does not fit."""


def urgencies() -> list[tuple[str, Any]]:  # Any: a lazy label
    every = pgettext_lazy("rule", "every urgency")
    return [("", every), *Ticket.Urgency.choices]
