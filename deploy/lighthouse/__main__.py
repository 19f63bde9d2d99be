"""Let Lighthouse judge pages as on a phone: `make lighthouse PAGES="/ /visits/"`.

The site must be running (`make demo`, or BASE=…); AS=officer1 enters the demo as one of
its people, COOKIE=… brings a session from elsewhere.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

from deploy.common import base_environment, say, stop

FOLDER = Path(__file__).parent
PROGRAM = FOLDER / "node_modules" / ".bin" / "lighthouse"
CATEGORIES = ["performance", "accessibility", "best-practices"]
CHROME = "--headless=new --no-sandbox --disable-gpu --disable-background-networking"


def main() -> int:
    provide()
    base = os.environ.get("BASE") or "http://127.0.0.1:8000"
    pages = (os.environ.get("PAGES") or "/").split()
    who = os.environ.get("AS")
    cookie = entered(base, who) if who else os.environ.get("COOKIE", "")
    lowest = 100
    for page in pages:
        report = judge(base + page, cookie)
        scores = scores_of(report)
        say(f"{page}: " + ", ".join(f"{name} {scores[name]}" for name in CATEGORIES))
        for line in complaints(report):
            say(f"  {line}")
        lowest = min(lowest, *scores.values())
    return 0 if lowest >= 95 else 1


def entered(base: str, who: str) -> str:
    """The cookies of one of the demo's people, by the button of the login page."""
    jar = CookieJar()
    browser = build_opener(HTTPCookieProcessor(jar))
    with browser.open(f"{base}/login/") as answer:
        page = answer.read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    if token is None or f'value="{who}"' not in page:
        stop(f"There is no button to enter as {who} at {base}/login/.")
    form = urlencode({"csrfmiddlewaretoken": token[1], "user": who}).encode()
    browser.open(f"{base}/demo-enter/", form).close()
    return "; ".join(f"{one.name}={one.value}" for one in jar)


def provide() -> None:
    """Install it the first time it is asked for."""
    if not PROGRAM.exists():
        say("Installing Lighthouse (185 MB, once)")
        command = ["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"]
        done = subprocess.run(command, cwd=FOLDER, env=base_environment(), check=False)
        if done.returncode:
            stop("Lighthouse could not be installed; what happened stands above.")


def judge(address: str, cookie: str) -> dict[str, Any]:  # Any: Lighthouse's JSON
    """Everything that Lighthouse has to say about one page."""
    command = [str(PROGRAM), address, "--output=json", "--quiet"]
    command += [f"--only-categories={','.join(CATEGORIES)}", f"--chrome-flags={CHROME}"]
    if cookie:
        command.append(f"--extra-headers={json.dumps({'Cookie': cookie})}")
    env = {**base_environment(), "CHROME_PATH": "/usr/bin/chromium"}
    done = subprocess.run(command, env=env, check=False, stdout=subprocess.PIPE)
    if done.returncode:
        stop(f"Lighthouse could not judge {address}; what happened stands above.")
    report: dict[str, Any] = json.loads(done.stdout)
    # A page behind the login would be judged as the login page.
    if report["finalDisplayedUrl"] != address:
        stop(f"{address} led to {report['finalDisplayedUrl']}: AS=… enters the demo.")
    return report


def scores_of(report: dict[str, Any]) -> dict[str, int]:  # Any: as above
    found = report["categories"]
    return {name: round(100 * (found[name]["score"] or 0)) for name in CATEGORIES}


def complaints(report: dict[str, Any]) -> list[str]:  # Any: as above
    """What costs points, with the measured value."""
    weighted = {
        ref["id"]
        for name in CATEGORIES
        for ref in report["categories"][name]["auditRefs"]
        if ref["weight"]
    }
    return [
        f"{audit['title']} {audit.get('displayValue', '')}".strip()
        for key, audit in report["audits"].items()
        if key in weighted and audit["score"] is not None and audit["score"] < 0.9
    ]


if __name__ == "__main__":
    sys.exit(main())
