"""Every part in every state, while DEBUG is on. Fixed samples, no database."""

from datetime import date, datetime, timedelta
from types import SimpleNamespace as Sample
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext_lazy as _

TODAY = date(2026, 10, 7)
NOW = datetime(2026, 10, 7, 15, 20, tzinfo=ZoneInfo("Asia/Shanghai"))
UNITS = [
    *("住房和城乡建设局", "人力资源和社会保障局", "自然资源和规划局", "发展和改革局"),
    *("经济和信息化局", "科学技术局", "财政局", "生态环境局", "交通运输局", "水利局"),
    *("农业农村局", "商务局", "市场监督管理局", "应急管理局", "税务局", "供电公司"),
    *("行政审批服务局", "消防救援大队", "城关街道办事处", "䶮山镇人民政府"),
]


class SampleForm(forms.Form):
    """A field of every kind."""

    name = forms.CharField(label=_("Company name"), max_length=40)
    phone = forms.CharField(
        label=_("Mobile"),
        help_text=_("Eleven digits; only the company's own officers see it in full."),
        widget=forms.TextInput(attrs={"inputmode": "tel", "class": "w-short"}),
    )
    staff = forms.IntegerField(label=_("Staff"), required=False)
    founded_on = forms.DateField(label=_("Founded on"), required=False)
    stage = forms.ChoiceField(
        label=_("Life stage"),
        choices=[("", "—"), ("start", "初创"), ("grow", "成长"), ("ripe", "成熟")],
    )
    unit = forms.ChoiceField(
        label=_("Department"),
        help_text=_("Type part of the name, its pinyin or the initials."),
        choices=[("", "—"), *((str(n), unit) for n, unit in enumerate(UNITS))],
    )
    mode = forms.ChoiceField(
        label=_("How"),
        widget=forms.RadioSelect,
        choices=[
            ("site", "上门"),
            ("talk", "座谈"),
            ("call", "电话/视频"),
            ("stay", "蹲点"),
        ],
        initial="site",
    )
    tags = forms.MultipleChoiceField(
        label=_("Tags"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[("a", "困难企业"), ("b", "高成长"), ("c", "规上"), ("d", "专精特新")],
    )
    summary = forms.CharField(
        label=_("What was said"), widget=forms.Textarea(attrs={"rows": 4})
    )
    paper = forms.FileField(label=_("Attachment"), required=False)
    is_asked = forms.BooleanField(
        label=_("The company asked for this visit"), required=False
    )


def row(colour: str, word: str, name: str, due_in: int, sub: str) -> Sample:
    return Sample(
        colour=colour,
        word=word,
        name=name,
        due_on=TODAY + timedelta(due_in),
        sub=sub,
        unit=UNITS[abs(due_in) % len(UNITS)],
        officer="周晓𠮷" if due_in < 5 else "李䶮",
        state="办理中" if due_in < 10 else "待企业确认",
        n=abs(due_in),
    )


LONG = (
    "江苏䶮山恒润高性能纤维新材料科技集团"
    "（长三角一体化示范区）纺织印染有限责任公司𠮷分厂"
)
ROWS = [
    row("red", "逾期 3 天", LONG, -3, "电力增容 · 设备已到货，因容量不够无法投产"),
    row("yellow", "将到期", "恒润纺织有限公司", 2, "用工 · 缺熟练挡车工 30 人"),
    row("green", "正常", "云溪食品股份有限公司", 9, "用地 · 二期扩建地块规划条件"),
    row("grey", "已答复", "宏达机械厂", 21, "政策 · 技改补贴申报口径"),
    row("grey", "暂停", "金穗农业科技有限公司", 40, "审批 · 环评补充材料由企业准备"),
]
DAYS = [
    Sample(date=date(2026, 9, 29), **{"is": "counted", "why": "周二"}),
    Sample(date=date(2026, 9, 30), **{"is": "counted", "why": "周三"}),
    Sample(date=date(2026, 10, 1), **{"is": "skipped", "why": "国庆节放假"}),
    Sample(date=date(2026, 10, 8), **{"is": "paused", "why": "待企业补充材料"}),
    Sample(date=date(2026, 10, 10), **{"is": "counted", "why": "周六，国庆节调休上班"}),
]
PAGE = Sample(count=10001, first="?p=1", previous="?p=3", next="?p=5", last="?p=z")


def samples() -> dict[str, Any]:
    bound = SampleForm({"mode": "site", "name": LONG, "phone": "1380", "staff": "十"})
    return {
        "today": TODAY,
        "now": NOW,
        "rows": ROWS,
        "many_rows": ROWS * 3,
        "days": DAYS,
        "page": PAGE,
        "form": SampleForm(auto_id="a_%s"),
        "bound": bound,
        "long": LONG,
        "units": UNITS,
        "colours": ["green", "yellow", "red", "grey"],
        "minutes_ago": NOW - timedelta(minutes=5),
        "yesterday": NOW - timedelta(days=1),
        "last_week": NOW - timedelta(days=8),
        "due_on": TODAY + timedelta(2),
        "late_on": TODAY - timedelta(3),
    }


@login_not_required
def styleguide(request: HttpRequest, name: str = "parts") -> HttpResponse:
    """`parts` and the page kinds: list, record, form, capture, home."""
    if not settings.DEBUG or name not in PAGES:
        raise Http404
    return render(request, PAGES[name], samples())


PAGES = {
    "parts": "crm/styleguide.html",
    "list": "crm/styleguide/list.html",
    "record": "crm/styleguide/record.html",
    "form": "crm/styleguide/form.html",
    "capture": "crm/styleguide/capture.html",
    "plain": "crm/styleguide/plain.html",
}

urls = [
    path("styleguide/", styleguide, name="styleguide"),
    path("styleguide/<slug:name>/", styleguide, name="styleguide_page"),
]
