"""The table for people, and which musts are missed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from . import pages as asked
from .pages import Goal, Page, chosen

# Any: what JSON holds.
Found = dict[str, Any]
HEAD = (
    "page",
    "who",
    "cpu ms",
    "a second",
    "must/aim",
    "alone ms",
    "must/aim",
    "p95",
    "p50",
    "p99",
    "KB",
    "queries",
)
SWEEPS = {
    "backlog": "the very first",
    "first": "the first of a day",
    "again": "the next one",
    "dry": "--dry-run, first of a day",
}
ROW = "{:<18} {:<11} {:>6} {:>8} {:>8} {:>8} {:>8} {:>6} {:>6} {:>6} {:>5} {:>8}"


def lines(kind: str, found: Found) -> Iterator[str]:
    counts = found["counts"]
    yield f"{kind}: {counts['companies']:,} companies, {counts['visits']:,} visits"
    yield ROW.format(*HEAD)
    for page, one in zip(chosen(), found["pages"], strict=True):
        yield page_line(page.goal, one)
    yield from other_lines(kind, found)


def page_line(goal: Goal, one: Found) -> str:
    return ROW.format(
        one["name"],
        one["who"],
        f"{one['cpu']:.1f}",
        f"{one['rate']:.0f}",
        f"{goal.must_rate}/{goal.aim_rate}",
        f"{one['p50_alone']:.1f}",
        f"{goal.must_ms:g}/{goal.aim_ms:g}",
        f"{one['p95_alone']:.1f}",
        f"{one['p50']:.0f}",
        f"{one['p99']:.0f}",
        f"{one['bytes'] / 1024:.1f}",
        f"{one['queries']}/{goal.must_queries}",
    )


def other_lines(kind: str, found: Found) -> Iterator[str]:
    """A line for each part that was measured."""
    if "saves" in found:
        yield saves_line(asked.SAVES[kind], found["saves"])
    if "memory" in found:
        used = found["memory"]
        yield (
            f"both workers: {used['before']:.0f} MiB, after {used['requests']} pages "
            f"{used['after']:.0f} MiB (must {asked.MUST_PSS_MIB})"
        )
    if "migrate" in found:
        migrate = found["migrate"]
        yield (
            f"migrate on an empty database: {migrate['seconds']:.1f} s, "
            f"{migrate['cpu']:.1f} s of processor (must {asked.MUST_MIGRATE:g} s)"
        )
    if "projects" in found:
        yield from rate_lines(found)
    if "sweep" in found:
        yield from sweep_lines(found["sweep"])


def saves_line(goal: tuple[int, int], saves: Found) -> str:
    must, aim = goal
    return (
        f"saving a visit: {saves['rate']:.0f}/s (must {must}, aim {aim}), alone "
        f"{saves['p50_alone']:.1f} ms, processor {saves['cpu']:.1f} ms, "
        f"at 8: p50 {saves['p50']:.0f}, p99 {saves['p99']:.0f} ms "
        f"(must {asked.MUST_P99:g}, aim {asked.AIM_P99:g})"
    )


def rate_lines(found: Found) -> Iterator[str]:
    yield (
        f"processor: a visit's paper {found['pdf_cpu_ms']:.0f} ms; "
        f"a deadline {found['calendar_add_us']:.0f} µs; "
        f"{found['seal_per_cpu_s']} events sealed and {found['verify_per_cpu_s']} "
        "checked a second"
    )
    one = found["projects"]
    yield (
        f"1,000 projects of 40 items: all schedules {one['schedules_s']:.2f} s "
        f"(must {asked.MUST_SCHEDULES_S:g}), one {one['schedule_ms']:.0f} ms "
        f"(must {asked.MUST_SCHEDULE_MS:g}); all forecasts written "
        f"{one['forecasts_s']:.1f} s (must {asked.MUST_FORECASTS_S:g}), one "
        f"{one['forecast_ms']:.0f} ms (must {asked.MUST_FORECAST_MS:g}); "
        f"all lamps {one['lamps_s']:.2f} s"
    )


def sweep_lines(found: Found) -> Iterator[str]:
    yield f"sweep of 200,000 open tickets (must {asked.MUST_SWEEP_S:g} s):"
    for key, name in SWEEPS.items():
        one = found[key]
        yield (
            f"  {name:<28} {one['fired']:>7,} raised, {one['seconds']:6.2f} s, "
            f"processor {one['cpu']:6.2f} s, memory {one['mib']:+.0f} MiB"
        )


def missed(kind: str, found: Found) -> list[str]:
    """A sentence for each must that was not reached."""
    sentences = []
    for page, one in zip(chosen(), found["pages"], strict=True):
        if wrong := list(faults(page, one)):
            sentences.append(f"{page.name} ({page.who}): {', '.join(wrong)}")
    return sentences + list(other_faults(kind, found))


def faults(page: Page, one: Found) -> Iterator[str]:
    goal = page.goal
    if one["errors"] or one["status"] != 200:
        yield f"answered wrongly {len(one['errors'])} times: {one['errors'][:1]}"
    if one["rate"] < goal.must_rate:
        yield f"{one['rate']:.0f}/s of {goal.must_rate}"
    if one["p50_alone"] > goal.must_ms:
        yield f"{one['p50_alone']:.1f} ms of {goal.must_ms:g}"
    if goal.must_p95 and one["p95_alone"] > goal.must_p95:
        yield f"p95 {one['p95_alone']:.1f} ms of {goal.must_p95:g}"
    if one["queries"] > goal.must_queries:
        yield f"{one['queries']} queries of {goal.must_queries}"
    if page.is_list and one["bytes"] > asked.MUST_BYTES:
        yield f"{one['bytes']} bytes of {asked.MUST_BYTES}"


def other_faults(kind: str, found: Found) -> Iterator[str]:
    if "saves" in found:
        yield from slow_saves(asked.SAVES[kind][0], found["saves"])
    if "memory" in found:
        yield from big_workers(found["memory"])
    if "migrate" in found and found["migrate"]["seconds"] > asked.MUST_MIGRATE:
        yield f"migrate: {found['migrate']['seconds']:.1f} s of {asked.MUST_MIGRATE:g}"
    if "projects" in found:
        yield from late_schedules(found["projects"])
    if "sweep" in found:
        yield from late_sweeps(found["sweep"])


def slow_saves(must: int, saves: Found) -> Iterator[str]:
    if saves["errors"]:
        yield f"saving a visit failed: {saves['errors'][:1]}"
    if saves["rate"] < must:
        yield f"saving a visit: {saves['rate']:.0f}/s of {must}"
    if saves["p99"] > asked.MUST_P99:
        yield f"saving a visit: p99 {saves['p99']:.0f} ms of {asked.MUST_P99:g}"


def big_workers(used: Found) -> Iterator[str]:
    if used["errors"]:
        yield f"pages of all kinds failed: {used['errors'][:1]}"
    if used["after"] > asked.MUST_PSS_MIB:
        yield f"both workers: {used['after']:.0f} MiB of {asked.MUST_PSS_MIB}"


def late_sweeps(found: Found) -> Iterator[str]:
    for key, name in SWEEPS.items():
        if found[key]["seconds"] > asked.MUST_SWEEP_S:
            seconds = found[key]["seconds"]
            yield f"sweep, {name}: {seconds:.1f} s of {asked.MUST_SWEEP_S:g}"


def late_schedules(found: Found) -> Iterator[str]:
    musts = (
        ("all schedules", "schedules_s", asked.MUST_SCHEDULES_S),
        ("one schedule", "schedule_ms", asked.MUST_SCHEDULE_MS),
        ("all forecasts", "forecasts_s", asked.MUST_FORECASTS_S),
        ("a forecast", "forecast_ms", asked.MUST_FORECAST_MS),
    )
    for name, key, must in musts:
        if found[key] > must:
            unit = key.rpartition("_")[2]
            shown = f"{found[key]:.2f}" if unit == "s" else f"{found[key]:.0f}"
            yield f"{name}: {shown} {unit} of {must:g}"


def growth(smaller: Found, larger: Found) -> Iterator[str]:
    """How much longer each page takes alone on the larger data."""
    for before, after in zip(smaller["pages"], larger["pages"], strict=True):
        factor = after["p50_alone"] / (before["p50_alone"] or 1)
        mark = " (must 1.15)" if factor > asked.MUST_GROWTH else ""
        yield f"{before['name']:<18} {before['who']:<11} × {factor:.2f}{mark}"
