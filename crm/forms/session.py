"""Signing in, and choosing passwords."""

import re
import unicodedata
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.auth import password_validation
from django.core.validators import RegexValidator
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from crm.auth import MAX_LOGIN
from crm.lib import phones
from crm.passwords import MAX_LENGTH

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise as Label

LOGIN = RegexValidator(
    r"^[A-Za-z0-9][A-Za-z0-9._-]{2,39}$",
    _("Use three to forty letters, digits, dots, hyphens and underscores."),
)
rules = lazy(password_validation.password_validators_help_texts, list)


def password_help() -> str:
    return " ".join(str(text) for text in rules())


def password_field(label: "Label", *, is_new: bool) -> forms.CharField:
    autocomplete = "new-password" if is_new else "current-password"
    return forms.CharField(
        label=label,
        strip=False,
        max_length=MAX_LENGTH,
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}),
        help_text=lazy(password_help, str)() if is_new else "",
    )


class LoginForm(forms.Form):
    username = forms.CharField(
        label=_("Account or mobile number"),
        max_length=MAX_LOGIN,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "username",
                "autocapitalize": "none",
                "spellcheck": "false",
            }
        ),
    )
    password = password_field(_("Password"), is_new=False)


class PhoneForm(forms.Form):
    """The phone that a code is to be sent to."""

    phone = forms.CharField(
        label=_("Mobile number"),
        max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )

    def clean_phone(self) -> str:
        if phone := phones.mobile_from(str(self.cleaned_data["phone"])):
            return phone
        raise forms.ValidationError(_("A mobile number has 11 digits."))


class CodeForm(forms.Form):
    """The code that came, and the account chosen when the phone has several."""

    code = forms.CharField(
        label=_("Code from the message"),
        max_length=20,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}
        ),
    )
    account = forms.IntegerField(required=False)

    def clean_code(self) -> str:
        text = unicodedata.normalize("NFKC", str(self.cleaned_data["code"]))
        code = "".join(text.split())
        if re.fullmatch("[0-9]{6}", code):
            return code
        raise forms.ValidationError(_("The code has 6 digits."))


class AccountForm(forms.Form):
    """Which of the accounts behind one phone."""

    account = forms.ChoiceField(
        label=_("This number has several accounts. Go on as"), widget=forms.RadioSelect
    )

    def __init__(self, accounts: Mapping[int, str]) -> None:
        super().__init__()
        self.fields["account"].choices = list(accounts.items())  # type: ignore[attr-defined] # a choice field


class RepeatedPassword(forms.Form):
    """A new password, typed twice."""

    password = password_field(_("New password"), is_new=True)
    again = password_field(_("New password once more"), is_new=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # any: as Form takes them
        super().__init__(*args, **kwargs)
        self.fields["again"].help_text = ""

    def clean(self) -> dict[str, Any]:  # any: cleaned values
        cleaned = super().clean() or {}
        first, second = cleaned.get("password"), cleaned.get("again")
        if first and second and first != second:
            self.add_error("again", _("The two passwords differ."))
        return cleaned


class PasswordForm(RepeatedPassword):
    """One's own password: the present one proves who is sitting there."""

    old = password_field(_("Present password"), is_new=False)
    field_order = ["old", "password", "again"]


class InvitationForm(RepeatedPassword):
    name = forms.CharField(
        label=_("Your name"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    field_order = ["name", "password", "again"]


class SetupForm(forms.Form):
    """The first two administrators, on one page: two people, two passwords."""

    system_name = forms.CharField(
        label=_("Name of the system administrator"), max_length=40
    )
    system_login = forms.CharField(
        label=_("Account of the system administrator"),
        max_length=40,
        validators=[LOGIN],
    )
    system_password = password_field(
        _("Password of the system administrator"), is_new=True
    )
    security_name = forms.CharField(
        label=_("Name of the security administrator"), max_length=40
    )
    security_login = forms.CharField(
        label=_("Account of the security administrator"),
        max_length=40,
        validators=[LOGIN],
    )
    security_password = password_field(
        _("Password of the security administrator"), is_new=True
    )
