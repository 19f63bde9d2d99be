"""An officer confirms in the company's name: only the chosen proof is asked for."""

import pytest

from tests.browser.tools import sign_in
from tests.cast import make_cast
from tests.factories import CategoryFactory
from tests.visits import ticket_stories as stories

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    ("chosen", "shown", "hidden"),
    [
        (None, [], ["file", "person", "phone", "called_at"]),
        ("call", ["person", "phone", "called_at"], ["file"]),
        ("signature", ["file"], ["person", "phone", "called_at"]),
    ],
)
def test_the_chosen_proof_alone_is_asked_for(
    open_page, live_server, chosen, shown, hidden
):
    CategoryFactory()
    cast = make_cast()
    ticket = stories.answered(cast)
    page = open_page("/login/", phone=True)
    sign_in(page.context, live_server.url, cast.olga)
    page.goto(f"/tickets/{ticket.pk}/confirm/")
    if chosen:
        page.check(f"[name=sign_off][value={chosen}]")
    assert all(page.locator(f"[name={name}]").is_visible() for name in shown)
    assert not any(page.locator(f"[name={name}]").is_visible() for name in hidden)
    assert page.locator("fieldset .optional:visible").count() == 0
