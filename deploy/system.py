"""Install the system packages that are missing, with apt, and say so."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from pathlib import Path

from deploy.common import VAR, output_of, run, say, stop

# libharfbuzz-subset0: without it a three-page PDF takes 10.7 s instead of 0.2 s.
RUN_PACKAGES = [
    "libpango-1.0-0",
    "libpangoft2-1.0-0",
    "libharfbuzz-subset0",
    "fonts-noto-cjk",
    "fonts-lxgw-wenkai",
    "gettext",
    "tzdata",
]
TEST_PACKAGES = ["poppler-utils"]
# While this file is there, Debian's package starts no database server of its own.
NO_CLUSTER = "/etc/postgresql-common/createcluster.d/none-for-tests.conf"
BY_HAND = (
    "Setup installs packages only on Debian 12 or newer and Ubuntu 24.04 or newer. "
    "Here, please install by hand: Python 3.11 or newer with venv, Pango, "
    "HarfBuzz with its subset library, the Noto CJK and LXGW WenKai fonts, gettext "
    "(for the tests also PostgreSQL 15 or newer, Chromium and poppler-utils); then "
    "run the same command again with SKIP_APT=1."
)


def install_missing(*, for_tests: bool) -> None:
    """Bring in what is missing; do nothing, quickly, when nothing is."""
    if os.environ.get("SKIP_APT") == "1":
        return
    if not is_supported():
        stop(BY_HAND)
    wanted = RUN_PACKAGES + venv_package()
    if for_tests:
        wanted = wanted + TEST_PACKAGES + postgres_package() + browser_package()
    missing = [name for name in wanted if name not in installed(wanted)]
    if missing:
        install(missing)


def is_supported() -> bool:
    release = os_release()
    family = {release.get("ID", ""), *release.get("ID_LIKE", "").split()}
    return bool(family & {"debian", "ubuntu"}) and shutil.which("apt-get") is not None


def os_release() -> dict[str, str]:
    path = Path("/etc/os-release")
    lines = path.read_text().splitlines() if path.is_file() else []
    pairs = (line.split("=", 1) for line in lines if "=" in line)
    return {key: value.strip('"') for key, value in pairs}


def venv_package() -> list[str]:
    """Debian splits ensurepip off its own Python; other builds bring it along."""
    if importlib.util.find_spec("ensurepip") is None:
        return [f"python3.{sys.version_info.minor}-venv"]
    return []


def postgres_package() -> list[str]:
    """Any version's server programs will do, from whatever source they came."""
    found = any(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return [] if found else ["postgresql"]


def browser_package() -> list[str]:
    """Name Chromium where it is a real package; Ubuntu's is a snap in disguise."""
    return [] if os_release().get("ID") == "ubuntu" else ["chromium"]


def installed(names: list[str]) -> set[str]:
    # dpkg-query fails when it does not know one of them, and still prints the others.
    query = """dpkg-query -W -f '${db:Status-Status} ${Package}\\n' "$@" || true"""
    lines = output_of(["sh", "-c", query, "sh", *names]).splitlines()
    return {line.split()[1] for line in lines if line.startswith("installed ")}


def install(names: list[str]) -> None:
    root = as_root(names)
    say(f"Installing system packages with apt: {' '.join(names)}")
    run([*root, "apt-get", "update", "-qq"])
    if "postgresql" in names:
        run([*root, "mkdir", "-p", str(Path(NO_CLUSTER).parent)])
        order = f"echo 'create_main_cluster = false' > {NO_CLUSTER}"
        run([*root, "sh", "-c", order])
    try:
        apt_install(root, names)
    finally:
        run([*root, "rm", "-f", NO_CLUSTER])


def apt_install(root: list[str], names: list[str]) -> None:
    quiet = ["-y", "-qq", "-o", "Dpkg::Use-Pty=0", "--no-install-recommends"]
    front = ["env", "DEBIAN_FRONTEND=noninteractive"]
    command = [*root, *front, "apt-get", "install", *quiet, *names]
    run(command, log=VAR / "apt.log")


def as_root(names: list[str]) -> list[str]:
    """Return what must stand before a command that needs the administrator."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") is None or not may_sudo():
        stop(
            "These system packages are missing and only an administrator can install "
            f"them: run 'apt-get install {' '.join(names)}' as root, then this again."
        )
    return ["sudo"]


def may_sudo() -> bool:
    if sys.stdin is not None and sys.stdin.isatty():
        return True  # sudo will ask
    return output_of(["sudo", "-n", "echo", "yes"]) == "yes"
