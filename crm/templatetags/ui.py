"""Words and shapes of the design language. Built in: no `{% load %}` needed."""

from collections.abc import Hashable, Iterable
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from html import escape
from typing import Any

from django import template
from django.conf import settings
from django.forms import BoundField
from django.template import Context
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext, pgettext

from crm.lib import words

register = template.Library()

SHAPES = {
    "green": '<circle cx="5" cy="5" r="4.5"/>',
    "yellow": '<path d="M5 .5 9.8 9.2H.2z"/>',
    "red": '<path d="M.8.8h8.4v8.4H.8z"/>',
    "grey": '<circle cx="5" cy="5" r="3.8"/>',
}


@lru_cache(maxsize=1)
def _sprite() -> str:
    return static("crm/dist/icons.svg")


@register.simple_tag
@lru_cache(maxsize=512)  # a page shows some fifty
def icon(name: str, css: str = "") -> SafeString:
    """A Tabler icon of the sprite; the word stands beside it."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true"><use href="{}#{}"/></svg>',
        css,
        _sprite(),
        name,
    )


@register.simple_tag
def lamp(colour: str, word: str = "") -> SafeString:
    """Green, yellow, red or grey: a shape and a word, never a colour alone."""
    known = str(colour) if str(colour) in SHAPES else "grey"
    return _lamp(known, word or words.lamp_word(known))


@lru_cache(maxsize=256)
def _lamp(colour: str, word: str) -> SafeString:
    return format_html(
        '<span class="lamp lamp-{}"><svg viewBox="0 0 10 10" aria-hidden="true">'
        "{}</svg>{}</span>",
        colour,
        mark_safe(SHAPES[colour]),  # our own four shapes
        word,
    )


def _today(context: Context) -> date:
    today = context.get("today")
    return today if isinstance(today, date) else timezone.localdate()


@lru_cache(maxsize=2048)  # lists show the same few hundred days again and again
def _day(on: date, today: date, language: str | None) -> SafeString:
    return _time(on, words.day(on, today))


@lru_cache(maxsize=2048)
def _due(on: date, today: date, left: int | None, language: str | None) -> SafeString:
    return _time(on, words.due(on, today, left))


def _time(value: date | datetime, text: str) -> SafeString:
    if isinstance(value, datetime):
        value = timezone.localtime(value) if timezone.is_aware(value) else value
        machine, full = value.isoformat(timespec="minutes"), words.exact_time(value)
    else:
        machine, full = value.isoformat(), words.exact_day(value)
    # A page shows dozens: format_html() costs more than all else here.
    title, shown = escape(full), escape(text)
    return mark_safe(f'<time datetime="{machine}" title="{title}">{shown}</time>')


@register.simple_tag(takes_context=True)
def day(context: Context, value: date | datetime | None) -> SafeString | str:
    """「今天」「周四 10-09」, in another year 「2025-10-09」; exact in the title."""
    if value is None:
        return ""
    on = timezone.localdate(value) if isinstance(value, datetime) else value
    return _day(on, _today(context), get_language())


@register.simple_tag(takes_context=True)
def due(
    context: Context, value: date | None, left: int | None = None
) -> SafeString | str:
    """「周四 10-09 · 还剩 2 个工作日」; `left` in working days, if known."""
    if value is None:
        return ""
    return _due(value, _today(context), left, get_language())


@register.simple_tag(takes_context=True)
def ago(context: Context, value: datetime | None) -> SafeString | str:
    """「5 分钟前」「昨天 14:05」「10-07 14:05」; exact in the title."""
    if value is None:
        return ""
    now = context.get("now")
    now = now if isinstance(now, datetime) else timezone.now()
    return _time(value, words.ago(value, now))


@register.simple_tag
def render_each(
    rows: Iterable[object], template: str, **values: Hashable
) -> SafeString:
    """Each row through the template as `row`; how one looked before is remembered.

    What it shows must follow from the row, the values and the language: they are the
    key, so nothing is ever old, and nobody is shown a row that was not read for him.
    """
    given, language = tuple(values.items()), get_language()
    return mark_safe("".join(_one(template, row, given, language) for row in rows))


def _one(
    template: str,
    row: object,
    given: tuple[tuple[str, Hashable], ...],
    language: str | None,
) -> str:
    try:
        hash(row)
    except TypeError:  # it holds what changes without it
        return _shown.__wrapped__(template, row, given, language)
    shown = _shown.__wrapped__ if settings.DEBUG else _shown
    return shown(template, row, given, language)


@lru_cache(maxsize=2048)  # of a kilobyte and a half
def _shown(
    template: str,
    row: Hashable,
    given: tuple[tuple[str, Hashable], ...],
    language: str | None,
) -> str:
    return render_to_string(template, {"row": row, **dict(given)})


@register.simple_tag
def this_minute() -> datetime:
    """Now, for what is shown in minutes and remembered as long as it is right."""
    return timezone.now().replace(second=0, microsecond=0)


@register.simple_tag
def share(part: int | Decimal | None, whole: int | None) -> str:
    """「71.8%（1273/1774）」, or that there is nothing to count."""
    return words.share(part, whole)


@register.simple_tag
def percent(part: int, whole: int) -> str:
    """「71.8%」 alone, where numerator and denominator stand beside it."""
    return f"{100 * part / whole:.1f}%" if whole else words.share(part, whole)


@register.filter
def masked(phone: str) -> str:
    """138****8000. Whether to mask is decided where the row is read."""
    return words.masked(phone)


@register.filter
def tel(phone: str) -> str:
    """The number as a `tel:` link wants it."""
    return "".join(c for c in str(phone or "") if c.isdigit() or c == "+")


@register.filter
def initial(name: str) -> str:
    """The first character of a name, for the round mark beside a person."""
    return str(name or "").strip()[:1]


@register.filter
def capped(count: object) -> str:
    """10,000+ where counting stopped."""
    return words.capped(count, settings.CRM_COUNT_CAP)


@register.filter
def filesize(size: int | None) -> str:
    return words.filesize(size)


@register.simple_tag
def days(count: int) -> str:
    """「3 天」."""
    return ngettext("%(n)s day", "%(n)s days", count) % {"n": count}


@register.simple_tag
def field(
    bound: BoundField, css: str = "", *, is_needed: bool = False, **attrs: Any
) -> SafeString:
    """One field with label, hint and errors; attributes as `data_x="y"`.

    `is_needed`: what is optional for the form must be filled in where this stands.
    """
    extra = {name.replace("_", "-"): value for name, value in attrs.items()}
    bound.field.widget.attrs.update(extra)
    context = {"field": bound, "css": css, "is_needed": is_needed}
    return bound.form.render("parts/_field.html", context)


@register.simple_tag(takes_context=True)
def is_on(context: Context, name: str, value: object = "1") -> bool:
    """Whether the address narrows by this value."""
    request = context.get("request")
    return request is not None and str(value) in request.GET.getlist(name)


@register.simple_tag
def optional_word() -> str:
    return pgettext("form field", "optional")
