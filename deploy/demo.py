"""The demo: database, demo data, web and worker, until Ctrl-C: `make demo`."""

from __future__ import annotations

import http.client
import os
import re
import socket
import sys
import time
from pathlib import Path

from deploy import processes
from deploy.common import (
    ROOT,
    VAR,
    VENV_PYTHON,
    base_environment,
    provide_secret,
    say,
    stop,
)

# Seconds: a page being answered may finish, then everything goes.
PATIENCE = 8.0
START_LIMIT = 60.0


def main() -> int:
    host = os.environ.get("HOST") or "127.0.0.1"
    port = port_from(os.environ.get("PORT") or "8000")
    if not is_free(host, port):
        stop(f"Port {port} is in use. Choose another: make demo PORT={port + 1}")
    env = demo_environment(host, port)
    processes.adopt_orphans()
    children: list[processes.Child] = []
    with processes.stoppable():
        try:
            status = serve(children, env, host, port)
        except processes.StopRequested:
            say("Stopping …")
            status = 0
        finally:
            processes.stop_all(children, patience=PATIENCE)
    say("Stopped." if status == 0 else "The demo ended because a part of it failed.")
    return status


def port_from(text: str) -> int:
    if not re.fullmatch("[0-9]{1,5}", text) or not 1 <= int(text) <= 65535:
        stop(f"PORT must be a number from 1 to 65535, not {text!r}.")
    return int(text)


def is_free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        # As gunicorn binds: a port that only lingers from the last run is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError:
            stop(f"Port {port} may only be used by root. Choose one above 1023.")
        except OSError:
            return False
    return True


def demo_environment(host: str, port: int) -> dict[str, str]:
    env = base_environment()
    data = Path(env.get("CRM_DATA_DIR") or VAR)
    provide_secret(data)
    env.pop("CRM_ENV", None)  # a demo is never production
    env.update(DEMO="1", HOST=host, PORT=str(port), CRM_DATA_DIR=str(data))
    env["DJANGO_SETTINGS_MODULE"] = "crm.config.settings"
    env.setdefault("DEBUG", "0")
    env.setdefault("CRM_BASE_URL", f"http://127.0.0.1:{port}")
    if host not in ("127.0.0.1", "localhost"):
        env.setdefault("ALLOWED_HOSTS", "*")  # somebody else's phone, on purpose
    return env


def serve(
    children: list[processes.Child], env: dict[str, str], host: str, port: int
) -> int:
    """Prepare, start web and worker, and watch them until one ends."""
    prepare(children, env)
    python = str(VENV_PYTHON)
    gunicorn = [python, "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py"]
    worker = [python, "manage.py", "worker"]
    children.append(processes.start(gunicorn, env=env, cwd=ROOT))
    log = Path(env["CRM_DATA_DIR"]) / "worker.log"
    children.append(processes.start(worker, env=env, cwd=ROOT, log=log))
    wait_until_answering(children, host, port)
    say("")
    say(f"  The site is running at {env['CRM_BASE_URL']}/")
    say("  Enter with one of the buttons on the login page; no password is needed.")
    say(f"  What the worker does is written to {log}")
    say("  Ctrl-C stops everything.")
    say("")
    return watch(children)


def prepare(children: list[processes.Child], env: dict[str, str]) -> None:
    child = processes.start(
        [str(VENV_PYTHON), "-m", "deploy.prepare_demo"], env=env, cwd=ROOT
    )
    children.append(child)
    if child.wait():
        stop("The database could not be prepared; what happened stands above.")
    children.remove(child)


def wait_until_answering(children: list[processes.Child], host: str, port: int) -> None:
    until = time.monotonic() + START_LIMIT
    target = "127.0.0.1" if host == "0.0.0.0" else host
    while time.monotonic() < until:
        if any(child.poll() is not None for child in children):
            stop("The site did not start; what happened stands above or in worker.log.")
        status = answer_of(target, port)
        if status >= 500:
            stop(f"The site answers with {status}; what happened stands above.")
        if status:
            return
        time.sleep(0.05)
    stop(f"The site did not answer within {START_LIMIT:.0f} seconds.")


def answer_of(host: str, port: int) -> int:
    """Return the status of the first page, or 0 while nobody answers."""
    connection = http.client.HTTPConnection(host, port, timeout=20)
    try:
        connection.request("GET", "/", headers={"Host": "localhost"})
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()


def watch(children: list[processes.Child]) -> int:
    """Return when a child ends by itself: neither half is a demo alone."""
    while True:
        for child in children:
            if child.poll() is not None:
                say(f"Process {child.pid} ended by itself with {child.returncode}.")
                return 1
        time.sleep(0.3)


if __name__ == "__main__":
    sys.exit(main())
