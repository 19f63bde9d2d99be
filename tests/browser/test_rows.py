"""The whole line of a list is its link, in tables and in work lists."""

import pytest

from tests.browser.test_project_job import people, person, project, screen

__all__ = ["people", "person", "project", "screen"]
pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_a_touch_beside_the_words_opens_the_line(project, screen):
    officer, seen = screen("officer", project.get_absolute_url(), phone=True)
    line = officer.locator("#items .worklist > li").first
    line.locator(".sub").tap()
    officer.wait_for_url("**/milestones/*/")
    assert seen == []


def test_a_button_in_a_line_stays_a_button(project, screen):
    officer, _seen = screen("officer", project.get_absolute_url(), phone=True)
    line = officer.locator(".worklist > li").first
    line.evaluate("e => e.insertAdjacentHTML('beforeend', '<button>x</button>')")
    line.get_by_role("button", name="x").tap()
    assert officer.url.endswith(project.get_absolute_url())
