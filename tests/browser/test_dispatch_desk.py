"""The dispatch desk without a mouse, and without scripts."""

import pytest

from tests.browser.tools import errors_of, sign_in, violations_on
from tests.cast import make_cast
from tests.factories import CategoryFactory
from visits.models import Ticket
from visits.services import tickets

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
DESK = "/tickets/desk/"
GIVEN_UP = ("htmx:afterRequest", "htmx:sendAbort")


@pytest.fixture
def told():
    """Three tickets that wait; the category's usual lead is the bureau."""
    cast = make_cast()
    labour = CategoryFactory()
    labour.default_lead = cast.bureau
    labour.save()
    made = [
        tickets.raise_ticket(
            actor=cast.dora, company=cast.company, text=text, category=labour
        )
        for text in ("夜班招不到挡车工", "停电三次", "社保转移接续没有结果")
    ]
    return cast, made


@pytest.fixture
def at_desk(open_page, live_server, told):
    cast, _made = told

    def opened(**more):
        page = open_page("/login/", **more)
        sign_in(page.context, live_server.url, cast.dora)
        seen = errors_of(page)
        page.goto(DESK)
        return page, seen

    return opened


def shown(page, ticket):
    """Wait until the ticket stands beside the list."""
    page.locator(f'#desk-detail [data-pk="{ticket.pk}"]').wait_for()


def lead_of(ticket):
    return ticket.parts.get(is_lead=True, ended_on=None).department


def state_of(ticket):
    return Ticket.objects.get(pk=ticket.pk).status


def test_a_morning_at_the_desk_without_a_mouse(told, at_desk):
    cast, (first, second, third) = told
    page, seen = at_desk()
    keys = page.keyboard
    shown(page, first)
    # Down to the second, another lead by the initials of its pinyin, and away with it.
    keys.press("j")
    keys.press("j")
    shown(page, second)
    keys.press("l")
    keys.type("slj")
    page.get_by_role("option", name="水利局").wait_for()
    keys.press("Enter")
    page.get_by_role("button", name="交办给 水利局").wait_for()
    keys.press("Escape")
    with page.expect_navigation():
        keys.press("d")
    assert lead_of(second) == cast.other_bureau
    # The desk went on with the next one: it is refused.
    shown(page, third)
    keys.press("r")
    keys.press("Space")
    keys.press("Tab")
    keys.type("请补充事实。")
    keys.press("Tab")
    with page.expect_navigation():
        keys.press("Enter")
    assert state_of(third) == "refused"
    # Ticked and dispatched with all that are ticked.
    shown(page, first)
    keys.press("j")
    keys.press("x")
    with page.expect_navigation():
        keys.press("b")
    page.get_by_text("已交办 1 件问题").wait_for()
    assert lead_of(first) == cast.bureau
    # A part that is being fetched is given up when the page is left.
    assert [one for one in seen if not one.startswith(GIVEN_UP)] == []


def test_keys_typed_into_a_field_stay_letters(told, at_desk):
    _cast, (first, *_rest) = told
    page, _seen = at_desk()
    page.keyboard.press("m")
    page.keyboard.type("djxr")
    assert page.locator("#merge_into").input_value() == "djxr"
    assert state_of(first) == "queued"


def test_every_key_is_written_on_something_to_press(told, at_desk):
    page, _seen = at_desk()
    keys = page.locator("[data-key]").evaluate_all("es => es.map(e => e.dataset.key)")
    assert set("?dclamsrb") == set(keys)
    page.keyboard.press("?")
    page.get_by_text("下一件、上一件").wait_for()


def test_the_desk_works_without_scripts(told, at_desk):
    cast, (first, second, _third) = told
    page, _seen = at_desk(java_script_enabled=False)
    page.get_by_role("link", name="停电三次").first.click()
    page.get_by_role("button", name="交办给 人社局").click()
    assert lead_of(second) == cast.bureau
    page.locator("input[name=items]").first.check()
    page.get_by_role("button", name="各按推荐交办").click()
    assert lead_of(first) == cast.bureau


@pytest.mark.parametrize("phone", [True, False])
@pytest.mark.parametrize("dark", [True, False])
def test_axe_finds_nothing_on_a_full_desk(told, at_desk, phone, dark):
    cast, (first, _second, third) = told
    tickets.dispatch_ticket(first, actor=cast.dora, lead=cast.bureau)
    tickets.return_ticket(first, actor=cast.hana, reason="不属本局职责")
    page, _seen = at_desk(phone=phone, dark=dark, bypass_csp=True)
    shown(page, first)
    assert violations_on(page) == []
    page.goto(f"{DESK}?at={third.pk}")
    for fold in page.locator("#desk-detail details > summary").all():
        fold.click()
    assert violations_on(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 1440
