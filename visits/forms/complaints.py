"""What is asked of a complainant, of the supervisor, and of a unit head."""

from typing import Any

from django import forms
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from crm.forms.files import FilesField
from crm.forms.liaisons import PersonChoice
from crm.models import Company, Department, User
from visits.models import Complaint, ComplaintAnswer, ComplaintNote
from visits.services import complaints
from visits.services.complaints import Complainant, Matter

from .tickets import ActForm, KeyForm, area

NOTE_KINDS = [
    one for one in ComplaintNote.Kind.choices if one[0] in ComplaintNote.TYPED
]


class MatterForm(KeyForm):
    """What it is about and what happened."""

    category = forms.ChoiceField(
        label=pgettext_lazy("complaint", "What is it about?"),
        choices=Complaint.Category.choices,
        widget=forms.RadioSelect,
    )
    unit = forms.ModelChoiceField(
        label=_("Department"), queryset=Department.objects.none(), required=False
    )
    accused_name = forms.CharField(
        label=_("Name of the person"),
        max_length=40,
        required=False,
        help_text=_("As far as you know it. Leave it empty for the department itself."),
    )
    text = forms.CharField(
        label=pgettext_lazy("complaint", "What happened?"),
        max_length=4000,
        widget=area(6),
        help_text=_("When, where, who said or did what, and what you would like."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # Any: as Django's own
        super().__init__(*args, **kwargs)
        if unit := self.fields.get("unit"):
            unit.queryset = complaints.departments_offered()  # type: ignore[attr-defined] # a choice

    def accused(self) -> User | None:
        return None

    def matter(self) -> Matter:
        data = self.cleaned_data
        return Matter(
            category=data["category"],
            text=data["text"],
            unit=data.get("unit"),
            accused=self.accused(),
            accused_name=data.get("accused_name", ""),
        )


class OwnComplaintForm(MatterForm):
    """By a company's person who is signed in: the people it deals with are known."""

    OTHER = "other"

    person = forms.ChoiceField(
        label=pgettext_lazy("complaint", "Whom is it about?"), widget=forms.RadioSelect
    )
    papers = FilesField(label=_("Photos or papers"), required=False)
    is_anonymous = forms.BooleanField(
        label=_("Do not give my name and company to the supervisor either"),
        required=False,
        help_text=_("Then only the receipt code leads to the answer. Keep it safe."),
    )
    field_order = ("company", "person", "unit", "accused_name", "category", "text")

    def __init__(
        self, *args: Any, people: list[User], companies: list[Company], **kwargs: Any
    ) -> None:  # Any: as Django's own
        super().__init__(*args, **kwargs)
        self.people = {str(one.pk): one for one in people}
        self.companies = companies
        other = (self.OTHER, _("Somebody else, or a department"))
        self.fields["unit"].help_text = gettext("Only for “Somebody else”.")
        self.fields["person"].choices = [  # type: ignore[attr-defined] # a choice
            *((key, self.called(one)) for key, one in self.people.items()),
            other,
        ]
        if not people:
            del self.fields["person"]
        if len(companies) > 1:
            self.fields["company"] = forms.ModelChoiceField(
                label=pgettext_lazy("fact", "Company"),
                queryset=Company.objects.filter(pk__in=[one.pk for one in companies]),
            )
        self.order_fields(self.field_order)

    def called(self, user: User) -> str:
        unit = user.department
        return f"{user.name} · {unit.name}" if unit else user.name

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        is_other = data.get("person", self.OTHER) == self.OTHER
        if is_other and not data.get("unit") and "unit" not in self.errors:
            self.add_error("unit", gettext("Choose the department."))
        return data

    def accused(self) -> User | None:
        return self.people.get(self.cleaned_data.get("person", ""))

    def complainant(self, user: User) -> Complainant | None:
        data = self.cleaned_data
        if data.get("is_anonymous"):
            return None
        only = self.companies[0] if len(self.companies) == 1 else None
        return Complainant(user=user, company=data.get("company") or only)


class PublicComplaintForm(MatterForm):
    """By anybody, with a name or without."""

    name = forms.CharField(label=_("Your name"), max_length=40, required=False)
    phone = forms.CharField(
        label=_("Mobile"),
        max_length=20,
        required=False,
        widget=forms.TextInput({"inputmode": "tel"}),
    )
    company_name = forms.CharField(
        label=pgettext_lazy("fact", "Company"), max_length=80, required=False
    )

    def __init__(self, *args: Any, person: User | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)  # Any: as Django's own
        self.person = person
        if person is not None:
            # The card says it already.
            del self.fields["unit"], self.fields["accused_name"]
        else:
            self.fields["unit"].required = True
        self.order_fields(("unit", "accused_name", "category", "text"))

    def accused(self) -> User | None:
        return self.person

    def complainant(self) -> Complainant:
        names = ("name", "phone", "company_name")
        return Complainant(**{name: self.cleaned_data[name] for name in names})


class CodeForm(forms.Form):
    # Nothing is saved here: what stands above the errors.
    problem = _("Not found. Please check:")

    code = forms.CharField(
        label=_("Receipt code"),
        max_length=60,
        widget=forms.TextInput(
            {
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
            }
        ),
        help_text=_("16 letters and digits, as on the receipt."),
    )


class ReplyForm(KeyForm):
    text = forms.CharField(label=_("Add something"), max_length=2000, widget=area(3))


class UnsatisfiedForm(forms.Form):
    note = forms.CharField(
        label=_("What does the answer leave open?"), max_length=1000, widget=area(3)
    )


class NoteForm(KeyForm):
    kind = forms.ChoiceField(
        label=_("kind"), choices=NOTE_KINDS, widget=forms.RadioSelect
    )
    text = forms.CharField(
        label=pgettext_lazy("complaint", "note"),
        max_length=2000,
        widget=area(5),
        help_text=_("Only the supervisors of this complaint read it."),
    )


class QuestionForm(KeyForm):
    text = forms.CharField(
        label=_("Question to the complainant"),
        max_length=2000,
        widget=area(4),
        help_text=_("The complainant reads it with the receipt code or after sign-in."),
    )


class StatementForm(KeyForm):
    """To a unit head, who learns nothing but this."""

    asked_of = PersonChoice(User.objects.none(), label=_("Asked of"))
    question = forms.CharField(
        label=pgettext_lazy("statement", "question"),
        max_length=2000,
        widget=area(6),
        help_text=_(
            "He reads this text and your name, nothing of the complaint. Do not write "
            "who complains."
        ),
    )

    def __init__(self, *args: Any, heads: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)  # Any: a queryset
        self.fields["asked_of"].queryset = heads  # type: ignore[attr-defined] # a choice
        if not heads.exists():
            self.fields["asked_of"].help_text = gettext(
                "This department has no head on the list whom it is not about."
            )


class GiveStatementForm(forms.Form):
    answer = forms.CharField(
        label=pgettext_lazy("statement", "answer"), max_length=4000, widget=area(8)
    )


class AnswerForm(ActForm):
    outcome = forms.ChoiceField(
        label=pgettext_lazy("complaint", "What was found out"),
        choices=ComplaintAnswer.Outcome.choices,
        widget=forms.RadioSelect,
    )
    text = forms.CharField(
        label=_("Answer to the complainant"),
        max_length=4000,
        widget=area(8),
        help_text=_("What was looked into, what was found, what follows."),
    )


class RevealForm(forms.Form):
    reason = forms.CharField(
        label=_("Why you need the name"), max_length=200, widget=area(2)
    )


class AccusedForm(ActForm):
    person = PersonChoice(
        User.objects.none(), label=pgettext_lazy("complaint", "Person")
    )

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)  # Any: a queryset
        self.fields["person"].queryset = people  # type: ignore[attr-defined] # a choice
