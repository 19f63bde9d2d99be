"""A year's notice as an administrator types it, and the question “why this day?”."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.lib import holiday_year
from crm.lib.calendar_words import (
    bad_notice_sentence,
    error_sentence,
    problem_sentence,
)
from crm.lib.guards import is_clean
from crm.lib.holiday_year import (
    BadNotice,
    DaysOff,
    HolidayYear,
    Makeup,
    Problem,
    to_json,
)
from crm.lib.notice_text import LONGEST_TEXT, ReadNotice, read_days, read_notice
from crm.lib.workdays import Explanation, Pause, Unit, WorkdayError
from crm.models import DeadlinePause
from crm.models import Unit as UnitChoices
from crm.services import calendar

MAX_FILE_BYTES = 64 * 1024
ROWS = 9  # the seven holidays and two to spare
# Nobody reads a longer list of days; the command prints any.
MOST_SHOWN = 400
SHORT = {"class": "w-short"}


class PastedNotice(forms.Form):
    """The printed notice or a file of it: fills the rows, saves nothing."""

    text = forms.CharField(
        label=_("Text of the notice"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("The whole notice or only its numbered paragraphs, one to a line."),
    )
    file = forms.FileField(
        label=_("or a file"),
        required=False,
        help_text=_("A text file, or JSON as this site's data file has it."),
        widget=forms.FileInput(attrs={"accept": ".txt,.json"}),
    )

    def clean(self) -> dict[str, Any]:  # any: cleaned values
        cleaned = super().clean() or {}
        file, text = cleaned.get("file"), cleaned.get("text") or ""
        if file:
            text = self.text_of(file)
        if not self.errors and not text.strip():
            self.add_error("text", gettext("Paste the notice or choose its file."))
        cleaned["text"] = text
        return cleaned

    def text_of(self, file: UploadedFile[Any]) -> str:  # any: what it wraps
        if file.size and file.size > MAX_FILE_BYTES:
            self.add_error("file", gettext("The file is too large for a notice."))
            return ""
        content = file.read()
        for encoding in ("utf-8-sig", "gb18030"):
            try:
                return str(content.decode(encoding))
            except UnicodeDecodeError:
                continue
        self.add_error("file", gettext("The file is not a text file."))
        return ""

    def read(self, year: int) -> ReadNotice | None:
        """The notice in it, or None with the reason at the form."""
        text = self.cleaned_data["text"]
        try:
            if text.lstrip().startswith("{"):
                return ReadNotice(from_file(text), ())
        except BadNotice as error:
            self.add_error(None, bad_notice_sentence(error))
            return None
        found = read_notice(text, year)
        if not found.notice.off:
            self.add_error("text", gettext("No holiday with its days was found here."))
            return None
        return found


def from_file(text: str) -> HolidayYear:
    try:
        notice = holiday_year.from_json(json.loads(text))
    except BadNotice:
        raise
    except (ValueError, RecursionError):
        raise BadNotice("not_json") from None
    if not is_clean(json.dumps(to_json(notice), ensure_ascii=False)):
        raise BadNotice("not_json")  # a lone surrogate, written as an escape
    return notice


class NoticeForm(forms.Form):
    """What a notice says of itself."""

    year = forms.IntegerField(
        label=_("Year"),
        min_value=1,
        max_value=9999,
        widget=forms.TextInput(attrs=SHORT),
    )
    source = forms.CharField(label=_("Number or title of the notice"), max_length=200)
    published_on = forms.DateField(label=_("Published on"))
    replace = forms.BooleanField(label=_("Replace the notice in use"), required=False)
    # What was looked at before saving: other rows must be looked at again.
    checked = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)


class RowForm(forms.Form):
    """One holiday: its days off and the weekend days that are worked for it."""

    name = forms.CharField(label=_("Holiday"), max_length=holiday_year.LONGEST_NAME)
    first = forms.DateField(label=_("First day off"))
    last = forms.DateField(label=_("Last day off"), required=False)
    makeups = forms.CharField(
        label=_("Make-up workdays"), required=False, max_length=200
    )

    def __init__(self, *args: Any, year: int = 0, **kwargs: Any) -> None:  # any: Form's
        super().__init__(*args, **kwargs)
        self.year = year
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = field.label

    def clean_makeups(self) -> list[Any]:  # any: dates
        try:
            return read_days(self.cleaned_data["makeups"], self.year)
        except ValueError as error:
            sentence = gettext("“%(value)s” is not a day such as 02-14 or 2027-02-14.")
            raise forms.ValidationError(sentence % {"value": error}) from None

    def days_off(self) -> DaysOff:
        values = self.cleaned_data
        first = values["first"]
        return DaysOff(values["name"].strip(), first, values["last"] or first)


RowSet = forms.formset_factory(
    RowForm,
    extra=0,
    max_num=holiday_year.MOST_ROWS,
    absolute_max=holiday_year.MOST_ROWS + 1,
    validate_max=True,
)


@dataclass(frozen=True)
class SheetError:
    sentence: str
    anchor: str = ""


@dataclass
class NoticeSheet:
    """The form of a notice and its rows, which are checked together."""

    form: NoticeForm
    rows: forms.BaseFormSet[RowForm]

    @classmethod
    def blank(cls, year: int) -> "NoticeSheet":
        return cls.filled(HolidayYear(year))

    @classmethod
    def filled(cls, notice: HolidayYear) -> "NoticeSheet":
        """Unbound, with what was read or is stored, and empty rows to spare."""
        initial = [
            {
                "name": row.name,
                "first": row.first,
                "last": row.last,
                "makeups": " ".join(map(str, makeups_of(row, notice))),
            }
            for row in notice.off
        ]
        form = NoticeForm(
            initial={
                "year": notice.year or None,
                "source": notice.source,
                "published_on": notice.published_on,
            }
        )
        initial += [{} for _row in range(max(1, ROWS - len(initial)))]
        rows = RowSet(initial=initial, form_kwargs={"year": notice.year})
        rows.extra = 0
        return cls(form, rows)

    @classmethod
    def sent(cls, data: QueryDict) -> "NoticeSheet":
        form = NoticeForm(data)
        form.is_valid()
        year = form.cleaned_data.get("year") or 0
        rows = RowSet(data, form_kwargs={"year": year})
        for row in rows.forms:
            row.empty_permitted = True
            row.use_required_attribute = False
        return cls(form, rows)

    def is_valid(self) -> bool:
        return all([self.form.is_valid(), self.rows.is_valid()])

    def notice(self) -> HolidayYear:
        values = self.form.cleaned_data
        rows = self.filled_rows()
        return HolidayYear(
            year=values["year"],
            off=tuple(row.days_off() for row in rows),
            makeups=tuple(
                Makeup(day, row.days_off().name)
                for row in rows
                for day in row.cleaned_data["makeups"]
            ),
            source=values["source"].strip(),
            published_on=values["published_on"],
        )

    def filled_rows(self) -> list[RowForm]:
        return [row for row in self.rows.forms if row.has_changed()]

    def add_problems(self, problems: Iterable[Problem]) -> None:
        """Each at its row, or on top."""
        rows = self.filled_rows()
        for problem in problems:
            place = rows[problem.row - 1] if problem.row else self.form
            place.add_error(None, problem_sentence(problem))

    def has_errors(self) -> bool:
        return self.form.is_bound and bool(self.errors())

    def errors(self) -> list["SheetError"]:
        """All of them for the top of the page, each with the place it links to."""
        found = [SheetError(str(one)) for one in self.form.non_field_errors()]
        found += [SheetError(str(one)) for one in self.rows.non_form_errors()]
        found += list(self.field_errors(self.form))
        for number, row in enumerate(self.rows.forms, start=1):
            place = row["name"].id_for_label
            where = gettext("Row %(number)s: %(error)s")
            for one in row.non_field_errors():
                found.append(
                    SheetError(where % {"number": number, "error": one}, place)
                )
            for wrong in self.field_errors(row):
                text = where % {"number": number, "error": wrong.sentence}
                found.append(SheetError(text, wrong.anchor))
        return found

    @staticmethod
    def field_errors(form: forms.Form) -> Iterator["SheetError"]:
        for field in form:
            for error in field.errors:
                values = {"label": field.label, "error": error}
                sentence = gettext("%(label)s: %(error)s") % values
                yield SheetError(sentence, field.id_for_label)

    def was_checked(self) -> bool:
        return bool(self.form.cleaned_data["checked"] == digest_of(self.notice()))


def makeups_of(row: DaysOff, notice: HolidayYear) -> list[date]:
    """Of a row; a day without a holiday's name stands with the nearest one."""
    names = {one.name for one in notice.off}
    return [
        one.day
        for one in notice.makeups
        if (one.name if one.name in names else nearest(one.day, notice).name)
        == row.name
    ]


