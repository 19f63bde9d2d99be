"""What the columns of a template's file are called, and the words in their cells."""

from typing import Final

from projects.models import Item, Stage

# By the names of OutlineItem; the first word is written, all are read.
COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "key": ("事项代码", "key"),
    "name": ("事项名称", "事项", "name"),
    "stage": ("阶段", "stage"),
    "track": ("主线或并行", "track"),
    "department_name": ("单位", "承办单位", "department"),
    "department_code": ("指定单位代码", "department_code"),
    "kind": ("办件类型", "kind"),
    "statutory_days": ("法定天数", "法定时限", "statutory_days"),
    "committed_days": ("承诺天数", "承诺时限", "committed_days"),
    "green_days": ("绿色通道天数", "green_days"),
    "unit": ("计时单位", "unit"),
    "valid_months": ("有效期（月）", "有效期(月)", "valid_months"),
    "is_deferrable": ("可容缺", "容缺", "deferrable"),
    "is_pledge": ("告知承诺", "pledge", "commitment"),
    "needs": ("前置事项代码", "前置事项", "prerequisites"),
    "material": ("材料名称", "材料", "material"),
    "where": ("获取渠道", "where"),
    "main": ("主要材料", "main"),
}
REQUIRED: Final = ("key", "name", "stage", "department_name", "committed_days")
# Rows above the headings that speak of the template itself.
FACTS: Final[dict[str, tuple[str, ...]]] = {
    "key": ("模板代码", "template"),
    "name": ("模板名称", "template_name"),
    "source": ("依据", "source"),
}
YES, NO = "是", "否"
YES_WORDS: Final = {YES, "true", "yes", "1", "√", "y"}
NO_WORDS: Final = {NO, "false", "no", "0", "×", "n", ""}
# Code → words; the first is written.
WORDS: Final[dict[str, dict[str | int, tuple[str, ...]]]] = {
    "stage": {
        Stage.LAND: ("立项用地规划许可",),
        Stage.PLANNING: ("工程建设许可",),
        Stage.BUILDING: ("施工许可",),
        Stage.COMPLETION: ("竣工验收",),
        Stage.PARALLEL: ("并行推进",),
    },
    "track": {Item.Track.MAIN: ("主线",), Item.Track.PARALLEL: ("并行",)},
    "kind": {
        Item.Kind.INSTANT: ("即办件", "即办"),
        Item.Kind.PROMISED: ("承诺件", "承诺"),
    },
    "unit": {
        "working": ("工作日", "workday"),
        "calendar": ("自然日", "日历日", "calendar day"),
    },
}
DEFAULTS: Final[dict[str, object]] = {
    "track": "main",
    "kind": "promised",
    "unit": "working",
}


def plain(code: str | int) -> str | int:
    """Of a choice its value alone."""
    return getattr(code, "value", code)


CODES: Final[dict[str, dict[str, str | int]]] = {
    field: {
        **{word: plain(code) for code, words in known.items() for word in words},
        **{str(plain(code)): plain(code) for code in known},
    }
    for field, known in WORDS.items()
}
WIDTHS: Final = (16, 28, 18, 11, 16, 14, 10, 9, 9, 12, 9, 12, 8, 9, 24, 28, 28, 9)

# --- Official status --------------------------------------------------------------

OFFICIAL_COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "project": ("项目代码", "project"),
    "item": ("事项", "事项代码", "事项名称", "item"),
    "state": ("状态", "办理状态", "办件状态", "state"),
    "date": ("日期", "办理日期", "状态日期", "办理时间", "date"),
    "certificate": ("证书文号", "证书编号", "证照编号", "批文文号", "certificate"),
    "note": ("备注", "说明", "办理意见", "note"),
}
# As the national system names its codes.
OFFICIAL_STATES: Final[dict[str, int]] = {
    "已接件": 1,
    "接件": 1,
    "已撤件": 2,
    "撤件": 2,
    "窗口受理": 3,
    "已受理": 3,
    "受理": 3,
    "不受理": 4,
    "不予受理": 5,
    "补正(开始)": 6,
    "补正开始": 6,
    "补正(结束)": 7,
    "补正结束": 7,
    "部门开始办理": 8,
    "部门受理": 8,
    "特别程序(开始)": 9,
    "特别程序开始": 9,
    "特别程序(结束)": 10,
    "特别程序结束": 10,
    "办结(通过)": 11,
    "办结通过": 11,
    "办结(容缺通过)": 12,
    "办结容缺通过": 12,
    "办结(不通过)": 13,
    "办结不通过": 13,
    "撤回": 14,
    "撤销": 15,
}
