"""The log page in a real browser: nothing called saved is lost, nothing is doubled."""

import io

import pytest
from django.conf import settings
from django.test import Client
from PIL import Image

from tests.browser.tools import errors_of, violations_on
from tests.cast import make_cast
from tests.factories import CategoryFactory, ContactFactory
from visits.models import Ticket, Visit, VisitPhoto

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast():
    CategoryFactory()
    cast = make_cast()
    ContactFactory(company=cast.company, name="王经理", title="厂长")
    return cast


@pytest.fixture
def page_of(open_page, live_server):
    """A phone in this person's hand."""

    def opened(user, path="/visits/log/", page=None, **more):
        page = page or open_page("about:blank", phone=True, **more)
        sign_in(page, user, live_server.url)
        page.goto(live_server.url + path)
        page.wait_for_selector("[data-saved] .no-js", state="detached")
        return page

    return opened


def sign_in(page, user, url):
    client = Client()
    client.force_login(user, backend="crm.auth.LoginNameBackend")
    name = settings.SESSION_COOKIE_NAME
    page.context.clear_cookies()
    page.context.add_cookies(
        [{"name": name, "value": client.cookies[name].value, "url": url}]
    )


def pick_company(page, company):
    page.click(f"[data-pick='{company.pk}']")
    page.wait_for_selector("[data-contacts] label")


def tell(page):
    """What an officer types: one finding, and why she came."""
    page.fill("[name=purpose]", "了解用工情况")
    page.fill("[name='findings.0.symptom']", "夜班招不到人")
    page.select_option("[name='findings.0.category']", "labour")


def until_saved(page):
    page.wait_for_selector("[data-saved] b")
    page.wait_for_timeout(600)
    assert "已保存在本机" in page.inner_text("[data-saved]")


def camera():
    buffer = io.BytesIO()
    Image.effect_noise((2600, 1900), 60).convert("RGB").save(buffer, "JPEG")
    return {"name": "IMG.jpg", "mimeType": "image/jpeg", "buffer": buffer.getvalue()}


def sign(page):
    page.locator(".sign canvas").scroll_into_view_if_needed()
    box = page.locator(".sign canvas").bounding_box()
    page.mouse.move(box["x"] + 40, box["y"] + 90)
    page.mouse.down()
    for step in range(12):
        page.mouse.move(box["x"] + 40 + step * 12, box["y"] + 90 - step % 4 * 9)
    page.mouse.up()


def test_a_visit_with_photos_and_signature_arrives_whole(cast, page_of):
    page = page_of(cast.olga)
    seen = errors_of(page)
    pick_company(page, cast.company)
    page.click("[data-contacts] label")
    tell(page)
    page.set_input_files("[data-photos] input", [camera(), camera()])
    page.locator(".photo img").nth(1).wait_for()
    sign(page)
    until_saved(page)
    page.click("[data-submit]")
    page.wait_for_selector("[data-done] :text('已送达')", timeout=20_000)
    visit = Visit.objects.get()
    assert visit.signed_by == "王经理"
    assert visit.signature is not None
    assert VisitPhoto.objects.exclude(file=None).count() == 2
    assert Ticket.objects.get().number in page.inner_text("[data-done]")
    assert seen == []
    # The copy on the phone has gone with the receipt.
    page.reload()
    page.wait_for_timeout(500)
    assert page.input_value("[name=purpose]") == ""


def test_a_signature_without_a_name_is_said_before_sending(cast, page_of):
    page = page_of(cast.olga)
    pick_company(page, cast.company)
    tell(page)
    sign(page)
    until_saved(page)
    assert page.locator("[data-saved] :text('签名人')").count() == 1
    page.click("[data-submit]")
    page.wait_for_selector("[data-problems] :text('签名人')")
    page.fill("[name=signed_by]", "王经理")
    page.wait_for_selector("[data-saved] :text('已填完')")


def test_a_draft_survives_and_is_nobody_elses(cast, page_of):
    page = page_of(cast.olga)
    pick_company(page, cast.company)
    tell(page)
    page.set_input_files("[data-photos] input", camera())
    page.wait_for_selector(".photo img")
    until_saved(page)
    page.reload()
    page.wait_for_selector(".photo img")
    assert page.input_value("[name='findings.0.symptom']") == "夜班招不到人"
    assert cast.company.name in page.inner_text("[data-name]")
    page_of(cast.bela, page=page)
    page.wait_for_timeout(500)
    assert page.input_value("[name='findings.0.symptom']") == ""
    assert page.inner_text("#capture [data-unsent]") == ""


def test_without_network_it_waits_and_then_arrives_once(cast, page_of):
    page = page_of(cast.olga)
    pick_company(page, cast.company)
    tell(page)
    until_saved(page)
    page.context.set_offline(True)
    page.click("[data-submit]")
    page.wait_for_selector("[data-saved] :text('尚未送达')")
    assert not Visit.objects.exists()
    page.context.set_offline(False)
    page.wait_for_selector("[data-done] :text('已送达')", timeout=20_000)
    assert Visit.objects.count() == Ticket.objects.count() == 1


def test_an_answer_that_is_lost_does_not_double_the_visit(cast, page_of):
    page = page_of(cast.olga)
    lost = []

    def lose_the_first(route):
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch())
            route.abort()
        else:
            route.continue_()

    page.route("**/api/v1/visits/", lose_the_first)
    pick_company(page, cast.company)
    tell(page)
    page.click("[data-submit]")
    page.wait_for_selector("[data-done] :text('已送达')", timeout=20_000)
    assert lost[0].status == 201
    assert Visit.objects.count() == Ticket.objects.count() == 1


def test_an_expired_login_loses_nothing(cast, page_of, live_server):
    page = page_of(cast.olga)
    pick_company(page, cast.company)
    tell(page)
    until_saved(page)
    page.context.clear_cookies()
    page.click("[data-submit]")
    page.wait_for_selector("[data-saved] :text('登录已过期')")
    # Somebody else signs in on this phone: hers is neither seen nor sent.
    page_of(cast.bela, page=page)
    page.wait_for_timeout(800)
    assert not Visit.objects.exists()
    page_of(cast.olga, page=page)
    page.wait_for_timeout(2500)
    assert Visit.objects.get().logged_by == cast.olga


def test_what_is_missing_is_named_and_leads_to_its_field(cast, page_of):
    page = page_of(cast.olga)
    pick_company(page, cast.company)
    page.fill("[name='findings.0.symptom']", "夜班招不到人")
    page.click("[data-submit]")
    assert "走访目的" in page.inner_text("[data-problems]")
    page.click("[data-problems] a")
    assert page.evaluate("document.activeElement.name") == "purpose"
    assert not Visit.objects.exists()


def test_signing_out_asks_about_what_was_not_delivered(cast, page_of):
    page = page_of(cast.olga)
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    pick_company(page, cast.company)
    tell(page)
    until_saved(page)
    page.evaluate("document.querySelector('form[data-logout] button').click()")
    page.wait_for_timeout(800)
    assert "1" in asked[0]
    assert page.url.endswith("/visits/log/")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_page_has_no_barrier(cast, page_of, dark):
    page = page_of(cast.olga, dark=dark, bypass_csp=True)
    pick_company(page, cast.company)
    page.click("[data-add]")
    assert violations_on(page) == []
