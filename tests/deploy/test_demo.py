"""`make demo` starts, says what is wrong, and leaves nothing running."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest

from deploy.common import ROOT

DEMO = [sys.executable, "-m", "deploy.demo"]

# A child that will not end, with a grandchild in a session of its own.
STUBBORN = """
import os, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
if os.fork() == 0:
    os.setsid()
os.write(1, b"up\\n")
time.sleep(60)
"""
KEEPER = f"""
import os, sys
from pathlib import Path
from deploy import processes
processes.adopt_orphans()
with processes.stoppable():
    try:
        child = processes.start(
            [sys.executable, "-c", {STUBBORN!r}], env=dict(os.environ), cwd=Path.cwd()
        )
        child.wait()
    except processes.StopRequested:
        pass
    finally:
        processes.stop_all([child], patience=0.2)
        print("left", len(processes.descendants()), flush=True)
"""


def demo(**env):
    return subprocess.run(
        DEMO,
        check=False,
        cwd=ROOT,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
    )


def alive_with(word):
    """Count processes whose environment holds the word."""
    found = 0
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            found += word.encode() in path.read_bytes()
        except (OSError, ProcessLookupError):
            continue
    return found


def test_a_taken_port_is_said_in_a_sentence():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ended = demo(PORT=str(port), HOST="127.0.0.1")

    assert ended.returncode == 1
    assert ended.stderr == (
        f"Port {port} is in use. Choose another: make demo PORT={port + 1}\n"
    )


@pytest.mark.parametrize("port", ["0", "65536", "http", "-1", "٣"])
def test_a_port_that_is_none_is_said_in_a_sentence(port):
    ended = demo(PORT=port)

    assert ended.returncode == 1
    assert ended.stderr == f"PORT must be a number from 1 to 65535, not {port!r}.\n"


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_stubborn_grandchildren_do_not_outlive_a_stop(number):
    keeper = subprocess.Popen(
        [sys.executable, "-c", KEEPER], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    lines = [keeper.stdout.readline(), keeper.stdout.readline()]
    keeper.send_signal(number)
    rest, _ = keeper.communicate(timeout=10)

    assert lines == ["up\n", "up\n"]
    assert rest == "left 0\n"


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """One folder for all starts: the second one finds its database there."""
    return tmp_path_factory.mktemp("demo")


@contextmanager
def running_demo(data):
    """Start the demo with a database of its own; yield it, its port and its words."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = {**os.environ, "PORT": str(port), "SEED": "none", "CRM_DATA_DIR": str(data)}
    for name in ("SECRET_KEY", "CRM_DATABASE", "DJANGO_SETTINGS_MODULE"):
        env.pop(name, None)
    process = subprocess.Popen(
        DEMO,
        cwd=ROOT,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        said = ""
        while "Ctrl-C" not in said:
            line = process.stdout.readline()
            assert line, said
            said += line
        yield process, port, said
    finally:
        process.terminate()
        process.wait()


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_the_demo_answers_and_leaves_nothing_running(data, number):
    with running_demo(data) as (process, port, said):
        assert f"http://127.0.0.1:{port}/" in said
        page = urlopen(f"http://127.0.0.1:{port}/login/").read()
        assert b'name="password"' in page

        process.send_signal(number)
        process.communicate(timeout=30)

    until = time.monotonic() + 15
    while alive_with(str(data)) and time.monotonic() < until:
        time.sleep(0.1)
    assert alive_with(str(data)) == 0
