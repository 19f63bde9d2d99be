"""The working calendar: a year at a glance, “why this day?”, the next year's notice."""

from datetime import MAXYEAR, date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from crm.forms.calendar import (
    DeadlineQuestion,
    NoticeSheet,
    PastedNotice,
    digest_of,
)
from crm.lib import year_grid
from crm.lib.calendar_words import holiday_name, problem_sentence
from crm.lib.errors import DomainError
from crm.lib.holiday_year import HolidayYear
from crm.lib.http import AppRequest
from crm.lib.words import weekday
from crm.lib.workdays import Calendar
from crm.models import Role, WorkYear
from crm.services import calendar

from .rights import only

SYSTEM = Role.SYSTEM_ADMIN
OFFICIALS = [role for role in Role if role != Role.OWNER]


@require_safe
@only(*OFFICIALS)
def index(request: AppRequest) -> HttpResponse:
    return redirect("crm:calendar_year", timezone.localdate().year)


@require_safe
@only(*OFFICIALS)
def year(request: AppRequest, year: int) -> HttpResponse:
    """Twelve months with days off and make-up days, by word and shape."""
    if not 1 <= year <= MAXYEAR:
        raise Http404
    known = calendar.current()
    stored = WorkYear.objects.filter(pk=year).first()
    months = year_grid.months(known, year)
    context = {
        "year": year,
        "years": years_of(known, year),
        "stored": stored,
        "rows": rows_of(stored.notice()) if stored else [],
        "months": months,
        "total": sum(month.workday_count for month in months),
        "today": timezone.localdate(),
        "may_import": request.user.has_role(SYSTEM),
    }
    return render(request, "crm/calendar.html", context)


def years_of(known: Calendar, year: int) -> list[int]:
    """Newest first; the year to come stands there before its notice does."""
    following = [known.years[-1] + 1] if known.years else []
    return sorted({*known.years, *following, year}, reverse=True)


def rows_of(notice: HolidayYear) -> list[dict[str, Any]]:  # any: a line of the table
    return [
        {
            "name": holiday_name(row.name),
            "span": [
                (day, day_word(day, notice.year))
                for day in sorted({row.first, row.last})
            ],
            "count": (row.last - row.first).days + 1,
            "makeups": [
                (one.day, day_word(one.day, notice.year))
                for one in notice.makeups
                if one.name == row.name
            ],
        }
        for row in notice.off
    ]


def day_word(day: date, year: int) -> str:
    """「10-01 周四」; with the year where it is another one."""
    form = "%m-%d" if day.year == year else "%Y-%m-%d"
    return f"{day:{form}} {weekday(day)}"


@require_safe
@only(*OFFICIALS)
def why(request: AppRequest) -> HttpResponse:
    """A deadline worked out day by day."""
    initial = {"start": timezone.localdate(), "days": 5, "unit": "working"}
    form = DeadlineQuestion(
        request.GET if "start" in request.GET else None, initial=initial
    )
    context: dict[str, Any] = {"form": form}  # any: what the template names
    if form.is_valid() and (told := form.answer()):
        context["told"] = told
        context["days"] = calendar.days_told(told)
        context["started"] = calendar.why_sentence(told.start)
    return render(request, "crm/calendar_why.html", context, status=status_of(form))


@require_http_methods(["GET", "HEAD", "POST"])
@only(SYSTEM)
def notice(request: AppRequest) -> HttpResponse:
    """Fill the rows, look at what would come of them, take them into use."""
    following = next_year()
    if request.method != "POST":
        return notice_page(request, NoticeSheet.blank(following))
    if request.POST.get("act") == "read":
        return read(request, following)
    sheet = NoticeSheet.sent(request.POST)
    if not sheet.is_valid():
        return notice_page(request, sheet)
    seen = calendar.preview(sheet.notice())
    sheet.add_problems(seen.problems)
    is_final = request.POST.get("act") == "save" and sheet.was_checked()
    if is_final and not sheet.has_errors() and saved(request, sheet):
        return redirect("crm:calendar_year", seen.notice.year)
    return notice_page(request, sheet, seen)


def read(request: AppRequest, year: int) -> HttpResponse:
    pasted = PastedNotice(request.POST, request.FILES)
    found = pasted.read(year) if pasted.is_valid() else None
    if found is None:
        return notice_page(request, NoticeSheet.blank(year), pasted=pasted)
    sheet = NoticeSheet.filled(found.notice)
    return notice_page(request, sheet, unread=found.unread, is_read=True)


def saved(request: AppRequest, sheet: NoticeSheet) -> bool:
    try:
        stored = calendar.import_year(
            sheet.notice(),
            actor=request.user,
            replace=sheet.form.cleaned_data["replace"],
        )
    except DomainError as error:
        sheet.form.add_error(None, str(error.sentence))
        return False
    sentence = _("The notice for %(year)s is in use; open deadlines are computed anew.")
    messages.success(request, sentence % {"year": stored.year})
    return True


def notice_page(
    request: AppRequest,
    sheet: NoticeSheet,
    seen: calendar.Preview | None = None,
    *,
    pasted: PastedNotice | None = None,
    unread: tuple[str, ...] = (),
    is_read: bool = False,
) -> HttpResponse:
    is_wrong = sheet.has_errors() or bool(pasted and pasted.errors)
    is_sound = seen is not None and not seen.problems
    context = {
        "sheet": sheet,
        "pasted": pasted or PastedNotice(),
        "seen": seen if is_sound else None,
        "odd": [problem_sentence(one) for one in seen.unusual] if seen else [],
        "checked": digest_of(seen.notice) if seen else "",
        "unread": unread,
        "is_read": is_read,
        "is_blank": not is_read and not sheet.form.is_bound,
    }
    return render(
        request, "crm/calendar_import.html", context, status=422 if is_wrong else 200
    )


def next_year() -> int:
    """The first year without a notice, which is the one that people come to type."""
    years = calendar.current().years
    return years[-1] + 1 if years else timezone.localdate().year


def status_of(form: DeadlineQuestion) -> int:
    return 422 if form.errors else 200


urls = [
    path("calendar/", index, name="calendar"),
    path("calendar/why/", why, name="calendar_why"),
    path("calendar/import/", notice, name="calendar_import"),
    path("calendar/<int:year>/", year, name="calendar_year"),
]
