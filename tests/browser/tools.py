"""What browser tests ask of a page."""

from playwright.sync_api import Page

from deploy.common import NODE_MODULES

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
