"""What is chosen is asked for as a choice, what is typed as words."""

from django import forms
from django.utils import translation

from crm.forms.choices import ManyChoices
from crm.models import Department, Region
from visits.forms.ticket_sides import ReassignForm, RuleForm


class Asked(forms.Form):
    words = forms.CharField()
    one = forms.ChoiceField(choices=[("a", "A")], widget=forms.RadioSelect)
    record = forms.ModelChoiceField(Region.objects.none())
    many = ManyChoices(Region.objects.none())


def test_a_missing_choice_is_asked_for_in_its_own_verb(db):
    with translation.override("zh-hans"):
        errors = {name: list(said) for name, said in Asked({}).errors.items()}
    assert errors == {
        "words": ["请填写。"],
        "one": ["请选择一项。"],
        "record": ["请选择一项。"],
        "many": ["请选择一项。"],
    }


def test_the_forms_of_acts_ask_so_too(db):
    units = Department.objects.none()
    with translation.override("zh-hans"):
        given = ReassignForm({}, departments=units).errors
        ruled = RuleForm({}, departments=units).errors
    assert (given["lead"], given["reason"]) == (["请选择一项。"], ["请填写。"])
    assert ruled["ruling"] == ["请选择一项。"]
