"""One-time links in a real browser: its Origin and Referer decide whether they work."""

import pytest

from crm.models import Role, User
from crm.services import links
from tests.factories import CompanyFactory, GrantFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)
GOOD = {
    "system_name": "沈文",
    "system_login": "shen",
    "system_password": "Velvet-93-tuba",
    "security_name": "安如山",
    "security_login": "anna",
    "security_password": "Marble-41-oboe",
}


def test_the_first_administrators_are_made_and_sign_in(open_page):
    page = open_page(f"/setup/{links.create_setup_link()}/")
    for name, value in GOOD.items():
        page.fill(f"[name={name}]", value)
    page.click("form.form button")
    page.wait_for_url("**/login/")
    page.fill("[name=username]", "shen")
    page.fill("[name=password]", "Velvet-93-tuba")
    page.click("form.form button")
    page.wait_for_url("**/")
    assert "沈文" in page.content()


def test_the_token_is_in_no_referer(open_page):
    referers = []
    page = open_page("/login/")
    page.on("request", lambda one: referers.append(one.headers.get("referer", "")))
    token = links.create_setup_link()
    page.goto(f"/setup/{token}/")
    page.click("form.form button")
    assert any(referers)
    assert not any(token in one for one in referers)


def test_an_invited_person_opens_the_account_on_a_phone(open_page):
    dora, company = UserFactory(), CompanyFactory()
    GrantFactory(user=dora, role=Role.DISPATCHER, region=company.region)
    _link, token = links.invite_owner(
        company, actor=dora, name="钱多", phone="13700001111"
    )
    page = open_page(f"/invite/{token}/", phone=True)
    page.fill("[name=password]", "Velvet-93-tuba")
    page.fill("[name=again]", "Velvet-93-tuba")
    page.click("form.form button")
    page.wait_for_url("**/")
    assert User.objects.filter(login="13700001111").exists()
