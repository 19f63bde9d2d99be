"""Install the locked Python and npm packages, each only when its lock changed."""

from __future__ import annotations

import os
import re
import shutil
import sys

from deploy.common import (
    NODE_MODULES,
    ROOT,
    VENV,
    VENV_PYTHON,
    base_environment,
    fingerprint,
    is_done,
    mark_done,
    output_of,
    run,
    say,
    stop,
)

OLDEST_NODE = 20


def provide_venv() -> None:
    """Make .venv, and anew when Python was upgraded or the folder was moved."""
    wanted = f"{sys.version_info[0]}.{sys.version_info[1]} {VENV}"
    stamp = VENV / ".made-for"
    if is_done(stamp, wanted) and output_of([str(VENV_PYTHON), "-c", "print(1)"]):
        return
    say("Making the virtual environment .venv")
    shutil.rmtree(VENV, ignore_errors=True)
    run([sys.executable, "-m", "venv", str(VENV)])
    mark_done(stamp, wanted)


def provide_python(name: str) -> None:
    """Install one hashed requirements file into .venv."""
    lock = ROOT / name
    stamp = VENV / f".installed-{name}"
    if is_done(stamp, fingerprint(lock)):
        return
    say(f"Installing Python packages from {name}")
    pip = [str(VENV_PYTHON), "-m", "pip", "--disable-pip-version-check", "install"]
    # Compiled afterwards on all cores, which takes half as long.
    run([*pip, "-q", "--no-compile", "--require-hashes", "-r", name])
    # A file that no Python reads (a template in a package) must not stop us.
    output_of([str(VENV_PYTHON), "-m", "compileall", "-qq", "-j0", str(VENV / "lib")])
    mark_done(stamp, fingerprint(lock))


def provide_node() -> None:
    """Use the system's Node when it is new enough, else the one from PyPI."""
    if node_version(system_only=True) < OLDEST_NODE or not shutil.which("npm"):
        provide_python("requirements-node.txt")
    if node_version() < OLDEST_NODE:
        stop(f"Node.js {OLDEST_NODE} or newer is needed to build the assets.")


def provide_npm() -> None:
    """Install the packages that package-lock.json names."""
    stamp = NODE_MODULES / ".installed"
    wanted = fingerprint(ROOT / "package-lock.json", ROOT / "package.json")
    if is_done(stamp, wanted):
        return
    provide_node()
    say("Installing npm packages from package-lock.json")
    run(["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"])
    mark_done(stamp, wanted)


def node_version(*, system_only: bool = False) -> int:
    path = os.environ.get("PATH") if system_only else base_environment()["PATH"]
    node = shutil.which("node", path=path)
    found = re.match(r"v(\d+)\.", output_of([node, "--version"]) if node else "")
    return int(found[1]) if found else 0
