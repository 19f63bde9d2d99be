"""What is measured, and what is asked of it."""

from __future__ import annotations

import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Goal:
    """Requests a second at eight connections, milliseconds alone, and queries."""

    must_rate: int
    aim_rate: int
    must_ms: float
    aim_ms: float
    must_queries: int
    # Nineteen of twenty requests alone.
    must_p95: float | None = None


LIST = Goal(180, 300, 12, 8, 6)
SEARCH = Goal(150, 200, 15, 12, 6)
RECORD = Goal(120, 250, 18, 12, 10)
WORK = Goal(150, 250, 15, 10, 8)
# 40 items, 200 visits, 50 tickets: drawing, list and table.
TIMELINE = Goal(25, 40, 60, 40, 14, must_p95=80)
PROJECT = Goal(25, 40, 60, 40, 32)
PROGRESS = Goal(50, 80, 30, 20, 18)
# Each row with the project's own lamp; cards of every column.
# Half of the queries of an officer are about projects.
HOME = Goal(150, 250, 15, 10, 16)
DESK = Goal(80, 120, 25, 15, 5)
# Ten cards with all that each tells, from every source.
DECIDE = Goal(40, 80, 40, 25, 15)
QUEUE = Goal(80, 120, 25, 15, 10)
# Fifty tickets with all that happened on the way.
LEDGER = Goal(50, 80, 30, 20, 10)
# The dispatch desk's part beside its list: one ticket with proposal and forms.
BESIDE = Goal(80, 120, 25, 15, 10)
LAMPS = Goal(100, 150, 20, 12, 10)
CARDS = Goal(50, 80, 30, 20, 15)
# Lamps and loads of all projects in reach, medians of a year.
WHOLE = Goal(10, 20, 150, 100, 15)
# Saving a visit: a second at eight connections, and 99 of 100 within milliseconds.
SAVES = {"sqlite": (100, 300), "postgres": (150, 300)}
MUST_P99, AIM_P99 = 200.0, 40.0
MUST_BYTES = 30 * 1024
MUST_PSS_MIB = 250
MUST_GROWTH = 1.15
MUST_MIGRATE = 8.0
# 1,000 projects of 40 items, all and one of them.
MUST_SCHEDULES_S, MUST_SCHEDULE_MS = 2.0, 20.0
MUST_FORECASTS_S, MUST_FORECAST_MS = 40.0, 40.0
# Seconds of the clock for a sweep over 200,000 open tickets.
MUST_SWEEP_S = 10.0


@dataclass(frozen=True)
class Page:
    """One address as one person.

    `{company}` and `{project}` have many visits, `{queued}` waits for its dispatch.
    """

    name: str
    who: str
    path: str
    goal: Goal
    # A list shows at most 30 KB; a record may be longer.
    is_list: bool = True


# Whoever's department has most items to decide.
BUSIEST = "busiest"
EVERYBODY = ("officer", "dispatcher", "leader")
HOMES = (*EVERYBODY, "handler", "unit_head", "supervisor", "owner")
SEARCHES = {"middle": "纺织", "one sign": "纺", "pinyin": "fangzhi", "initials": "hrfz"}
# Few of the many, spread over all years: what no order helps to find.
LEDGERS = {
    "ledger": "",
    "ledger: returned": "?returned=true",
    "ledger: escalated": "?raised_up=true",
}
# What is measured besides pages, by the names that ONLY takes.
PARTS = ("saves", "memory", "migrate", "rates", "sweep")


def only() -> list[str]:
    """What was asked for by name, comma-separated in ONLY; empty: everything."""
    names = os.environ.get("ONLY", "").split(",")
    return [name.strip() for name in names if name.strip()]


def unknown() -> list[str]:
    known = {*PARTS, *(page.name for page in pages())}
    return [name for name in only() if name not in known]


def is_asked(name: str) -> bool:
    return not only() or name in only()


