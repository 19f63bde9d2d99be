"""Let Lighthouse judge pages as on a phone: `make lighthouse PAGES="/ /visits/"`.

The site must be running (`make demo`); COOKIE=… opens pages behind the login.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from deploy.common import base_environment, say, stop

FOLDER = Path(__file__).parent
PROGRAM = FOLDER / "node_modules" / ".bin" / "lighthouse"
CATEGORIES = ["performance", "accessibility", "best-practices"]
CHROME = "--headless=new --no-sandbox --disable-gpu --disable-background-networking"


def main() -> int:
    provide()
    base = os.environ.get("BASE") or "http://127.0.0.1:8000"
    pages = (os.environ.get("PAGES") or "/").split()
    lowest = 100
    for page in pages:
        scores = judge(base + page)
        say(f"{page}: " + ", ".join(f"{name} {scores[name]}" for name in CATEGORIES))
        lowest = min(lowest, *scores.values())
    return 0 if lowest >= 95 else 1


def provide() -> None:
    """Install it the first time it is asked for."""
    if not PROGRAM.exists():
        say("Installing Lighthouse (185 MB, once)")
        command = ["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"]
        done = subprocess.run(command, cwd=FOLDER, env=base_environment(), check=False)
        if done.returncode:
            stop("Lighthouse could not be installed; what happened stands above.")


def judge(address: str) -> dict[str, int]:
    """Return the scores of one page, 0 to 100."""
    command = [str(PROGRAM), address, "--output=json", "--quiet"]
    command += [f"--only-categories={','.join(CATEGORIES)}", f"--chrome-flags={CHROME}"]
    if cookie := os.environ.get("COOKIE"):
        command.append(f"--extra-headers={json.dumps({'Cookie': cookie})}")
    env = {**base_environment(), "CHROME_PATH": "/usr/bin/chromium"}
    done = subprocess.run(command, env=env, check=False, stdout=subprocess.PIPE)
    if done.returncode:
        stop(f"Lighthouse could not judge {address}; what happened stands above.")
    found = json.loads(done.stdout)["categories"]
    return {name: round(100 * (found[name]["score"] or 0)) for name in CATEGORIES}


if __name__ == "__main__":
    sys.exit(main())