def nearest(day: date, notice: HolidayYear) -> DaysOff:
    return min(
        notice.off, key=lambda row: max((row.first - day).days, (day - row.last).days)
    )


def digest_of(notice: HolidayYear) -> str:
    text = json.dumps(to_json(notice), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


class DeadlineQuestion(forms.Form):
    """N days from a day, perhaps with a pause: where do they end, and why?"""

    start = forms.DateField(label=_("Start (not counted itself)"))
    days = forms.IntegerField(
        label=_("Days"),
        min_value=0,
        max_value=MOST_SHOWN,
        widget=forms.TextInput(attrs=SHORT),
    )
    unit = forms.ChoiceField(
        label=_("Counted in"), choices=UnitChoices.choices, widget=forms.RadioSelect
    )
    pause_from = forms.DateField(label=_("Pause from"), required=False)
    pause_to = forms.DateField(label=_("Pause to and including"), required=False)
    kind = forms.ChoiceField(
        label=_("Kind of pause"), choices=DeadlinePause.Kind.choices, required=False
    )

    def clean(self) -> dict[str, Any]:  # any: cleaned values
        cleaned = super().clean() or {}
        if cleaned.get("pause_to") and not cleaned.get("pause_from"):
            self.add_error("pause_from", gettext("Say when the pause began."))
        return cleaned

    def answer(self) -> Explanation | None:
        """The explanation, or None with the reason at the form."""
        values = self.cleaned_data
        try:
            return calendar.explain(
                values["start"], values["days"], Unit(values["unit"]), self.pauses()
            )
        except WorkdayError as error:
            self.add_error(None, error_sentence(error))
            return None

    def pauses(self) -> list[Pause]:
        values = self.cleaned_data
        if not values["pause_from"]:
            return []
        kind = values["kind"] or DeadlinePause.Kind.COMPANY
        return [Pause(values["pause_from"], values["pause_to"], str(kind))]
