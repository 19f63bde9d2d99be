"""The credit code: brought into form, checked, and what is wrong said in words."""

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from crm.lib import uscc

GOOD = ["9144030071526726XG", "91000000MA00000157", "12000000000000027G"]


@pytest.mark.parametrize("code", GOOD)
def test_a_good_code_has_no_problem(code):
    assert uscc.problem_of(code) == ""


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("９１４４０３００７１５２６７２６ｘｇ", "9144030071526726XG"),
        (" 9144 0300-7152 6726xg ", "9144030071526726XG"),
    ],
)
def test_a_code_is_brought_into_form(typed, stored):
    assert uscc.normalise(typed) == stored


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("", "0"),
        ("9144030071526726X", "17"),
        ("9144030071526726XGG", "19"),
        ("914403OO71526726XG", "letter “O”"),
        ("9144030071526726X中", "“中”"),
        ("0144030071526726XG", "begin"),
        ("91ABCDEF71526726XG", "area"),
        ("9144030071526726XH", "check"),
        ("9144030071526276XG", "check"),
    ],
)
def test_what_is_wrong_is_said(code, said):
    with translation.override("en"):
        assert said in uscc.problem_of(code)


@given(
    digits=st.text(alphabet="0123456789", min_size=9, max_size=9), at=st.integers(8, 16)
)
def test_one_wrong_character_is_always_noticed(digits, at):
    code = uscc.with_check_digit(f"91000000{digits}")
    assert uscc.problem_of(code) == ""
    other = "1" if code[at] != "1" else "2"
    assert uscc.problem_of(code[:at] + other + code[at + 1 :])
