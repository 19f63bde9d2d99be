"""The forms of plans, and how a plain form says what a phone says in JSON."""

from datetime import datetime
from typing import Any, Final

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from visits.models import Visit

from .projects import AskingProject

# Deeper paths and higher numbers are nobody's form.
DEEPEST: Final = 3
HIGHEST: Final = 99
TEXTS: Final = (
    "mode",
    "purpose",
    "starts_at",
    "gate_reason",
    "led_by",
    "note",
    "place",
    "signed_by",
)
HEARD: Final = ("key", "category", "symptom", "cause", "wish", "result", "answer")
# What makes a block of a finding one that somebody filled in.
TYPED: Final = ("symptom", "cause", "wish", "answer")


class PlanForm(AskingProject):
    """A visit that is to be: purpose, time and mode, all three required."""

    mode = forms.ChoiceField(
        label=_("Mode"), choices=Visit.Mode.choices, widget=forms.RadioSelect
    )
    day = forms.DateField(
        label=_("Day"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    time = forms.TimeField(
        label=_("Time"), widget=forms.TimeInput({"type": "time"}, format="%H:%M")
    )
    purpose = forms.CharField(
        label=_("Purpose"),
        max_length=200,
        help_text=_("One sentence: what this visit is to find out or to bring."),
    )
    asked_by_company = forms.BooleanField(
        label=_("The company asked for it"), required=False
    )
    gate_reason = forms.CharField(
        label=_("Why another visit"),
        max_length=200,
        required=False,
        widget=forms.Textarea({"rows": 2}),
        help_text=_(
            "Needed when the company had many visits; the company does not see it."
        ),
    )
    uuid = forms.UUIDField(widget=forms.HiddenInput, required=False)
    version = forms.IntegerField(
        widget=forms.HiddenInput, required=False, min_value=1, max_value=2**31
    )

    def plan(self) -> dict[str, Any]:  # Any: keyword arguments of the service
        """What the service wants: one moment instead of day and time."""
        data = dict(self.cleaned_data)
        moment = datetime.combine(data.pop("day"), data.pop("time"))
        data["starts_at"] = timezone.make_aware(moment)
        return data

    @classmethod
    def initial_of(cls, visit: Visit) -> dict[str, Any]:  # Any: values of fields
        local = timezone.localtime(visit.starts_at)
        same = ("mode", "purpose", "asked_by_company", "gate_reason", "version")
        values = {name: getattr(visit, name) for name in same}
        values["project"] = visit.project_id
        return values | {"day": local.date(), "time": local.time()}


class CancelForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=200)


class AmendReasonForm(forms.Form):
    """What an amendment needs beside the new words."""

    reason = forms.CharField(
        label=_("Reason of the amendment"),
        max_length=200,
        help_text=_("The old words are kept as a version, with this reason."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31)


def words_of(post: QueryDict) -> dict[str, Any]:  # Any: JSON
    """The fields of the plain form as the JSON that a phone would send."""
    sent: dict[str, Any] = {name: typed(post, name) for name in TEXTS}
    sent["ended_on"] = post.get("ended_on") or None
    sent["project"] = post.get("project") or None
    sent["asked_by_company"] = "asked_by_company" in post
    sent["met"] = [
        *linked(post, "met", "contact"),
        *named(post.get("met_names", "")),
    ]
    sent["companions"] = [
        *linked(post, "companions", "user"),
        *named(post.get("companion_names", "")),
    ]
    sent["findings"] = findings_of(post)
    return sent


def typed(post: QueryDict, name: str) -> str:
    """As a phone sends it: a form ends lines with CRLF, and every text would differ."""
    return post.get(name, "").strip().replace("\r\n", "\n")


def linked(post: QueryDict, field: str, key: str) -> list[dict[str, Any]]:
    """Ticked people: each value is the key, the name and the post, by tabs."""
    people = []
    for value in post.getlist(field):
        number, _tab, rest = value.partition("\t")
        name, _tab, title = rest.partition("\t")
        person: dict[str, Any] = {key: number, "name": name}
        people.append(person | ({"title": title} if key == "contact" else {}))
    return people


def named(text: str) -> list[dict[str, Any]]:
    """Typed people, one after the other, however they are set apart."""
    for mark in "、，,；;\n":
        text = text.replace(mark, "\t")
    return [{"name": one.strip()} for one in text.split("\t") if one.strip()]


def findings_of(post: QueryDict) -> list[dict[str, Any]]:
    """The blocks that somebody filled in, in the order of the page."""
    numbers = sorted(
        {
            int(parts[1])
            for name in post
            if len(parts := name.split(".")) == DEEPEST
            and parts[0] == "findings"
            and parts[1].isascii()
            and parts[1].isdigit()
            and len(parts[1]) <= len(str(HIGHEST))
        }
    )
    blocks = [
        {name: typed(post, f"findings.{n}.{name}") for name in HEARD} for n in numbers
    ]
    return [one for one in blocks if any(one[name] for name in TYPED)]
