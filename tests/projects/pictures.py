"""Timelines made by hand: a project in the middle of its approvals, and larger ones."""

from datetime import date, timedelta

from projects.clocks import Clocks
from projects.picture import (
    Expiry,
    Flag,
    Halt,
    Item,
    Lane,
    Mark,
    MarkLine,
    Picture,
    Span,
)

TODAY = date(2026, 10, 9)


def day(offset):
    return TODAY + timedelta(offset)


def span(first, last):
    return Span(day(first), day(last))


def item(key, first=0, days=7, **more):
    """Planned `first` days from today for `days` days, and expected so."""
    planned = span(first, first + days - 1)
    given = {"planned": planned, "forecast": planned, **more}
    names = {"name": f"事项 {key}", "department": "住建局", "state": "未开始"}
    return Item(key=key, **{**names, **given})


def done(key, first, days, **more):
    """Ended as `days` took; planned for one day less."""
    actual = span(first, first + days - 1)
    given = {
        "actual": actual,
        "is_ended": True,
        "forecast": None,
        "colour": "grey",
        "state": "办结(通过)",
    }
    return item(key, first, days - 1, **{**given, **more})


STORY = (
    Lane(
        "立项用地规划许可",
        (
            done(
                "filing", -92, 2, name="企业投资项目备案", department="发改局", url="#1"
            ),
            done(
                "site",
                -88,
                24,
                name="建设项目用地预审与选址意见书",
                department="自然资源局",
                url="#2",
                is_critical=False,
                halts=(Halt(span(-80, -72), "待企业补正"),),
                expiry=Expiry(day(26), "距到期 26 天", "yellow"),
                clocks=Clocks(9, 14, 0),
                needs=("filing",),
            ),
            done(
                "land",
                -60,
                8,
                name="建设用地规划许可证",
                department="自然资源局",
                needs=("site",),
                url="#3",
            ),
        ),
    ),
    Lane(
        "工程建设许可",
        (
            done(
                "design",
                -50,
                30,
                name="设计方案审查",
                department="自然资源局",
                halts=(Halt(span(-40, -31), "特别程序"),),
                needs=("land",),
                url="#4",
            ),
            item(
                "plan",
                -17,
                9,
                name="建设工程规划许可证",
                department="自然资源局",
                state="部门审查",
                turn="部门",
                colour="red",
                lamp="逾期 3 天",
                actual=span(-15, 0),
                forecast=span(1, 6),
                is_critical=True,
                due_on=day(-3),
                slack=0,
                needs=("design",),
                clocks=Clocks(2, 11, 0),
                url="#5",
            ),
        ),
    ),
    Lane(
        "施工许可",
        (
            item(
                "drawing",
                -6,
                9,
                name="施工图审查",
                forecast=span(7, 15),
                is_critical=True,
                slack=0,
                needs=("plan",),
                url="#6",
                before=span(3, 11),
            ),
            item(
                "fire",
                -6,
                9,
                name="消防设计审查",
                forecast=span(7, 15),
                slack=5,
                needs=("plan",),
                url="#7",
            ),
            item(
                "quality",
                5,
                7,
                name="质量安全监督登记",
                forecast=span(16, 22),
                is_critical=True,
                slack=0,
                needs=("drawing",),
                url="#8",
            ),
            item(
                "permit",
                12,
                7,
                name="建筑工程施工许可证",
                forecast=span(23, 29),
                is_critical=True,
                slack=0,
                needs=("drawing", "fire", "air", "quality"),
                url="#9",
                expiry=Expiry(day(400), "办结后 3 个月内开工"),
            ),
        ),
    ),
    Lane(
        "施工许可",
        (
            item(
                "air",
                -6,
                3,
                name="人防工程审查",
                department="国动办",
                forecast=span(7, 9),
                slack=9,
                needs=("plan",),
                url="#10",
            ),
        ),
        is_parallel=True,
    ),
    Lane(
        "竣工验收",
        (
            item("fire-ok", 200, 9, name="消防验收", needs=("permit",), url="#11"),
            item(
                "joint",
                210,
                9,
                name="联合验收与竣工验收备案（含规划核实、消防、人防、档案等专项）",
                needs=("fire-ok",),
                is_critical=True,
                url="#12",
            ),
        ),
    ),
    Lane(
        "并行推进",
        (
            item(
                "eia",
                -85,
                9,
                name="环境影响评价审批(报告表)",
                department="生态环境局",
                state="待补正",
                turn="企业",
                colour="yellow",
                lamp="还剩 2 天",
                actual=span(-30, 0),
                forecast=span(1, 12),
                halts=(Halt(span(-4, 0), "待企业补正"),),
                needs=("filing",),
                url="#13",
            ),
            item(
                "water", 3, 7, name="䶮水保持方案审批", department="水利局", url="#14"
            ),
        ),
    ),
)


def visits(count, every=3):
    words = ["上门", "座谈", "电话/视频", "联合服务"]
    return tuple(
        Mark(day(-100 + n * every), words[n % 4], f"/visits/{n}/") for n in range(count)
    )


def story(**more):
    lines = (
        MarkLine("走访", "circle", visits(18, 6)),
        MarkLine(
            "问题",
            "diamond",
            (Mark(day(-70), "用地 · 红线调整", "/tickets/1/"), Mark(day(-69), "用电")),
        ),
    )
    flags = (Flag(day(217), "P50 2027-05-14"), Flag(day(228), "P80 2027-05-25"))
    given = {"name": "恒润纺织二期", "today": TODAY, "lanes": STORY, "lines": lines}
    return Picture(**{**given, "flags": flags, **more})


def chain(count, **more):
    """`count` items in one lane, each after the one before."""
    items = tuple(
        item(f"k{n}", n, 5, needs=(f"k{n - 1}",) if n else (), **more)
        for n in range(count)
    )
    return Picture("长链", TODAY, (Lane("施工许可", items),))
