"""What browser tests ask of a page."""

from django.conf import settings
from django.test import Client
from playwright.sync_api import BrowserContext, Page

from crm.models import User
from deploy.common import NODE_MODULES
from tests.factories import GrantFactory, UserFactory

AXE = NODE_MODULES / "axe-core" / "axe.min.js"


def violations_on(page: Page, *rules: str) -> list[str]:
    """Ask axe-core; the page's context must have been opened with bypass_csp=True."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    options: dict[str, object] = {"resultTypes": ["violations"]}
    if rules:
        options["runOnly"] = list(rules)
    found = page.evaluate("options => axe.run(document, options)", options)
    return [
        f"{rule['id']}: {node['html'][:200]} {node['failureSummary']}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


def errors_of(page: Page) -> list[str]:
    """Collect from now on what the console calls an error, refusals of the CSP too."""
    seen: list[str] = []
    page.on(
        "console",
        lambda message: seen.append(message.text) if message.type == "error" else None,
    )
    page.on("pageerror", lambda error: seen.append(str(error)))
    return seen


def sign_in(context: BrowserContext, address: str, user: User | None) -> None:
    """Give the context this person's session, as if just logged in; or none."""
    context.clear_cookies()
    if user is None:
        return
    client = Client()
    client.force_login(user, backend="crm.auth.LoginNameBackend")
    name = settings.SESSION_COOKIE_NAME
    cookie = {"name": name, "value": client.cookies[name].value, "url": address}
    context.add_cookies([cookie])


def person(login: str, role: str, unit: object = None, **scope: object) -> User:
    """Somebody with one role."""
    user: User = UserFactory(login=login, department=unit)
    GrantFactory(user=user, role=role, **scope)
    return user
