"""Accounts, roles and their lists' filters: shapes only, the rules are services."""

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from crm.models import Department, Region, Role, User
from crm.models.people import ADMIN_ROLES, DEPARTMENT_ROLES, REGION_ROLES
from crm.services.people import Profile

from .session import LOGIN

PHONE = RegexValidator(
    r"^\+?[0-9][0-9 -]{5,18}$", _("Use digits, for example 13800008000.")
)
TEL = {"inputmode": "tel", "class": "w-short"}


class UserForm(forms.ModelForm[User]):
    """An account as the system administrator writes it."""

    login = forms.CharField(
        label=_("Account"),
        max_length=40,
        validators=[LOGIN],
        help_text=_("What the person signs in with; the mobile number works too."),
        widget=forms.TextInput(attrs={"autocapitalize": "none", "class": "w-short"}),
    )
    phone = forms.CharField(
        label=_("Mobile"),
        required=False,
        max_length=20,
        validators=[PHONE],
        widget=forms.TextInput(attrs=TEL),
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = User
        fields = ["login", "name", "phone", "email", "title", "department"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # any: as ModelForm has them
        super().__init__(*args, **kwargs)
        units = Department.objects.filter(is_active=True)
        if self.instance.department_id:
            units |= Department.objects.filter(pk=self.instance.department_id)
        self.fields["department"] = forms.ModelChoiceField(
            units.order_by("path"),
            label=_("Unit"),
            required=False,
            help_text=_("People of companies have none."),
        )

    def validate_unique(self) -> None:
        """Left to the service, which knows accounts and phones alike."""

    def _post_clean(self) -> None:
        """The form shapes values; the instance is the service's to change."""

    def profile(self) -> Profile:
        values = self.cleaned_data
        return Profile(**{name: values[name] for name in self.Meta.fields})


class GrantForm(forms.Form):
    """A role for one kind of scope."""

    SCOPES = ("region", "department", "site")
    ROLES = {
        "region": REGION_ROLES,
        "department": DEPARTMENT_ROLES,
        "site": ADMIN_ROLES,
    }

    role = forms.ChoiceField(label=_("Role"))
    starts_on = forms.DateField(label=_("From"), required=False)
    ends_on = forms.DateField(
        label=_("To and including"),
        required=False,
        help_text=_("Empty: until it is taken back."),
    )

    def __init__(self, scope: str, *args: Any, **kwargs: Any) -> None:  # any: as Form
        # Three of them stand on one page.
        super().__init__(*args, **{"auto_id": f"{scope}-%s", **kwargs})
        self.scope = scope
        roles = self.ROLES[scope]
        self.fields["role"].choices = [  # type: ignore[attr-defined] # a ChoiceField
            (role.value, role.label) for role in Role if role in roles
        ]
        if scope == "region":
            regions = Region.objects.filter(is_active=True).order_by("path")
            self.fields["region"] = forms.ModelChoiceField(regions, label=_("Region"))
        elif scope == "department":
            units = Department.objects.filter(is_active=True).order_by("path")
            self.fields["department"] = forms.ModelChoiceField(units, label=_("Unit"))
        self.order_fields(["role", scope, "starts_on", "ends_on"])


class InviteForm(forms.Form):
    name = forms.CharField(label=_("Full name"), max_length=40)
    phone = forms.CharField(
        label=_("Mobile"),
        max_length=20,
        validators=[
            RegexValidator(r"^1[3-9][0-9]{9}$", _("Use the eleven digits of a mobile."))
        ],
        help_text=_("It becomes the account; the link works for this number only."),
        widget=forms.TextInput(attrs=TEL),
    )
