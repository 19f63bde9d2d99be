"""The first page anybody sees works in a real browser."""

import pytest

from tests.browser.tools import errors_of, violations_on


@pytest.mark.parametrize("phone", [True, False], ids=["phone", "desktop"])
@pytest.mark.parametrize("dark", [True, False], ids=["dark", "light"])
def test_the_login_page_is_clean(open_page, phone, dark):
    page = open_page("/", phone=phone, dark=dark, bypass_csp=True)

    assert page.url.split("?")[0].endswith("/login/")
    assert violations_on(page) == []


def test_the_login_page_breaks_no_rule_of_its_own_policy(open_page):
    page = open_page("about:blank")
    seen = errors_of(page)

    page.goto("/")
    page.wait_for_load_state("networkidle")

    assert seen == []
