"""axe-core finds nothing on any page: phone and desktop, light and dark.

The pages are the rows of the access table, so that a new address is looked at from its
first day. Files and the API are no pages; every other row without a visitor fails.
"""

import pytest
from django.urls import reverse

from crm.services import links
from tests.access_world import make_world
from tests.browser.axe_world import make_states
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.tools import sign_in, violations_on
from tests.cast import make_cast
from tests.test_access import ROWS
from tests.visits import ticket_stories as stories

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

NO_PAGES = {
    "reports:document", "crm:company-file", "visits:photo", "visits:signature",
    "visits:ticket-file", "projects:project-file", "projects:sample",
    "visits:complaint-file", "visits:directive-file", "visits:rating-file",
    "reports:ledger-export", "reports:order-month-export",
    "projects:template-export", "projects:template-sample", "projects:project-photo",
    "visits:burden",  # a script takes it apart
    "visits:desk-detail",  # the desk's right half, which it fetches
    "visits:desk-lead",  # a part of it, of a lead that is chosen there
    "reports:outcomes-export",
    "visits:case-new",  # it needs something to begin with: see MORE
}  # fmt: skip
# Pages that look different to several people; the others are opened by the first.
VISITORS = {
    "reports:home": "olga hana uma dora maria axel otto sven selma alma",
    "crm:company": "olga hana dora maria otto",
    "crm:companies": "dora otto",
    "projects:project": "olga hana dora maria",
    "projects:milestone": "olga hana dora",
    "projects:progress": "olga otto",
    "projects:agency": "olga otto",
    "visits:index": "olga dora otto",
    "visits:detail": "olga hana otto",
    "visits:plan": "olga hana",
    "visits:log": "olga hana",
    "visits:tickets": "olga hana dora otto",
    "visits:ticket": "olga hana dora otto",
    "visits:ticket-confirm": "olga otto",
    "visits:ticket-part-why": "tom",
    "visits:ticket-answer-part": "tom",
}
# The site is set up, and nobody gave this link; the open ones have their own tests.
STATUS = {"crm:setup": 410, "crm:login-code": 410, "projects:public": 410}
# Nothing to rate yet, and a rating that the company gave signed in: sentences.
STATUS |= {"visits:rate-agency": 409, "visits:confirm-by-link": 410}
NOBODY_SIGNED_IN = {"crm:login", "crm:setup", "crm:invitation", "crm:new_password"}
NOBODY_SIGNED_IN |= {"crm:ask-login-code", "crm:login-code"}
NOBODY_SIGNED_IN |= {
    "visits:complain",
    "visits:complain-about",
    "visits:complaint-look",
}
# In which state a ticket has what this address asks for.
STATES = {
    "visits:ticket-refuse": "queued",
    "visits:ticket-dispatch": "queued",
    "visits:ticket-hand": "working",
    "visits:ticket-contact": "accepted",
    "visits:ticket-answer": "working",
    "visits:ticket-confirm": "confirming",
    "visits:ticket-reject": "confirming",
    "visits:ticket-rule": "returned",
    "visits:ticket-reassign": "working",
    "visits:ticket-pause": "working",
    "visits:ticket-park": "working",
    "visits:ticket-decide-pause": "pause asked",
    "visits:ticket-decide-extension": "extension asked",
    "visits:ticket-supply": "paused",
    "visits:ticket-next-reply": "parked",
    "visits:ticket-merge": "queued",
    "visits:ticket-unmerge": "merged",
    "visits:ticket-split": "queued",
}
# The same address with a question, and the answer to forms that say nothing.
MORE = [
    ("olga", "/visits/log/?company={company}", 200),
    ("olga", "/visits/plan/?company={company}", 200),
    ("otto", "/tickets/raise/?company={company}", 200),
    ("olga", "/tickets/?tab=all&q=nothing-is-called-so", 200),
    ("dora", "/companies/?q=nothing-is-called-so", 200),
    ("dora", "/tickets/{closed}/", 200),
    ("olga", "/tickets/{confirming}/", 200),
    ("otto", "/tickets/{confirming}/", 200),
    ("tom", "/tickets/{assisted}/", 200),
    ("dora", "/tickets/cases/?tab=proposed", 200),
    ("dora", "/tickets/cases/new/?ticket={queued}", 200),
    ("sven", "/companies/{company}/", 404),
    ("maria", "/companies/new/", 403),
    ("hana", "/tickets/{closed}/answer/", 409),
]
EMPTY_FORMS = [
    ("dora", "/companies/new/"),
    ("olga", "/visits/plan/?company={company}"),
    ("olga", "/visits/log/?company={company}"),
    ("otto", "/tickets/raise/?company={company}"),
    ("dora", "/tickets/{queued}/dispatch/"),
    ("hana", "/tickets/{working}/answer/"),
    ("olga", "/tickets/{confirming}/confirm/"),
    ("sven", "/people/new/"),
]


@pytest.fixture
def cast(live_server):
    return make_cast()


