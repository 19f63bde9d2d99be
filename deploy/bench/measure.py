"""Measure one database: pages, saves, memory, and what needs no load."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from itertools import cycle
from typing import Any
from uuid import uuid4

from deploy.common import say

from . import load, usage
from .data import migrate_empty
from .pages import Page, chosen, is_asked
from .server import ask, site

ALONE = 120
SAVES_ALONE = 60
WARM = 8
# Any: what JSON holds.
Found = dict[str, Any]


def measure(env: dict[str, str], seconds: float, requests: int) -> Found:
    """What was asked for; all of it, unless ONLY names some."""
    say("Signing in, and giving a company and a project 200 visits, 50 tickets")
    ready = ask(env, "prepare")
    found: Found = {"counts": ready["counts"], **shown(env, ready, seconds, requests)}
    if is_asked("rates"):
        say("A paper, the chain, the days, 1,000 projects")
        found |= ask(env, "rates")
    if is_asked("sweep"):
        say("200,000 open tickets")
        found["sweep"] = ask(env, "sweep")
    if is_asked("migrate"):
        say("An empty database")
        found["migrate"] = migrate_empty(env)
    return found


def shown(env: dict[str, str], ready: Found, seconds: float, requests: int) -> Found:
    """What a running site is asked for."""
    found: Found = {"pages": []}
    with site(env) as (port, master):
        found["pages"] = [measured(page, port, ready, seconds) for page in chosen()]
        if is_asked("saves"):
            found["saves"] = saved(port, ready, seconds)
        if is_asked("memory"):
            found["memory"] = held(port, master, ready, requests)
    say("Queries and bytes")
    more = ask(env, "probe")["pages"]
    for one, other in zip(found["pages"], more, strict=True):
        one |= other
    return found


def request_for(page: Page, ready: Found) -> bytes:
    path = page.path.format(**ready["records"])
    return load.request_of(quoted(path), {"sessionid": ready["sessions"][page.who]})


def quoted(path: str) -> str:
    return "".join(one if one.isascii() else percent(one) for one in path)


def percent(sign: str) -> str:
    return "".join(f"%{byte:02X}" for byte in sign.encode())


def measured(page: Page, port: int, ready: Found, seconds: float) -> Found:
    request = request_for(page, ready)
    # Each worker reads its templates and writes its queries once.
    load.many(port, [request], WARM)
    alone = load.one_by_one(port, request, ALONE)
    before = usage.cpu_ms()
    crowd = load.together(port, lambda _n: cycle([request]), seconds)
    cpu = usage.cpu_ms() - before
    say(f"  {page.name:<18} {page.who:<11} {crowd.rate:6.0f}/s")
    return {"name": page.name, "who": page.who} | figures(alone, crowd, cpu)


def saved(port: int, ready: Found, seconds: float) -> Found:
    """New visits without photos, of as many officers at as many companies."""
    savers = ready["savers"]
    load.in_threads(port, lambda n: first(visits_of(savers, n), 2), 201, 2)
    alone = load.Measured()
    load.take(alone, port, first(visits_of(savers, 0), SAVES_ALONE), 201)
    before = usage.cpu_ms()
    crowd = load.together(port, lambda n: visits_of(savers, n), seconds * 2, 201)
    cpu = usage.cpu_ms() - before
    say(f"  saving a visit     {len(savers):>3} officers {crowd.rate:6.0f}/s")
    return figures(alone, crowd, cpu)


def figures(alone: load.Measured, crowd: load.Measured, cpu: float) -> Found:
    """Milliseconds each, but for the rate: a second."""
    return {
        "cpu": cpu / max(1, len(crowd.times)),
        "p50_alone": alone.quantile(0.5),
        "p95_alone": alone.quantile(0.95),
        "rate": crowd.rate,
        "p50": crowd.quantile(0.5),
        "p99": crowd.quantile(0.99),
        "errors": alone.errors + crowd.errors,
    }


def first(requests: Iterator[bytes], number: int) -> Iterator[bytes]:
    return (request for _, request in zip(range(number), requests, strict=False))


def visits_of(savers: list[Found], thread: int) -> Iterator[bytes]:
    """Requests that each write one visit; every thread has its own officers."""
    own = savers[thread :: load.CONNECTIONS] or savers
    for turn, saver in enumerate(cycle(own)):
        companies = saver["companies"]
        yield visit(saver, companies[(turn // len(own)) % len(companies)])


def visit(saver: Found, company: int) -> bytes:
    starts_at = datetime.now(timezone(timedelta(hours=8))) - timedelta(minutes=20)
    body = {
        "uuid": str(uuid4()),
        "company": company,
        "mode": "onsite",
        "purpose": "了解用工和订单情况",
        "starts_at": starts_at.isoformat(timespec="seconds"),
        "gate_reason": "企业要求",
        "note": "现场查看生产线，听取负责人介绍。",
    }
    cookies = {"sessionid": saver["session"], "csrftoken": saver["csrf"]}
    headers = f"Content-Type: application/json\r\nX-CSRFToken: {saver['csrf']}\r\n"
    return load.request_of(
        "/api/v1/visits/", cookies, json.dumps(body).encode(), headers
    )


def held(port: int, master: int, ready: Found, requests: int) -> Found:
    """Memory of both workers before and after many pages of every kind."""
    every = [request_for(page, ready) for page in chosen()]
    load.many(port, every, 4 * len(every))
    before = usage.pss_mib(master)
    crowd = load.many(port, every, requests)
    say(f"  {requests} pages of all kinds, {crowd.rate:.0f}/s")
    return {
        "before": before,
        "after": usage.pss_mib(master),
        "requests": requests,
        "rate": crowd.rate,
        "errors": crowd.errors[:3],
    }
