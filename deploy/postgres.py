"""A PostgreSQL of our own: for the tests fresh, unshared, and gone afterwards.

For them it trades durability for speed (fsync off), as only a throw-away database may
do; what is measured is as durable as in production, and may be kept.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy import processes
from deploy.common import stop

PROGRAMS = Path("/usr/lib/postgresql")
FAST = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]
DURABLE: list[str] = []
START_LIMIT = 60.0


@contextmanager
def cluster(
    env: dict[str, str], *, home: Path | None = None, settings: list[str] = FAST
) -> Iterator[str]:
    """Run a server that only this process's user can reach; yield its address.

    With a home of its own it is kept there, and found again the next time.
    """
    binaries, is_kept = newest_binaries(), home is not None
    # Not under var/: the user postgres may not enter the project's folder.
    home = home or Path(tempfile.mkdtemp(prefix="crm-postgres-", dir="/tmp"))
    home.mkdir(mode=0o700, exist_ok=True)
    owner = give_to_postgres(home)
    server: processes.Child | None = None
    try:
        if not (home / "data").is_dir():
            make_cluster(binaries, home, env, owner)
        server = start_server(binaries, home, env, owner, settings)
        wait_until_ready(binaries, home, env, server)
        yield address(home)
    finally:
        if server is not None:
            processes.stop_one(server, patience=10)
        if not is_kept:
            shutil.rmtree(home, ignore_errors=True)


def newest_binaries() -> Path:
    found = [path.parent for path in PROGRAMS.glob("*/bin/initdb")]
    if not found:
        stop("PostgreSQL is not installed. Run 'make setup-tests' first.")
    return max(found, key=lambda path: int(path.parent.name))


def give_to_postgres(home: Path) -> str | None:
    """The server refuses to run as root; name the user it runs as instead."""
    if os.geteuid() != 0:
        return None
    user = pwd.getpwnam("postgres")
    os.chown(home, user.pw_uid, user.pw_gid)
    return "postgres"


def make_cluster(
    binaries: Path, home: Path, env: dict[str, str], owner: str | None
) -> None:
    # C.UTF-8: the locale "C" would make PostgreSQL blind to Chinese letters.
    options = ["--username=crm", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"]
    done = subprocess.run(
        [str(binaries / "initdb"), "--no-sync", *options, "-D", str(home / "data")],
        check=False,
        cwd=home,
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        user=owner,
        group=owner,
        extra_groups=[] if owner else None,
    )
    if done.returncode:
        stop(f"initdb failed:\n{done.stdout}{done.stderr}")


def start_server(
    binaries: Path,
    home: Path,
    env: dict[str, str],
    owner: str | None,
    settings: list[str],
) -> processes.Child:
    # Only a socket in our own closed folder: no port to collide with, no password.
    every = [*settings, "listen_addresses=", f"unix_socket_directories={home}"]
    every += ["shared_buffers=128MB", "max_connections=60", "log_statement=none"]
    flags = [part for setting in every for part in ("-c", setting)]
    return processes.start(
        [str(binaries / "postgres"), "-D", str(home / "data"), *flags],
        env=env,
        cwd=home,
        user=owner,
        log=home / "server.log",
    )


def wait_until_ready(
    binaries: Path, home: Path, env: dict[str, str], server: processes.Child
) -> None:
    probe = [str(binaries / "pg_isready"), "-q", "-h", str(home), "-U", "crm"]
    until = time.monotonic() + START_LIMIT
    while server.poll() is None and time.monotonic() < until:
        if subprocess.run(probe, check=False, env=env).returncode == 0:
            return
        time.sleep(0.05)
    log = home / "server.log"
    stop(f"PostgreSQL did not start:\n{log.read_text() if log.is_file() else ''}")


def address(home: Path) -> str:
    """The socket's folder stands where a host name would, as libpq has it."""
    return f"postgres://crm@{str(home).replace('/', '%2F')}/postgres"
