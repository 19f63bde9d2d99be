"""Functions that tests run as tasks or in a child; each named by its dotted path."""

import os
import time

from crm.lib.errors import DomainError
from crm.lib.tasks import attempts

calls: list[object] = []
warmed: list[int] = []


def warm_up():
    warmed.append(os.getpid())


def note(*args):
    calls.append(args)
    return "noted"


def break_down():
    calls.append("broke")
    raise RuntimeError("out of paper")


@attempts(1)
def break_down_once():
    raise RuntimeError("only once")


def refuse():
    raise DomainError("A rule said no.")


def leave():
    raise SystemExit(3)


# --- For the child


def double(number):
    return {"twice": number * 2, "pid": os.getpid(), "warmed": list(warmed)}


def some_bytes(size):
    return b"\x00\xff" * size


def sleep(seconds, marker):
    pid = os.fork()
    if pid == 0:
        time.sleep(seconds)
        os._exit(0)
    with open(marker, "w") as file:
        file.write(str(pid))
    time.sleep(seconds)


def eat(megabytes):
    return len(bytearray(megabytes * 1024 * 1024))


def die():
    os.kill(os.getpid(), 9)
