"""A cheap client: plain sockets, one connection per request as sync workers want it."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count

CONNECTIONS = 8
MOST_ERRORS = 3


@dataclass
class Measured:
    """What many requests took, in milliseconds, and what went wrong."""

    times: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        return len(self.times) / self.seconds if self.seconds else 0.0

    def quantile(self, share: float) -> float:
        """The time that this share of the requests did not exceed."""
        if not self.times:
            return 0.0
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def request_of(
    path: str, cookies: dict[str, str], body: bytes = b"", headers: str = ""
) -> bytes:
    """The bytes of a request; with a body it is a POST."""
    method = "POST" if body else "GET"
    jar = "; ".join(f"{name}={value}" for name, value in cookies.items())
    length = f"Content-Length: {len(body)}\r\n" if body else ""
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {jar}\r\n"
        f"Accept-Language: zh-CN\r\n{headers}{length}Connection: close\r\n\r\n"
    )
    return head.encode() + body


def fetch(port: int, request: bytes) -> tuple[int, bytes]:
    """Send it and read to the end: the status and everything after the head."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(request)
        parts = []
        while part := connection.recv(65536):
            parts.append(part)
    head, _, body = b"".join(parts).partition(b"\r\n\r\n")
    words = head.split(b" ", 2)
    return (int(words[1]) if len(words) > 1 else 0), body


def one_by_one(port: int, request: bytes, number: int, expected: int = 200) -> Measured:
    """Nobody else is there: the time of a page alone."""
    measured = Measured()
    take(measured, port, (request for _ in range(number)), expected)
    return measured


def together(
    port: int,
    requests: Callable[[int], Iterator[bytes]],
    seconds: float,
    expected: int = 200,
) -> Measured:
    """Eight connections at once; each draws its own requests until the time is up."""
    until = time.perf_counter() + seconds
    return in_threads(port, lambda n: before(until, requests(n)), expected, CONNECTIONS)


def many(port: int, requests: list[bytes], number: int) -> Measured:
    """So many requests over eight connections, in turn."""
    turn = count()

    def drawn(_thread: int) -> Iterator[bytes]:
        while (place := next(turn)) < number:
            yield requests[place % len(requests)]

    return in_threads(port, drawn, 200, CONNECTIONS)


def before(until: float, requests: Iterator[bytes]) -> Iterator[bytes]:
    for request in requests:
        if time.perf_counter() >= until:
            return
        yield request


def in_threads(
    port: int, drawn: Callable[[int], Iterator[bytes]], expected: int, number: int
) -> Measured:
    parts = [Measured() for _ in range(number)]
    threads = [
        threading.Thread(target=take, args=(part, port, drawn(n), expected))
        for n, part in enumerate(parts)
    ]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    whole = Measured(seconds=time.perf_counter() - started)
    for part in parts:
        whole.times += part.times
        whole.errors += part.errors
    return whole


def take(
    measured: Measured, port: int, requests: Iterator[bytes], expected: int
) -> None:
    started = time.perf_counter()
    for request in requests:
        begun = time.perf_counter()
        try:
            status, body = fetch(port, request)
        except OSError as error:
            measured.errors.append(repr(error))
            continue
        if status == expected:
            measured.times.append((time.perf_counter() - begun) * 1000)
        elif len(measured.errors) < MOST_ERRORS:
            measured.errors.append(f"{status}: {body[:200]!r}")
        else:
            measured.errors.append(str(status))
    measured.seconds = time.perf_counter() - started
