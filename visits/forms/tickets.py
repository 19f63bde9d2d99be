"""The forms of tickets: one per act, each asks only what that act needs."""

import uuid
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from crm.forms.files import FilesField
from crm.lib.words import masked
from crm.models import Contact, Department, User
from crm.services.attaching import Sent
from projects.forms.shared import EARLIEST, LATEST
from projects.models import Blocker
from visits.models import Category, Ticket
from visits.services.tickets import Proof

from .projects import AskingCompany, AskingProject

# More departments than these assist at no county's ticket.
MOST_ASSISTANTS = 6
# Officials raise what they heard, from the channels that are theirs.
OFFICIAL_SOURCES = [
    choice for choice in Ticket.Source.choices if choice[0] != Ticket.Source.VISIT
]


def area(rows: int = 4) -> forms.Textarea:
    return forms.Textarea({"rows": rows})


class ActForm(forms.Form):
    """What every act carries along: on which version of the ticket it was decided."""

    version = forms.IntegerField(
        widget=forms.HiddenInput, required=False, min_value=1, max_value=2**31 - 1
    )


class KeyForm(forms.Form):
    """A key of the page's own, so that a second press writes nothing twice."""

    client_key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # Any: as Django's own
        kwargs["initial"] = {
            "client_key": uuid.uuid4(),
            **(kwargs.get("initial") or {}),
        }
        super().__init__(*args, **kwargs)


class RaiseForm(KeyForm, AskingCompany, AskingProject):
    """A company's own problem: one box and, if at hand, photos."""

    text = forms.CharField(
        label=_("What is the matter?"),
        max_length=4000,
        widget=area(6),
        help_text=_("A few sentences: what happens, since when, and what would help."),
    )
    papers = FilesField(label=_("Photos or papers"), required=False)
    category = forms.ModelChoiceField(
        label=_("Category"),
        queryset=Category.objects.filter(is_active=True),
        required=False,
        empty_label=_("Not sure – the dispatch centre decides"),
    )


