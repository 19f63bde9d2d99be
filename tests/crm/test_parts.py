"""The shell and the parts: who sees which entries, how a refused form comes back."""

import re

import pytest
from django import forms
from django.template import Context, Template
from django.test import RequestFactory
from django.urls import reverse

from crm import nav
from crm.context import Shell
from crm.models import Role
from crm.views.styleguide import PAGES


def rendered(text, **context):
    return Template(text).render(Context(context))


@pytest.mark.django_db
def test_the_rail_holds_seven_entries_and_the_bottom_bar_four(cast):
    for role in Role.values:
        items = nav.items_for([role])
        assert len([one for one in items if not one.is_act]) <= nav.RAIL_MAX
        assert len([one for one in items if one.phone]) <= nav.PHONE_MAX
        assert all(link.url for link in nav.links(items, "/"))


@pytest.fixture
def own_entries(monkeypatch):
    """None but what the test registers, and none of that remembered after it."""
    monkeypatch.setattr(nav, "_items", [])
    yield
    nav.register()


def test_the_entry_nearest_to_the_page_is_current(own_entries):
    nav.register(
        nav.NavItem(1, "Home", "reports:home", "home", ["officer"], phone=1),
        nav.NavItem(2, "Look", "crm:appearance", "eye", ["officer"]),
    )
    items = nav.items_for(["officer"])
    inside = nav.links(items, reverse("crm:appearance") + "12/")
    assert [link.is_current for link in inside] == [False, True]
    assert [link.is_current for link in nav.links(items, "/")] == [True, False]
    assert nav.items_for(["leader"]) == []


def test_a_page_of_two_roles_is_listed_once(own_entries):
    nav.register(
        nav.NavItem(5, "Tickets", "crm:appearance", "list", ["handler"]),
        nav.NavItem(1, "Tickets", "crm:appearance", "list", ["leader"]),
    )
    assert [one.order for one in nav.items_for(["handler", "leader"])] == [1]


def test_nobody_signed_in_has_no_rail():
    shell = Shell(RequestFactory().get("/"))
    assert (shell.rail, shell.phone_nav, shell.more_nav) == ([], [], [])


def test_a_lamp_is_a_shape_and_a_word():
    for colour in ("green", "yellow", "red", "grey"):
        html = rendered("{% lamp colour %}", colour=colour)
        assert "<svg" in html
        assert re.sub(r"<[^>]+>", "", html).strip()
    assert "&lt;b&gt;" in rendered("{% lamp 'red' word %}", word="<b>")


class PaperForm(forms.Form):
    staff = forms.IntegerField()
    note = forms.CharField(required=False, help_text="short")


def test_a_refused_form_says_why_and_keeps_what_was_typed():
    html = rendered("{{ form }}", form=PaperForm({"staff": "十二"}))
    assert 'href="#id_staff"' in html
    assert 'value="十二"' in html
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_staff_error"' in html
    assert 'id="id_staff_error"' in html


def test_what_may_be_left_out_says_so():
    html = rendered("{{ form }}", form=PaperForm())
    assert html.count('class="optional"') == 1
    assert 'aria-describedby="id_note_helptext"' in html


@pytest.mark.parametrize("theme", ["light", "dark", "auto"])
def test_the_chosen_appearance_stays_on_this_device(client, theme):
    url = reverse("crm:appearance")
    response = client.post(url, {"theme": theme, "next": "/somewhere/"})
    assert (response.status_code, response.url) == (302, "/somewhere/")
    assert client.cookies["theme"].value == theme


def test_appearance_never_leads_elsewhere(client):
    url = reverse("crm:appearance")
    response = client.post(url, {"theme": "nope", "next": "https://example.org/"})
    assert response.url == "/"
    assert "theme" not in client.cookies


@pytest.mark.parametrize("name", PAGES)
def test_the_styleguide_is_there_only_while_developing(client, settings, name):
    url = reverse("crm:styleguide_page", args=[name])
    assert client.get(url).status_code == 404
    settings.DEBUG = True
    response = client.get(url)
    assert response.status_code == 200
    body = response.content.decode()
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*src=)", body)
