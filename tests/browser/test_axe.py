"""axe-core finds nothing on the main pages: phone and desktop, light and dark."""

import pytest
from django.conf import settings
from django.test import Client

from tests.access_world import make_world
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.tools import violations_on
from tests.cast import make_cast

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
# Whose pages; {company}, {visit} and {ticket} are those of the small world.
PAGES = {
    "olga": [
        "/",
        "/companies/",
        "/companies/{company}/",
        "/companies/{company}/edit/",
        "/visits/",
        "/visits/{visit}/",
        "/visits/log/?company={company}",
        "/visits/plan/",
        "/tickets/",
        "/tickets/{ticket}/",
    ],
    "hana": ["/", "/tickets/{ticket}/"],
    "dora": ["/", "/companies/new/", "/companies/{company}/", "/workload/"],
    "maria": ["/", "/visits/"],
    "axel": ["/", "/tickets/"],
    "otto": ["/", "/companies/{company}/", "/tickets/{ticket}/", "/tickets/raise/"],
    "sven": ["/", "/people/", "/categories/", "/calendar/", "/calendar/2026/"],
    "selma": ["/", "/grants/"],
    "alma": ["/", "/audit/"],
}


@pytest.fixture
def world(live_server):
    cast = make_cast()
    own, _foreign = make_world(cast)
    return cast, {name: own.ids[name]["pk"] for name in ("company", "visit", "ticket")}


def sign_in(context, address, user):
    client = Client()
    client.force_login(user, backend="crm.auth.LoginNameBackend")
    name = settings.SESSION_COOKIE_NAME
    value = client.cookies[name].value
    context.clear_cookies()
    context.add_cookies([{"name": name, "value": value, "url": address}])


def complaints(page, address):
    """Everything by light; by night only the colours are others."""
    page.emulate_media(color_scheme="light")
    answer = page.goto(address)
    if answer.status != 200 or "/login/" in page.url:
        return [f"{answer.status} {page.url}"]
    found = violations_on(page)
    page.emulate_media(color_scheme="dark")
    return found + [f"dark: {one}" for one in violations_on(page, "color-contrast")]


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_axe_finds_nothing(browser, live_server, world, viewport):
    cast, ids = world
    context = browser.new_context(
        base_url=live_server.url,
        viewport=viewport,
        has_touch=viewport is PHONE,
        is_mobile=viewport is PHONE,
        reduced_motion="reduce",
        locale="zh-CN",
        bypass_csp=True,
    )
    page = context.new_page()
    found = []
    for login, paths in PAGES.items():
        sign_in(context, live_server.url, getattr(cast, login))
        for path in paths:
            address = path.format(**ids)
            found += [f"{login} {address}: {one}" for one in complaints(page, address)]
    context.close()
    assert found == []
