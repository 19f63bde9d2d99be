"""What `make bench` makes of what it has measured."""

import copy

import pytest

from deploy.bench import load, table, usage
from deploy.bench.measure import first, quoted, visits_of
from deploy.bench.pages import chosen, is_asked, pages, unknown

GOOD = {
    "counts": {"companies": 5000, "visits": 60000},
    "pages": [
        {
            "name": page.name,
            "who": page.who,
            "cpu": 3.0,
            "rate": page.goal.must_rate,
            "p50_alone": page.goal.must_ms,
            "p95_alone": page.goal.must_p95 or 0.0,
            "p50": 20.0,
            "p99": 40.0,
            "bytes": 20_000,
            "queries": page.goal.must_queries,
            "status": 200,
            "errors": [],
        }
        for page in pages()
    ],
    "saves": {
        "rate": 150,
        "cpu": 9.0,
        "p50_alone": 9.0,
        "p95_alone": 12.0,
        "p50": 50.0,
        "p99": 200.0,
        "errors": [],
    },
    "memory": {
        "before": 140.0,
        "after": 250.0,
        "requests": 20_000,
        "rate": 150.0,
        "errors": [],
    },
    "migrate": {"seconds": 8.0, "cpu": 6.0},
    "projects": {
        "schedules_s": 2.0,
        "schedule_ms": 20.0,
        "forecast_ms": 40.0,
        "forecasts_s": 40.0,
        "lamps_s": 0.1,
    },
    "sweep": {
        name: {"seconds": 10.0, "cpu": 9.0, "fired": 8000, "mib": 40.0}
        for name in ("backlog", "first", "again", "dry")
    },
    "pdf_cpu_ms": 200.0,
    "calendar_add_us": 9.0,
    "seal_per_cpu_s": None,
    "verify_per_cpu_s": 60_000,
}


def test_who_reaches_every_must_misses_none():
    assert table.missed("postgres", GOOD) == []


@pytest.mark.parametrize(
    ("part", "name", "value", "words"),
    [
        ("pages", "rate", 179.0, "179/s of 180"),
        ("pages", "p50_alone", 12.1, "12.1 ms of 12"),
        ("pages", "queries", 7, "7 queries of 6"),
        ("pages", "bytes", 30_721, "30721 bytes"),
        ("pages", "status", 500, "answered wrongly"),
        ("pages", "errors", ["503"], "answered wrongly 1 times"),
        ("saves", "rate", 149.0, "149/s of 150"),
        ("saves", "p99", 201.0, "p99 201 ms"),
        ("saves", "errors", ["409"], "failed"),
        ("memory", "after", 251.0, "251 MiB of 250"),
        ("memory", "errors", ["500"], "failed"),
        ("migrate", "seconds", 8.1, "8.1 s of 8"),
        ("projects", "schedules_s", 2.1, "2.10 s of 2"),
        ("projects", "schedule_ms", 21.0, "21 ms of 20"),
        ("projects", "forecast_ms", 41.0, "41 ms of 40"),
        ("projects", "forecasts_s", 40.1, "40.10 s of 40"),
    ],
)
def test_what_is_missed_is_said(part, name, value, words):
    found = copy.deepcopy(GOOD)
    place = found[part][0] if part == "pages" else found[part]
    place[name] = value
    (sentence,) = table.missed("postgres", found)
    assert words in sentence


@pytest.mark.parametrize("name", ["backlog", "first", "again", "dry"])
def test_a_sweep_that_takes_too_long_is_said(name):
    found = copy.deepcopy(GOOD)
    found["sweep"][name]["seconds"] = 10.1
    (sentence,) = table.missed("sqlite", found)
    assert "10.1 s of 10" in sentence


def test_only_some_rows_and_parts_are_measured_when_named(monkeypatch):
    monkeypatch.setenv("ONLY", "dispatch desk, sweep")
    assert [page.name for page in chosen()] == ["dispatch desk"]
    assert is_asked("sweep")
    assert not is_asked("saves")
    assert unknown() == []
    (row,) = [one for one in GOOD["pages"] if one["name"] == "dispatch desk"]
    found = {name: GOOD[name] for name in ("counts", "sweep")} | {"pages": [row]}
    assert table.missed("sqlite", found) == []
    assert len(list(table.lines("sqlite", found))) == 2 + 1 + 5


def test_a_name_that_is_no_row_is_said(monkeypatch):
    monkeypatch.setenv("ONLY", "dispatch desk,swep")
    assert unknown() == ["swep"]


def test_a_page_with_a_limit_for_nineteen_of_twenty_is_held_to_it():
    found = copy.deepcopy(GOOD)
    (one,) = [one for one in found["pages"] if one["name"] == "timeline"]
    one["p95_alone"] = 80.1
    assert table.missed("sqlite", found) == ["timeline (officer): p95 80.1 ms of 80"]


def test_the_table_has_a_line_for_each_page():
    lines = list(table.lines("sqlite", GOOD))
    assert "5,000 companies" in lines[0]
    assert len(lines) == 2 + len(pages()) + 5 + 5


def test_growth_is_marked_beyond_the_limit():
    larger = copy.deepcopy(GOOD)
    larger["pages"][0]["p50_alone"] *= 1.2
    lines = list(table.growth(GOOD, larger))
    assert lines[0].endswith("× 1.20 (must 1.15)")
    assert lines[1].endswith("× 1.00")


def test_quantiles_and_rate():
    measured = load.Measured(times=[float(n) for n in range(100, 0, -1)], seconds=4)
    assert (measured.quantile(0.5), measured.quantile(0.99)) == (51, 100)
    assert measured.rate == 25
    assert load.Measured().quantile(0.5) == load.Measured().rate == 0


def test_a_request_with_a_body_is_a_post_of_its_length():
    request = load.request_of("/x/", {"a": "1", "b": "2"}, "甲".encode(), "X-Y: z\r\n")
    assert request.startswith(b"POST /x/ HTTP/1.1\r\n")
    assert b"Cookie: a=1; b=2\r\n" in request
    assert b"X-Y: z\r\nContent-Length: 3\r\n" in request
    assert load.request_of("/x/", {}).startswith(b"GET /x/")


def test_threads_save_with_different_officers_and_ids():
    savers = [{"session": f"s{n}", "csrf": "c", "companies": [n]} for n in range(9)]
    requests = list(first(visits_of(savers, 0), 4))
    assert b"sessionid=s0" in requests[0]
    assert b"sessionid=s8" in requests[1]
    assert len({request.partition(b"uuid")[2][:45] for request in requests}) == 4


def test_chinese_is_quoted_and_the_rest_left():
    assert quoted("/companies/?q=纺&size=small") == "/companies/?q=%E7%BA%BA&size=small"


def test_memory_and_time_are_read_as_the_kernel_writes_them():
    assert usage.pss_of("Rss: 900 kB\nPss:   512 kB\nPss_Anon: 7 kB\n") == 512
    fields = " ".join(str(n) for n in range(4, 30))
    assert usage.ticks_of(f"12 (a b) c) S {fields}") == 14 + 15
