"""Bring a bare machine to where the site can run: `python3 -m deploy.setup`."""

from __future__ import annotations

import argparse
import fcntl
import sys

if sys.version_info < (3, 11):  # noqa: UP036  (it may well run on an older one)
    sys.exit(
        "Python 3.11 or newer is needed, and this is "
        f"{sys.version_info[0]}.{sys.version_info[1]}. Please install it, or name "
        "another one: make setup PYTHON=python3.12"
    )

from deploy import assets, fonts, packages, system
from deploy.common import VAR, provide_secret, say


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--tests", action="store_true", help="also what tests need")
    tests: bool = arguments.parse_args().tests
    VAR.mkdir(exist_ok=True)
    with (VAR / "setup.lock").open("w") as lock:
        # Two setups at once would tear each other's packages apart.
        fcntl.flock(lock, fcntl.LOCK_EX)
        provide(tests=tests)


def provide(*, tests: bool) -> None:
    """Do every step that is not done yet."""
    provide_secret(VAR)
    system.install_missing(for_tests=tests)
    fonts.provide()
    packages.provide_venv()
    packages.provide_python("requirements.txt")
    if tests:
        packages.provide_python("requirements-dev.txt")
    packages.provide_npm()
    assets.provide()


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        say("Setup was interrupted. Run it again to go on.")
        raise SystemExit(130) from None