def chosen() -> list[Page]:
    return [page for page in pages() if is_asked(page.name)]


def pages() -> list[Page]:
    found = [Page("company list", who, "/companies/", LIST) for who in EVERYBODY]
    found += [
        Page("filtered list", who, "/companies/?size=small&stage=growing", LIST)
        for who in ("dispatcher", "leader")
    ]
    found.append(
        Page("without officer", "dispatcher", "/companies/?unassigned=true", LIST)
    )
    found += [
        Page("last page", who, "/companies/?cursor=last", LIST)
        for who in ("dispatcher", "leader")
    ]
    found += [
        Page(f"search: {name}", "dispatcher", f"/companies/?q={text}", SEARCH)
        for name, text in SEARCHES.items()
    ]
    found += [
        Page("company page", who, "/companies/{company}/", RECORD, is_list=False)
        for who in EVERYBODY
    ]
    found += [Page("visit list", who, "/visits/", WORK) for who in EVERYBODY]
    found.append(Page("visits, last", "dispatcher", "/visits/?cursor=last", WORK))
    found += [Page("ticket list", who, "/tickets/", WORK) for who in EVERYBODY]
    found.append(Page("tickets, all", "dispatcher", "/tickets/?tab=all", WORK))
    found += of_tickets()
    found += of_projects()
    found.append(Page("leader's desk", "leader", "/decisions/", DECIDE, is_list=False))
    found.append(Page("overview", "leader", "/overview/", HOME, is_list=False))
    found += [Page("home", who, "/", HOME, is_list=False) for who in HOMES]
    return found


def of_tickets() -> list[Page]:
    """Desk, figures, call-backs and ledger."""
    # The queue beside the ticket with its proposal, its look-alikes and four forms.
    found = [
        Page("dispatch desk", "dispatcher", "/tickets/desk/", QUEUE, is_list=False)
    ]
    found += [
        Page(name, "leader", path, WHOLE, is_list=False)
        for name, path in (
            ("outcomes", "/reports/outcomes/"),
            # As much as it takes: the twelve months up to this one.
            ("outcomes: year", "/reports/outcomes/?by=category&first=2000-01"),
        )
    ]
    found.append(
        Page("one number", "leader", "/reports/outcomes/tickets/?figure=solved", WORK)
    )
    found.append(Page("call-backs", "dispatcher", "/callbacks/", WORK))
    found.append(
        Page(
            "desk: a ticket",
            "dispatcher",
            "/tickets/desk/{queued}/",
            BESIDE,
            is_list=False,
        )
    )
    found += [
        Page(name, "dispatcher", f"/tickets/ledger/{query}", LEDGER)
        for name, query in LEDGERS.items()
    ]
    return found


def of_projects() -> list[Page]:
    found = [
        Page("project list", who, "/projects/?tab=all", LAMPS) for who in EVERYBODY
    ]
    found.append(
        Page("projects: a lamp", "dispatcher", "/projects/?tab=running&lamp=red", WHOLE)
    )
    found.append(Page("desk", BUSIEST, "/desk/", DESK))
    records = (
        ("project", "officer", "", PROJECT),
        ("timeline", "officer", "timeline/", TIMELINE),
        ("owner's page", "owner", "company/", PROGRESS),
    )
    found += [
        Page(name, who, f"/projects/{{project}}/{path}", goal, is_list=False)
        for name, who, path, goal in records
    ]
    found += [
        Page(
            f"board: {kind}",
            "leader",
            f"/projects/board/?by={kind}",
            CARDS if kind == "stage" else WHOLE,
            is_list=False,
        )
        for kind in ("stage", "lamp", "leader", "officer")
    ]
    found += [
        Page("dwell map", who, "/projects/dwell/", WHOLE, is_list=False)
        for who in ("leader", BUSIEST)
    ]
    found.append(Page("its approvals", "leader", "/projects/dwell/approvals/", WORK))
    return found
