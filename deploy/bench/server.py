"""gunicorn as in the demo and in production: two workers, loaded once."""

from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from deploy import processes
from deploy.common import ROOT, stop

from .data import PYTHON, manage, output
from .load import fetch, request_of

START_LIMIT = 60.0


@contextmanager
def site(env: dict[str, str]) -> Iterator[tuple[int, int]]:
    """Run the site; yield its port and the process that has forked the workers."""
    manage(
        env, "collectstatic", "--noinput", "--verbosity", "0", "-i", "rest_framework"
    )
    port = free_port()
    command = [PYTHON, "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py"]
    child = processes.start(
        command, env=env | {"PORT": str(port), "WEB_WORKERS": "2"}, cwd=ROOT
    )
    try:
        wait(child, port)
        yield port, child.pid
    finally:
        child.terminate()
        child.wait()


def free_port() -> int:
    if asked := os.environ.get("PORT"):
        return int(asked)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait(child: processes.Child, port: int) -> None:
    until = time.monotonic() + START_LIMIT
    while child.poll() is None and time.monotonic() < until:
        try:
            if fetch(port, request_of("/login/", {}))[0] == 200:
                return
        except OSError:
            time.sleep(0.1)
    stop("The site did not start; what happened stands above.")


def ask(env: dict[str, str], what: str) -> dict[str, Any]:  # Any: what JSON holds
    """The answer of `deploy.bench.ask`: its last line."""
    said = output(env, [PYTHON, "-m", "deploy.bench.ask", what])
    found: dict[str, Any] = json.loads(said.strip().splitlines()[-1])  # Any: as above
    return found