class OfficialRaiseForm(KeyForm, AskingProject):
    """An official raises what he heard, with where it comes from."""

    title = forms.CharField(
        label=_("Title"),
        max_length=80,
        required=False,
        help_text=_("Left empty, the first sentence is the title."),
    )
    text = forms.CharField(label=_("What it is about"), max_length=4000, widget=area(6))
    wish = forms.CharField(
        label=_("What the company wishes"),
        max_length=1000,
        widget=area(2),
        required=False,
    )
    category = forms.ModelChoiceField(
        label=_("Category"),
        queryset=Category.objects.filter(is_active=True),
        required=False,
        empty_label=_("Not sure – the dispatch centre decides"),
    )
    source = forms.ChoiceField(label=_("Source"), choices=OFFICIAL_SOURCES)
    urgency = forms.ChoiceField(
        label=_("Urgency"),
        choices=Ticket.Urgency.choices,
        initial=Ticket.Urgency.ORDINARY,
        required=False,
    )
    papers = FilesField(label=_("Photos or papers"), required=False)
    blocker = forms.ModelChoiceField(
        Blocker.objects.none(), required=False, widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, blockers: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["blocker"].queryset = blockers  # type: ignore[attr-defined] # a choice

    def clean_urgency(self) -> str:
        return str(self.cleaned_data["urgency"] or Ticket.Urgency.ORDINARY)


class RefuseForm(ActForm):
    refusal = forms.ChoiceField(
        label=_("Reason"), choices=Ticket.Refusal.choices, widget=forms.RadioSelect
    )
    note = forms.CharField(
        label=_("What the company is told"),
        max_length=400,
        widget=area(3),
        help_text=_("Why it is not accepted here, and where it can turn instead."),
    )


class DispatchForm(ActForm):
    """Lead, category, and up to six assisting departments with their task."""

    category = forms.ModelChoiceField(
        label=_("Category"),
        queryset=Category.objects.filter(is_active=True),
        help_text=_("It sets the days for contact, first reply and solution."),
    )
    lead = forms.ModelChoiceField(
        label=_("Lead department"), queryset=Department.objects.none()
    )

    def __init__(self, *args: Any, departments: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.departments = departments
        choices = [("", "—"), *((unit.pk, unit.name) for unit in departments)]
        self._offer("lead", departments, choices)
        for n in range(1, MOST_ASSISTANTS + 1):
            self.fields[f"assistant_{n}"] = forms.ModelChoiceField(
                label=_("Assisting department"), queryset=departments, required=False
            )
            self._offer(f"assistant_{n}", departments, choices)
            self.fields[f"task_{n}"] = forms.CharField(
                label=_("What it is asked to do"), max_length=400, required=False
            )

    def _offer(self, name: str, departments: Any, choices: Any) -> None:
        """The same rows for every select: read once, not seven times."""
        field: Any = self.fields[name]  # a ModelChoiceField
        field.queryset = departments
        field.widget.choices = choices

    def pairs(self) -> list[tuple[Any, Any]]:
        """The bound fields of the assistants, two by two, for the template."""
        return [
            (self[f"assistant_{n}"], self[f"task_{n}"])
            for n in range(1, MOST_ASSISTANTS + 1)
        ]

    def filled(self) -> int:
        return sum(bool(unit.value()) for unit, _task in self.pairs())

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        data["assistants"] = [
            (data[f"assistant_{n}"], data.get(f"task_{n}") or "")
            for n in range(1, MOST_ASSISTANTS + 1)
            if data.get(f"assistant_{n}")
        ]
        for n in range(1, MOST_ASSISTANTS + 1):
            if data.get(f"assistant_{n}") and not data.get(f"task_{n}"):
                self.add_error(f"task_{n}", gettext("Say what it is asked to do."))
        return data


class HandForm(ActForm):
    """Which colleague of the department has it in hand."""

    handler = forms.ModelChoiceField(label=_("Colleague"), queryset=User.objects.none())

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["handler"].queryset = people  # type: ignore[attr-defined] # set above


class MomentField(forms.DateTimeField):
    """A local time as the browser's own picker sends it."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateTimeInput(
            {"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"
        )
        super().__init__(widget=widget, **kwargs)

    def to_python(self, value: Any) -> datetime | None:  # Any: as Django's own
        try:
            moment = super().to_python(value)
        except OverflowError:  # a day of the year 1, whose UTC is before time
            raise forms.ValidationError(_("Enter a day of this century.")) from None
        if moment is not None and not EARLIEST <= moment.date() <= LATEST:
            raise forms.ValidationError(_("Enter a day of this century."))
        return moment


def this_minute() -> datetime:
    return timezone.localtime().replace(second=0, microsecond=0)


class ContactForm(ActForm):
    """Whom of the company somebody called; numbers as this reader may see them."""

    person = forms.CharField(label=_("Who was called"), max_length=40, required=False)
    phone = forms.CharField(
        label=_("Telephone"),
        max_length=30,
        required=False,
        widget=forms.TextInput({"inputmode": "tel"}),
    )
    called_at = MomentField(label=_("When"), initial=this_minute)

    def __init__(
        self,
        *args: Any,
        people: Iterable[Contact],
        sees_phones: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.sees_phones = sees_phones
        self.listed = {str(one.pk): one for one in people}
        if self.listed:
            self.fields["contact"] = forms.ChoiceField(
                label=_("Who was called"),
                choices=[*self.offers(), ("", _("Somebody else"))],
                widget=forms.RadioSelect,
                required=False,
                initial=next(iter(self.listed)),
            )
            self.fields["person"].label = pgettext_lazy("person", "Name")

    def offers(self) -> Iterator[tuple[str, str]]:
        show = str if self.sees_phones else masked
        for key, one in self.listed.items():
            parts = (one.name, one.title, show(one.phone))
            yield key, " · ".join(filter(None, parts))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if contact := self.listed.get(data.pop("contact", "")):
            data["person"], data["phone"] = contact.name, contact.phone
        elif not data.get("person") and not self.errors.keys() & {"contact", "person"}:
            self.add_error("person", gettext("Say who was called."))
        return data


class AnswerForm(KeyForm, ActForm):
    text = forms.CharField(
        label=_("Answer to the company"),
        max_length=4000,
        widget=area(8),
        help_text=_("The company reads this: what was done, by whom, what follows."),
    )
    proposed = forms.ChoiceField(
        label=_("What was achieved"),
        choices=Ticket.Outcome.choices,
        widget=forms.RadioSelect,
        help_text=_("A proposal: the company decides."),
    )
    papers = FilesField(label=_("Photos or papers"), required=False)
    with_link = forms.BooleanField(
        label=_("Make a link at once by which the company confirms without an account"),
        required=False,
    )


class PartForm(KeyForm):
    text = forms.CharField(
        label=_("Answer to the lead department"),
        max_length=4000,
        widget=area(6),
        help_text=_("The company does not read this."),
    )
    papers = FilesField(label=_("Photos or papers"), required=False)


class ConfirmForm(ActForm):
    """The company's word, given by itself."""

    # Nothing is chosen beforehand, not even what the department proposes.
    outcome = forms.ChoiceField(
        label=_("What came of it"),
        choices=Ticket.Outcome.choices,
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=_("Anything to add"), max_length=400, widget=area(2), required=False
    )

    def proof(self, received: Sent | None) -> Proof | None:
        return None


class SignOffForm(ConfirmForm):
    """The company's word, given by its officer with something in hand."""

    # Neither the company's own word nor one by link can be given for it.
    KINDS = [
        (kind.value, kind.label)
        for kind in (Ticket.SignOff.SIGNATURE, Ticket.SignOff.CALL)
    ]
    sign_off = forms.ChoiceField(
        label=_("How the company said so"),
        choices=KINDS,
        widget=forms.RadioSelect,
    )
    file = forms.FileField(
        label=_("Picture of the signature"),
        required=False,
        widget=forms.FileInput({"accept": "image/*", "capture": "environment"}),
    )
    person = forms.CharField(label=_("Who was asked"), max_length=40, required=False)
    phone = forms.CharField(
        label=_("Number called"),
        max_length=30,
        required=False,
        widget=forms.TextInput({"inputmode": "tel"}),
    )
    called_at = MomentField(label=_("When"), required=False, initial=this_minute)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        kind = data.get("sign_off")
        if kind == Ticket.SignOff.SIGNATURE and not data.get("file"):
            self.add_error("file", gettext("Add the picture of the signature."))
        if kind == Ticket.SignOff.CALL:
            for name in ("person", "phone", "called_at"):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, gettext("A record of a call needs this."))
        return data

    def proof(self, received: Sent | None) -> Proof:
        data = self.cleaned_data
        if data["sign_off"] == Ticket.SignOff.SIGNATURE:
            # The call's fields come filled in; here they say nothing.
            return Proof(data["sign_off"], file=received)
        return Proof(
            kind=data["sign_off"],
            person=data["person"],
            phone=data["phone"],
            called_at=data["called_at"],
        )


class RejectForm(ActForm):
    reason = forms.CharField(
        label=_("What is not solved"), max_length=400, widget=area(4)
    )


class CommentForm(KeyForm):
    text = forms.CharField(
        label=_("Say something, or add a file"),
        max_length=4000,
        widget=area(2),
        required=False,
    )
    papers = FilesField(label=_("Photos or papers"), required=False)
    is_internal = forms.BooleanField(
        label=_("Internal: the company does not see it"), required=False, initial=True
    )
