"""A contact as people write it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.lib import phones
from crm.models import Contact


class ContactForm(forms.ModelForm[Contact]):
    """Shapes only; the service keeps one main contact."""

    phone = forms.CharField(
        label=_("telephone"),
        required=False,
        max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "tel", "class": "w-short"}),
    )
    version = forms.IntegerField(
        required=False, widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1
    )

    class Meta:
        model = Contact
        fields = ["name", "title", "phone", "is_main"]

    def __init__(self, data: Any = None, *, contact: Contact | None = None) -> None:
        # any: a QueryDict or a dict
        initial = {"version": contact.version} if contact else {}
        super().__init__(data, instance=contact, initial=initial)

    def clean_phone(self) -> str:
        typed = str(self.cleaned_data["phone"])
        if typed == self.instance.phone:
            return typed
        phone = phones.normalise(typed)
        if problem := phones.problem_of(phone) if phone else "":
            raise forms.ValidationError(problem)
        return phone

    def _post_clean(self) -> None:
        """Leave the record alone: the service writes, and knows what was before."""

    def values(self) -> dict[str, Any]:
        names = ("name", "title", "phone", "is_main")
        return {name: self.cleaned_data[name] for name in names}

    def differences(self, current: Contact) -> list[tuple[str, Any, Any]]:
        """Label, theirs and mine of each value that is not the same."""
        return [
            (str(self.fields[name].label), getattr(current, name), mine)
            for name, mine in self.values().items()
            if getattr(current, name) != mine
        ]

    def on_top_of(self, current: Contact) -> "ContactForm":
        """The same form with what was typed, for the version that is stored now."""
        typed = {name: self.data.get(name) for name in self.data}
        self.data = {**typed, "version": str(current.version)}
        return self