@pytest.fixture
def own(cast):
    """One of everything at olga's company, and a ticket in every state."""
    own, _foreign = make_world(cast)
    own.ids["states"] = {
        state: stories.in_state(cast, state).pk for state in stories.TELL
    }
    assisted = stories.dispatched(
        cast, assistants=[(cast.other_bureau, "请提供名单。")]
    )
    own.ids["states"]["assisted"] = assisted.pk
    own.ids["states"] |= {
        "extension asked": stories.extension_asked(cast).pk,
        "pause asked": stories.pause_asked(cast).pk,
    }
    own.ids["states"]["company"] = own.company.pk
    part = assisted.parts.get(is_lead=False)
    own.ids["helped"] = {"pk": assisted.pk, "part": part.pk}
    _link, invitation = links.invite_owner(
        own.company, actor=cast.dora, name="钱多", phone="13700001111"
    )
    own.ids["today"] = make_states(cast, own.company)
    own.ids["tokens"] = {
        "crm:invitation": invitation,
        "crm:new_password": links.create_password_link(cast.tom),
    }
    return own


def address_of(name, kind, own):
    ids = own.ids.get(kind, {})
    if name in STATES:
        ids = {"pk": own.ids["states"][STATES[name]]}
    if name in own.ids["tokens"]:
        ids = {"token": own.ids["tokens"][name]}
    ids = own.ids["today"].get(name, ids)
    if name.startswith(("visits:ticket-part", "visits:ticket-answer-part")):
        ids = own.ids["helped"]
        ids = ids if "why" in name else {"pk": ids["pk"]}
    return reverse(name, kwargs=ids)


def rounds(own):
    """Every page once per visitor: login, address, expected status."""
    assert ROWS.keys() >= NO_PAGES
    for name, (kind, _readers, get, _post) in ROWS.items():
        if get is None or name.startswith("api-") or name in NO_PAGES:
            continue
        if name.endswith(("-file", "-export")):
            continue  # downloads
        if name.startswith("crm:styleguide"):
            continue  # only while DEBUG is on
        visitors = VISITORS.get(name, get.split()[0] if get else "")
        assert visitors, f"Nobody looks at {name}."
        if name in NOBODY_SIGNED_IN:
            visitors = "anonymous"
        for login in visitors.split():
            yield login, address_of(name, kind, own), STATUS.get(name, 200)
    for login, address, status in MORE:
        yield login, address.format(**own.ids["states"]), status


def complaints(page):
    """Everything by light, with all that opens opened; by night only the colours."""
    page.evaluate(
        "for (const one of document.querySelectorAll('main details')) one.open = true"
    )
    page.wait_for_function(
        "!document.querySelector('.htmx-request, [hx-trigger=load]')"
    )
    found = violations_on(page)
    page.emulate_media(color_scheme="dark")
    found += [f"dark: {one}" for one in violations_on(page, "color-contrast")]
    page.emulate_media(color_scheme="light")
    return found


def send_nothing(page):
    """Send the form empty, as a browser without its own checks would."""
    page.evaluate(
        """() => {
          const form = document.querySelector("main form[method=post]:not(.stream-box)")
          form.querySelectorAll("input:not([type=hidden]), textarea, select").forEach(
            (one) => { one.value = ""; one.checked = false })
          HTMLFormElement.prototype.submit.call(form)
        }"""
    )
    page.wait_for_load_state()
    page.wait_for_selector(".error-summary")


@pytest.fixture
def look(browser, live_server, request):
    """`look(login, address, viewport)` gives axe's complaints on a page."""
    contexts = {}

    def page_of(viewport, login):
        if (id(viewport), login) not in contexts:
            context = browser.new_context(
                base_url=live_server.url,
                viewport=viewport,
                has_touch=viewport is PHONE,
                is_mobile=viewport is PHONE,
                reduced_motion="reduce",
                locale="zh-CN",
                bypass_csp=True,
            )
            user = None
            if login != "anonymous":
                user = getattr(request.getfixturevalue("cast"), login)
            sign_in(context, live_server.url, user)
            contexts[id(viewport), login] = context.new_page()
        return contexts[id(viewport), login]

    yield page_of
    for page in contexts.values():
        page.context.close()


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_axe_finds_nothing(look, own, viewport):
    found = []
    for login, address, status in rounds(own):
        page = look(viewport, login)
        answer = page.goto(address)
        if answer.status != status or (
            "/login/" in page.url and "login" not in address
        ):
            found.append(f"{login} {address}: {answer.status}")
        found += [f"{login} {address}: {one}" for one in complaints(page)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_axe_finds_nothing_in_refused_forms(look, own, viewport):
    found = []
    for login, form in EMPTY_FORMS:
        page, address = look(viewport, login), form.format(**own.ids["states"])
        page.goto(address)
        send_nothing(page)
        found += [f"{login} {address}: {one}" for one in complaints(page)]
    assert not found, "\n".join(found)


def test_axe_finds_nothing_on_the_first_page_of_all(look, live_server):
    page = look(PHONE, "anonymous")
    page.goto(f"/setup/{links.create_setup_link()}/")
    assert page.locator("form").count() > 0
    assert complaints(page) == []
